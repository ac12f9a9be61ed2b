from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from corpuskit.errors import UsageError
from corpuskit.forget.find import closed, entries, left, named
from tests.report.frames import documents, merged

TWIN: dict[str, object] = {"file_sha256": "aa", "member": ""}


def table(*rows: Mapping[str, object]) -> pl.DataFrame:
    """Documents as a corpus has them; files are told apart by their number unless said otherwise."""
    found = documents(*({name: value for name, value in row.items() if name != "file_sha256"} for row in rows))
    sha256 = [str(row.get("file_sha256", f"file {number}")) for number, row in enumerate(rows)]
    return found.with_columns(file_sha256=pl.Series(sha256))


SHARE = table(
    {"path": "share/contracts/lease.docx"},
    {"path": "share/old/contracts/lease.docx"},
    {"path": "share/mail/anna/1.eml"},
    {"path": "share/mail/anna/2.eml"},
    {"path": "share/mail/annabel/1.eml"},
)


def paths(found: pl.DataFrame) -> list[str]:
    return found["path"].to_list()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("share/contracts/lease.docx", ["share/contracts/lease.docx"]),
        ("/home/ada/share/contracts/lease.docx", ["share/contracts/lease.docx"]),
        ("old/contracts/lease.docx", ["share/old/contracts/lease.docx"]),
        ("mail/anna", ["share/mail/anna/1.eml", "share/mail/anna/2.eml"]),
        ("share/mail/anna/", ["share/mail/anna/1.eml", "share/mail/anna/2.eml"]),
        ("/home/ada/share/mail/anna", ["share/mail/anna/1.eml", "share/mail/anna/2.eml"]),
        (f"{3:032x}", ["share/mail/anna/2.eml"]),
    ],
)
def test_a_name_is_a_file_a_folder_or_an_id(wanted: str, found: list[str]) -> None:
    assert paths(named(SHARE, wanted)) == found


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ("lease.docx", "fits in 2 places (share/contracts/lease.docx, share/old/contracts/lease.docx)"),
        ("contracts", "fits in 2 places (share/contracts, share/old/contracts)"),
        ("00000000", "5 documents have an id that begins so"),
        ("anna.eml", "no document of the corpus has this path or id"),
        ("/elsewhere/lease.docx", "no document of the corpus has this path or id"),
        ("", "no document of the corpus has this path or id"),
    ],
)
def test_a_name_that_means_nothing_or_several_things_is_refused(wanted: str, refusal: str) -> None:
    with pytest.raises(UsageError) as error:
        named(SHARE, wanted)
    assert refusal in str(error.value)


CLUSTER = table(
    {"path": "s/best.txt"},
    {"path": "s/near.txt"} | merged("near", 0, 0.9),
    {"path": "s/exact.txt"} | merged("exact", 0, 1.0),
    {"path": "s/other.txt"},
)


def test_copies_go_where_that_is_asked_and_are_named_where_not() -> None:
    near = named(CLUSTER, "near.txt")
    assert paths(closed(CLUSTER, near, copies=False)) == ["s/near.txt"]
    assert paths(left(CLUSTER, near)) == ["s/best.txt", "s/exact.txt"]
    assert paths(closed(CLUSTER, near, copies=True)) == ["s/best.txt", "s/near.txt", "s/exact.txt"]
    assert paths(left(CLUSTER, closed(CLUSTER, near, copies=True))) == []


def test_a_file_that_lies_there_twice_byte_for_byte_goes_twice() -> None:
    twice = table({"path": "s/a.txt"} | TWIN, {"path": "s/b.txt"} | TWIN, {"path": "s/c.txt"})
    assert paths(closed(twice, named(twice, "a.txt"), copies=False)) == ["s/a.txt", "s/b.txt"]


def test_what_could_not_be_hashed_is_no_twin_of_what_could_not_either() -> None:
    unread = table({"path": "s/a.txt", "file_sha256": ""}, {"path": "s/b.txt", "file_sha256": ""})
    assert paths(closed(unread, named(unread, "a.txt"), copies=False)) == ["s/a.txt"]


def test_where_all_of_a_file_goes_whatever_is_in_it_is_meant() -> None:
    mailbox: list[Any] = [
        {"path": "s/box.mbox", "file_sha256": "bb", "member": f"message {number}"} for number in (1, 2)
    ]
    box = table(*mailbox)
    one, both = box[:1], box
    said: Any = {"day": "2026-01-31", "corpus": "c", "hidden": True}
    assert [(entry.member, entry.hidden) for entry in entries(box, one, **said)] == [("message 1", False)]
    assert [(entry.member, entry.hidden) for entry in entries(box, both, **said)] == [(None, True)] * 2
