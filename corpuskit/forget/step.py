"""forget: first what is to be forgotten is written down, then the corpus is made without it, then all else that may hold it goes.

Killed at any moment, the same command goes on; a build that comes in between leaves the documents out too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from corpuskit import forgotten as lists
from corpuskit import parts
from corpuskit.errors import UsageError
from corpuskit.extract.files import is_remote
from corpuskit.forget import account, begun, clear, find, rewrite
from corpuskit.forget.look import Answer, Request, looked, shard_set
from corpuskit.forgotten import REASON, Forgotten
from corpuskit.parts import Store
from corpuskit.report import files as reports
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader

Say = Callable[[str], None]


def forget(request: Request, say: Say) -> Answer:
    """Forget documents, or say what would go.

    Raises UsageError for a name that means nothing or several things, CorpuskitError where another command works in the folder, where
    a file is damaged, and where a file cannot be deleted.
    """
    corpus = request.corpus
    if is_remote(str(corpus).replace(":/", "://")):
        raise UsageError(f"{corpus}: a corpus is forgotten from in a folder of this machine; work where it lies.")
    if not begun.there(Store(corpus / "work")):
        manifest = manifests.account(corpus)  # nothing is written into a folder of somebody else's
        if not request.names:
            raise UsageError(
                f"{corpus}: no forgetting was interrupted here; name the documents that are to be forgotten."
            )
        if not request.sure:
            return looked(request, manifest)[0]
    with _alone(corpus) as store:
        begun.put(corpus, store)
        manifest = manifests.account(corpus)
        answer, more = looked(request, manifest)
        if not request.sure:
            return answer
        forgotten = lists.read(corpus).and_(more)
        _forget(corpus, store, manifest, forgotten, say)
    return answer


@contextmanager
def _alone(corpus: Path) -> Iterator[Store]:
    store = Store((corpus / "work").absolute())
    busy = f"{corpus}: a build or another `forget` is at work there; wait for it."
    with parts.alone(corpus, store.root / "lock", busy):
        Store(corpus).remove_unfinished()
        yield store


def _forget(corpus: Path, store: Store, manifest: dict[str, Any], forgotten: Forgotten, say: Say) -> None:
    """Make the corpus one without what is forgotten."""
    before = reader.digest(corpus / manifests.NAME)
    waiting = begun.begin(store, before)
    if forgotten:
        lists.write(corpus, forgotten)
    documents = find.read(corpus, manifest)
    meant = find.meant(documents, forgotten)
    gone = rewrite.shown_paths(meant, forgotten)
    changed = gone.join(meant.filter(reason=REASON), on=["id", "path"], how="anti")
    if len(changed):
        say(f"leaving documents/ and shards/: {len(changed):,}")
        now = _written(corpus, waiting, manifest, documents, changed)
        parts.write_text(waiting / manifests.NAME, manifests.text(now))
        begun.put(corpus, store)
    say("work/ and report/ are cleared of what may hold them")
    now = manifests.account(corpus)
    clear.clear(corpus, store, find.read(corpus, now), forgotten)
    reports.publish(corpus)
    begun.give_up(store)


def _written(
    corpus: Path, waiting: Path, manifest: dict[str, Any], documents: pl.DataFrame, gone: pl.DataFrame
) -> dict[str, Any]:
    """Write the files that change to `waiting`, but for the manifest, which is returned."""
    ids = pa.array(gone["id"].to_list(), pa.string())
    tables = rewrite.documents(corpus, waiting, manifest["documents"], gone)
    shards = rewrite.shards(corpus, waiting, manifest["shards"], ids)
    rewrite.lists(corpus, waiting, ids)
    named = set(documents.join(gone, on="id", how="semi").select("path", "member").iter_rows())
    now = account.manifest(manifest, rewrite.left_of(documents, gone), named, tables, shards)
    before, after = reader.digest(corpus / manifests.NAME), manifests.digest(now)
    for name in reader.sets(corpus):
        about = shard_set(corpus, name)
        made_from = after if about.get("corpus") == before else about.get("corpus")  # a stale set stays stale
        entries = rewrite.shards(corpus, waiting, about["shards"], ids)
        parts.write_json(waiting / name / reader.SET, about | {"corpus": made_from, "shards": entries})
    return now
