"""A forgetting that has begun: new files lie in work/forget/ until all are there, then they take their places, the manifest last.

The folder is there from the first moment to the last, so that one that was killed is known, and done again from where its files allow.
"""

import shutil
from pathlib import Path

from corpuskit import parts
from corpuskit.errors import CorpuskitError
from corpuskit.parts import Store
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader

FOLDER = "forget"
FROM = "from.json"  # which corpus the files are made from
CLEARED = "cleared.json"  # a build came in between


def folder(store: Store) -> Path:
    """Where the new files wait."""
    return store.root / FOLDER


def there(store: Store) -> bool:
    """True when one has begun and not ended."""
    return folder(store).is_dir()


def begin(store: Store, corpus: str) -> Path:
    """An empty folder for new files of the corpus with this manifest's SHA-256."""
    for waits in folder(store).iterdir() if there(store) else ():  # the folder stays: it says that one has begun
        shutil.rmtree(waits) if waits.is_dir() else waits.unlink()
    parts.write_json(folder(store) / FROM, {"corpus": corpus})
    return folder(store)


def give_up(store: Store) -> None:
    """Delete what waits. What was to be forgotten stays written down in the corpus."""
    shutil.rmtree(folder(store), ignore_errors=True)


def left_to_a_build(store: Store) -> bool:
    """Where one was killed and a build comes: what waits goes, and so do all results, since any may hold what was to be forgotten.

    The folder stays, for `forget` to finish with what a build has nothing to do with. False where there is nothing of the kind.
    """
    if not there(store) or (folder(store) / CLEARED).exists():
        return False
    for room in sorted(store.root.iterdir()):
        if room.is_dir() and room != folder(store):
            shutil.rmtree(room)
    parts.write_json(folder(store) / CLEARED, {})
    for waiting in sorted(folder(store).iterdir()):
        if waiting.is_dir():
            shutil.rmtree(waiting)
        elif waiting.name != CLEARED:
            waiting.unlink()
    return True


def put(corpus: Path, store: Store) -> None:
    """Bring waiting files to their places, if all are there: in between there is no corpus.json. Else nothing happens."""
    waiting = folder(store)
    written = waiting / manifests.NAME
    if not written.is_file() or not _fits(corpus, waiting):
        return
    manifests.remember(corpus, written.read_text(encoding="utf-8"))
    (corpus / manifests.NAME).unlink(missing_ok=True)
    for file in sorted(waiting.rglob("*")):
        if file.is_file() and file not in {written, waiting / FROM}:
            file.replace(corpus / file.relative_to(waiting))
    written.replace(corpus / manifests.NAME)


def _fits(corpus: Path, waiting: Path) -> bool:
    """Whether the corpus is the one that the files were made from, or on its way to the one that they make."""
    if not (corpus / manifests.NAME).exists():
        return True
    try:
        made_from = parts.read_json(waiting / FROM)["corpus"]
    except (OSError, ValueError, KeyError, TypeError):
        raise CorpuskitError(f"{waiting}: damaged; delete that folder and run the same command again.") from None
    return bool(reader.digest(corpus / manifests.NAME) == made_from)
