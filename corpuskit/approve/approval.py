"""An approval: who allowed training on a corpus, when, within which limits, and in which state the corpus was."""

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from corpuskit.errors import GateError

FORMAT = 1
MOST_BYTES = 1 << 16  # of approval.json: a page of text, not a disk of it
AMOUNTS = ("max_cost", "max_gpu_hours", "price_per_gpu_hour", "max_tokens")
WORDS = ("by", "at", "currency", "note", "model")  # printed, so one line each
LATER = (
    "max_tokens",
    "model",
    "model_digest",
    "sets",
)  # written where given: an approval without them has the bytes it had
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Approval:
    """What a person signed.

    `at` is ISO 8601 with its offset from UTC, `corpus` the SHA-256 of corpus.json. Costs are in `currency`; an approval has a limit
    in cost, in GPU hours, or in both, over all runs together; `max_tokens` limits the plan of each run. `model` is the folder's
    name, `model_digest` what `base.digest` says of it; without them any model may be trained. `sets` are the SHA-256 of the set.json
    of shard sets by name; None is an approval from before they were written down. Raises ValueError for an approval that limits
    nothing, or that cannot be checked.
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
    max_tokens: int | None = None
    model: str | None = None
    model_digest: str | None = None
    sets: dict[str, str] | None = None

    def __post_init__(self) -> None:
        for name in WORDS:
            if not (getattr(self, name) or "").isprintable():
                raise ValueError(
                    f"{name} holds line breaks, control characters or invisible ones; write it in one plain line"
                )
        if not self.by.strip():
            raise ValueError("by is empty; an approval has a name under it")
        if not _is_moment(self.at):
            raise ValueError(
                f"at is {self.at}; write an ISO 8601 time with its offset, such as 2026-01-31T09:00:00+00:00"
            )
        self._check_digests()
        self._check_amounts()

    def _check_digests(self) -> None:
        if (self.model is None) != (self.model_digest is None):
            raise ValueError("model and model_digest are given together or not at all")
        named = {"corpus": self.corpus, "model_digest": self.model_digest} | (self.sets or {})
        for name, digest in named.items():
            if not (name.isprintable() and (digest is None or SHA256.fullmatch(digest))):
                raise ValueError(f"{shown(name)} is not a SHA-256 in hexadecimal")

    def _check_amounts(self) -> None:
        for name in AMOUNTS:
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} is {value}; it is a number above 0")
        if self.max_cost is None and self.max_gpu_hours is None:
            raise ValueError("neither max_cost nor max_gpu_hours is given; an approval limits what may be spent")
        if self.max_cost is not None and self.price_per_gpu_hour is None:
            raise ValueError("max_cost is given without price_per_gpu_hour, so nobody can tell when it is reached")
        if not math.isfinite(self.gpu_hours_limit):
            raise ValueError("max_cost at price_per_gpu_hour is no finite number of GPU hours")

    @property
    def gpu_hours_limit(self) -> float:
        """GPU hours that may be spent: the smaller of both limits."""
        limits = [] if self.max_gpu_hours is None else [self.max_gpu_hours]
        if self.max_cost is not None and self.price_per_gpu_hour is not None:
            limits.append(self.max_cost / self.price_per_gpu_hour)
        return min(limits)

    @property
    def digest(self) -> str:
        """SHA-256 of approval.json as `text` has it: what a run carries, and what spending is counted under."""
        return hashlib.sha256(text(self).encode()).hexdigest()


def _is_moment(given: str) -> bool:
    try:
        return datetime.fromisoformat(given).tzinfo is not None
    except ValueError:
        return False


def shown(given: object) -> str:
    """A foreign value for a message: short, and without what a terminal would obey."""
    plain = "".join(one if one.isprintable() else "?" for one in str(given))
    return plain if len(plain) <= 80 else f"{plain[:80]}…"


def cost(gpu_seconds: float, price_per_gpu_hour: float) -> float:
    """What GPU seconds cost at a price per hour; two GPUs for one second are two GPU seconds."""
    return gpu_seconds / 3600 * price_per_gpu_hour


def text(approval: Approval) -> str:
    """approval.json: the same bytes for the same approval."""
    given = {name: value for name, value in asdict(approval).items() if name not in LATER or value is not None}
    return json.dumps(given, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


_OPTIONAL_NUMBER = (int, float, type(None))
_OPTIONAL_TEXT = (str, type(None))
KINDS: dict[str, Any] = (
    dict.fromkeys(("by", "at", "corpus", "currency", "note"), str)
    | dict.fromkeys(AMOUNTS, _OPTIONAL_NUMBER)
    | {"model": _OPTIONAL_TEXT, "model_digest": _OPTIONAL_TEXT, "sets": (dict, type(None))}
    | {"format": int, "max_tokens": (int, type(None))}
)


def parsed(file: Path, found: bytes) -> Approval:
    """The approval that a file's bytes are. Raises GateError naming the file when they are none."""
    try:
        loaded = json.loads(found.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise GateError(f"{file}: not an approval; approve the corpus again.") from None
    if not isinstance(loaded, dict) or not {"by", "at", "corpus", "format"} <= loaded.keys():
        raise GateError(f"{file}: not an approval; approve the corpus again.")
    if loaded["format"] != FORMAT:
        raise GateError(
            f"{file}: format {shown(loaded['format'])}, but this corpuskit reads format {FORMAT}; approve again."
        )
    unknown = sorted(loaded.keys() - {field.name for field in fields(Approval)})
    if unknown:
        raise GateError(f"{file}: {shown(unknown[0])}: an approval has no such field; approve the corpus again.")
    for name, value in loaded.items():
        texts = list(value.values()) if isinstance(value, dict) else []
        if isinstance(value, bool) or not isinstance(value, KINDS[name]) or not all(isinstance(x, str) for x in texts):
            raise GateError(f"{file}: {name} is {shown(repr(value))}; approve the corpus again.")
    try:
        return Approval(**loaded)
    except ValueError as error:
        raise GateError(f"{file}: {error}.") from None
    except OverflowError:
        raise GateError(f"{file}: a number is too large; approve the corpus again.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A table in which each name stands once: a reader who stops at the first must not be deceived by the second."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)
