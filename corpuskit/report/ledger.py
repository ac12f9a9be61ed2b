"""The ledger: every file and every document accounted for, in documents, bytes of text and tokens.

The laws, checked at the end of each build:
files found = files read + files failed; documents = kept + dropped + merged + failed; shards hold what was kept.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from corpuskit.documents import DROPPED, FAILED, KEPT, MERGED, VERDICTS
from corpuskit.errors import AccountingError

Counts = dict[str, int]


def _counts(documents: pl.DataFrame) -> Counts:
    return {
        "documents": len(documents),
        "text_bytes": int(documents["bytes"].sum()),
        "tokens": int(documents["tokens"].sum()),
    }


def _by(documents: pl.DataFrame, column: str) -> dict[str, Counts]:
    """Counts for each value of a column, most tokens first."""
    groups = {str(value): _counts(group) for (value,), group in documents.group_by(column)}
    return dict(sorted(groups.items(), key=lambda item: (-item[1]["tokens"], -item[1]["documents"], item[0])))


def balance(documents: pl.DataFrame, *, files: int, file_bytes: int, excluded: int, left_out: int) -> dict[str, Any]:
    """The ledger of a build.

    `documents` has a row a document with the columns path, verdict, step, reason, split, source, language, bytes (of
    text, null if failed) and tokens (null if failed). `excluded` files were found and not read, `left_out` ones lie in archives
    and were passed over: neither is a file found or a document seen. Raises AccountingError when the laws do not hold.
    """
    documents = documents.with_columns(pl.col("bytes").fill_null(0), pl.col("tokens").fill_null(0))
    read = documents.filter(pl.col("verdict") != FAILED)
    failed = documents.filter(pl.col("verdict") == FAILED)
    failed_files = failed.filter(~pl.col("path").is_in(read["path"].unique().implode())).unique(
        "path", keep="first", maintain_order=True
    )
    kept = documents.filter(pl.col("verdict") == KEPT)
    found = {
        "files": {
            "found": files,
            "bytes": file_bytes,
            "excluded": excluded,
            "left_out_of_archives": left_out,
            "read": read["path"].n_unique(),
            "failed": len(failed_files),
            "failed_by_reason": {reason: counts["documents"] for reason, counts in _by(failed_files, "reason").items()},
        },
        "documents": {"seen": len(documents)}
        | {verdict: int((documents["verdict"] == verdict).sum()) for verdict in VERDICTS},
        "extracted": _counts(read),
        "dropped": _by(documents.filter(pl.col("verdict") == DROPPED), "reason"),
        "merged": _by(documents.filter(pl.col("verdict") == MERGED), "reason"),
        "failed": {reason: counts["documents"] for reason, counts in _by(failed, "reason").items()},
        "kept": _counts(kept),
        "splits": {split: _counts(kept.filter(pl.col("split") == split)) for split in ("train", "validation")},
        "languages": _by(kept, "language"),
        "sources": _by(kept, "source"),
    }
    _check(found)
    return found


def repaired(documents: pl.DataFrame) -> Counts:
    """What `repair` took out: characters (column `taken_out`), the documents, and about how many tokens, as what is left has them."""
    changed = documents.filter(pl.col("taken_out") > 0)
    share = pl.col("taken_out") / pl.col("characters").clip(1)
    return {
        "documents": len(changed),
        "characters": int(changed["taken_out"].sum()),
        "tokens": round(changed.select((pl.col("tokens") * share).sum()).item()),
    }


def _check(ledger: dict[str, Any]) -> None:
    files, seen = ledger["files"], ledger["documents"]
    if files["found"] != files["read"] + files["failed"]:
        raise AccountingError(
            f"{files['found']} files found, but {files['read']} read and {files['failed']} failed. This is a bug in "
            "corpuskit; no corpus was written."
        )
    if seen["seen"] != sum(seen[verdict] for verdict in VERDICTS):
        raise AccountingError(f"documents do not balance: {seen}. This is a bug in corpuskit; no corpus was written.")
    for unit in ("documents", "text_bytes", "tokens"):
        losses = sum(counts[unit] for table in ("dropped", "merged") for counts in ledger[table].values())
        splits = sum(counts[unit] for counts in ledger["splits"].values())
        if ledger["extracted"][unit] != losses + ledger["kept"][unit] or splits != ledger["kept"][unit]:
            raise AccountingError(f"{unit} do not balance: {ledger}. This is a bug in corpuskit; no corpus written.")


def check_files(ledger: dict[str, Any], shards: Sequence[dict[str, Any]], documents: Sequence[dict[str, Any]]) -> None:
    """Raises AccountingError unless the files hold what the ledger says.

    Shards: the documents and tokens that were kept, split by split. Tables of documents: every document seen.
    """
    rows = sum(table["rows"] for table in documents)
    if rows != ledger["documents"]["seen"]:
        raise AccountingError(
            f"{ledger['documents']['seen']} documents were seen, but documents/ holds {rows}. This is a bug in corpuskit; "
            "no corpus was written."
        )
    for split, counts in ledger["splits"].items():
        rows = sum(shard["rows"] for shard in shards if shard["split"] == split)
        tokens = sum(shard["tokens"] for shard in shards if shard["split"] == split)
        if (rows, tokens) != (counts["documents"], counts["tokens"]):
            raise AccountingError(
                f"{split}: {counts['documents']} documents and {counts['tokens']} tokens were kept, but the shards hold "
                f"{rows} and {tokens}. This is a bug in corpuskit; no corpus was written."
            )
