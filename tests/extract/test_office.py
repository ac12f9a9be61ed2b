from tests.extract.made import W, docx, odf, paragraph, pptx, relations, shape, slide, text, xlsx

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
    assert text(docx(body, parts)).text == "Price[^2]\n\n[^2]: See annex"


def test_slides_come_in_the_order_of_the_presentation_with_their_notes() -> None:
    slides = {
        "s1": slide(shape("Costs", "title") + shape("They rise", "body") + shape("7", "sldNum")),
        "s2": slide(shape("Welcome", "ctrTitle") + shape("free text")),
    }
    parts: dict[str, str | bytes] = {
        "ppt/slides/_rels/s1.xml.rels": relations(("n", "notesSlide", "../notesSlides/n1.xml")),
        "ppt/notesSlides/n1.xml": slide(shape("Say why", "body")),
    }
    expected = "# Welcome\n\nfree text\n\n# Costs\n\n- They rise\n\nNotes: - Say why"
    assert text(pptx(slides, ["s2", "s1"], parts)).text == expected


def test_tables_on_slides_are_rows() -> None:
    cell = "<a:tc><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    table = f"<p:graphicFrame><a:tbl><a:tr>{cell.format('a')}{cell.format('b')}</a:tr></a:tbl></p:graphicFrame>"
    assert text(pptx({"s1": slide(table)}, ["s1"])).text == "a | b"


def test_a_workbook_is_rows_under_the_names_of_its_sheets() -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Item</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>Price</t></is></c></row>'
        '<row r="3"><c r="A3"><v>2.5</v></c><c r="B3"><v>3</v></c><c r="C3" s="1"><v>45000</v></c></row>'
    )
    assert text(xlsx(rows)).text == "## Costs\nItem | Price\n2.5 | 3 | 2023-03-15"


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
