"""One document in every office format: the words that come out are those that went in."""

import re
from collections import Counter
from collections.abc import Callable

import pytest

from tests.extract.made import docx, epub, odf, paragraph, pptx, shape, slide, text
from tests.extract.made_office import doc, ppt, said, sprm

WORDS = (
    "This agreement is made between the parties named below and is governed by the laws of the place where it was signed.",
    "Die Vergütung beträgt 1.250,50 € und ist bis zum 31. März fällig; darüber hinaus gilt § 4 Absatz 2 entsprechend.",
    "Стороны договорились о следующем: срок действия договора составляет три года.",
    "甲方应于每月十日前支付租金。",
)
TITLE, ITEMS, CELLS = (
    "Framework agreement",
    ["first obligation", "second obligation"],
    ["Net price", "19", "Total", "1 488,10"],
)
TRUTH = "\n".join([TITLE, *WORDS, *(f"{number}. {item}" for number, item in enumerate(ITEMS, 1)), *CELLS])
FLOOR = 0.99


def word_f1(found: str, truth: str) -> float:
    got, wanted = (Counter(re.findall(r"\w+", one.lower())) for one in (found, truth))
    return 2 * (got & wanted).total() / (got.total() + wanted.total())


def as_docx() -> bytes:
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    numbering = (
        f'<w:numbering xmlns:w="{w}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1">'
        '<w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    listed = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    row = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
    cells = [paragraph(one) for one in CELLS]
    table = f"<w:tbl>{row.format(*cells[:2])}{row.format(*cells[2:])}</w:tbl>"
    body = paragraph(TITLE, '<w:outlineLvl w:val="0"/>') + "".join(map(paragraph, WORDS))
    return docx(body + "".join(paragraph(one, listed) for one in ITEMS) + table, {"word/numbering.xml": numbering})


def as_odt() -> bytes:
    items = "".join(f"<text:list-item><text:p>{one}</text:p></text:list-item>" for one in ITEMS)
    cells = [f"<table:table-cell><text:p>{one}</text:p></table:table-cell>" for one in CELLS]
    return odf(
        "text",
        '<text:list-style name="L"><text:list-level-style-number text:level="1" num-format="1" num-suffix="."/>'
        f"</text:list-style><office:text><text:h>{TITLE}</text:h>{''.join(f'<text:p>{one}</text:p>' for one in WORDS)}"
        f'<text:list text:style-name="L">{items}</text:list><table:table><table:table-row>{cells[0]}{cells[1]}</table:table-row>'
        f"<table:table-row>{cells[2]}{cells[3]}</table:table-row></table:table></office:text>",
    )


def as_rtf() -> bytes:
    def escaped(words: str) -> str:
        return "".join(one if ord(one) < 128 else rf"\u{(ord(one) + 0x8000) % 0x10000 - 0x8000}?" for one in words)

    lines = [rf"\pard\outlinelevel0 {TITLE}\par\pard ", *(rf"{escaped(one)}\par" for one in WORDS)]
    lines += [rf"{{\listtext {number}.\tab}}{one}\par" for number, one in enumerate(ITEMS, 1)]
    lines += [rf"\pard\intbl {CELLS[at]}\cell {CELLS[at + 1]}\cell\row" for at in (0, 2)]
    return (r"{\rtf1\ansi " + "\n".join(lines) + "}").encode("ascii")


def as_epub() -> bytes:
    items = "".join(f"<li>{one}</li>" for one in ITEMS)
    cells = [f"<td>{one}</td>" for one in CELLS]
    table = f"<table><tr>{cells[0]}{cells[1]}</tr><tr>{cells[2]}{cells[3]}</tr></table>"
    return epub({"c": f"<h1>{TITLE}</h1>{''.join(f'<p>{one}</p>' for one in WORDS)}<ol>{items}</ol>{table}"}, ["c"])


def as_doc() -> bytes:
    in_table, listed = sprm(0x2416, 1), sprm(0x460B, 1, 2)
    end = ("\x07", 0, in_table + sprm(0x2417, 1))
    cells = [(f"{one}\x07", 0, in_table) for one in CELLS]
    rows = [*cells[:2], end, *cells[2:], end]
    body = [
        (f"{TITLE}\r", 1, b""),
        *((f"{one}\r", 0, b"") for one in WORDS),
        *((f"{one}\r", 0, listed) for one in ITEMS),
    ]
    return doc([*body, *rows], levels=[(0, "\0.")], wide=True)


def as_pptx() -> bytes:
    items = [f"{number}. {one}" for number, one in enumerate(ITEMS, 1)]
    return pptx({"s": slide(shape(TITLE, "title") + "".join(map(shape, [*WORDS, *items, *CELLS])))}, ["s"])


def as_ppt() -> bytes:
    items = [f"{number}. {one}" for number, one in enumerate(ITEMS, 1)]
    return ppt([said(0, TITLE) + said(1, "\r".join([*WORDS, *items])) + said(4, "\r".join(CELLS))])


@pytest.mark.parametrize("made", [as_docx, as_odt, as_rtf, as_epub, as_doc, as_pptx, as_ppt])
def test_words_of_every_format_stay_above_the_floor(made: Callable[[], bytes]) -> None:
    assert word_f1(text(made()).text, TRUTH) >= FLOOR


@pytest.mark.parametrize("made", [as_docx, as_odt, as_rtf, as_epub, as_doc])
def test_heading_list_and_table_look_alike_whatever_the_format(made: Callable[[], bytes]) -> None:
    one = text(made()).text
    assert one.startswith(f"# {TITLE}\n\n{WORDS[0]}\n\n")
    assert "\n\n1. first obligation\n2. second obligation\n\n" in one
    assert one.replace("| ", "").replace("--- |", "").rstrip(" |\n").endswith("1 488,10")
