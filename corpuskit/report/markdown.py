"""The report as Markdown, for a pull request: paths and reasons stand in it, never a document's text."""

from collections.abc import Iterator, Sequence
from typing import Any

from corpuskit.report import contamination, validation
from corpuskit.report.text import Line, cells, laws, megabytes, tokenizer_note

FAILED_SHOWN = 50
ROWS = 12  # of a composition's table
PASSED = {True: "yes", False: "no", None: "not known"}
TITLES = {
    "source": "Sources",
    "type": "Types of documents",
    "language": "Languages",
    "format": "Formats",
    "quality_band": "Web rules broken",
    "confidentiality": "Confidentiality",
    "retention": "Retention",
    "source_system": "Source systems",
    "licence": "Licences",
}
ESCAPED = str.maketrans({mark: f"\\{mark}" for mark in "\\|[]`*"} | {"<": "&lt;", "&": "&amp;"})
Rows = list[Sequence[str]]


def markdown(report: dict[str, Any]) -> str:
    """The report (see gather) as Markdown."""
    sections = (
        _head,
        _verdict,
        _gates,
        _rules,
        _composition,
        _tokenizers,
        _lengths,
        _copies,
        _validation,
        _contamination,
        _drops,
        _sensitive,
        _more,
        _shards,
        _failed,
    )
    return "\n".join(line for section in sections for line in section(report)) + "\n"


def _head(report: dict[str, Any]) -> Iterator[str]:
    yield from ["# Token report", "", *(f"- {law}" for law in laws(report["ledger"]))]
    yield f"- tokens counted by {escaped(tokenizer_note(report['tokenizer']))}"
    if approval := report["approval"]:
        limits = [f"{approval['max_gpu_hours']:,g} GPU hours"] if approval["max_gpu_hours"] else []
        limits += [f"{approval['max_cost']:,g} {approval['currency']}"] if approval["max_cost"] else []
        by, at, limit = (escaped(words) for words in (approval["by"], approval["at"], " and ".join(limits)))
        yield f"- approved by {by} on {at}, up to {limit}; signature: {approval['signature']}"
    yield ""
    rows = [cells(Line(**one)) for one in report["waterfall"]]
    yield from table(["step", "documents", "text", "tokens"], rows)


def _verdict(report: dict[str, Any]) -> Iterator[str]:
    if report["assessment"]:
        verdict = report["assessment"]["verdict"]
        yield from ["", f"## Verdict: {escaped(verdict['title'])}", "", escaped(verdict["sentence"])]


def _gates(report: dict[str, Any]) -> Iterator[str]:
    if report["budget"]:
        rows = [
            (one["name"], _said(one["wanted"]), _said(one["held"]), PASSED[one["passed"]])
            for one in report["budget"]["gates"]
        ]
        yield from ["", "## Gates", "", *table(["gate", "wanted", "held", "passed"], rows)]


def _rules(report: dict[str, Any]) -> Iterator[str]:
    yield from ["", "## Rules", "", "Tried in this order; the first that says no decides.", ""]
    rows = [(one["rule"], one.get("type", "all"), one["threshold"], one["reason"]) for one in report["rules"]]
    yield from table(["rule", "of", "threshold", "reason"], rows)
    near = report["near_copies"]
    yield ""
    yield f"A near copy overlaps its survivor by {near['threshold']} or more (Jaccard index of word {near['ngram']}-grams)."
    curve = ", ".join(f"{one['proposed']:.4f} at {one['overlap']}" for one in near["curve"])
    yield f"Compared are pairs that share one of {near['bands']} bands of {near['rows']} minima; of all, by overlap: {curve}."
    yield "Every drop and merge stands in documents/*.parquet with its value and threshold; `corpuskit explain` reads it."


def _composition(report: dict[str, Any]) -> Iterator[str]:
    for name, title in TITLES.items():
        if values := report["composition"].get(name):
            rows: Rows = [
                (one["value"], f"{one['documents']:,}", megabytes(one["text_bytes"]), f"{one['tokens']:,}")
                for one in values[:ROWS]
            ]
            if rest := values[ROWS:]:
                rows.append((f"{len(rest):,} more", "", "", f"{sum(one['tokens'] for one in rest):,}"))
            yield from ["", f"## {title} (kept)", "", *table([title.lower(), "documents", "text", "tokens"], rows)]


def _tokenizers(report: dict[str, Any]) -> Iterator[str]:
    rows = []
    for one in report["tokenizers"]:
        language = next(iter(one["fertility"]), "")
        fertility = one["fertility"].get(language, {})
        figures = (language, _said(fertility.get("tokens_per_word")), _said(fertility.get("bytes_per_token")))
        rows.append((tokenizer_note(one), f"{one['tokens']:,}", *figures))
    head = ["tokenizer", "tokens", "language", "tokens per word", "bytes per token"]
    yield from ["", "## Tokenizers", "", *table(head, rows)]


def _lengths(report: dict[str, Any]) -> Iterator[str]:
    found = report["lengths"]
    if found["longest"] is None:
        return
    yield from ["", "## Lengths", ""]
    yield f"Median {found['median']:,} tokens, mean {found['mean']:,}, longest {found['longest']:,}. The train split, packed:"
    rows = [
        (
            f"{one['sequence_length']:,}",
            f"{one['sequences']:,}",
            f"{one['padding_share']:.2%}",
            f"{one['split_documents']:,} ({one['split_share']:.1%})",
        )
        for one in report["packed"]
    ]
    yield from ["", *table(["sequence length", "sequences", "padding", "documents cut"], rows)]


def _copies(report: dict[str, Any]) -> Iterator[str]:
    if largest := report["duplicates"]["largest"]:
        rows = [(_place(one), f"{one['copies']:,}", f"{one['tokens']:,}") for one in largest]
        yield from ["", "## Most copied", "", *table(["file", "copies", "their tokens"], rows)]


def _validation(report: dict[str, Any]) -> Iterator[str]:
    if report["split"]:
        yield from ["", "## Validation", "", *(f"- {escaped(line)}" for line in validation.told(report["split"]))]


def _contamination(report: dict[str, Any]) -> Iterator[str]:
    if found := report.get("contamination"):
        yield from ["", "## Test data", "", *(f"- {escaped(line)}" for line in contamination.told(found))]
        if found["hits"]:
            rows = [
                (f"{one['test']} {one['item']}", _place(one), f"{one['share']:.0%}") for one in found["hits"][:ROWS]
            ]
            yield from ["", *table(["test item", "stands in", "of its words"], rows)]
            yield from ["", "Every contaminated item and document stands in contamination.parquet."]


def _drops(report: dict[str, Any]) -> Iterator[str]:
    if report["drops"]:
        rows = [
            (
                one["reason"],
                f"{one['rule']}, {one['threshold']}",
                f"{one['documents']:,}",
                f"{one['tokens']:,}",
                "; ".join(f"{_place(sample)}: {sample['value']}" for sample in one["samples"][:1]),
            )
            for one in report["drops"]
        ]
        yield from ["", "## Dropped", "", *table(["reason", "rule", "documents", "tokens", "for example"], rows)]


def _sensitive(report: dict[str, Any]) -> Iterator[str]:
    if found := report["sensitive"]:
        numbers = ("documents", "finds", "kept_finds", "dropped")
        rows = [(one["kind"], *(f"{one[name]:,}" for name in numbers), PASSED[one["masked"]]) for one in found]
        head = ["kind", "documents", "finds", "in kept documents", "documents dropped for it", "masked"]
        yield from ["", "## Personal data and secrets", "", *table(head, rows)]


def _more(report: dict[str, Any]) -> Iterator[str]:
    if report["could_add"]:
        rows = [
            (one["label"], f"{one['documents']:,}", _said(one["tokens"]), one["basis"]) for one in report["could_add"]
        ]
        yield from ["", "## What could be added", "", *table(["what", "documents", "tokens", "basis"], rows)]


def _shards(report: dict[str, Any]) -> Iterator[str]:
    rows = [(s["file"], s["split"], f"{s['rows']:,}", f"{s['tokens']:,}", s["sha256"][:16]) for s in report["shards"]]
    yield from ["", "## Shards", "", *table(["file", "split", "documents", "tokens", "sha256"], rows)]


def _failed(report: dict[str, Any]) -> Iterator[str]:
    if total := report["failures_total"]:
        reasons = [(reason, f"{count:,}") for reason, count in report["ledger"]["failed"].items()]
        shown = report["failures"][:FAILED_SHOWN]
        rows = [(one["path"], one["member"], one["reason"], one["detail"]) for one in shown]
        yield from ["", "## Failed", "", *table(["reason", "documents"], reasons)]
        yield from ["", *table(["file", "member", "reason", "detail"], rows)]
        if total > len(shown):
            yield from ["", f"... and {total - len(shown):,} more; all of them stand in documents/*.parquet."]


def _place(one: dict[str, Any]) -> str:
    return f"{one['path']} ({one['member']})" if one["member"] else str(one["path"])


def _said(value: object) -> str:
    if value is None:
        return "not known"
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def escaped(text: str) -> str:
    """The text on one line, as text: it opens no tag, link, picture or code, and ends no cell."""
    return " ".join(text.split()).translate(ESCAPED)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table; what would end a cell or a row does not."""

    def row(values: Sequence[str]) -> str:
        return "| " + " | ".join(escaped(value) for value in values) + " |"

    return [row(head), "|" + " --- |" * len(head), *(row(values) for values in rows)]
