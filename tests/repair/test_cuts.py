import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.repair.cuts import Passage, cut, moved, restore

NONE = np.zeros(0, np.int64)


def without(text: str, *lines: int) -> str:
    reasons = np.zeros(text.count("\n") + 1, np.uint8)
    reasons[list(lines)] = 1
    return cut(text, reasons, NONE).text


def test_a_line_goes_with_its_end() -> None:
    assert without("head\none\ntwo", 0) == "one\ntwo"
    assert without("one\nmiddle\ntwo", 1) == "one\ntwo"


def test_the_last_line_goes_with_the_end_of_the_line_before() -> None:
    assert without("one\ntwo\nfoot", 2) == "one\ntwo"


def test_empty_lines_beside_a_cut_are_neither_doubled_nor_left_at_an_end() -> None:
    assert without("head\n\none\n\nfoot", 0, 4) == "one"
    assert without("one\n\nmiddle\n\ntwo", 2) == "one\n\ntwo"
    assert without("one\n\n\nfoot\n", 3) == "one"


def test_neighbours_that_go_for_different_reasons_are_two_passages() -> None:
    left = cut("one\nrepeated\nnoise\ntwo", np.array([0, 1, 2, 0], np.uint8), NONE)
    assert left.removed == [Passage(4, "repeated\n", "repeated"), Passage(4, "noise\n", "noise")]


def test_page_starts_move_along() -> None:
    left = cut("head\none\nhead\ntwo", np.array([1, 0, 1, 0], np.uint8), np.array([0, 9], np.int64))
    assert (left.text, left.starts.tolist()) == ("one\ntwo", [0, 4])


def test_places_are_characters_not_bytes() -> None:
    left = cut("žluť\nfoot\nend", np.array([0, 1, 0], np.uint8), np.array([5], np.int64))
    assert left.removed == [Passage(5, "foot\n", "repeated")]
    assert left.starts.tolist() == [5]


def test_a_position_behind_a_longer_replacement_moves_on() -> None:
    assert moved(np.array([0, 5, 9]), [(2, 4)], [3]).tolist() == [0, 6, 10]


LINES = st.lists(st.tuples(st.sampled_from(["", " ", "a", "ž", "two words", "\t"]), st.integers(0, 2)), min_size=1)


@given(LINES)
def test_every_text_is_put_together_again(lines: list[tuple[str, int]]) -> None:
    text = "\n".join(line for line, _ in lines)
    left = cut(text, np.array([reason for _, reason in lines], np.uint8), NONE)
    assert restore(left.text, left.removed) == text
    words = " ".join(line for line, reason in lines if not reason).split()
    assert left.text.split() == words


@given(LINES, st.data())
def test_a_page_start_has_as_much_of_what_is_left_before_it_as_it_had(
    lines: list[tuple[str, int]], data: st.DataObject
) -> None:
    text = "\n".join(line for line, _ in lines)
    place = data.draw(st.integers(0, len(text)))
    left = cut(text, np.array([reason for _, reason in lines], np.uint8), np.array([place], np.int64))
    stays, at = list[bool](), 0
    for one in left.removed:
        stays += [True] * (one.place - at) + [False] * len(one.text)
        at = one.place
    stays += [True] * (len(left.text) - at)
    assert left.starts.tolist() == [sum(stays[:place])]


def test_nothing_to_cut_leaves_the_text() -> None:
    assert cut("one\n\n\ntwo\n", np.zeros(5, np.uint8), NONE).text == "one\n\n\ntwo\n"


@pytest.mark.parametrize("text", ["", "foot"])
def test_a_text_may_go_as_a_whole(text: str) -> None:
    assert cut(text, np.ones(1, np.uint8), NONE).text == ""
