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
        *map(prose, range(100, 176)),
    )
    assert len(found(hits)) == 25


def test_an_instruction_that_most_items_begin_with_says_nothing_of_any(look: Look) -> None:
    instruction = "Read the passage below with care and choose the one answer that follows from it."
    rows = [{"prompt": instruction, "text": prose(number)} for number in range(20)]
    assert found(look([instruction, f"{instruction} {prose(3)}"], *rows)) == [("row 4", "1")]
    joined = [f"{instruction} {prose(number, 48)}" for number in range(20)]
    assert found(look([instruction, f"{prose(3, 48)}"], *joined)) == [("row 4", "1")]


NOTICE = "This letter and its enclosures are meant for the person named above and for nobody else at all."
FRAMING = "Answer the following question with A, B, C or D, and give no reason for the answer."
EXAM = [f"{prose(number, 24)}" for number in range(300, 330)]  # sentences of 24 words, no two alike


@pytest.mark.parametrize("every", [1, 2, 3])
def test_what_a_third_of_the_items_share_contaminates_nothing_and_each_is_found_by_what_is_its_own(
    look: Look, every: int
) -> None:
    apart = [{"prompt": FRAMING, "text": text} if number % every == 0 else text for number, text in enumerate(EXAM)]
    joined = [f"{FRAMING} {text}" if number % every == 0 else text for number, text in enumerate(EXAM)]
    around = [f"{FRAMING} {text} {NOTICE}" if number % every == 0 else text for number, text in enumerate(EXAM)]
    for items in (apart, joined, around):
        hits = look([FRAMING, f"{prose(1)} {FRAMING} {NOTICE} {prose(2)}", EXAM[3], f"{FRAMING} {EXAM[6]}"], *items)
        assert found(hits) == [("row 4", "2"), ("row 7", "3")]


def test_in_a_test_of_nine_items_three_are_enough_to_share_what_says_nothing(look: Look) -> None:
    items = [f"{FRAMING} {' '.join(text.split()[:10])}" if number < 3 else text for number, text in enumerate(EXAM[:9])]
    assert found(look([FRAMING, items[1], " ".join(EXAM[2].split()[:10])], *items)) == [("row 2", "1"), ("row 3", "2")]


def test_a_framing_says_nothing_where_the_questions_are_too_short_to_be_looked_for(look: Look) -> None:
    short = [{"prompt": FRAMING, "question": f"Why is it {number}?"} for number in range(12)]
    assert found(look([FRAMING, prose(300, 24)], *short, *EXAM)) == [("row 13", "1")]
    joined = [f"{FRAMING} Why is it {number}?" for number in range(12)]
    assert found(look([FRAMING, f"{FRAMING} {prose(9)}", joined[5]], *joined, *EXAM)) == [("row 6", "2")]


def test_examples_that_stand_before_each_question_do_not_hide_it(look: Look) -> None:
    examples = prose(8, 400)
    hits = look([examples, EXAM[4]], *(f"{examples} {text}" for text in EXAM))
    assert hits.select("item", "id", "words", "share").rows() == [("row 5", "1", 24, 1.0)]


def twin(name: str, count: int = 5) -> str:
    """A question of which there are many, with another name and another number."""
    return (
        f"The lock keeper of the lower basin, whose name was {name}, had to count the barges that lay before the northern gate each "
        f"evening, and wrote into his book that there were {count} of them; how many more could go in before the ice came back?"
    )


NAMES = [f"{first}{last}" for first in ("Ar", "Bel", "Cor", "Dun", "Em") for last in ("as", "ith", "ol", "une")]


@pytest.mark.parametrize("others", [0, 300])
def test_each_of_many_twins_is_found_and_not_its_siblings(look: Look, others: int) -> None:
    twins = [twin(name) for name in NAMES]
    hits = look(
        [f"{prose(1)} {twins[6]}", prose(2), twin("Zacharias")], *twins, *(prose(400 + n, 24) for n in range(others))
    )
    assert found(hits) == [("row 7", "0")]


def test_twins_that_have_no_words_of_their_own_are_found_all_the_same(look: Look) -> None:
    counts = range(12)
    twins = [
        twin(name, count) for name in NAMES[:12] for count in counts
    ]  # each name and each number stands in twelve items
    hits = look([f"{prose(1)} {twin('Beline', 7)}", prose(2), f"{prose(1)} {twin(NAMES[3], 7)}"], *twins)
    assert found(hits) == [("row 44", "2")]


def test_a_text_with_many_labels_is_found(look: Look) -> None:
    labelled = [{"text": QUESTION, "label": str(number)} for number in range(30)]
    assert len(found(look([QUESTION], *labelled, *(prose(500 + n, 24) for n in range(100))))) == 30


def test_an_item_that_many_others_quote_with_words_of_their_own_stays_what_it_is_where_they_are_few(look: Look) -> None:
    quoting = [f"{QUESTION} {prose(600 + number, 16)}" for number in range(9)]
    hits = look([QUESTION], QUESTION, *quoting, *(prose(700 + number, 24) for number in range(40)))
    assert ("row 1", "0") in found(hits)


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
