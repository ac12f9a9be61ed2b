"""Which characters go with an item's words, and that they can be put back."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.contamination.spans import whole
from corpuskit.repair.cuts import CONTAMINATED, cut, restore

ITEM = "signs the certificate"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It rained. The officer signs the certificate here. All slept.", "It rained. All slept."),
        ("It rained.\nThe officer\nsigns the certificate\nhere. All slept.", "It rained.\nAll slept."),
        ("It rained. He said: “She signs the certificate.” All slept.", "It rained. All slept."),
        ("It rained.\n\nShe signs the certificate.\n\nAll slept.", "It rained.\n\nAll slept."),
        ("- one\n- signs the certificate\n- three", "- one\n- three"),
        ("a | b\nsigns the certificate | 4\nc | d", "a | b\nc | d"),
        ("signs the certificate", ""),
        ("Head\n\nsigns the certificate", "Head"),
        ("signs the certificate\n\nFoot", "Foot"),
        ("- a signs the certificate b\n- c", "- c"),
        ("下雨了。signs the certificate。大家睡了。", "下雨了。大家睡了。"),
        (f"{'x ' * 300}signs the certificate {'y ' * 300}", f"{'x ' * 300}{'y ' * 300}"),
    ],
)
def test_whole_sentences_go_and_what_stays_can_be_read(text: str, left: str) -> None:
    begin = text.replace("\n", " ").index(ITEM)
    spans = whole(text, [(begin, begin + len(ITEM))])
    found = cut(
        text, np.zeros(text.count("\n") + 1, np.uint8), np.zeros(0, np.int64), [p for span in spans for p in span]
    )
    assert found.text == left
    assert {one.reason for one in found.removed} == {CONTAMINATED}


@given(
    st.text(alphabet="ab. \n?。", max_size=80), st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=4)
)
def test_spans_ascend_and_hold_what_was_asked_for(text: str, asked: list[tuple[int, int]]) -> None:
    wanted = [(min(pair), max(pair)) for pair in asked if min(pair) < max(pair) <= len(text)]
    found = whole(text, wanted)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    held = {place for begin, end in found for place in range(begin, end)}
    assert {place for begin, end in wanted for place in range(begin, end)} <= held


@given(
    st.text(alphabet="aé\n .", max_size=60),
    st.lists(st.integers(0, 60), max_size=6),
    st.lists(st.integers(0, 3), min_size=61, max_size=61),
)
def test_lines_and_spans_that_go_together_can_be_put_back(text: str, bounds: list[int], reasons: list[int]) -> None:
    places = sorted({place for place in bounds if place <= len(text)})
    places = places[: len(places) // 2 * 2]
    lines = np.array(reasons[: text.count("\n") + 1], np.uint8)
    left = cut(text, lines, np.array([0, len(text)], np.int64), places)
    assert restore(left.text, left.removed) == text
    gone = "".join(one.text for one in left.removed if one.reason == CONTAMINATED)
    assert gone == "".join(text[begin:end] for begin, end in zip(places[::2], places[1::2], strict=True))
    assert left.starts.tolist() == [0, len(left.text)]
