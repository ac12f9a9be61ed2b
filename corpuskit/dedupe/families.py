"""Fillings of one template are no copies, though nothing that differs looks like a fact: told by what many documents share.

A document that overlaps many others stands in a family. Two of a family that would be copies are judged by what their kin share
(`fillings`). Noisy copies of one text stay copies, however many there are; so do versions, which are few.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from corpuskit import parts
from corpuskit.dedupe import exchange, fillings, kin, known, verify
from corpuskit.dedupe.candidates import NOWHERE
from corpuskit.dedupe.exchange import Places
from corpuskit.dedupe.fillings import FamilyJob
from corpuskit.dedupe.settings import Dedupe
from corpuskit.parts import Indices, Store

FAMILY = 10  # a document that overlaps so many others stands in a family

Flags = npt.NDArray[np.bool_]


def asked(count: int, alike: known.Alike, threshold: float) -> Indices:
    """The pairs that would be copies, and whose documents (of `count`) both stand in a family."""
    left, right, jaccard, filled = alike
    many = np.bincount(left, minlength=count) + np.bincount(right, minlength=count) >= FAMILY
    return np.flatnonzero((jaccard >= threshold) & (jaccard < 1) & ~filled & many[left] & many[right])


def jobs(
    pairs: Indices,
    alike: known.Alike,
    groups: Indices,
    asked_of: Places,
    relatives: Places,
    documents: pl.DataFrame,
    part_files: Sequence[Path],
    ngram: int,
    out: Path,
) -> list[FamilyJob]:
    """These pairs as jobs, those of one of the `groups` together.

    `asked_of` are their documents and maybe more, ascending, with the `kin.nearest` of each; `documents` has the columns part, row and
    bytes.
    """
    left, right = alike.left, alike.right
    pairs = pairs[np.lexsort((left[pairs], right[pairs], groups[left[pairs]]))]
    text_bytes, part, row = (documents[name].to_numpy() for name in ("bytes", "part", "row"))
    made = []
    for number, run in enumerate(verify.cut(left[pairs], right[pairs], text_bytes, (asked_of, relatives))):
        some = pairs[run]
        here = exchange.distinct(left[some], right[some])
        family = relatives[asked_of.searchsorted(here)]
        there = family != NOWHERE
        positions = exchange.distinct(here, family[there])
        firsts = np.zeros(len(positions) + 1, np.int64)
        firsts[1 + positions.searchsorted(here)] = there.sum(axis=1)
        ordinals, of = np.unique(part[positions], return_inverse=True)
        files, size = tuple(part_files[ordinal] for ordinal in ordinals), int(text_bytes[positions].sum())
        name = exchange.numbered(out, number)
        told = np.cumsum(firsts), family[there], some, left[some], right[some]
        made.append(FamilyJob(files, positions, of, row[positions], *told, ngram, size, name))
    return made


def find(
    alike: known.Alike,
    groups: Indices,
    documents: pl.DataFrame,
    signed: Sequence[Path],
    part_files: Sequence[Path],
    settings: Dedupe,
    store: Store,
    name: str,
    each: parts.Map,
) -> Flags:
    """Which pairs are two fillings, by their facts or by their family.

    `name` is that of the verified pairs, `groups` names for each document what hangs together. What an earlier run judged of the same
    texts and the same kin is not judged again.
    """
    pairs = asked(len(groups), alike, settings.threshold)
    left, right = alike.left[pairs], alike.right[pairs]
    asked_of = exchange.distinct(left, right)
    relatives = kin.nearest(asked_of, len(groups), alike)
    part, row = documents["part"].to_numpy(), documents["row"].to_numpy()
    texts = kin.texts(left, right, asked_of, relatives, part, row, [path.stem for path in signed])
    decides = parts.key(fillings.VERSION, FAMILY, kin.SAMPLE, settings.ngram)
    kept = store.path("dedupe", f"{parts.key(name, decides, settings.together)}-families")
    held, said = kin.read(kept if kept.exists() else known.latest(store, decides, kin.NAMES))
    old = exchange.within(texts, held)
    new, found = np.flatnonzero(~old), np.zeros(len(pairs), np.bool_)
    found[old] = said[held.searchsorted(texts[old])]
    out = kept.with_name(f"{parts.key(kept.stem, hashlib.sha256(texts[new].data).hexdigest())}-judged").with_suffix("")
    todo = jobs(pairs[new], alike, groups, asked_of, relatives, documents, part_files, settings.ngram, out)
    if any(not job.out.exists() for job in todo):
        fillings.compile_kernels()  # before workers would all do it
    each("dedupe: families", fillings.judge, todo)
    for table in (parts.read_arrow(job.out) for job in todo):
        found[pairs.searchsorted(table["pair"].to_numpy())] = table["filled"].to_numpy()
    if len(new) or not kept.exists():
        kin.write(kept, decides, texts, found)
    for job in todo:
        job.out.unlink(missing_ok=True)
    each("dedupe: families", known.nothing, [known.InUse(kept)])
    filled = alike.filled.copy()
    filled[pairs] = found
    return filled
