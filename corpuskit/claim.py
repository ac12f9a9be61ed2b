"""One build at a time in a corpus folder, and one corpus: what it is made from is written down before work begins."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpuskit import forgotten, parts
from corpuskit.errors import UsageError
from corpuskit.parts import Store
from corpuskit.settings import difference
from corpuskit.shard.manifest import NAME

CLAIM = "claim.json"  # in work/


@contextmanager
def claimed(out: Path, claim: dict[str, Any], *, replace: bool) -> Iterator[Store]:
    """The work folder of the corpus `out`, made if need be, for this build alone.

    `claim` says what is to be built; no name of a source that was forgotten with its path is written down. Raises UsageError when the
    folder holds something else or was claimed for another build (unless `replace`), and CorpuskitError when another build works there.
    """
    store = Store((out / "work").absolute())  # a Ray worker stands in another folder
    there = parts.entries(out) - {forgotten.NAME}
    if there and not _ours(out):
        listed = ", ".join(sorted(there)[:3])
        raise UsageError(f"{out}: holds other files ({listed}); name a new or empty folder with --out.")
    busy = f"{out}: another build is at work there; wait for it, or name another --out."
    with parts.alone(out, store.root / "lock", busy):
        _keep(out, _told(out, claim), store.root / CLAIM, replace=replace)
        Store(out).remove_unfinished()
        yield store


def _ours(out: Path) -> bool:
    """True for a corpus, and for a folder where a build has at least begun: nothing of anybody else's may be touched."""
    begun = [entry.name for entry in (out / "work").iterdir()] if (out / "work").is_dir() else None
    if begun is not None:
        alone = {entry.name for entry in out.iterdir()} - {forgotten.NAME} == {"work"}
        barely = all(name == "lock" or name.startswith(f".{CLAIM}.") for name in begun)  # killed in its first moment
        if CLAIM in begun or (alone and barely):
            return True
    try:
        manifest = parts.read_json(out / NAME)
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and {"corpuskit", "format", "ledger"} <= manifest.keys()


def _told(out: Path, claim: dict[str, Any]) -> dict[str, Any]:
    """A claim without the names of sources that were forgotten."""
    return claim | {"sources": forgotten.read(out).sources(claim["sources"])}


def _keep(out: Path, claim: dict[str, Any], file: Path, *, replace: bool) -> None:
    if not replace and (different := difference(*_before(out, claim, file))):
        raise UsageError(
            f"{out}: belongs to another build ({different}). Name another --out, "
            "or say --replace to build this one there; what still fits is reused."
        )
    parts.write_json(file, claim)


def _before(out: Path, claim: dict[str, Any], file: Path) -> tuple[Any, Any]:
    """What the folder was claimed for, and what of the new claim to hold against it.

    The manifest speaks where the work folder was deleted, though it does not know where the sources lay.
    """
    try:
        return _told(out, parts.read_json(file)), claim  # a `forget` that was killed may have left them
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    try:
        manifest = parts.read_json(out / NAME)
        told = {"tokenizer": manifest["tokenizer"]["digest"], "recipe": manifest["recipe"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None, None
    return told, {name: claim[name] for name in told}
