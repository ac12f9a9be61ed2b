"""The ledger for people: aligned text for the terminal, Markdown for the file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpuskit.documents import VERDICTS
from corpuskit.filter.rules import RULES, bound

FAILED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the account: what, and how many documents, bytes of text and tokens."""

    what: str
    documents: int
    text_bytes: int | None = None
    tokens: int | None = None
    sign: str = ""


def megabytes(count: int) -> str:
    """Bytes as a person reads them."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count} B"


def account(ledger: dict[str, Any]) -> list[Line]:
    """The waterfall from what was extracted to what is kept."""

    def line(what: str, counts: dict[str, int], sign: str = "") -> Line:
        return Line(what, counts["documents"], counts["text_bytes"], counts["tokens"], sign)

    lines = [line("extract: texts", ledger["extracted"])]
    lines += [line(f"filter: {reason}", counts, "-") for reason, counts in ledger["dropped"].items()]
    lines += [line(f"dedupe: {reason}", counts, "-") for reason, counts in ledger["merged"].items()]
    lines.append(line("kept", ledger["kept"], "="))
    lines += [line(f"shard: {split}", counts) for split, counts in ledger["splits"].items()]
    return lines


def laws(ledger: dict[str, Any]) -> list[str]:
    """The two equations, with their numbers."""
    files, seen = ledger["files"], ledger["documents"]
    left_out = f" ({files['excluded']:,} more excluded by the recipe)" if files["excluded"] else ""
    verdicts = " + ".join(f"{seen[verdict]:,} {verdict}" for verdict in VERDICTS)
    return [
        f"files      {files['found']:,} found = {files['read']:,} read + {files['failed']:,} failed{left_out}",
        f"documents  {seen['seen']:,} seen = {verdicts}",
    ]


def _cells(line: Line) -> tuple[str, str, str, str]:
    text = "" if line.text_bytes is None else megabytes(line.text_bytes)
    tokens = "" if line.tokens is None else f"{line.tokens:,}"
    return f"{line.sign or ' '} {line.what}", f"{line.documents:,}", text, tokens


def tokenizer_note(tokenizer: dict[str, Any]) -> str:
    """How far the token counts can be trusted."""
    if tokenizer["estimate"]:
        return f"{tokenizer['name']} (an estimate: name your model's with --tokenizer for its own count)"
    return f"{tokenizer['name']} ({tokenizer['vocab_size']:,} entries, sha256 {tokenizer['digest'][:12]})"


def terminal(manifest: dict[str, Any], failures: Sequence[dict[str, str]]) -> str:
    """The report as aligned text."""
    ledger = manifest["ledger"]
    rows = [("", "documents", "text", "tokens"), *(_cells(line) for line in account(ledger))]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    table = [
        row[0].ljust(widths[0])
        + "".join(cell.rjust(width + 2) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
    languages = ", ".join(f"{name} {counts['tokens']:,}" for name, counts in list(ledger["languages"].items())[:6])
    more = f", {len(ledger['languages']) - 6} more" if len(ledger["languages"]) > 6 else ""
    pieces = ["\n".join(laws(ledger)), "\n".join(row.rstrip() for row in table)]
    if failures:
        reasons = ", ".join(f"{reason} {count}" for reason, count in ledger["failed"].items())
        pieces.append(f"failed     {reasons}")
    pieces.append(f"languages  {languages}{more}\ntokens by  {tokenizer_note(manifest['tokenizer'])}")
    return "\n\n".join(pieces)


def markdown(manifest: dict[str, Any], failures: Sequence[dict[str, str]]) -> str:
    """The report as Markdown; paths and reasons stand in it, never a document's text."""
    ledger = manifest["ledger"]
    out = ["# Token report", "", *(f"- {law}" for law in laws(ledger))]
    out += [f"- tokens counted by {tokenizer_note(manifest['tokenizer'])}", ""]
    out += _table(["step", "documents", "text", "tokens"], [_cells(line) for line in account(ledger)])
    rules = [(name, bound(name, limit), RULES[name].reason) for name, limit in manifest["recipe"]["filter"].items()]
    out += ["", "## Rules", "", "Tried in this order; the first that says no decides.", ""]
    out += _table(["rule", "threshold", "reason"], rules)
    near = manifest["recipe"]["dedupe"]
    out += [
        "",
        f"A near copy overlaps its survivor by {near['threshold']} or more (Jaccard index of word {near['ngram']}-grams).",
    ]
    out += [
        "Every drop and merge stands in documents/*.parquet with its value and threshold; `corpuskit explain` reads it."
    ]
    for title, table in (("Languages", ledger["languages"]), ("Sources", ledger["sources"])):
        rows = [
            (name, f"{c['documents']:,}", megabytes(c["text_bytes"]), f"{c['tokens']:,}") for name, c in table.items()
        ]
        out += ["", f"## {title} (kept)", "", *_table([title.lower()[:-1], "documents", "text", "tokens"], rows)]
    shards = [
        (s["file"], s["split"], f"{s['rows']:,}", f"{s['tokens']:,}", s["sha256"][:16]) for s in manifest["shards"]
    ]
    out += ["", "## Shards", "", *_table(["file", "split", "documents", "tokens", "sha256"], shards)]
    if failures:
        shown = [(f["path"], f["member"], f["reason"], f["detail"]) for f in failures[:FAILED_SHOWN]]
        reasons = [(reason, f"{count:,}") for reason, count in ledger["failed"].items()]
        out += ["", "## Failed", "", *_table(["reason", "documents"], reasons)]
        out += ["", *_table(["file", "member", "reason", "detail"], shown)]
        if len(failures) > FAILED_SHOWN:
            out += ["", f"... and {len(failures) - FAILED_SHOWN:,} more; all of them stand in documents/*.parquet."]
    return "\n".join(out) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    def cells(row: Sequence[str]) -> str:
        return "| " + " | ".join(cell.strip().replace("|", "\\|").replace("\n", " ") for cell in row) + " |"

    return [cells(head), "|" + " --- |" * len(head), *(cells(row) for row in rows)]


def as_json(manifest: dict[str, Any], failures: Sequence[dict[str, str]]) -> str:
    """The report for programs: the ledger, the tokenizer that counted, the shards, and each failure."""
    report = {name: manifest[name] for name in ("corpuskit", "inputs", "tokenizer", "ledger", "shards")}
    return json.dumps(report | {"failures": list(failures)}, indent=2, ensure_ascii=False) + "\n"
