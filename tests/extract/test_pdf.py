from tests.extract.made import found, pdf, text


def test_pages_are_set_apart_by_a_blank_line() -> None:
    assert text(pdf("First page\nits second line", "Second page")).text == "First page\nits second line\n\nSecond page"


def test_an_empty_page_leaves_no_gap() -> None:
    assert text(pdf("First", "", "Third")).text == "First\n\nThird"


def test_words_divided_at_the_end_of_a_line_are_joined() -> None:
    assert text(pdf("The contract is termi-\nnated today")).text == "The contract is terminated today"


def test_a_hyphen_before_a_capital_stays() -> None:
    assert text(pdf("The Rhein-\nMain area")).text == "The Rhein-Main area"


def test_metadata_is_read() -> None:
    one = text(pdf("Hi", info=b"/Title(Plan)/Author(Ada)/CreationDate(D:20240131120000+01'00')/ModDate(D:2025)"))
    assert (one.title, one.author, one.created, one.modified) == ("Plan", "Ada", "2024-01-31T12:00:00+01:00", "2025")


def test_garbage_in_the_middle_gives_an_answer_all_the_same() -> None:
    data = pdf("Hello", "World")
    assert len(found(data[:300] + b"\xff" * 80 + data[380:])) == 1
