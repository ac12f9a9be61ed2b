import numpy as np
import polars as pl
import pytest

from corpuskit.dedupe import versions


@pytest.mark.parametrize(
    "path",
    [
        "legal/offer.docx",
        "offer_v1.docx",
        "Offer V2.3 (final).pdf",
        "old/offer-draft.odt",
        "Copy of Offer.docx",
        "offer (1).docx",
        "offer_rev 12_signed.pdf",
        "offer final 2.docx",
        "offer_kopie.docx",
    ],
)
def test_versions_of_one_document_share_a_name(path: str) -> None:
    assert versions.parted(path)[0] == "offer"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("invoice_0017.pdf", "invoice 0017"),
        ("report 2024-03.pdf", "report 2024 03"),
        ("conv2d.py", "conv 2 d"),
        ("the old version.txt", "the version"),
        ("v.txt", "v"),
        ("報告書_v2.docx", "報告書"),
        (".profile", "profile"),
    ],
)
def test_what_is_no_mark_stays_in_the_name(path: str, name: str) -> None:
    assert versions.parted(path)[0] == name


def test_signed_is_newer_than_final_is_newer_than_a_number_is_newer_than_none_is_newer_than_a_draft() -> None:
    names = ["a draft 2.txt", "a draft 3.txt", "a.txt", "a v1.txt", "a v2.txt", "a v2.10.txt", "a v10.txt"]
    names += ["a v3 final.txt", "a final v4.txt", "a signed.txt"]
    names = ["a v2 draft.txt", *names]
    assert versions.ages(pl.Series(names)).is_sorted()


def test_the_last_of_several_copies_of_a_browser_is_the_newest_of_them() -> None:
    assert versions.ages(pl.Series(["a (1).txt", "a (2).txt", "a.txt"])).is_sorted()


def test_the_number_before_a_mark_and_behind_a_point_counts() -> None:
    names = ["a v1.9.txt", "a v1.10.txt", "a final.txt", "a v2 final.txt", "a v3 final.txt"]
    assert versions.ages(pl.Series(names)).is_sorted()
    assert versions.parted("a signed draft.txt").age < versions.parted("a.txt").age


def test_one_name_in_two_folders_is_two_documents_and_in_two_formats_one() -> None:
    paths = pl.Series(["meier/contract.pdf", "huber/contract.pdf", "huber/contract.docx", "old/contract v2.pdf"])
    same = versions.same(paths, np.array([0, 1, 0]), np.array([1, 2, 3]))
    assert same.tolist() == [False, True, True]


def test_a_document_inside_another_file_has_no_name_of_its_own() -> None:
    paths = pl.Series(["a/x v1.txt", "b/x v2.txt", "rows.jsonl", "rows.jsonl", "c/y.txt"])
    same = versions.same(paths, np.array([0, 2, 0]), np.array([1, 3, 4]))
    assert same.tolist() == [True, False, False]
