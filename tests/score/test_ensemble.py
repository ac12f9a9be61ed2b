import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.score import kinds, language, statistics
from corpuskit.score.ensemble import MARKS, READ, RUNNING, UNSPACED, Mark, text_quality

PROSE = (
    "The landlord repairs the roof in spring. The tenant pays the rent on the first day of each month, and nobody has to "
    "ask for it twice. When the roof leaks again, the tenant writes to the landlord, who sends a roofer within a week.\n"
)
JAPANESE = "屋根は春に修理されます。家賃は毎月一日に支払います。屋根がまた漏れたら、借主は家主に手紙を書きます。\n"
MENU = "\n".join(["Home", "About us", "Products", "Contact", "Log in", "Sitemap", "Privacy", "Imprint", "Help"] * 8)


def quality(*texts: str | None, media_type: str = "text/plain", legibility: float = 1.0) -> list[float | None]:
    column = pa.array(texts, pa.string())
    signals = statistics.measure(column)
    signals = signals.append_column("document_type", kinds.kinds(signals, pa.array([media_type] * len(texts))))
    spoken = language.identify(column)
    for name in spoken.column_names:
        signals = signals.append_column(name, spoken[name])
    legible = pa.array([None if text is None else legibility for text in texts], pa.float32())
    found: list[float | None] = text_quality(signals, legible).to_pylist()
    return found


def test_prose_is_near_one_in_any_script() -> None:
    english, japanese = quality(PROSE, JAPANESE)
    assert english is not None
    assert japanese is not None
    assert english > 0.9
    assert japanese > 0.9


def test_null_stays_null_and_empty_is_a_number() -> None:
    null, empty = quality(None, "")
    assert null is None
    assert empty is not None
    assert 0 <= empty <= 1


@pytest.mark.parametrize(
    ("text", "most"),
    [
        (MENU, 0.35),
        (PROSE * 20, 0.3),  # the same again and again
        (PROSE.replace(" ", ""), 0.4),
        ("\n".join(line[::-1] for line in PROSE.splitlines()), 0.6),
        (", ".join(sorted({word.strip(".,\n") for word in PROSE.split()})) * 4, 0.9),
    ],
)
def test_what_is_no_running_text_stands_lower(text: str, most: float) -> None:
    (found,) = quality(text)
    assert found is not None
    assert found < most


def test_tables_and_code_are_not_asked_for_sentences() -> None:
    table = "\n".join(
        f"{name}\t{number}\t{number * 7}" for number, name in enumerate(("rent", "roof", "lease", "keys"))
    )
    (found,) = quality(table, media_type="text/csv")
    assert found == 1


def test_legibility_is_a_factor() -> None:
    (whole,), (half,) = quality(PROSE), quality(PROSE, legibility=0.5)
    assert whole is not None
    assert half == pytest.approx(whole / 2)


def test_a_mark_takes_nothing_at_its_clean_bound_and_its_weight_at_the_lost_one() -> None:
    up, down = Mark("long", 10, 20, 0.5), Mark("short", 0.2, 0.0, 1.0)
    assert up.factor(np.array([0.0, 10, 15, 20, 99])).tolist() == [1, 1, 0.75, 0.5, 0.5]
    assert down.factor(np.array([0.4, 0.2, 0.1, 0.0])).tolist() == [1, 1, 0.5, 0]


def test_types_of_running_text_are_types() -> None:
    assert set(RUNNING) <= set(kinds.KINDS)
    assert all(code.islower() for code in UNSPACED)


@given(st.lists(st.tuples(*[st.integers(0, 1000)] * len(READ)), min_size=1, max_size=8), st.sampled_from(kinds.KINDS))
def test_any_signals_give_a_number_from_0_to_1_row_by_row(rows: list[tuple[int, ...]], kind: str) -> None:
    def asked(some: list[tuple[int, ...]]) -> list[float]:
        columns = dict(zip(READ, np.array(some, np.float64).T, strict=True))
        count = len(some)
        said = {"document_type": [kind] * count, "language": ["en"] * count, "second_language": [None] * count}
        found: list[float] = text_quality(pa.table(columns | said), pa.array([0.9] * count, pa.float32())).to_pylist()
        return found

    found = asked(rows)
    assert all(0 <= one <= 1 for one in found)
    assert found == [asked([row])[0] for row in rows]


def test_a_weight_never_takes_more_than_all() -> None:
    assert all(0 < mark.weight <= 1 and mark.clean != mark.lost for mark in MARKS)
