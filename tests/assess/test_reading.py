"""Words are added up as they come, in time that grows with the text."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from corpuskit.assess import reading
from tests.assess.texts import corpus, domain_text

NEW = 1_000  # words of each frame that no other has


def frame(number: int) -> pl.DataFrame:
    words = [f"w{number}-{n}" for n in range(NEW)] + ["the"]
    return pl.DataFrame({"word": words, "count": 2, "documents": 1, "held_out": 0, "first": number})


def test_words_that_never_repeat_are_added_up_ever_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[int] = []
    add_up = reading._merge

    def counted(frames: list[pl.DataFrame]) -> pl.DataFrame:
        rows.append(sum(map(len, frames)))
        return add_up(frames)

    monkeypatch.setattr(reading, "MERGE_ROWS", 2 * NEW)
    monkeypatch.setattr(reading, "_merge", counted)
    types = reading._Types()
    for number in range(64):
        types.add(frame(number))
    found = types.merged()
    assert len(found) == 64 * NEW + 1
    assert found.filter(word="the").row(0) == ("the", 128, 64, 0, 0)
    assert found["word"].is_sorted()
    assert sum(rows) < 4 * len(found)  # each time all of it: 16 times as much


def test_batches_are_handed_on_by_their_bytes() -> None:
    batch = pa.record_batch({"text": ["x" * (5 << 20)]})
    assert [len(one) for one in reading.together([batch] * 9)] == [4, 4, 1]
    assert list(reading.together([])) == []


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    made = corpus(tmp_path, [domain_text(1, 100), "too short"])
    (file,) = (made / "documents").glob("*.parquet")
    (batch,) = reading.kept(file, ["text", "verdict"])
    assert (batch.num_rows, batch.schema.names) == (1, ["text", "verdict"])
