import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.extract.found import Failed, Limits, Text
from corpuskit.extract.office.numbering import Counter, Level, numeral
from tests.extract.made import (
    R,
    W,
    docx,
    epub,
    failed,
    found,
    odf,
    paragraph,
    pptx,
    relations,
    shape,
    slide,
    text,
    xlsx,
    zipped,
)  # fmt: skip
from tests.extract.made_office import overlapping

LISTED = '<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr>'


def test_word_headings_lists_and_tables_keep_their_form() -> None:
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>'
        '<w:style w:styleId="Mine"><w:basedOn w:val="berschrift2"/></w:style></w:styles>'
    )
    cells = "".join(f"<w:tc>{paragraph(words)}</w:tc>" for words in ("a", "b"))
    body = (
        paragraph("Scope", '<w:pStyle w:val="berschrift2"/>')
        + paragraph("Own", '<w:pStyle w:val="Mine"/>')
        + paragraph("one", LISTED.format(0))
        + paragraph("two", LISTED.format(1))
        + f"<w:tbl><w:tr>{cells}</w:tr><w:tr>{cells}</w:tr></w:tbl>"
        + paragraph("End")
    )
    one = text(docx(body, {"word/styles.xml": styles}))
    assert one.text == "## Scope\n\n## Own\n\n- one\n  - two\n\na | b\na | b\n\nEnd"
    assert (one.title, one.author, one.created) == ("The plan", "Ada", "2024-01-02T03:04:05Z")


def test_tracked_insertions_stay_and_deletions_go() -> None:
    run = "<w:r><w:t>{}</w:t></w:r>"
    body = f"<w:p><w:ins>{run.format('new')}</w:ins><w:del>{run.format('old')}</w:del>{run.format(' words')}</w:p>"
    assert text(docx(body)).text == "new words"


def test_a_text_box_stored_for_old_and_new_programs_is_read_once() -> None:
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = f"<w:txbxContent>{paragraph('In the box')}</w:txbxContent>"
    branches = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    both = f"<mc:AlternateContent {space}>{branches}</mc:AlternateContent>"
    assert text(docx(f"<w:p><w:r><w:t>Around</w:t></w:r><w:r>{both}</w:r></w:p>")).text == "Around\n\nIn the box"


def test_footnotes_come_at_the_end_and_headers_not_at_all() -> None:
    parts: dict[str, str | bytes] = {
        "word/_rels/document.xml.rels": relations(
            ("r1", "footnotes", "footnotes.xml"), ("r2", "header", "header1.xml")
        ),
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="0" w:type="separator">{paragraph("-")}'
        f'</w:footnote><w:footnote w:id="2">{paragraph("See annex")}</w:footnote></w:footnotes>',
        "word/header1.xml": f'<w:hdr xmlns:w="{W}">{paragraph("Confidential")}</w:hdr>',
    }
    body = '<w:p><w:r><w:t>Price</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    assert text(docx(body, parts)).text == "Price[^1]\n\n[^1]: See annex"


def test_slides_come_in_the_order_of_the_presentation_with_their_notes() -> None:
    slides = {
        "s1": slide(shape("Costs", "title") + shape("They rise", "body") + shape("7", "sldNum")),
        "s2": slide(shape("Welcome", "ctrTitle") + shape("free text")),
    }
    parts: dict[str, str | bytes] = {
        "ppt/slides/_rels/s1.xml.rels": relations(("n", "notesSlide", "../notesSlides/n1.xml")),
        "ppt/notesSlides/n1.xml": slide(shape("Say why", "body")),
    }
    expected = "# Welcome\n\nfree text\n\n# Costs\n\n- They rise\n\n> Say why"
    assert text(pptx(slides, ["s2", "s1"], parts)).text == expected


def test_the_title_of_a_slide_stands_above_what_was_drawn_before_it() -> None:
    assert (
        text(pptx({"s1": slide(shape("drawn first") + shape("Costs", "title"))}, ["s1"])).text
        == "# Costs\n\ndrawn first"
    )


def test_a_heading_in_a_cell_is_words_like_any_other() -> None:
    outline = '<w:outlineLvl w:val="0"/>'
    cells = "".join(f"<w:tc>{paragraph(words, outline)}</w:tc>" for words in ("Name", "Month"))
    assert text(docx(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")).text == "Name | Month"


def test_tables_on_slides_are_rows() -> None:
    cell = "<a:tc><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    table = f"<p:graphicFrame><a:tbl><a:tr>{cell.format('a')}{cell.format('b')}</a:tr></a:tbl></p:graphicFrame>"
    assert text(pptx({"s1": slide(table)}, ["s1"])).text == "a | b"


def test_opendocument_text_keeps_headings_lists_tables_and_notes() -> None:
    body = (
        "<office:text><text:tracked-changes><text:p>old</text:p></text:tracked-changes>"
        '<text:h text:outline-level="2">Scope</text:h><text:p>a<text:s text:c="2"/>b'
        "<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>See annex</text:p></text:note-body></text:note></text:p>"
        "<text:list><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>two</text:p></text:list-item>"
        "</text:list></text:list-item></text:list><table:table><table:table-row>"
        '<table:table-cell><text:p>x</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2">'
        "<text:p>y</text:p></table:table-cell></table:table-row></table:table></office:text>"
    )
    assert text(odf("text", body)).text == "## Scope\n\na  b[^1]\n\n- one\n  - two\n\nx | y | y\n\n[^1]: See annex"


def numbered(*levels: tuple[str, str], overrides: str = "") -> dict[str, str | bytes]:
    """numbering.xml with one list, numId 1, and with ``overrides`` a second, numId 2, of the same levels."""
    each = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{shown}"/></w:lvl>'
        for depth, (kind, shown) in enumerate(levels)
    )
    nums = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="0"/>{more}</w:num>'
        for number, more in ((1, ""), (2, overrides))
    )
    return {
        "word/numbering.xml": f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0">{each}</w:abstractNum>{nums}'
        "</w:numbering>"
    }


def entry(words: str, depth: int = 0, number: int = 1) -> str:
    return paragraph(words, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def test_lists_have_the_numbers_that_word_shows() -> None:
    parts = numbered(("decimal", "%1."), ("lowerLetter", "%1.%2)"), ("bullet", "\uf0b7"))
    body = entry("one") + entry("a", 1) + entry("b", 1) + entry("dot", 2) + entry("two") + entry("again", 1)
    assert text(docx(body, parts)).text == "1. one\n  1.a) a\n  1.b) b\n    - dot\n2. two\n  2.a) again"


def test_lists_of_the_same_levels_count_on_unless_one_starts_anew() -> None:
    body = entry("one") + paragraph("between") + entry("two") + entry("new", number=2) + entry("three", number=2)
    start = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    expected = "1. one\n\nbetween\n\n2. two\n{}. new\n{}. three"
    assert text(docx(body, numbered(("decimal", "%1."), overrides=start))).text == expected.format(1, 2)
    assert text(docx(body, numbered(("decimal", "%1.")))).text == expected.format(3, 4)


def test_an_empty_paragraph_of_a_list_has_its_number_too() -> None:
    assert (
        text(docx(entry("one") + entry("") + entry("three"), numbered(("upperRoman", "%1.")))).text
        == "I. one\nIII. three"
    )


def test_headings_of_any_style_name_have_level_and_number() -> None:
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="t2"><w:name w:val="Kapitel"/><w:pPr><w:numPr><w:ilvl w:val="1"/>'
        '<w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="1"/></w:pPr></w:style></w:styles>'
    )
    parts = {**numbered(("decimal", "%1"), ("decimal", "%1.%2")), "word/styles.xml": styles}
    assert text(docx(paragraph("Umfang", '<w:pStyle w:val="t2"/>'), parts)).text == "## 1.1 Umfang"


@pytest.mark.parametrize(
    ("number", "kind", "shown"),
    [
        (1994, "upperRoman", "MCMXCIV"), (28, "lowerLetter", "bb"), (7, "decimalZero", "07"), (3, "russianLower", "в"),
        (21, "chineseCounting", "二十一"), (10, "japaneseCounting", "十"), (2, "decimalEnclosedCircle", "②"),
        (5, "someNewFormat", "5"), (0, "lowerLetter", "0"), (5000, "upperRoman", "5000"), (4, "bullet", ""),
    ],
)  # fmt: skip
def test_numbers_are_written_as_the_format_says(number: int, kind: str, shown: str) -> None:
    assert numeral(number, kind) == shown


def test_legal_numbering_is_in_figures_and_a_level_may_go_on_counting() -> None:
    levels = [Level("upperRoman", "%1."), Level("decimal", "%1.%2", legal=True, restart=0)]
    counter = Counter()
    assert [counter.label(levels, depth) for depth in (0, 1, 0, 1)] == ["I.", "1.1", "II.", "2.2"]


def test_pages_begin_where_word_last_broke_them() -> None:
    broken = "<w:p><w:r><w:t>long </w:t><w:lastRenderedPageBreak/><w:t>paragraph</w:t></w:r></w:p>"
    at_start = "<w:p><w:r><w:lastRenderedPageBreak/><w:t>third</w:t></w:r></w:p>"
    one = text(docx(paragraph("first") + broken + paragraph("second") + at_start))
    assert one.text == "first\n\nlong paragraph\n\nsecond\n\nthird"
    assert [one.text[start:][:6] for start in one.page_starts] == ["first\n", "second", "third"]


def test_a_deleted_paragraph_end_joins_two_paragraphs() -> None:
    deleted = "<w:rPr><w:del/></w:rPr>"
    assert text(docx(paragraph("one ", deleted) + paragraph("sentence"))).text == "one sentence"


def test_formulas_stand_in_one_line() -> None:
    m = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    run = "<m:r><m:t>{}</m:t></m:r>"
    fraction = f"<m:f><m:num>{run.format('a+b')}</m:num><m:den>{run.format('2')}</m:den></m:f>"
    power = f"<m:sSup><m:e>{run.format('x')}</m:e><m:sup>{run.format('2')}</m:sup></m:sSup>"
    brackets = f"<m:d><m:e>{run.format('y')}</m:e></m:d>"
    math = f"<m:oMath {m}>{fraction}{run.format('=')}{power}{brackets}</m:oMath>"
    assert text(docx(f"<w:p>{math}</w:p>")).text == "(a+b)/2=x^2(y)"


def test_symbols_are_what_they_show() -> None:
    signs = '<w:sym w:font="Symbol" w:char="F061"/><w:sym w:font="Wingdings" w:char="F0FC"/>'
    assert text(docx(f"<w:p><w:r>{signs}</w:r></w:p>")).text == "α✓"


def test_a_file_that_stands_in_for_text_is_read_but_not_without_end() -> None:
    body = f'<w:altChunk xmlns:r="{R}" r:id="r1"/>'
    related = relations(("r1", "aFChunk", "inner"))
    inner = docx(paragraph("deepest"))
    for _ in range(3):
        inner = docx(paragraph("in") + body, {"word/_rels/document.xml.rels": related, "word/inner": inner})
    assert text(inner).text == "in\n\nin\n\nin\n\ndeepest"
    assert text(inner, limits=Limits(max_depth=2)).text == "in\n\nin\n\nin"


def test_a_reference_out_of_the_file_is_never_followed() -> None:
    related = relations(("r1", "aFChunk", "file:///etc/passwd")).replace(
        "<Relationship ", '<Relationship TargetMode="External" '
    )
    body = paragraph("Words") + f'<w:altChunk xmlns:r="{R}" r:id="r1"/>'
    assert text(docx(body, {"word/_rels/document.xml.rels": related})).text == "Words"


def test_entities_are_neither_expanded_nor_fetched() -> None:
    head = '<!DOCTYPE x [<!ENTITY in "boom"><!ENTITY out SYSTEM "file:///etc/passwd">]>'
    body = f'<w:document xmlns:w="{W}"><w:body>{{}}</w:body></w:document>'
    assert text(docx("", {"word/document.xml": head + body.format(paragraph("&in;&out;Words"))})).text == "Words"
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]>' + body.format(paragraph("&a29;"))
    assert failed(docx("", {"word/document.xml": bomb})).reason == "corrupt"


def test_a_zip_of_the_same_bytes_again_and_again_is_refused() -> None:
    bomb = overlapping(docx(paragraph("Hi"), {"word/media/a.bin": b"\0" * 1_000_000}), 5)
    assert failed(bomb, "a.docx", Limits(max_expanded_mb=4)).reason == "too_large"


def test_a_damaged_slide_or_chapter_costs_itself_alone() -> None:
    first, second = found(pptx({"s1": slide(shape("Words")), "s2": "<broken"}, ["s1", "s2"]))
    assert isinstance(first, Text)
    assert (first.text, isinstance(second, Failed) and (second.reason, second.member)) == (
        "Words",
        ("corrupt", "slide 2"),
    )


def test_each_slide_is_a_page_and_hidden_ones_are_read() -> None:
    slides = {
        "s1": slide(shape("One")),
        "s2": slide("").replace("<p:sld ", '<p:sld show="0" '),
        "s3": slide(shape("Three")),
    }
    one = text(pptx(slides, ["s1", "s2", "s3"]))
    assert (one.text, one.page_starts) == ("One\n\nThree", (0, 5, 5))


def test_opendocument_lists_and_headings_are_numbered() -> None:
    styles = (
        '<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1"'
        ' style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" style:num-prefix="("'
        ' style:num-suffix=")"/></text:list-style><text:outline-style><text:outline-level-style text:level="1"'
        ' style:num-format="I"/></text:outline-style>'
    ).replace("style:n", "n")
    item = "<text:list-item><text:p>{}</text:p>{}</text:list-item>"
    nested = f"<text:list>{item.format('deep', '')}</text:list>"
    body = (
        f"{styles}<office:text><text:h text:outline-level='1'>Part</text:h>"
        f'<text:list text:style-name="L">{item.format("one", nested)}{item.format("two", "")}</text:list>'
        f'<text:list text:style-name="L">{item.format("anew", "")}</text:list>'
        f'<text:list text:style-name="L" text:continue-numbering="true">{item.format("on", "")}</text:list></office:text>'
    )
    assert text(odf("text", body)).text == "# I Part\n\n1. one\n  (a) deep\n2. two\n1. anew\n2. on"


def test_pages_of_opendocument_begin_at_its_soft_breaks() -> None:
    body = "<office:text><text:p>one</text:p><text:soft-page-break/><text:p>two</text:p></office:text>"
    assert text(odf("text", body)).page_starts == (0, 5)


def test_an_ebook_is_its_chapters_in_order_without_the_table_of_contents() -> None:
    book = epub({"c1": "<h1>One</h1><p>First</p>", "c2": "<p>Second</p>"}, ["nav", "c2", "c1"])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    contents = b'<item id="nav" href="c1.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>'
    parts["OEBPS/book.opf"] = parts["OEBPS/book.opf"].replace(b"</manifest>", contents)
    assert text(zipped({**parts})).text == "Second\n\n# One\n\nFirst"


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    st.sampled_from(range(4)), st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=6)
)
def test_damaged_bytes_never_break_the_readers(which: int, changes: list[tuple[int, int]]) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row>'
    made = (docx(entry("one"), numbered(("decimal", "%1."))), pptx({"s1": slide(shape("One"))}, ["s1"]), xlsx(rows))
    data = bytearray((*made, odf("text", "<office:text><text:p>one</text:p></office:text>"))[which])
    for place, value in changes:
        data[place % len(data)] = value
    assert len(found(bytes(data), limits=Limits(max_expanded_mb=64))) >= 1
