import numpy as np
import pyarrow as pa
import pytest

from corpuskit.dedupe import facts, minhash

LETTER = (
    "Dear {name}, thank you for staying with us in {place} from {start} on. Your room is number {room}, breakfast is "
    "served from seven to ten, and the bill of {sum} will be sent to your office within two weeks of your departure."
)
ANNA = LETTER.format(name="Anna Baker", place="Lyon", start="3 May 2024", room=204, sum="310.50")
OMAR = LETTER.format(name="Omar Haddad", place="Graz", start="9 June 2025", room=17, sum="98.00")


def differences(left: str, right: str) -> tuple[list[int], list[int]]:
    texts = pa.array([left, right], pa.large_string())
    changed, stated = facts.differences(texts, minhash.shingles(texts), np.array([0]), np.array([1]), 5)
    return changed[0].tolist(), stated[0].tolist()


def filled(left: str, right: str) -> bool:
    texts = pa.array([left, right], pa.large_string())
    found = facts.differences(texts, minhash.shingles(texts), np.array([0]), np.array([1]), 5)
    return bool(facts.filled(*found)[0])


def test_two_letters_from_one_template_differ_in_facts() -> None:
    assert differences(ANNA, OMAR) == ([9, 9], [9, 9])
    assert filled(ANNA, OMAR)


def test_labels_between_two_blanks_are_no_difference() -> None:
    assert differences("Name: Anna. Town: Lyon", "Name: Omar. Town: Graz") == ([2, 2], [2, 2])


def test_a_reworded_text_is_no_form() -> None:
    assert not filled(ANNA, ANNA.replace("thank you for staying", "many thanks for being").replace("Lyon", "Graz"))


def test_the_blank_form_is_no_filling() -> None:
    blank = LETTER.format(name="", place="", start="", room="", sum="")
    assert differences(blank, ANNA) == ([0, 9], [0, 9])
    assert not filled(blank, ANNA)


@pytest.mark.parametrize(("facts_of_both", "is_form"), [(1, False), (2, True)])
def test_a_form_has_two_facts_at_least(facts_of_both: int, is_form: bool) -> None:
    words = [f"word{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(60)]
    left, right = list(words), list(words)
    for number in range(facts_of_both):
        left[10 + 20 * number], right[10 + 20 * number] = f"{number}00", f"{number}01"
    assert filled(" ".join(left), " ".join(right)) is is_form


@pytest.mark.parametrize(("reworded", "is_form"), [(1, True), (2, False)])
def test_four_of_five_words_that_differ_must_be_facts(reworded: int, is_form: bool) -> None:
    words = [f"word{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(90)]
    left, right = list(words), list(words)
    for number in range(4):
        left[10 + 10 * number], right[10 + 10 * number] = f"{number}00", f"{number}01"
    for number in range(reworded):
        left[60 + 10 * number], right[60 + 10 * number] = "one", "other"
    assert filled(" ".join(left), " ".join(right)) is is_form


def test_a_capital_after_a_full_stop_is_no_fact() -> None:
    left, right = "a b c d e. Some f g h i j", "a b c d e. Many f g h i j"
    assert differences(left, right) == ([1, 1], [0, 0])
    assert differences(left.replace("e. S", "e S"), right.replace("e. M", "e M")) == ([1, 1], [1, 1])


def test_digits_of_any_script_are_facts() -> None:
    assert differences("ك ل م ن ه ٣ و ي", "ك ل م ن ه ٤ و ي")[1] == [1, 1]


def test_equal_texts_and_texts_without_shingles_differ_in_what_they_have() -> None:
    assert differences(ANNA, ANNA) == ([0, 0], [0, 0])
    assert differences("", "Anna 12") == ([0, 2], [0, 2])
