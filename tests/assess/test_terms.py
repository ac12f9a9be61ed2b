import math

import polars as pl
import pytest

from corpuskit.assess.terms import LEAST_DOCUMENTS, PRIOR, over_represented

GENERAL = {"the": 60_000, "house": 500, "river": 300, "pump": 5, "other": 39_195}


def types(**rows: tuple[int, int]) -> pl.DataFrame:
    """Words with their count and number of documents."""
    counts = {
        "word": list(rows),
        "count": [row[0] for row in rows.values()],
        "documents": [row[1] for row in rows.values()],
    }
    return pl.DataFrame(counts)


def test_a_word_that_the_domain_uses_more_comes_first() -> None:
    found = over_represented(types(pump=(800, 40), house=(50, 20), the=(6000, 50)), GENERAL, 10)
    assert found["word"].to_list() == ["pump"]
    assert found["count"].to_list() == [800]


def test_log_odds_are_those_of_the_formula() -> None:
    (found,) = (
        over_represented(types(pump=(100, 9), filler=(9900, 9)), GENERAL, 10).filter(word="pump").iter_rows(named=True)
    )
    weight = PRIOR * 100_000
    prior = weight * 105 / 110_000
    domain = (100 + prior) / (10_000 + weight - 100 - prior)
    general = (5 + prior) / (100_000 + weight - 5 - prior)
    assert found["log_odds"] == pytest.approx(math.log(domain / general))
    assert found["z"] == pytest.approx(math.log(domain / general) / math.sqrt(1 / (100 + prior) + 1 / (5 + prior)))
    assert (found["per_million"], found["general_per_million"]) == (10_000, 50)


def test_frequent_terms_rank_before_rare_ones_of_the_same_odds() -> None:
    found = over_represented(types(valve=(900, 30), seal=(9, 5), filler=(9000, 30)), {"other": 10_000}, 10)
    assert found["word"].to_list().index("valve") < found["word"].to_list().index("seal")


def test_numbers_are_no_terms() -> None:
    found = over_represented(types(valve=(90, 30), b12=(90, 30), **{"4711": (90, 30)}), GENERAL, 10)
    assert found["word"].to_list() == ["valve"]


def test_a_word_of_too_few_documents_is_no_term() -> None:
    found = over_represented(types(valve=(90, LEAST_DOCUMENTS), smith=(90, LEAST_DOCUMENTS - 1)), GENERAL, 10)
    assert found["word"].to_list() == ["valve"]


def test_function_words_are_no_terms() -> None:
    assert over_represented(types(shall=(900, 30), valve=(90, 30)), GENERAL, 10)["word"].to_list() == ["valve"]


def test_what_general_text_has_as_often_is_no_term() -> None:
    assert over_represented(types(house=(500, 30), other=(99_500, 30)), GENERAL, 10).is_empty()
