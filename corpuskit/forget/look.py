"""What is meant by a request to forget, where it is held, and who has seen it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from corpuskit import forgotten as lists
from corpuskit import parts
from corpuskit.errors import CorpuskitError
from corpuskit.forget import clear, find, rewrite, runs
from corpuskit.forget.runs import Run
from corpuskit.forgotten import REASON, Entry, Forgotten
from corpuskit.report.gather import approval
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader


@dataclass(frozen=True, slots=True)
class Request:
    """What to forget: `names` are ids, paths or folders; none to finish what was begun. Nothing is changed unless `sure`."""

    corpus: Path
    names: tuple[str, ...]
    day: str  # today, ISO 8601
    copies: bool = False
    paths: bool = False  # paths are not told either, of files of which nothing is left
    runs: tuple[Path, ...] = ()
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """What a shard set held of the documents."""

    name: str
    documents: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What was forgotten, or would be. `documents` and `copies_left` have id, path, member, verdict, tokens and reason."""

    done: bool
    documents: list[dict[str, Any]]
    copies_left: list[dict[str, Any]]
    sets: list[Held]
    runs: list[Run]
    runs_told: list[str]  # names of runs that spent on an approval
    approved: bool  # an approval held for the corpus as it was
    exports: list[str]  # in the corpus folder, deleted
    not_looked_into: list[str]  # in the corpus folder, of others


def looked(request: Request, manifest: dict[str, Any]) -> tuple[Answer, list[Entry]]:
    """What is meant, where it is held, and what to write down of it."""
    corpus, documents = request.corpus, find.read(request.corpus, manifest)
    known = lists.read(corpus)
    begun_of = find.meant(documents, known)
    named = _named(documents, request.names, known)
    chosen = find.closed(documents, named, copies=request.copies)
    digest = reader.digest(corpus / manifests.NAME)
    more = find.entries(documents, chosen, request.day, digest, hidden=request.paths)
    both = documents.filter(pl.col("id").is_in(pl.concat([chosen["id"], begun_of["id"]]).implode()))
    told = both.filter(pl.col("id").is_in(chosen["id"].implode()) | (pl.col("reason").fill_null("") != REASON))
    sets = _held(corpus, manifest, told["id"].to_list())
    entries = known.and_(more)
    since = {entry.corpus for place in _places(told) if (entry := entries.of(*place)) is not None}
    now, earlier = _states(corpus, digest, since, holds=any(one.documents for one in sets))
    left = find.left(documents, told).filter(pl.col("reason").fill_null("") != REASON)
    exports = [one.relative_to(corpus).as_posix() for one in clear.exports(corpus)]
    foreign = [one.name for one in clear.foreign(corpus)]
    return Answer(
        request.sure,
        _listed(told),
        _listed(left),
        sets,
        runs.find(request.runs, now, earlier),
        runs.told(corpus),
        approval(corpus) is not None,
        exports,
        [one for one in foreign if not any(f"{name}/".startswith(f"{one}/") for name in exports)],
    ), more


def _places(documents: pl.DataFrame) -> Iterator[tuple[str, str, str]]:
    yield from documents.select("id", "file_sha256", "member").iter_rows()


def _states(corpus: Path, digest: str, since: set[str], *, holds: bool) -> tuple[set[str], set[str]]:
    """States of the corpus that held a document in their shards, and those that may have.

    `digest` is the state now, `since` are those from which the documents were forgotten, now or before.
    """
    states = manifests.states(corpus)
    last = max((states.index(one) for one in since if one in states), default=-1)
    now = {digest} if holds else set[str]()
    return now, {*states[: last + 1], *since} - {digest}


def _named(documents: pl.DataFrame, names: Sequence[str], known: Forgotten) -> pl.DataFrame:
    """The documents that the names mean; those whose paths are no longer told too."""
    hidden = {
        name: [one.id for one in known.entries if one.hidden and one.path == lists.path_key(name)] for name in names
    }
    ids = [id_ for found in hidden.values() for id_ in found]
    ids += find.chosen_by(documents, [name for name, found in hidden.items() if not found])["id"].to_list()
    return documents.filter(pl.col("id").is_in(pl.Series(ids, dtype=pl.String).implode()))


def _listed(documents: pl.DataFrame) -> list[dict[str, Any]]:
    named = documents.select("id", "path", "member", "verdict", "reason", "tokens")
    return named.sort("path", "member", "id").to_dicts()


def _held(corpus: Path, manifest: dict[str, Any], ids: Sequence[str]) -> list[Held]:
    """What each shard set of the corpus holds of these documents."""
    found, wanted = [], pa.array(ids, pa.string())
    for name in ("shards", *reader.sets(corpus)):
        entries = manifest["shards"] if name == "shards" else shard_set(corpus, name)["shards"]
        counts = [rewrite.held(corpus / entry["file"], wanted) for entry in entries]
        found.append(Held(name, sum(rows for rows, _ in counts), sum(tokens for _, tokens in counts)))
    return found


def shard_set(corpus: Path, name: str) -> dict[str, Any]:
    """The manifest of a shard set, whether it is of this state of the corpus or not. Raises CorpuskitError for a damaged one."""
    try:
        found: dict[str, Any] = parts.read_json(corpus / name / reader.SET)
        if not all("file" in entry for entry in found["shards"]):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError):
        raise CorpuskitError(
            f"{corpus / name}: not a readable shard set; delete that folder or make it again."
        ) from None
    return found
