import pytest

from corpuskit.assess.gap import BANDS, atlas, band, jsd_excess, overlap_of_floor
from corpuskit.assess.overlap import Measure, Overlaps


def found(overlap: float, jsd: float, oov: float, words: int = 100_000) -> Overlaps:
    """Measures with a floor of 0.6 for overlap and 0.1 for divergence."""
    shared, apart, unknown = Measure(overlap, 0, 1, 0.6), Measure(jsd, 0, 1, 0.1), Measure(oov, 0, 1, 0.03)
    return Overlaps(words, 100, 5000, shared, shared, apart, unknown)


def test_scales_run_from_the_floor() -> None:
    assert overlap_of_floor(Measure(0.3, 0, 1, 0.6)) == 0.5
    assert jsd_excess(Measure(0.1, 0, 1, 0.1)) == 0.0
    assert jsd_excess(Measure(1.0, 0, 1, 0.1)) == 1.0


@pytest.mark.parametrize(
    ("overlap", "jsd", "oov", "expected"),
    [
        (0.5, 0.15, 0.03, "near"),
        (0.5, 0.15, 0.30, "near"),
        (0.5, 0.40, 0.30, "moderate"),
        (0.35, 0.35, 0.10, "moderate"),
        (0.2, 0.35, 0.20, "far"),
        (0.2, 0.50, 0.03, "far"),
        (0.42, 0.20, 0.06, "near"),
        (0.30, 0.25, 0.14, "moderate"),
    ],
)
def test_two_of_three_votes_decide_the_band(overlap: float, jsd: float, oov: float, expected: str) -> None:
    assert band(found(overlap, jsd, oov)) == expected


def test_too_few_words_have_no_band() -> None:
    assert band(found(0.5, 0.15, 0.03, words=1_999)) is None
    assert band(found(0.5, 0.15, 0.03, words=2_000)) == "near"


def test_the_atlas_stands_in_the_order_news_contracts_medicine() -> None:
    rows = {row["name"]: row for row in atlas()}
    assert next(iter(rows)) == "general text"
    ordered = [rows[name] for name in ("news articles", "contracts", "health questions and answers")]
    assert [row["band"] for row in ordered] == ["near", "moderate", "far"]
    assert sorted(ordered, key=lambda row: -row["overlap"]) == ordered
    assert sorted(ordered, key=lambda row: row["jsd_bits"]) == ordered


def test_the_atlas_has_the_bands_that_its_figures_give() -> None:
    for row in atlas():
        assert row["band"] in BANDS
        overlap = Measure(row["overlap"], 0, 1, row["overlap"] / row["overlap_of_floor"])
        excess = row["jsd_excess"]
        jsd = Measure(row["jsd_bits"], 0, 1, (row["jsd_bits"] - excess) / (1 - excess))
        oov = Measure(row["oov"], 0, 1, None)
        assert band(Overlaps(row["words"], 100, 5000, overlap, overlap, jsd, oov)) == row["band"]
