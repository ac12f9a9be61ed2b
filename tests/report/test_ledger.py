from typing import Any

import polars as pl
import pytest

from corpuskit.errors import AccountingError
from corpuskit.report.ledger import balance, check_files, repaired

NAMES = ["path", "verdict", "reason", "split", "source", "language", "bytes", "tokens"]
ROWS: list[tuple[Any, ...]] = [
    ("a.txt", "kept", None, "train", "s", "en", 100, 20),
    ("b.txt", "kept", None, "validation", "s", "de", 50, 10),
    ("c.txt", "dropped", "too_short", None, "s", "en", 5, 1),
    ("d.txt", "merged", "exact_copy", None, "s", "en", 100, 20),
    ("e.pdf", "failed", "corrupt", None, "s", None, None, None),
    ("f.jsonl", "kept", None, "train", "t", "en", 30, 6),
    ("f.jsonl", "failed", "bad_row", None, "t", None, None, None),
]


def ledger(files: int = 6) -> dict[str, Any]:
    documents = pl.DataFrame(ROWS, schema=NAMES, orient="row")
    return balance(documents, files=files, file_bytes=999, excluded=2, left_out=3)


def test_a_file_with_one_readable_row_is_read_and_its_bad_row_is_a_failed_document() -> None:
    found = ledger()
    assert found["files"] | {"failed_by_reason": 0} == {
        "found": 6, "bytes": 999, "excluded": 2, "left_out_of_archives": 3, "read": 5, "failed": 1, "failed_by_reason": 0,
    }  # fmt: skip
    assert found["files"]["failed_by_reason"] == {"corrupt": 1}
    assert found["documents"] == {"seen": 7, "kept": 3, "dropped": 1, "merged": 1, "failed": 2}


def test_tokens_are_followed_to_where_they_went() -> None:
    found = ledger()
    assert found["extracted"]["tokens"] == 57
    assert found["dropped"] == {"too_short": {"documents": 1, "text_bytes": 5, "tokens": 1}}
    assert found["merged"] == {"exact_copy": {"documents": 1, "text_bytes": 100, "tokens": 20}}
    assert found["splits"]["train"] == {"documents": 2, "text_bytes": 130, "tokens": 26}
    assert list(found["languages"]) == ["en", "de"]


def test_a_file_that_vanished_on_the_way_stops_the_build() -> None:
    with pytest.raises(AccountingError, match="7 files found, but 5 read and 1 failed"):
        ledger(files=7)


def test_a_kept_document_without_a_side_stops_the_build() -> None:
    documents = pl.DataFrame([("a", "kept", None, None, "s", "en", 1, 1)], schema=NAMES, orient="row")
    with pytest.raises(AccountingError, match="do not balance"):
        balance(documents, files=1, file_bytes=1, excluded=0, left_out=0)


def test_files_that_hold_something_else_stop_the_build() -> None:
    shards = [{"split": "train", "rows": 2, "tokens": 26}, {"split": "validation", "rows": 1, "tokens": 10}]
    check_files(ledger(), shards, [{"rows": 4}, {"rows": 3}])
    with pytest.raises(AccountingError, match="validation: 1 documents and 10 tokens were kept"):
        check_files(ledger(), shards[:1], [{"rows": 7}])
    with pytest.raises(AccountingError, match="7 documents were seen, but documents/ holds 6"):
        check_files(ledger(), shards, [{"rows": 6}])


def test_what_repair_took_out_is_counted_in_tokens_as_what_is_left_has_them_in_any_script() -> None:
    documents = pl.DataFrame(
        {"taken_out": [1000, 0], "characters": [1000, 50], "bytes": [3000, 50], "tokens": [800, 10]}
    )
    assert repaired(documents) == {"documents": 1, "characters": 1000, "tokens": 800}
