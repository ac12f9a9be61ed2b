"""The folder of a run: one run, and one process group at a time. run.json says which run it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpuskit import parts
from corpuskit.errors import UsageError
from corpuskit.parts import read_json, write_json
from corpuskit.settings import difference
from corpuskit.train.checkpoint import whole

RUN = "run.json"
LOCK = "lock"
FORMAT = 1
OTHERS = {LOCK, "ray"}  # what may be there before run.json is


@contextmanager
def held(out: Path, claim: dict[str, Any]) -> Iterator[None]:
    """Hold the folder for this run alone, and see to run.json.

    `claim` is what makes the run this run. Raises UsageError when the folder holds another run or something else, and
    CorpuskitError when somebody trains there.
    """
    there = parts.entries(out)
    if RUN not in there and (foreign := sorted(there - OTHERS)):
        raise UsageError(f"{out}: holds other files ({', '.join(foreign[:3])}); name a new or empty folder with --out.")
    busy = f"{out}: another run is at work there; wait for it, or name another --out."
    with parts.alone(out, out / LOCK, busy):
        different = (
            difference(_settings_first(record(out).get("claim")), _settings_first(claim)) if RUN in there else ""
        )
        if different and _begun(out):
            raise UsageError(f"{out}: holds another run ({different}). Name another --out.")
        if different or RUN not in there:
            write_json(out / RUN, {"format": FORMAT, "claim": claim})
        yield


def _settings_first(claim: Any) -> Any:
    """The plan's digest follows from all else, and names nothing that a person could change."""
    return {name: claim[name] for name in sorted(claim, key="plan".__eq__)} if isinstance(claim, dict) else claim


def _begun(out: Path) -> bool:
    """True where a run has left something learned. One that failed or was killed before has nothing to lose."""
    return bool(whole(out / "checkpoints")) or (out / "model").exists()


def record(out: Path) -> dict[str, Any]:
    """What run.json says. Raises UsageError when it cannot be read."""
    try:
        found: dict[str, Any] = read_json(out / RUN)
        if not isinstance(found, dict):
            raise ValueError
    except (OSError, ValueError):
        raise UsageError(f"{out / RUN}: missing or damaged; name another --out.") from None
    return found
