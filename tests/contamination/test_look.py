"""What counts as a test item in a document, and what does not."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import prose
from tests.contamination.conftest import ANSWER, QUESTION, Look, found


def test_an_item_that_stands_word_for_word_in_a_text_is_found(look: Look) -> None:
    hits = look([prose(1), f"{prose(2)} {QUESTION} {prose(3)}", None], {"question": QUESTION})
    assert hits.select("test", "item", "id", "words", "share").rows() == [("tests/exam.jsonl", "row 1", "1", 17, 1.0)]


def test_case_punctuation_and_line_breaks_make_no_difference(look: Look) -> None:
    assert found(look([QUESTION.upper().replace(" ", "\n  ").replace("?", " --")], QUESTION)) == [("row 1", "0")]


def test_an_item_that_is_said_in_other_words_is_not_found(look: Look) -> None:
    other = "If the treasurer of the lower basin cannot be reached during the season, whose signature does the certificate bear?"
    assert found(look([other], QUESTION)) == []


def test_a_changed_word_costs_no_more_than_the_words_around_it_that_no_run_holds(look: Look) -> None:
    hits = look([QUESTION.replace(" of ", " from ")], QUESTION)
    assert hits.select("words", "share").rows() == [
        (16, pytest.approx(16 / 17))
    ]  # runs of 8 words on both sides are met
    assert look([QUESTION.replace("treasurer", "keeper")], QUESTION)["words"].to_list() == [
        9
    ]  # seven words before it are no run


def test_exactly_half_of_an_item_is_not_more_than_half(look: Look) -> None:
    item = " ".join(f"word{number}" for number in range(32))
    halves = [" ".join(item.split()[:count]) for count in (16, 17)]
    assert found(look(halves, item)) == [("row 1", "1")]


def test_half_of_an_item_here_and_half_there_contaminates_neither(look: Look) -> None:
    item = " ".join(f"word{number}" for number in range(32))
    hits = look([" ".join(item.split()[:16]), " ".join(item.split()[16:])], item)
    assert hits["contaminated"].to_list() == [False, False]


def test_each_field_of_a_row_is_looked_for_by_itself(look: Look) -> None:
    hits = look([f"{prose(1)} {ANSWER}"], {"context": prose(7, 400), "answers": [{"text": ANSWER}], "id": 5})
    assert found(hits) == [("row 1", "0")]


def test_an_item_of_eight_words_is_compared_whole_and_a_shorter_one_is_not_looked_for(look: Look) -> None:
    eight, seven = "who keeps the keys of the northern lock", "who keeps the keys of the lock"
    text = f"Nobody knew {eight}, nor {seven}."
    assert found(look([text], eight, seven, ngram=13)) == [("row 1", "0")]


def test_chinese_is_looked_for_by_characters_twice_as_many(look: Look) -> None:
    item = "当司库不在的时候下游港口的证书由港务长的副手签署直到北闸的冰融化为止"
    assert found(look([f"据说{item}。", item[:14]], item)) == [("row 1", "0")]
    assert look([f"据说{item[:15]}。"], item).is_empty()  # 15 of its characters: less than a run
    assert found(look(["世界上最高的山峰在哪里"], "世界上最高的山峰", item)) == []  # 8 characters stand in any text


def test_an_item_that_two_texts_have_is_found_in_both_and_two_items_in_one_text_too(look: Look) -> None:
    hits = look([f"{QUESTION} {ANSWER}", ANSWER], QUESTION, ANSWER)
    assert found(hits) == [("row 1", "0"), ("row 2", "0"), ("row 2", "1")]


def test_a_passage_that_several_items_share_contaminates_each(look: Look) -> None:
    hits = look(
        [prose(5)],
        *({"context": prose(5), "question": f"{number}?"} for number in range(25)),
        *map(prose, range(100, 126)),
    )
    assert len(found(hits)) == 25


def test_an_instruction_that_most_items_begin_with_says_nothing_of_any(look: Look) -> None:
    instruction = "Read the passage below with care and choose the one answer that follows from it."
    rows = [{"prompt": instruction, "text": prose(number)} for number in range(20)]
    assert found(look([instruction, f"{instruction} {prose(3)}"], *rows)) == [("row 4", "1")]
    joined = [f"{instruction} {prose(number, 48)}" for number in range(20)]
    assert found(look([instruction, f"{prose(3, 48)}"], *joined)) == [("row 4", "1")]


NOTICE = "This letter and its enclosures are meant for the person named above and for nobody else at all."


def test_a_notice_in_a_test_letter_does_not_contaminate_a_thousand_letters_with_that_notice(look: Look) -> None:
    letter = f"{QUESTION} {NOTICE}"  # 17 and 18 words: the notice alone is more than half
    texts = [f"{prose(number, 16)}\n{NOTICE}" for number in range(1000)]
    assert found(look([*texts, letter], letter, size=300)) == [("row 1", "1000")]
    assert len(found(look(texts[:5], letter))) == 5  # in five it may be the test's


def test_an_item_that_stands_whole_in_more_documents_than_common_is_left_alone(look: Look) -> None:
    texts = [f"{prose(number, 16)}\n{NOTICE}" for number in range(12)]
    assert len(found(look(texts, NOTICE, common=12))) == 12
    assert found(look(texts, NOTICE, QUESTION, common=11)) == []
    assert len(found(look(texts, NOTICE, common=None))) == 12


def test_copies_of_one_document_do_not_make_an_item_common(look: Look) -> None:
    texts = [f"{prose(1)} {QUESTION}".replace(" ", " " * (1 + number)) for number in range(30)]
    assert len(found(look(texts, QUESTION, common=1))) == 30


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 9), st.permutations(range(9)))
def test_parts_and_order_make_no_difference(look: Look, size: int, order: list[int]) -> None:
    texts = [f"{prose(number, 16)} {(QUESTION, ANSWER, NOTICE)[number % 3]}" for number in range(9)]
    hits = look([texts[number] for number in order], QUESTION, f"{ANSWER} {NOTICE}", size=size)
    named = sorted((item, order[int(one)], share) for item, one, share in hits.select("item", "id", "share").rows())
    assert [(item, number) for item, number, _ in named] == [
        *(("row 1", number) for number in (0, 3, 6)),
        *(("row 2", number) for number in (1, 2, 4, 5, 7, 8)),
    ]
    assert {share for item, _, share in named if item == "row 1"} == {1.0}
