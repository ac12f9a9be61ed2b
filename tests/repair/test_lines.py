import pyarrow as pa

from corpuskit.repair.lines import SKETCH, lines


def hashes(text: str) -> list[int]:
    found: list[int] = lines(pa.array([text])).hashes.tolist()
    return found


def test_lines_are_equal_whatever_their_case_and_white_space() -> None:
    first, second, third = hashes("  Our  Office\nour office\t\nour offices")
    assert first == second != third


def test_a_line_without_letters_says_nothing() -> None:
    assert hashes("12\n\n ---- \n3.14 %") == [0, 0, 0, 0]


def test_three_numbers_in_one_line_of_a_document_are_a_counter() -> None:
    counted = hashes("Page 1 of 3\nPage 2 of 3\nPage 3 of 3")
    assert len(set(counted)) == 1
    assert set(hashes("Page 9 of 17\nPage 10 of 17\nPage 11 of 17")) == set(counted)


def test_the_number_of_an_invoice_is_no_counter() -> None:
    assert hashes("Invoice 311") != hashes("Invoice 312")
    assert len(set(hashes("Invoice 311\nInvoice 311\nInvoice 311"))) == 1
    assert hashes("Invoice 311\nInvoice 311\nInvoice 311")[0] != hashes("Invoice 312\nInvoice 312\nInvoice 312")[0]


def test_characters_are_code_points_without_the_end_of_the_line() -> None:
    assert lines(pa.array(["žlutý\n\n株式会社\n"])).characters.tolist() == [5, 0, 4, 0]


def test_a_null_and_an_empty_text_have_no_lines() -> None:
    found = lines(pa.array([None, "", "one"]))
    assert found.offsets.tolist() == [0, 0, 0, 1]
    assert found.sketches.shape == (3, SKETCH)


def test_nul_right_to_left_and_one_huge_line_are_lines() -> None:
    texts = ["a\0b\nשלום עולם\n\U0001f600", "word " * 100_000]
    found = lines(pa.array(texts))
    assert found.offsets.tolist() == [0, 3, 4]
    assert found.hashes[2] == 0  # a smiley is no letter
    assert found.characters.tolist() == [3, 9, 1, 500_000]


def test_documents_of_equal_lines_have_one_digest_and_one_sketch() -> None:
    found = lines(pa.array(["One\n\nTwo", "one\ntwo\n", "two\none"]))
    assert found.digests[0] == found.digests[1] != found.digests[2]
    assert found.sketches[0].tolist() == found.sketches[1].tolist() == found.sketches[2].tolist()


def test_slices_of_an_array_give_the_same_lines() -> None:
    texts = pa.array(["x", "Alpha\nBeta", "y"])
    assert lines(texts.slice(1, 1)).hashes.tolist() == lines(pa.array(["Alpha\nBeta"])).hashes.tolist()
