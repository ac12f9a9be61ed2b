import numpy as np
import pyarrow as pa
import pytest

from corpuskit.repair.paragraphs import paragraphs

NOTICE = "this notice is meant for the person whom it was sent to"


def spans(text: str, *, mail: bool = False, least: int = 20) -> list[str]:
    found = paragraphs(pa.array([text]), np.array([mail]), least)
    lines = text.split("\n")
    return ["\n".join(lines[first:after]) for first, after in zip(found.first, found.after, strict=True)]


def hashes(text: str) -> list[int]:
    found: list[int] = paragraphs(pa.array([text]), np.zeros(1, np.bool_), 20).hashes.tolist()
    return found


def test_a_paragraph_is_a_block_of_lines_between_blank_ones() -> None:
    assert spans(f"a head\n\n{NOTICE}\nand for nobody else\n \n{NOTICE}\n") == [
        f"{NOTICE}\nand for nobody else",
        NOTICE,
    ]


def test_one_text_wrapped_in_two_ways_or_in_capitals_is_one_paragraph() -> None:
    first, second, third = hashes(f"{NOTICE}\n\n{NOTICE.replace(' person ', chr(10))}\n\n  {NOTICE.upper()}  ")
    assert third == first != second
    assert hashes(NOTICE.replace(" person ", "\nperson\t")) == [first]


def test_another_number_or_date_is_another_paragraph() -> None:
    assert hashes("The rent is 1,200 pounds a month.") != hashes("The rent is 1,300 pounds a month.")


def test_in_a_text_with_a_paragraph_a_line_long_lines_are_paragraphs_and_short_ones_belong_to_the_next() -> None:
    long = "A paragraph in one line. " * 8
    assert spans(f"{long}\n{long}\nA label\n{long}\nthe last short line, behind") == [
        *(long, long, f"A label\n{long}", "the last short line, behind")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "12. The tenant pays for the repair of the roof.",
        "4.3 The tenant pays for it. No, the owner does.",
        "(b) the tenant pays for the repair of the roof.",
        "Section 3.01 The tenant pays for the repairs.",
        "§ 4 Der Mieter zahlt die Reparatur des Daches.",
        "**2.1** The tenant pays for the repair of the roof.",
        "“Tenant” means whoever lives in the house.",
        "The tenant pays for what follows here:",
        "the roof, the windows, and the doors of the house;",
        "# A heading that is longer than twenty characters",
        "Pumps | 12 | 4\nValves of the house | 3 | 9",
        "1200 1300 1400 1500 1600 rent",
        "if (rent[month] == 0) { return rent[month - 1]; }",
        "```\nwhat stands between fences is code\n\nall of it is\n```",
    ],
)
def test_clauses_definitions_introductions_headings_tables_and_code_are_not_looked_at(text: str) -> None:
    assert spans(text) == []


@pytest.mark.parametrize(
    "text",
    ["12 Canal Street, Leeds LS1 4DT", "Tel. 0113 496 0000, the office in Leeds", "Mr. Ocampo wishes you all the best"],
)
def test_an_address_is_not_numbered(text: str) -> None:
    assert spans(text) == [text]


def test_the_same_answer_to_another_question_and_below_another_heading_is_another_paragraph() -> None:
    answer = "It is inherited from one of the parents."
    text = "\n\n".join([answer, "Is it?", answer, "Who has it:", answer, "# Roofs", answer, "# Doors", answer, answer])
    found = hashes(text)
    assert len(set(found)) == 5
    assert found[-1] == found[0]


def test_the_headers_of_a_mail_are_not_looked_at() -> None:
    text = f"From: Ada Lovelace\nSubject: the news of the week\n\n{NOTICE}"
    assert spans(text, mail=True) == [NOTICE]
    assert len(spans(text)) == 2


def test_characters_are_those_of_the_lines_and_a_null_has_no_paragraphs() -> None:
    texts = pa.array([None, "", "株式会社の秘密保持契約に関する当事者間の合意です。\nžlutý", "x"]).slice(1)
    found = paragraphs(texts, np.zeros(3, np.bool_), 20)
    assert found.offsets.tolist() == [0, 0, 1, 1]
    assert found.characters.tolist() == [30]
