"""The manifest of a corpus without the forgotten documents: the ledger counted anew, its laws checked."""

from typing import Any

import polars as pl

from corpuskit.forget.rewrite import Entries
from corpuskit.forgotten import REASON
from corpuskit.report import ledger


def manifest(
    before: dict[str, Any], documents: pl.DataFrame, named: set[tuple[str, str]], tables: Entries, shards: Entries
) -> dict[str, Any]:
    """`before` with these files. Raises AccountingError where the laws do not hold.

    `documents` are all of the corpus, as `find.read` gives them; `named` are path and member of those that are forgotten now. What
    train knows of validation, and of test data, was measured before and is not measured again.
    """
    files = before["ledger"]["files"]
    account = ledger.balance(
        documents,
        files=files["found"],
        file_bytes=files["bytes"],
        excluded=files.get("excluded", 0),  # corpora of earlier versions do not say
        left_out=files.get("left_out_of_archives", 0),
    )
    ledger.check_files(account, shards, tables)
    repaired = {"repaired": ledger.repaired(documents)} if "taken_out" in documents.columns else {}
    now = {"ledger": account | repaired, "documents": tables, "shards": shards}
    if before.get("split"):
        held = account["splits"]["validation"]
        counts = {name: held[name] for name in ("documents", "tokens")}
        now["split"] = before["split"] | {"validation": before["split"]["validation"] | counts}
    gone = set(documents.filter(reason=REASON).select("path", "member").iter_rows())
    return {name: unnamed(now.get(name, value), named | gone) for name, value in before.items()}


def unnamed(value: Any, gone: set[tuple[str, str]]) -> Any:
    """A value of the manifest without the lines that name one of these documents by path and member, as lists of examples do."""
    if isinstance(value, dict):
        return {name: unnamed(one, gone) for name, one in value.items()}
    if isinstance(value, list):
        return [unnamed(one, gone) for one in value if not (isinstance(one, dict) and _place(one) in gone)]
    return value


def _place(line: dict[str, Any]) -> tuple[Any, Any]:
    return line.get("path"), line.get("member", "")
