"""An approval: who allowed training on a corpus, when, up to which cost, and in which state the corpus was.

It lies beside the manifest, as CORPUS/approval.json, and names it by its SHA-256. A corpus that was built again is another
corpus: its approval no longer holds.
"""

import hashlib
import json
import math
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from corpuskit import parts
from corpuskit.errors import GateError, UsageError

NAME = "approval.json"
FORMAT = 1
MANIFEST = "corpus.json"
LIMITS = ("max_cost", "max_gpu_hours", "price_per_gpu_hour")


@dataclass(frozen=True)
class Approval:
    """What a person signed.

    `at` is ISO 8601 with its offset from UTC, `corpus` the SHA-256 of corpus.json. Costs are in `currency`; an approval has a
    limit in cost, in GPU hours, or in both. Raises ValueError for an approval that limits nothing, or that cannot be checked.
    """

    by: str
    at: str
    corpus: str
    max_cost: float | None = None
    currency: str = "USD"
    max_gpu_hours: float | None = None
    price_per_gpu_hour: float | None = None
    note: str = ""
    format: int = FORMAT

    def __post_init__(self) -> None:
        if not self.by.strip():
            raise ValueError("by is empty; an approval has a name under it")
        if not _is_moment(self.at):
            raise ValueError(
                f"at is {self.at}; write an ISO 8601 time with its offset, such as 2026-01-31T09:00:00+00:00"
            )
        for name in LIMITS:
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} is {value}; it is a number above 0")
        if self.max_cost is None and self.max_gpu_hours is None:
            raise ValueError("neither max_cost nor max_gpu_hours is given; an approval limits what may be spent")
        if self.max_cost is not None and self.price_per_gpu_hour is None:
            raise ValueError("max_cost is given without price_per_gpu_hour, so nobody can tell when it is reached")

    @property
    def gpu_hours_limit(self) -> float:
        """GPU hours that may be spent: the smaller of both limits."""
        limits = [] if self.max_gpu_hours is None else [self.max_gpu_hours]
        if self.max_cost is not None and self.price_per_gpu_hour is not None:
            limits.append(self.max_cost / self.price_per_gpu_hour)
        return min(limits)

    @property
    def digest(self) -> str:
        """SHA-256 of approval.json as `write` writes it: what a run carries."""
        return hashlib.sha256(_text(self).encode()).hexdigest()


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _text(approval: Approval) -> str:
    return json.dumps(asdict(approval), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def manifest_digest(corpus: Path) -> str:
    """SHA-256 of the manifest. Raises UsageError when there is none."""
    file = corpus / MANIFEST
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        raise UsageError(f"{corpus}: no corpus here (there is no {MANIFEST}).") from None


def write(corpus: Path, approval: Approval) -> None:
    """Put the approval beside the manifest. Raises UsageError when it names another state of the corpus."""
    _check_state(corpus, approval)
    parts.write_text(corpus / NAME, _text(approval))


def read(corpus: Path) -> Approval | None:
    """The approval of a corpus, or None when nobody has given one.

    Raises UsageError when the file is not an approval, or is one for another state of the corpus.
    """
    file = corpus / NAME
    if not file.is_file():
        return None
    try:
        loaded = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UsageError(f"{file}: not an approval; approve the corpus again.") from None
    approval = _approval(file, loaded)
    _check_state(corpus, approval)
    return approval


KINDS: dict[str, type | tuple[type, ...]] = {
    "by": str,
    "at": str,
    "corpus": str,
    "currency": str,
    "note": str,
    "format": int,
} | dict.fromkeys(LIMITS, (int, float, type(None)))


def _approval(file: Path, loaded: Any) -> Approval:
    if not isinstance(loaded, dict) or not {"by", "at", "corpus", "format"} <= loaded.keys():
        raise UsageError(f"{file}: not an approval; approve the corpus again.")
    if loaded["format"] != FORMAT:
        raise UsageError(f"{file}: format {loaded['format']}, but this corpuskit reads format {FORMAT}; approve again.")
    unknown = sorted(loaded.keys() - {field.name for field in fields(Approval)})
    if unknown:
        raise UsageError(f"{file}: {unknown[0]}: an approval has no such field; approve the corpus again.")
    for name, value in loaded.items():
        if isinstance(value, bool) or not isinstance(value, KINDS[name]):
            raise UsageError(f"{file}: {name} is {value!r}; approve the corpus again.")
    try:
        return Approval(**loaded)
    except ValueError as error:
        raise UsageError(f"{file}: {error}.") from None
    except OverflowError:
        raise UsageError(f"{file}: a number is too large; approve the corpus again.") from None


def _check_state(corpus: Path, approval: Approval) -> None:
    found = manifest_digest(corpus)
    if approval.corpus != found:
        raise UsageError(
            f"{corpus / NAME}: the approval of {approval.by} is for another state of the corpus "
            f"({approval.corpus[:12]}…, now {found[:12]}…); have it approved again."
        )


def cost(gpu_seconds: float, price_per_gpu_hour: float) -> float:
    """What GPU seconds cost at a price per hour; two GPUs for one second are two GPU seconds."""
    return gpu_seconds / 3600 * price_per_gpu_hour


@dataclass(frozen=True)
class Spent:
    """GPU seconds used on an approval, and the least that the next piece of work needs of them."""

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
