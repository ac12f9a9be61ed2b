"""What has been spent on an approval: each start of a run keeps a file of its own in CORPUS/spent/, and their sum is what is gone.

A run that was stopped or killed and goes on is another start: what its earlier ones used is in their files, and counted once. Runs
at the same time are both counted. An approval that was replaced begins at nothing.
"""

import json
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit import parts
from corpuskit.approve.approval import Approval, cost
from corpuskit.approve.content import content
from corpuskit.errors import CorpuskitError, GateError

FOLDER = "spent"
FORMAT = 1
MOST_BYTES = 1 << 12  # of a start's file


@dataclass(frozen=True)
class Spent:
    """GPU seconds used on an approval."""

    gpu_seconds: float = 0.0

    def plus(self, gpu_seconds: float) -> "Spent":
        """This and some more."""
        return Spent(self.gpu_seconds + gpu_seconds)

    @property
    def gpu_hours(self) -> float:
        """The same in hours."""
        return self.gpu_seconds / 3600

    def check(self, approval: Approval, needed_gpu_hours: float = 0.0) -> None:
        """Raise GateError when what is spent, and is needed next, goes beyond the approval."""
        limit = approval.gpu_hours_limit
        if self.gpu_hours + needed_gpu_hours > limit:
            needed = f" and {needed_gpu_hours:,.2f} more are needed" if needed_gpu_hours else ""
            raise GateError(
                f"{approval.by} approved {limit:,.2f} GPU hours{_price(approval, limit)}; "
                f"{self.gpu_hours:,.2f} are spent{needed}. Have more approved, or train less."
            )


def _price(approval: Approval, gpu_hours: float) -> str:
    if approval.price_per_gpu_hour is None:
        return ""
    return f" ({cost(gpu_hours * 3600, approval.price_per_gpu_hour):,.2f} {approval.currency})"


def spent(corpus: Path, approval: Approval) -> Spent:
    """What all runs together have spent on an approval. Raises GateError when a file of CORPUS/spent cannot be counted."""
    folder = corpus / FOLDER
    try:
        files = sorted(folder.glob("*.json")) if folder.is_dir() else []
    except OSError as error:
        raise GateError(f"{folder}: cannot be read: {error.strerror}; nobody knows what is spent.") from None
    seconds = [found["gpu_seconds"] for file in files if (found := _start(file))["approval"] == approval.digest]
    return Spent(float(sum(seconds)))


def _start(file: Path) -> dict[str, Any]:
    nothing: dict[str, Any] = {"format": FORMAT, "approval": "", "gpu_seconds": 0.0}
    found = content(file, MOST_BYTES)
    if found is None:  # taken away meanwhile
        return nothing
    try:
        loaded = json.loads(found.decode("utf-8"))
        seconds = loaded["gpu_seconds"]
        whole = loaded["format"] == FORMAT and isinstance(loaded["approval"], str)
        if whole and type(seconds) in {int, float} and 0 <= seconds < float("inf"):
            return dict(loaded)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise GateError(
        f"{file}: damaged, so nobody knows what is spent. Move it away once what it stands for is known, and have the corpus "
        "approved again for what is left."
    )


class Account:
    """This start's file, and what all the others say. `problem` is why the file cannot be written; empty where it can.

    Raises GateError as `spent` does.
    """

    def __init__(self, corpus: Path, approval: Approval, run: str) -> None:
        self._corpus, self._approval = corpus, approval
        self._file = corpus / FOLDER / f"{uuid.uuid4().hex}.json"
        self._about: dict[str, Any] = {"format": FORMAT, "approval": approval.digest, "run": run}
        self._written, self.problem = 0.0, ""
        self.others = spent(corpus, approval)
        self._write(0.0)

    def record(self, gpu_seconds: float) -> Spent:
        """Put down what this start has spent so far, and return what all have; a file that others broke is not heard of again."""
        self._write(gpu_seconds)
        with suppress(GateError):
            self.others = spent(self._corpus, self._approval).plus(-self._written)
        return self.others.plus(gpu_seconds)

    def _write(self, gpu_seconds: float) -> None:
        try:
            parts.write_json(self._file, self._about | {"gpu_seconds": gpu_seconds})
            self._written, self.problem = gpu_seconds, ""
        except (OSError, CorpuskitError) as error:
            why = error.strerror if isinstance(error, OSError) else "no space left"
            self.problem = f"{self._file.parent}: what this run spends cannot be written down ({why}); other runs will not know of it."
