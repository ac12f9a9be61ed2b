"""Copies across the parts, texts with two labels, labels that are never taught: counted, placed, and said."""

import json
from dataclasses import replace

from corpuskit.finetune.checks import check, notes, touched
from corpuskit.finetune.examples import Asked, Classified, Content, Data, Example, Message, Pair, Tagged

LONG = "the supplier delivers all pumps within thirty days and pays for every day that they come later than that"


def part(name: str, *contents: Content) -> tuple[Example, ...]:
    return tuple(Example(f"{name}:{n}", f"{name}:{n}", content) for n, content in enumerate(contents, 1))


def classified(text: str, *labels: str) -> Classified:
    return Classified(text, labels)


DATA = Data(
    "classification",
    "tickets",
    train=part("train", classified(LONG, "a"), classified("No pain.", "b"), classified("something else here", "b")),
    dev=part("dev", classified("quite another matter", "a")),
    test=part("test", classified("no  PAIN.", "a"), classified(LONG + " day", "a"), classified("new words", "c")),
    labels=("a", "b", "c"),
)


def test_copies_across_the_parts_are_counted_with_their_places() -> None:
    assert check(DATA)["duplicates"]["train_test"] == {
        "exact": 1,
        "near": 1,
        "pairs": [["train:2", "test:1", 1.0], ["train:1", "test:2", 0.9444]],
    }
    assert check(DATA)["duplicates"]["train_dev"] == {"exact": 0, "near": 0, "pairs": []}


def test_touched_are_the_test_examples_that_train_has() -> None:
    assert touched(DATA) == {"test:1", "test:2"}


def test_a_text_with_two_labels_is_noise() -> None:
    assert check(DATA)["noise"] == {"texts": 1, "examples": 2, "places": [["test:1", "train:2"]]}


def test_labels_are_counted_and_what_train_lacks_is_named() -> None:
    found = check(DATA)
    assert found["labels"]["train"] == {"a": 1, "b": 2}
    assert (found["only_in_test"], found["rare"], found["imbalance"]) == (["c"], {"a": 1}, 2.0)


def test_what_was_found_is_json_and_holds_no_text() -> None:
    written = json.dumps(check(DATA))
    assert "supplier" not in written
    assert "pain" not in written.lower()


def test_notes_are_sentences() -> None:
    assert notes(check(DATA)) == [
        "Of 3 examples in test, 1 have an exact and 1 a near copy in train.",
        "The same text has different labels in 2 examples of 1 text.",
        "Train has no example of c, which dev or test ask for.",
        "Train has fewer than 2 examples of a.",
    ]


def test_clean_data_needs_no_notes() -> None:
    clean = replace(
        DATA,
        test=part("test", classified("quite new", "a")),
        train=(*DATA.train, *part("more", classified("x y", "a"))),
    )
    assert notes(check(clean)) == []


def test_the_same_words_with_other_tags_are_noise() -> None:
    words = ("Ada", "wrote")
    data = replace(
        DATA,
        kind="tagging",
        train=part("train", Tagged(words, ("B-P", "O")), Tagged(words, ("O", "O"))),
        dev=(),
        test=(),
    )
    assert check(data)["noise"]["examples"] == 2


def test_a_pair_turned_round_is_noise() -> None:
    asked, good, bad = (
        (Message(role, text),) for role, text in (("user", "q"), ("assistant", "x"), ("assistant", "y"))
    )
    data = replace(
        DATA, kind="preference", train=part("train", Pair(asked, good, bad), Pair(asked, bad, good)), dev=(), test=()
    )
    assert check(data)["noise"]["texts"] == 1


def test_another_question_to_the_same_text_is_a_near_copy_and_no_noise() -> None:
    one, other = Asked("Who delivers?", LONG, ((0, 12),)), Asked("When?", LONG, ((20, 30),))
    data = replace(DATA, kind="extraction", train=part("train", one), dev=(), test=part("test", other, one))
    found = check(data)
    assert (found["duplicates"]["train_test"]["exact"], found["duplicates"]["train_test"]["near"]) == (1, 1)
    assert found["noise"]["texts"] == 0


def test_copies_within_test_are_counted() -> None:
    data = replace(
        DATA,
        train=(),
        test=part("test", *(classified(text, "a") for text in (LONG, LONG, LONG + " day", "other words"))),
    )
    assert check(data)["test_duplicates"] == {"exact": 1, "near": 1}


def test_short_texts_are_copies_only_when_they_are_equal() -> None:
    data = replace(DATA, train=part("train", classified("no pain", "a")), test=part("test", classified("no rash", "a")))
    assert touched(data) == frozenset()
