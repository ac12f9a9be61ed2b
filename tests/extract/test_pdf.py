import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.extract.found import Failed, Limits, Text
from corpuskit.extract.pdf.hyphens import Hyphens
from corpuskit.extract.pdf.lines import Line
from tests.extract.made import failed, found, locked_pdf, pdf, text
from tests.extract.pages import column, document, page

LONG = "The supplier delivers the goods to the place that is named"
BODY = (LONG + " in the", "order and bears the risk until the goods are handed over to every", "buyer.")


def test_the_lines_of_a_paragraph_are_joined_and_paragraphs_are_apart() -> None:
    made = document(page(*column(72, 700, *BODY), *column(72, 640, *BODY)))
    assert text(made).text == "\n\n".join([" ".join(BODY)] * 2)


def test_paragraphs_stay_apart_where_there_are_more_gaps_than_lines_that_go_on() -> None:
    made = document(page(*column(72, 700, *[LONG] * 6, step=24), *column(72, 556, *BODY)))
    assert text(made).text == "\n\n".join([LONG] * 6 + [" ".join(BODY)])


def test_lines_that_end_early_stay_lines() -> None:
    made = document(page(*column(72, 700, *BODY), *column(72, 640, "Ada Lovelace", "12 Analytical Row", "London")))
    assert text(made).text.endswith("\n\nAda Lovelace\n12 Analytical Row\nLondon")


def test_every_page_is_counted_and_begins_where_it_begins() -> None:
    one = text(pdf("First", "", "Third"))
    assert (one.text, one.page_starts) == ("First\n\nThird", (0, 7, 7))


def test_a_paragraph_goes_on_across_pages() -> None:
    made = document(page(*column(72, 700, *BODY[:2])), page(*column(72, 700, *BODY[2:])))
    assert text(made).text == f"{BODY[0]} {BODY[1]}\n{BODY[2]}"


def test_words_divided_at_the_end_of_a_line_are_joined() -> None:
    assert text(pdf("The contract is termi-\nnated today")).text == "The contract is terminated today"


def test_a_word_divided_by_the_end_of_a_page_stands_on_the_first_one() -> None:
    made = document(
        page(*column(72, 700, LONG, "in the order, and the contract that follows is termi-")),
        page((72, 700, 10, "nated today")),
    )
    assert text(made).text.endswith("is terminated\ntoday")


def test_two_lines_in_a_row_may_end_in_the_middle_of_a_word() -> None:
    assert text(pdf("The contract is termi-\nnated by the other par-\nty today")).text == (
        "The contract is terminated by the other party today"
    )


def test_a_hyphen_before_a_capital_stays() -> None:
    assert text(pdf("The Rhein-\nMain area")).text == "The Rhein-Main area"


def test_a_compound_that_the_document_writes_with_a_hyphen_keeps_it() -> None:
    lines = [Line(words, 0, 1, 0, 10) for words in ("a well-known case here", "the well-", "known and termi-", "nated")]
    hyphens = Hyphens(lambda: lines)
    assert hyphens.joined("the well-", "known and", hyphen=False) == "the well-"
    assert hyphens.joined("known and termi-", "nated", hyphen=False) == "known and termi"


def test_ligatures_are_letters() -> None:
    body = page((72, 700, 10, "The of\\256ce")).replace(b"/F1", b"/F3")
    font = b"/F3<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Differences[174/fi]>>>>"
    assert text(document(body).replace(b"/F2<<", font + b"/F2<<")).text == "The office"


def test_headers_footers_and_page_numbers_are_left_out() -> None:
    pages = [
        page(
            (72, 760, 9, "ACME supply agreement"),
            *column(72, 700, *(f"{word} {line}" for line in BODY)),
            (300, 40, 9, str(number)),
        )
        for number, word in enumerate(("one", "two", "three", "four"), 7)
    ]
    words = text(document(*pages)).text
    assert words.count("ACME supply agreement") == 1
    assert [line for line in words.split("\n") if line.isdigit()] == []
    assert all(f"{word} buyer." in words for word in ("one", "two", "three", "four"))


def test_rows_of_a_table_that_goes_on_over_pages_stay() -> None:
    rows = ["Rent 1,200", "Rent 3,400", "Rent 5,100", "Rent 800"]
    assert text(document(*(page((72, 700, 10, row)) for row in rows))).text == "\n\n".join(rows)


def test_headings_at_the_same_place_on_each_page_stay() -> None:
    pages = [page((72, 700, 18, f"Chapter {number}"), *column(72, 670, *BODY * 4)) for number in (1, 2, 3)]
    assert [line for line in text(document(*pages)).text.split("\n") if line.startswith("#")] == [
        "# Chapter 1", "# Chapter 2", "# Chapter 3"
    ]  # fmt: skip


def test_larger_text_is_a_heading() -> None:
    made = document(
        page((72, 740, 20, "Terms of"), (72, 716, 20, "delivery"), (72, 690, 14, "Risk"), *column(72, 670, *BODY * 3))
    )
    assert text(made).text.startswith("# Terms of delivery\n\n## Risk\n\nThe supplier")


def test_columns_are_read_one_after_the_other_though_drawn_line_by_line() -> None:
    left = [f"left column line {number} runs on" for number in range(6)]
    right = [f"right column line {number} runs on" for number in range(6)]
    rows = [put for pair in zip(column(72, 700, *left), column(320, 700, *right), strict=True) for put in pair]
    words = text(document(page(*rows))).text
    assert words.index("left column line 5") < words.index("right column line 0")


def test_a_page_drawn_from_the_foot_up_is_read_from_the_top() -> None:
    blocks = [
        column(72, top, *(f"{name} {line}" for line in BODY))
        for top, name in ((300, "last"), (500, "mid"), (700, "first"))
    ]
    words = text(document(page(*(put for block in blocks for put in block)))).text
    assert words.index("first") < words.index("mid") < words.index("last")


def test_rows_of_a_table_keep_their_cells_apart() -> None:
    rows = [("Item", "Price", "VAT"), ("Bolts", "$ 12", "2"), ("Nuts", "$ 7", "1")]
    puts = [
        (left, 700 - 14 * line, 10, cell)
        for line, row in enumerate(rows)
        for left, cell in zip((72, 250, 400), row, strict=True)
    ]
    assert text(document(page(*puts))).text == "Item | Price | VAT\nBolts | $ 12 | 2\nNuts | $ 7 | 1"


def test_rows_drawn_in_many_pieces_keep_their_cells_apart() -> None:
    drawn = b"(ag) Tj 11.12 0 Td (en) Tj 11.12 0 Td (da) Tj 161.12 0 Td (page) Tj -183.36 -14 Td "
    assert text(document(b"BT /F1 10 Tf 72 700 Td " + drawn * 3 + b"ET")).text == "\n".join(["agenda | page"] * 3)


@pytest.mark.parametrize(("turn", "place"), [("0 1 -1 0", "300 72"), ("-1 0 0 -1", "500 300")])
def test_a_page_that_is_turned_as_a_whole_is_turned_back(turn: str, place: str) -> None:
    content = b"BT /F1 10 Tf %s %s Tm (Item one is) Tj 0 -12 Td (paid today) Tj ET" % (turn.encode(), place.encode())
    assert text(document(content)).text == "Item one is paid today"


def test_code_keeps_its_lines_and_indentation() -> None:
    code = page((72, 600, 10, "if ready:"), (96, 588, 10, "send(all of the letters that are here)"), code=True)
    assert text(document(page(*column(72, 700, *BODY * 2)) + code)).text.endswith(
        "\n\nif ready:\n    send(all of the letters that are here)"
    )


def test_bullets_become_list_items() -> None:
    made = document(page(*column(72, 700, "\\225 first thing", "\\225 second thing")).replace(b"/F1", b"/F4"))
    font = b"/F4<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    assert text(made.replace(b"/F2<<", font + b"/F2<<")).text == "- first thing\n- second thing"


def test_metadata_is_read() -> None:
    one = text(pdf("Hi", info=b"/Title(Plan)/Author(Ada)/CreationDate(D:20240131120000+01'00')/ModDate(D:2025)"))
    assert (one.title, one.author, one.created, one.modified) == ("Plan", "Ada", "2024-01-31T12:00:00+01:00", "2025")


def test_pages_beyond_the_limit_are_told() -> None:
    one, rest = found(pdf("One", "Two", "Three"), limits=Limits(max_pages=2))
    assert isinstance(one, Text)
    assert one.text == "One\n\nTwo"
    assert rest == Failed("too_many", "3 pages, at most 2 are read", "pages from 3", "application/pdf")


def test_a_page_that_cannot_be_loaded_is_told() -> None:
    one, rest = found(pdf("One", "Two").replace(b"6 0 obj<</Type/Page/", b"6 0 obj<</Type/Wrong/"))
    assert isinstance(one, Text)
    assert rest == Failed("corrupt", "1 page cannot be loaded", "page 2", "application/pdf")


def test_a_locked_file_is_encrypted() -> None:
    assert failed(locked_pdf()).reason == "encrypted"


def test_a_tree_of_pages_that_leads_back_to_itself_ends() -> None:
    assert found(pdf("One").replace(b"/Kids[4 0 R]", b"/Kids[2 0 R]"))


def test_a_page_as_large_as_a_field_is_read() -> None:
    assert text(document(page((72, 700, 10, "Small print")), box=b"0 0 90000000 90000000")).text == "Small print"


def test_a_stream_that_unpacks_to_much_more_than_it_is_gives_an_answer() -> None:
    bomb = zlib.compress(b" " * 30_000_000, 9)
    made = document(bomb).replace(b"<</Length", b"<</Filter/FlateDecode/Length")
    assert failed(made).reason == "needs_ocr"


@pytest.mark.parametrize("count", [1000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_thousands_of_pages_are_read(count: int) -> None:
    pages = [
        page((72, 700, 10, f"Body of sheet {number} says it"), (300, 40, 9, str(number)))
        for number in range(1, count + 1)
    ]
    one = text(document(*pages))
    assert len(one.page_starts) == count
    assert one.text.endswith(f"Body of sheet {count} says it")


WHOLE = document(page(*column(72, 700, *BODY)), page((72, 700, 18, "End"), *column(72, 600, *BODY)))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_file_gives_an_answer(share: float) -> None:
    assert found(WHOLE[: int(share * len(WHOLE))])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(9, len(WHOLE) - 1), st.integers(1, 255)), min_size=1, max_size=8))
def test_a_damaged_file_gives_an_answer(flips: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for place, bits in flips:
        data[place] ^= bits
    assert found(bytes(data))
