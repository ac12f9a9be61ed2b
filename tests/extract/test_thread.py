import base64
import io

from corpuskit.extract.formats import documents
from corpuskit.extract.found import Limits, Opened, Text
from corpuskit.extract.mail import thread

LETTER = b"""From: a@x.example
Subject: Re: Order
Message-ID: <2@x.example>
References: <1@x.example>
Content-Type: multipart/mixed; boundary=b

--b

The pump is on its way.

On 2 May 2020, Ann <ann@x.example> wrote:
> Where is the pump that we ordered?
--b
Content-Disposition: attachment; filename=note.txt

Pump, one piece.
--b--
"""


def test_a_letter_has_the_keys_of_itself_of_what_it_answers_and_of_what_began_the_thread() -> None:
    one = thread.keys(own="<1@x>", subject="Order")
    two = thread.keys(own="<2@x>", answers="<1@x>", references="<1@x>", subject="Re: Order")
    three = thread.keys(own="<3@x>", references="<1@x>\n <9@x> <2@x>", subject="AW: Re: Order")
    assert [len(keys) for keys in (one, two, three)] == [2, 3, 4]
    assert set(one) < set(two) < set(three)


def test_an_answer_that_names_no_letter_is_known_by_its_subject() -> None:
    (asked,) = thread.keys(subject="[list] Pump  broken")
    (answer,) = thread.keys(subject="[list] Re: Pump broken")
    assert (asked.partition(":")[0], answer.partition(":")[0]) == ("subject", "answer")
    assert asked.partition(":")[2] == answer.partition(":")[2]
    assert thread.keys(subject="Re: [list] Pump broken") == (answer,)


def test_outlook_s_conversation_is_told_by_the_first_22_bytes_of_its_index() -> None:
    begun, answered = bytes(range(22)), bytes(range(27))
    assert thread.index_in(base64.b64encode(answered).decode()) == answered
    assert thread.keys(conversation=begun) == thread.keys(conversation=answered) != ()
    assert thread.index_in("no index \N{SNOWMAN}") == b""


def test_a_letter_without_headers_has_no_keys() -> None:
    assert thread.keys(own="", subject="  Re: ") == ()


def test_what_a_letter_quotes_and_what_is_attached_to_it_is_of_its_thread() -> None:
    found = list(documents(Opened("a.eml", io.BytesIO(LETTER), len(LETTER), Limits())))
    assert [one.member for one in found] == ["", "quoted 1", "attachment: note.txt"]
    wanted = thread.keys(own="<2@x.example>", references="<1@x.example>", subject="Re: Order")
    assert [isinstance(one, Text) and one.thread for one in found] == [wanted] * 3
