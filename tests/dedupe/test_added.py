"""Documents come and go between builds: the answer is the one that a build from nothing gives."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit import parts
from corpuskit.dedupe import bands, families, fillings, kin, known
from corpuskit.dedupe.bands import sign_part
from corpuskit.dedupe.settings import Dedupe
from corpuskit.dedupe.step import sign_job, twins
from corpuskit.dedupe.verify import VerifyJob
from corpuskit.parts import Store

SCHEMA = pa.schema([("text", pa.string()), ("media_type", pa.string()), ("member", pa.string())])
USUAL = Dedupe()
PLAIN = {"media_type": "text/plain", "modified": "", "legibility": 1.0, "words": 40, "bytes": 300}


def text(number: int) -> str:
    """Forty words, of which three at the end are its own: ten documents of each kind are near copies, some pairs exact ones."""
    kind, own = divmod(number, 10)
    words = np.random.default_rng(kind).integers(0, 10**6, 40).tolist()
    words[37:] = np.random.default_rng(1000 + number - own % 2 * (own == 3)).integers(0, 10**6, 3).tolist()
    letters = str.maketrans("0123456789", "abcdefghij")
    return " ".join(map(str, words)).translate(letters)


class Folder:
    """A corpus whose parts are numbered sets of documents."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.store = folder, Store(folder / "work")
        self.done: list[str] = []
        self.verified = self.judged = 0

    def each(self, name: str, function: Callable[[Any], None], jobs: Sequence[Any]) -> None:
        for job in jobs:
            if not job.out.exists():
                self.done.append(name)
                self.verified += len(job.left) if isinstance(job, VerifyJob) else 0
                self.judged += len(job.left) if isinstance(job, fillings.FamilyJob) else 0
                function(job)

    def part(self, name: str, numbers: Sequence[int]) -> Path:
        file, blank = self.folder / f"{name}.arrow", [""] * len(numbers)
        columns = [pa.array([text(number) for number in numbers], pa.string()), pa.array(blank), pa.array(blank)]
        parts.write_arrow(file, SCHEMA, [pa.table(columns, schema=SCHEMA)])
        return file

    def answer(
        self, held: Mapping[str, Sequence[int]], gone: set[tuple[str, int]], asked: Dedupe = USUAL
    ) -> list[tuple[Any, ...]]:
        files = [self.part(name, numbers) for name, numbers in held.items()]
        signs = [sign_job(self.store, file.stem, file, Dedupe()) for file in files]
        self.each("dedupe: sign", sign_part, signs)
        rows = [
            {"part": part, "row": row, "path": f"{(7 * number) % 101:03d}-{name}-{row}.txt", **PLAIN}
            for part, (name, numbers) in enumerate(held.items())
            for row, number in enumerate(numbers)
            if (name, row) not in gone
        ]
        if not rows:
            return []
        documents = pl.DataFrame(rows)
        found = twins(documents, [job.out for job in signs], files, asked, self.store, self.each)
        paths = documents["path"]
        chosen = found.select(
            paths, "copy", "overlap", s=paths.gather(found["survivor"]), g=paths.gather(found["group"])
        )
        return chosen.sort("path").rows()


numbers = st.lists(st.integers(0, 39), min_size=1, max_size=12)
gone = st.sets(st.tuples(st.sampled_from("abc"), st.integers(0, 11)), max_size=8)
builds = st.lists(st.tuples(st.sets(st.sampled_from("abc"), min_size=1), gone), min_size=2, max_size=4)


@settings(max_examples=15, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys("abc", numbers)), builds, st.sampled_from([3, 64]), st.sampled_from([4, 10]))
def test_after_any_coming_and_going_the_answer_is_that_of_a_build_from_nothing(
    content: dict[str, list[int]], steps: list[tuple[set[str], set[tuple[str, int]]]], full: int, family: int
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "FULL_BUCKET", full)
        patch.setattr(bands, "LEADERS", 2)
        patch.setattr(families, "FAMILY", family)
        grown = Folder(Path(folder, "grown"))
        for number, (held, missing) in enumerate(steps):
            here = {name: content[name] for name in sorted(held)}
            fresh = Folder(Path(folder, f"fresh-{number}"))
            assert grown.answer(here, missing) == fresh.answer(here, missing)
            for kept in (*fresh.store.root.glob("dedupe/*-known*"), *fresh.store.root.glob("dedupe/*-families*")):
                assert (grown.store.root / "dedupe" / kept.name).read_bytes() == kept.read_bytes()


def test_one_document_more_has_only_its_own_pairs_verified(tmp_path: Path) -> None:
    corpus = Folder(tmp_path)
    corpus.answer({"a": range(0, 60, 2)}, set())
    corpus.done.clear()
    corpus.verified = 0
    corpus.answer({"a": range(0, 60, 2), "b": [5]}, set())
    assert corpus.verified == 5  # the five others of its kind
    corpus.done.clear()
    corpus.answer({"a": range(0, 60, 2), "b": [5]}, set())
    assert corpus.done == []


def test_one_document_more_has_only_its_own_family_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(families, "FAMILY", 4)
    corpus = Folder(tmp_path)
    corpus.answer({"a": range(0, 40, 2)}, set())
    assert corpus.judged == 4 * 10
    corpus.judged = 0
    corpus.answer({"a": range(0, 40, 2), "b": [5]}, set())
    assert corpus.judged == 10 + 5  # those of its kind, whose kin it has changed
    corpus.judged = 0
    corpus.answer({"a": range(0, 40, 2), "b": [5]}, set())
    assert corpus.judged == 0


@pytest.mark.parametrize("order", [(0.5, 0.55), (0.55, 0.5)])
def test_what_a_killed_run_judged_is_not_read_by_one_that_asks_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: tuple[float, float]
) -> None:
    """0.5 and 0.55 ask for the same pairs, with other documents in between."""
    monkeypatch.setattr(families, "FAMILY", 4)
    killed, fresh = Folder(tmp_path / "killed"), Folder(tmp_path / "fresh")
    before, after = (Dedupe(together=together) for together in order)
    assert before.bands() == after.bands()
    held = {"a": range(0, 100, 2), "b": range(1, 60, 2)}
    with monkeypatch.context() as patch:
        patch.setattr(kin, "write", _killed)
        with pytest.raises(KeyboardInterrupt):
            killed.answer(held, set(), before)
    assert list((tmp_path / "killed").glob("work/dedupe/*-judged-*"))
    assert killed.answer(held, set(), after) == fresh.answer(held, set(), after)
    assert killed.judged == 2 * fresh.judged


@pytest.mark.parametrize("lost", ["*-known.arrow", "*-known-pairs.arrow", "*-known-crowds.arrow", "*-families.arrow"])
@pytest.mark.parametrize("damage", [None, b"", b"rubbish", b"ARROW1\0\0"])
def test_what_was_kept_may_be_lost_or_damaged(
    tmp_path: Path, lost: str, damage: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is killed while it tidies leaves some of the files."""
    monkeypatch.setattr(families, "FAMILY", 4)
    corpus, fresh = Folder(tmp_path / "corpus"), Folder(tmp_path / "fresh")
    before, after = {"a": range(0, 40, 2)}, {"a": range(0, 40, 2), "b": [5, 7]}
    corpus.answer(before, set())
    for file in (tmp_path / "corpus" / "work" / "dedupe").glob(lost):
        file.unlink()
        if damage is not None:
            file.write_bytes(damage)
    assert corpus.answer(after, set()) == fresh.answer(after, set())
    if damage is None:
        assert corpus.answer(before, set()) == Folder(tmp_path / "again").answer(before, set())


def _killed(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_without_a_survivor_its_best_twin_is_back(tmp_path: Path) -> None:
    corpus = Folder(tmp_path)
    held = {"a": [0, 1, 2]}
    before = {path: copy for path, copy, *_ in corpus.answer(held, set())}
    assert before == {"000-a-0.txt": None, "007-a-1.txt": "near", "014-a-2.txt": "near"}
    after = {path: (copy, survivor) for path, copy, _, survivor, _ in corpus.answer(held, {("a", 0)})}
    assert after == {"007-a-1.txt": (None, "007-a-1.txt"), "014-a-2.txt": ("near", "007-a-1.txt")}


def test_another_threshold_does_not_read_what_was_kept_for_this_one(tmp_path: Path) -> None:
    corpus = Folder(tmp_path)
    corpus.answer({"a": range(10)}, set())
    [kept] = (tmp_path / "work" / "dedupe").glob("*-known.arrow")
    assert known.latest(corpus.store, "other") is None
    assert kept == known.latest(corpus.store, pa.ipc.open_file(kept).schema.metadata[b"decides"].decode())
