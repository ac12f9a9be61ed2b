"""Giving an approval: what is asked for, held against the corpus as it lies there, and put beside it."""

from dataclasses import dataclass
from pathlib import Path

from corpuskit import parts
from corpuskit.approve import base, standing
from corpuskit.approve.approval import Approval
from corpuskit.errors import UsageError

LOCK = "spent/approval.lock"  # one approval at a time: the second sees the first, and is not written over it


@dataclass(frozen=True)
class Wanted:
    """What a person allows. `model` is a folder, `key` a private key to sign with."""

    by: str
    max_cost: float | None = None
    currency: str = "USD"
    price_per_gpu_hour: float | None = None
    max_gpu_hours: float | None = None
    max_tokens: int | None = None
    model: Path | None = None
    key: Path | None = None
    note: str = ""
    replace: bool = False


def give(corpus: Path, wanted: Wanted, at: str) -> Approval:
    """Approve training on a corpus, at a time as `Approval` has it. Every shard is read before, so that nobody signs for damaged data.

    Raises UsageError for what makes no approval, or stands already and is not to be replaced; GateError for a damaged shard;
    CorpuskitError while somebody else approves.
    """
    digest = standing.manifest_digest(corpus)
    with parts.alone(
        corpus, corpus / LOCK, f"{corpus}: somebody else is approving this corpus right now; look with --show."
    ):
        return _give(corpus, wanted, at, digest)


def _give(corpus: Path, wanted: Wanted, at: str, digest: str) -> Approval:
    file = corpus / standing.NAME
    if (file.exists() or file.is_symlink()) and not wanted.replace:
        raise UsageError(
            f"{file}: there is an approval already; look at it with --show, and replace it with --replace."
        )
    sets = standing.sets(corpus)
    approval = _approval(wanted, digest, at, sets)
    standing.check_shards(corpus, ("shards", *sets))
    standing.write(corpus, approval, wanted.key)
    return approval


def _approval(wanted: Wanted, digest: str, at: str, sets: dict[str, str]) -> Approval:
    if wanted.max_cost is None and wanted.max_gpu_hours is None:
        raise UsageError(
            "an approval limits what may be spent; give --max-cost with --price-per-gpu-hour, or --max-gpu-hours."
        )
    if wanted.max_cost is not None and wanted.price_per_gpu_hour is None:
        raise UsageError("--max-cost needs --price-per-gpu-hour, or nobody can tell when it is reached.")
    if not (len(wanted.currency) == 3 and wanted.currency.isascii() and wanted.currency.isupper()):
        raise UsageError(f"--currency {wanted.currency!r}: write three capital letters, such as EUR.")
    named = None if wanted.model is None else wanted.model.resolve().name
    try:
        return Approval(
            by=wanted.by.strip(),
            at=at,
            corpus=digest,
            max_cost=wanted.max_cost,
            currency=wanted.currency,
            max_gpu_hours=wanted.max_gpu_hours,
            price_per_gpu_hour=wanted.price_per_gpu_hour,
            note=wanted.note,
            max_tokens=wanted.max_tokens,
            model=named,
            model_digest=None if wanted.model is None else base.digest(wanted.model),
            sets=sets,
        )
    except ValueError as error:
        raise UsageError(f"no approval: {error}.") from None
    except OverflowError:
        raise UsageError("no approval: a number is too large.") from None
