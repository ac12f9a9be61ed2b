import pytest

from corpuskit.extract.mail.habits import usual
from corpuskit.extract.mail.quotes import cut
from corpuskit.extract.mail.signature import without_signature


def test_initials_before_the_mark_are_taken_off_in_replies() -> None:
    body = "AL> Which day?\nAL> And which hour?\nNine.\n"
    assert usual(body, reply=True) == "> Which day?\n> And which hour?\nNine.\n"
    assert usual(body, reply=False) == body


def test_supercite_becomes_an_attribution_and_marks() -> None:
    body = (
        '>>>>> "A" == Ada <ada@example.com> writes:\n\n    A> Bob wrote:\n    >> Which day?\n    A> Tuesday.\n\nFine.\n'
    )
    assert (
        usual(body, reply=True) == "Ada <ada@example.com> writes:\n\n> Bob wrote:\n>> Which day?\n> Tuesday.\n\nFine.\n"
    )


@pytest.mark.parametrize("mark", ["| ", "  | ", "--]", ": ", "} "])
def test_a_mark_of_ones_own_is_known_below_the_line_that_says_who_wrote(mark: str) -> None:
    own, quotes = cut(f"On 3 Apr 2024 10:00, Ada wrote:\n{mark}Which day?\n{mark}Which hour?\n\nTuesday at nine.\n")
    assert own.split("\n")[-2] == "Tuesday at nine."
    assert [[line.strip() for line in quote.text.split("\n")] for quote in quotes] == [["Which day?", "Which hour?"]]


@pytest.mark.parametrize(
    "body",
    [
        "The prices:\n| a | b |\n| 1 | 2 |\n",
        "Ada wrote:\n\nAll of it.\n\n| a | b |\n| 1 | 2 |\n",
        "- one\n- two\n",
        "He showed me this:\n: 1\n: 2\n",
        'if name == "a" == "b":\n',
    ],
)
def test_tables_lists_and_code_stay_what_they_are(body: str) -> None:
    assert usual(body, reply=True) == body


def test_from_behind_a_mark_that_stands_alone_was_marked_by_a_mailbox() -> None:
    assert usual("Hello\n>From here on\n", reply=True) == "Hello\nFrom here on\n"
    quoted = "> Hello\n>From here on\n"
    assert usual(quoted, reply=True) == quoted


def test_headers_above_lines_behind_marks_introduce_them() -> None:
    block = "----- Original Message -----\nFrom: Ada <ada@example.com>\nTo: Bob\nSent: Friday 10:00\nSubject: Plan"
    own, (quote,) = cut(f"Tuesday.\n\n{block}\n\n> Which day?\n>\n> Ada\n")
    assert own.strip() == "Tuesday."
    assert (quote.text.split("\n")[0], quote.title, quote.author) == ("Which day?", "Plan", "Ada <ada@example.com>")


def test_an_attribution_that_lost_its_colon_is_one_right_above_a_quote() -> None:
    own, _ = cut("On Monday 9 September 2024 09:51, Ada Lovelace wrote\n> Which day?\n\nTuesday.\n")
    assert own.split() == ["Tuesday."]
    sentence = "This is what she wrote\n> Which day?\n"
    assert cut(sentence)[0].startswith("This is what she wrote")


def test_what_pays_for_a_list_goes_with_its_footer() -> None:
    rule = "-" * 40
    assert without_signature(f"Hello\n\n{rule}\nThis list is sponsored by: Example\nhttp://example.com\n") == "Hello"
    kept = f"Hello\n\n{rule}\nThe fair is paid by Example\n"
    assert without_signature(kept) == kept
