import pytest

from corpuskit.extract.found import Failed, Limits, Text
from tests.extract.made import failed, found, odf, text, xlsx
from tests.extract.made_office import ole


def cells(row: int, *values: int) -> str:
    inner = "".join(f'<c r="{chr(65 + place)}{row}"><v>{value}</v></c>' for place, value in enumerate(values))
    return f'<row r="{row}">{inner}</row>'


def test_a_workbook_is_rows_under_the_names_of_its_sheets() -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><t>Item</t></is></c>'
        '<c r="B1" t="inlineStr"><is><t>Price</t></is></c></row>'
        '<row r="3"><c r="A3"><v>2.5</v></c><c r="B3"><v>3</v></c><c r="C3" s="1"><v>45000</v></c></row>'
    )
    one = text(xlsx(rows))
    assert one.text == "## Costs\nItem | Price\n2.5 | 3 | 2023-03-15"
    assert one.page_starts == (0,)


def test_rows_beyond_the_limit_are_accounted_for() -> None:
    first, rest = found(xlsx(cells(1, 1) + cells(2, 2) + cells(4, 4)), limits=Limits(max_rows=2))
    assert isinstance(first, Text)
    assert first.text == "## Costs\n1\n2"
    assert isinstance(rest, Failed)
    assert (rest.reason, rest.member) == ("too_many", "Costs: rows from 4")


def test_two_cells_in_opposite_corners_do_not_take_the_memory_between_them() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"><v>45000</v></c></row>'
    assert text(xlsx(rows)).text == "## Costs\n1\n | 2023-03-15"


ODS_CELL = '<table:table-cell{} office:value-type="float" office:value="7"><text:p>7</text:p></table:table-cell>'


def ods(rows: str) -> bytes:
    return odf(
        "spreadsheet", f'<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet>'
    )


def test_cells_far_apart_in_an_opendocument_sheet_are_read() -> None:
    cells = '<table:table-cell table:number-columns-repeated="16384"/>'
    empty = f'<table:table-row table:number-rows-repeated="1048574">{cells}</table:table-row>'
    last = '<table:table-row><table:table-cell table:number-columns-repeated="16383"/>'
    rows = (
        f"<table:table-row>{ODS_CELL.format('')}</table:table-row>{empty}{last}{ODS_CELL.format('')}</table:table-row>"
    )
    assert text(ods(rows)).text == "## S\n7\n" + " | " * 16_383 + "7"


def test_an_opendocument_sheet_of_billions_of_repeated_cells_is_too_large() -> None:
    repeated = ODS_CELL.format(' table:number-columns-repeated="16384"')
    rows = f'<table:table-row table:number-rows-repeated="1048576">{repeated}</table:table-row>'
    assert failed(ods(rows)).reason == "too_large"


def test_an_encrypted_old_workbook_is_told_as_such() -> None:
    begin = b"\x09\x08\x10\x00" + bytes(16)
    assert (
        failed(ole({"Workbook": begin + b"\x86\x00\x00\x00" + b"\x2f\x00\x04\x00abcd" + bytes(600)})).reason
        == "encrypted"
    )


def test_excel_4_and_older_is_not_supported_and_says_so() -> None:
    assert failed(b"\x09\x04\x06\x00\x00\x00\x10\x00" + bytes(20)).reason == "unsupported_format"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('name,city\n"Doe, Jane",Paris\n', "name | city\nDoe, Jane | Paris"),
        ('a;b\r\n"say ""no""";2,5\r\n', 'a | b\nsay "no" | 2,5'),
        ("a|b\n1|2\n", "a | b\n1 | 2"),
        ('a,b\n"two\nlines",x\n', "a | b\ntwo lines | x"),
        ("sep=;\na,b;c\n1;2\n", "a,b | c\n1 | 2"),
        ("one column\nno table\n", "one column\nno table"),
        ("\ufeffa,b\n,\n1,\n", "a | b\n1"),
    ],
)
def test_delimited_text_is_rows(data: str, expected: str) -> None:
    assert text(data.encode(), "a.csv").text == expected


def test_delimited_text_is_decoded() -> None:
    words = "Straße;Größe;Übung\nMüller;groß;schön\n" * 3
    assert text(words.encode("cp1252"), "a.csv").text.startswith("Straße | Größe | Übung\nMüller | groß | schön")


def test_a_quote_that_nothing_closes_loses_no_row() -> None:
    data = "a,b\n" * 100 + '"x,y\n' + "c,d\n" * 50_000
    one = text(data.encode(), "a.csv")
    assert one.text.count("c | d") == 50_000
    assert '"x | y' in one.text


def test_rows_and_cells_of_delimited_text_have_limits() -> None:
    first, *rest = found(b"a,b\n" * 3, "a.csv", Limits(max_rows=2))
    assert isinstance(first, Text)
    assert (first.text, [one.member for one in rest]) == ("a | b\na | b", ["rows from 3"])
    wide = found(b",".join([b"x"] * 16_400) + b"\n", "a.csv")
    assert [one.member for one in wide] == ["", "row 1, last cells"]
