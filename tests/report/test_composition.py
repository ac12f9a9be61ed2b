from pathlib import Path

import polars as pl
import yaml

from corpuskit.filter.decisions import decide
from corpuskit.filter.rules import RULES
from corpuskit.report import composition as composing
from corpuskit.report.composition import WEB, composition, labelled, quality_bands
from tests.report.frames import documents

ROOT = Path(__file__).parents[2]


def test_counts_by_value_have_most_tokens_first() -> None:
    rows = documents({"source": "a"}, {"source": "b", "tokens": 30}, {"source": "a", "bytes": 2})
    assert composition(labelled(rows))["source"] == [
        {"value": "b", "documents": 1, "text_bytes": 40, "tokens": 30},
        {"value": "a", "documents": 2, "text_bytes": 42, "tokens": 20},
    ]


def test_each_dimension_adds_up_to_the_same_tokens() -> None:
    rows = documents({"media_type": "application/pdf"}, {"split": "validation", "language": "de"}, {"words": 3})
    table = composition(labelled(rows))
    assert list(table) == ["source", "language", "format", "quality_band", "split"]
    assert {name: sum(row["tokens"] for row in values) for name, values in table.items()} == dict.fromkeys(table, 30)


def test_a_media_type_has_a_plain_name_and_an_unknown_one_its_own() -> None:
    rows = documents({"media_type": "application/pdf", "tokens": 2}, {"media_type": "application/x-new", "tokens": 1})
    assert [row["value"] for row in composition(labelled(rows))["format"]] == ["PDF", "application/x-new"]


def test_what_a_document_does_not_say_is_said() -> None:
    rows = documents({"language": None}, {"language": " "})
    assert composition(labelled(rows))["language"] == [
        {"value": "not said", "documents": 2, "text_bytes": 80, "tokens": 20}
    ]


def test_a_column_that_an_older_corpus_lacks_is_left_out_and_one_that_a_newer_has_is_told() -> None:
    older = documents({}).drop("language", "media_type", "short_line_share")
    assert list(composition(labelled(older))) == ["source", "split"]
    newer = documents({}).with_columns(licence=pl.lit("CC0"))
    assert composition(labelled(newer))["licence"][0]["value"] == "CC0"


def test_beyond_200_values_the_rest_is_one_line() -> None:
    rows = documents(*({"source": f"s{number:03}", "tokens": 1000 - number} for number in range(203)))
    values = composition(labelled(rows))["source"]
    assert len(values) == 201
    assert values[-1] == {"value": "3 others", "documents": 3, "text_bytes": 120, "tokens": 800 + 799 + 798}


def test_a_band_is_the_number_of_web_rules_broken() -> None:
    rows = documents(
        {}, {"words": 49}, {"words": 49, "letter_share": 0.59}, {"words": 1, "letter_share": 0, "mean_word_length": 11}
    )
    bands = quality_bands(rows)
    assert bands is not None
    assert bands.to_list() == ["0", "1", "2", "3+"]


def test_the_web_rules_are_those_of_the_recipe_and_decided_as_the_filter_does() -> None:
    recipe = yaml.safe_load((ROOT / "pipelines" / "web.yaml").read_text())["filter"]
    del recipe["by_type"]
    assert recipe == WEB
    bounds = [(RULES[name].signal, limit) for name, limit in WEB.items() if not isinstance(limit, list)]
    edges = documents(*({signal: limit + step} for signal, limit in bounds for step in (-1, 0, 1)))
    signals, nothing = edges.to_arrow(), [None] * len(edges)
    for name, limit in WEB.items():
        dropped = [one == "dropped" for one in decide(signals, nothing, nothing, {name: limit})["verdict"].to_pylist()]
        assert edges.select(composing._breaks(name, limit)).to_series().to_list() == dropped, name


def test_every_format_that_is_read_has_a_plain_name() -> None:
    from corpuskit.extract.formats import READERS

    assert READERS.keys() == composing.FORMATS.keys()


def test_of_no_documents_every_table_is_empty() -> None:
    assert set(map(len, composition(labelled(documents())).values())) == {0}
