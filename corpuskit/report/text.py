"""The ledger for people: aligned text for the terminal."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpuskit.documents import VERDICTS
from corpuskit.forgotten import REASON, STEP
from corpuskit.report import contamination, sensitive, validation


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
    """The waterfall from what was extracted to what is kept; where texts were repaired, from what was left of them."""

    def line(what: str, counts: dict[str, int], sign: str = "") -> Line:
        return Line(what, counts["documents"], counts["text_bytes"], counts["tokens"], sign)

    changed = ledger.get("repaired", {}).get("documents")
    lines = [line("repair: texts left" if changed else "extract: texts", ledger["extracted"])]
    for reason, counts in ledger["dropped"].items():
        lines.append(line(f"{STEP if reason == REASON else 'filter'}: {reason}", counts, "-"))
    lines += [line(f"dedupe: {reason}", counts, "-") for reason, counts in ledger["merged"].items()]
    lines.append(line("kept", ledger["kept"], "="))
    lines += [line(f"shard: {split}", counts) for split, counts in ledger["splits"].items()]
    return lines


def shown(path: str) -> str:
    """A path for people: what would steer a terminal, or break or turn a line, is spelt out."""
    return "".join(
        f"\\u{ord(one):04x}" if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else one for one in path
    )


def laws(ledger: dict[str, Any]) -> list[str]:
    """The two equations, with their numbers."""
    files, seen = ledger["files"], ledger["documents"]
    more = ((files["excluded"], "more excluded by the recipe"), (files["left_out_of_archives"], "left out of archives"))
    said = "; ".join(f"{count:,} {how}" for count, how in more if count)
    left_out = f" ({said})" if said else ""
    verdicts = " + ".join(f"{seen[verdict]:,} {verdict}" for verdict in VERDICTS)
    return [
        f"files      {files['found']:,} found = {files['read']:,} read + {files['failed']:,} failed{left_out}",
        f"documents  {seen['seen']:,} seen = {verdicts}",
    ]


def cells(line: Line) -> tuple[str, str, str, str]:
    """Sign and name, documents, text and tokens of a line."""
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
    rows = [("", "documents", "text", "tokens"), *(cells(line) for line in account(ledger))]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    table = [
        row[0].ljust(widths[0])
        + "".join(cell.rjust(width + 2) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
    languages = ", ".join(f"{name} {counts['tokens']:,}" for name, counts in list(ledger["languages"].items())[:6])
    more = f", {len(ledger['languages']) - 6} more" if len(ledger["languages"]) > 6 else ""
    pieces = ["\n".join(laws(ledger)), "\n".join(row.rstrip() for row in table)]
    if (taken := ledger.get("repaired", {})).get("documents"):
        pieces.append(
            f"repaired   {taken['characters']:,} characters (about {taken['tokens']:,} tokens) taken out of "
            f"{taken['documents']:,} documents"
        )
    if found := manifest.get("contamination"):
        pieces.append("tests      " + "\n           ".join(map(shown, contamination.told(found))))
    if failures:
        reasons = ", ".join(f"{reason} {count}" for reason, count in ledger["failed"].items())
        pieces.append(f"failed     {reasons}")
    pieces.append(f"languages  {languages}{more}\ntokens by  {tokenizer_note(manifest['tokenizer'])}")
    return "\n\n".join(pieces)


def more(report: dict[str, Any]) -> list[str]:
    """What report.json holds beyond a build's account: sensitive content, counts by other tokenizers, the plan, gates, the verdict."""
    pieces = []
    if report["split"]:
        pieces.append("validation " + "\n           ".join(validation.told(report["split"])))
    if report["sensitive"]:
        pieces.append("\n".join(sensitive.told(report["sensitive"])))
    if counted := report["tokenizers"][1:]:
        pieces.append("\n".join(f"tokens     {one['tokens']:,} by {one['name']}" for one in counted))
    pieces.append("\n".join(_plan(report["budget"])))
    if report["assessment"]:
        verdict = report["assessment"]["verdict"]
        pieces.append(f"verdict    {verdict['title']}. {verdict['sentence']}")
    return pieces


def _plan(budget: dict[str, Any]) -> list[str]:
    """The plan, what it costs, and the gates."""
    given, run, programme = budget["defaults"], budget["run"], budget["programme"]
    passed = {True: "passed", False: "not passed", None: "not known"}
    setting = f"{given['epochs']:g} epochs, replay {given['replay']:.0%}"
    place = f"{given['gpus']} x {given['gpu']} at {given['mfu']:.0%} of the peak"
    alone, whole = (_hours(one["gpu_hours"]) + _money(one["cost"]) for one in (run, programme))
    lines = [
        f"plan       {given['model']}, {given['method']}, {setting}, {place}",
        f"a run      {alone}; the programme around it {whole}",
    ]
    if not given["fits"]:
        lines.append(
            f"memory     DOES NOT FIT: {given['model']} by {given['method']} on {given['gpus']} x {given['gpu']}"
        )
    return lines + [f"gate       {passed[gate['passed']]}: {gate['name']}" for gate in budget["gates"]]


def _hours(hours: float | None) -> str:
    if hours is None:
        return "unknown GPU hours"
    return f"{hours:,.1f} GPU hours" if hours >= 1 else f"{hours * 60:.3g} GPU minutes"


def _money(cost: float | None) -> str:
    return "" if cost is None else f", {cost:,.2f} USD"
