"""Names, addresses and places masked by what a token classifier finds."""

from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from corpuskit.documents import EXTRACTED
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.recipe import load
from corpuskit.repair.mask import mask
from corpuskit.repair.settings import Repair
from corpuskit.repair.tagger import Tagger
from corpuskit.sensitive import count
from tests.conftest import Builder, prose


def batch(text: str | None, title: str = "", author: str = "") -> pa.RecordBatch:
    row = dict.fromkeys(EXTRACTED.names, "") | {"file_bytes": 0, "pages": 0, "page_starts": (), "file": 0}
    row |= {"text": text, "title": title, "author": author, "legibility": None, "reason": None, "detail": None}
    return pa.RecordBatch.from_pylist([row], schema=EXTRACTED)


def masked(tagger: Path, *columns: str | None, kinds: tuple[str, ...] = ("names", "emails")) -> list[str | None]:
    row = mask(batch(*columns), kinds, tagger).batch.to_pylist()[0]  # type: ignore[arg-type]
    return [row[name] for name in ("text", "title", "author")]


def test_a_name_has_one_placeholder_in_text_title_and_author(tagger: Path) -> None:
    assert masked(tagger, "😀 so Anna Berg came", "to Anna Berg .", "Anna Berg <anna@firma.de>; Bo Lind") == [
        "😀 so <NAME_1> came",
        "to <NAME_1> .",
        "<NAME_1> <<EMAIL_1>>; <NAME_2>",
    ]


def test_places_are_masked_where_they_are_named_and_not_by_all(tagger: Path) -> None:
    assert masked(tagger, "in Oslo Cora .", kinds=("places",))[0] == "in <PLACE_1> Cora ."
    assert mask(batch("in Oslo Cora ."), "all", tagger).batch["text"].to_pylist() == ["in Oslo <NAME_1> ."]


def test_masked_again_a_text_stays_as_it_is_and_placeholders_count(tagger: Path) -> None:
    once = masked(tagger, "so Anna Berg came\nto Bert Berg .", "", "Anna Berg")
    assert masked(tagger, *once)[0] == once[0]
    assert count(pa.array([once[0]]))["names"].to_pylist() == [2]


def test_a_document_that_could_not_be_read_keeps_no_author(tagger: Path) -> None:
    assert masked(tagger, None, "", "Anna Berg") == [None, "", "<NAME_1>"]


def test_a_build_masks_names_and_reports_them(tmp_path: Path, built: Builder, tagger: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "one.txt").write_text(f"{prose(1)}so Anna Berg came\n{prose(2)}")
    settings = ("repair.mask=[names]", f"repair.names_model={tagger}")
    report = built(tmp_path / "out", tmp_path / "source", settings=settings).report
    (text,) = pl.read_parquet(tmp_path / "out" / "documents" / "*.parquet")["text"]
    assert "Anna" not in text
    assert "so <NAME_1> came" in text
    assert [(row["kind"], row["masked"], row["finds"] > 0) for row in report["sensitive"]] == [("names", True, True)]


def test_a_model_that_changes_while_a_build_runs_stops_it(tagger: Path) -> None:
    settings = Repair(mask=("names",), names_model=str(tagger))
    begun = Tagger.of(settings)
    assert begun is not None
    begun.check()
    with pytest.raises(CorpuskitError, match="changed while the build ran"):
        Tagger(begun.folder, "another", begun.device).check()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (("repair.mask=[names]",), "mask: names: only a model finds them; name one in names_model"),
        (("repair.names_model=x",), "names_model finds what mask should name: names, addresses or places"),
    ],
)
def test_names_and_their_model_come_together(settings: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load(None, settings)
