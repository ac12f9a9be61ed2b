import pytest

from corpuskit.budget.repetition import effective_tokens, rows


@pytest.mark.parametrize(("epochs", "worth"), [(2, 1.97), (4, 3.73), (8, 6.62), (16, 10.6), (40, 15.2)])
def test_repeated_text_is_worth_what_muennighoff_and_others_fitted(epochs: int, worth: float) -> None:
    assert effective_tokens(1, epochs) == pytest.approx(worth, abs=0.05)


def test_no_number_of_epochs_is_worth_more_than_the_ceiling() -> None:
    assert effective_tokens(1, 100_000) == pytest.approx(1 + 15.387756)


def test_less_than_an_epoch_repeats_nothing() -> None:
    assert effective_tokens(1000, 0.25) == 250
    assert effective_tokens(1000, 1) == 1000
    assert effective_tokens(0, 16) == 0


def test_part_of_an_epoch_more_counts() -> None:
    assert 1000 < effective_tokens(1000, 1.5) < 1500


@pytest.mark.parametrize(("unique", "epochs"), [(-1, 2), (10, -1), (10, float("nan"))])
def test_there_is_nothing_below_none(unique: int, epochs: float) -> None:
    with pytest.raises(ValueError, match="neither can be below 0"):
        effective_tokens(unique, epochs)


def test_the_table_says_what_a_token_seen_is_worth() -> None:
    found = rows(1_000_000)
    assert [row["epochs"] for row in found] == [1, 2, 4, 8, 16]
    assert found[0] == {"epochs": 1, "processed_tokens": 1_000_000, "effective_tokens": 1_000_000, "value": 1.0}
    assert [round(row["value"], 2) for row in found] == [1.0, 0.98, 0.93, 0.83, 0.66]
    assert found[2]["effective_tokens"] == pytest.approx(3_725_673, abs=1)


def test_the_table_of_an_empty_corpus_is_a_table() -> None:
    assert [row["effective_tokens"] for row in rows(0)] == [0, 0, 0, 0, 0]
    assert rows(0)[2]["value"] == rows(10)[2]["value"]
