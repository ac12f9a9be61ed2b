import pyarrow as pa
import pytest

from corpuskit.dedupe import short


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Invoice 17", "INVOICE  17."),
        ("Yes, please.", "yes: please"),
        ("“Done”, she said", '"done" she said'),
        ("好的，谢谢。", "好的 谢谢"),
        ("Paid (in full).", "paid in full"),
    ],
)
def test_short_texts_that_say_the_same_are_equal(one: str, other: str) -> None:
    first, second = short.digests(pa.array([one, other]))
    assert first == second


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Invoice 17", "Invoice 18"),
        ("Balance: -5 euro", "Balance: 5 euro"),
        ("Version 1.5", "Version 15"),
        ("rebate of 5 %", "rebate of 5 €"),
        ("C# developers", "C++ developers"),
        ("Delivered?", "Delivered."),
        ("resign", "re-sign"),
        ("passed ✓", "passed ✗"),
        ("due on monday", "due on friday"),
    ],
)
def test_short_texts_that_state_another_thing_are_not(one: str, other: str) -> None:
    first, second = short.digests(pa.array([one, other]))
    assert first != second


def test_a_text_of_twenty_words_is_short_and_one_of_twenty_one_and_one_without_words_are_not() -> None:
    texts = pa.array(["a " * 20, "a " * 21, "!?", "", None])
    assert short.are_short(texts).tolist() == [True, False, False, False, False]
    assert len(set(short.digests(pa.array(["a " * 20, "A " * 20, "a " * 21, "A " * 21])).to_pylist())) == 3


def test_a_null_has_no_digest_and_slices_give_the_same() -> None:
    texts = pa.array(["Yes.", None, "yes", "long " * 30])
    found = short.digests(texts)
    assert found[1].as_py() is None
    assert found[0] == found[2]
    assert short.digests(texts.slice(2)).to_pylist() == found.to_pylist()[2:]
