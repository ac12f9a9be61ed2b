"""Why a document is in the corpus or not: each step's verdict, with its rule, value and threshold."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from corpuskit.dedupe import minhash
from corpuskit.documents import DROPPED, FAILED, KEPT, MERGED
from corpuskit.errors import UsageError
from corpuskit.filter.profiles import Profiles, Rules
from corpuskit.filter.rules import UNSAID, bound, named, written
from corpuskit.forgotten import NAME, REASON, STEP
from corpuskit.report import contamination, repaired
from corpuskit.report.samples import SAMPLES
from corpuskit.report.sensitive import hidden, of_document
from corpuskit.report.text import shown

TEXT = "text"


def _documents(corpus: Path) -> ds.Dataset:
    files = [str(file) for file in sorted((corpus / "documents").glob("*-of-*.parquet"))]
    if not files:
        raise UsageError(f"{corpus / 'documents'}: no documents there; run the build again.")
    try:
        return ds.dataset(files, format="parquet")
    except (OSError, pa.ArrowInvalid):
        raise UsageError(f"{corpus / 'documents'}: damaged; run the build again.") from None


def find(corpus: Path, wanted: str) -> list[dict[str, Any]]:
    """The documents (without their texts, the rest masked) whose id begins with what is wanted, or whose path it names.

    A path may be given from any folder on down, or with what stands before the source (an absolute path).
    Raises UsageError when there are none.
    """
    if not wanted:
        raise UsageError("nothing is asked for: name a path or an id.")
    table = _documents(corpus)
    names = [name for name in table.schema.names if name != TEXT]
    pieces = [
        piece for piece in os.fsencode(wanted).decode("utf-8", "backslashreplace").split("/") if piece not in {"", "."}
    ]
    tails = ["/".join(pieces[start:]) for start in range(len(pieces))]
    conditions = [pc.field("path").isin(tails[:-1] or tails)]
    if tails:
        conditions.insert(0, (pc.field("path") == tails[0]) | pc.ends_with(pc.field("path"), "/" + tails[0]))
    if re.fullmatch(r"[0-9a-f]{8,32}", wanted):
        conditions.insert(0, pc.starts_with(pc.field("id"), wanted))
    for condition in conditions:
        rows: list[dict[str, Any]] = table.to_table(columns=names, filter=condition).to_pylist()
        if rows:
            return [hidden(row) for row in sorted(rows, key=lambda row: (row["path"], row["member"], row["id"]))]
    raise UsageError(f"{wanted}: no document of {corpus} has this path or id.")


def related(corpus: Path, document: dict[str, Any]) -> list[dict[str, Any]]:
    """The document that stands for a merged one, or the copies that a kept one stands for, by path."""
    wanted = pc.field("id") == document["twin"] if document["twin"] else pc.field("twin") == document["id"]
    table = _documents(corpus)
    rows: list[dict[str, Any]] = table.to_table(columns=["id", "path", "member"], filter=wanted).to_pylist()
    return sorted(rows, key=place)


def contained(corpus: Path, document: dict[str, Any], ngram: int) -> float | None:
    """Of the n-grams of a near copy or its survivor, whichever has fewer, the share that both have; None for other documents."""
    if document["reason"] != "near_copy":
        return None
    both = _documents(corpus).to_table(columns=[TEXT], filter=pc.field("id").isin([document["id"], document["twin"]]))
    shingles = minhash.shingles(both[TEXT].combine_chunks().cast(pa.string()), ngram=ngram)
    _, [share] = minhash.overlaps(*shingles, np.array([0]), np.array([1]))
    return float(share)


def place(document: dict[str, Any]) -> str:
    """Path and member, for people."""
    return shown(f"{document['path']} ({document['member']})" if document["member"] else str(document["path"]))


def _kind(document: dict[str, Any]) -> str:
    """What kind of document it is; corpora of earlier versions do not say."""
    return f"{document['document_type']}, " if document.get("document_type") else ""


def filter_line(document: dict[str, Any], rules: Rules) -> str:
    """What the filter said: each rule that it asked, with what it read and its threshold; and whose rules they are."""
    profiles = Profiles.of(rules)
    kind = document.get("document_type")
    whose = f" by the rules of {kind}" if kind in profiles.by_type else ""
    asked = profiles.of_type(kind)
    dropped = document["verdict"] == DROPPED
    before = (
        list(asked)[: list(asked).index(document["rule"])] if dropped and document["rule"] in asked else list(asked)
    )
    read = ", ".join(f"{named(name).signal} {_value(document, name)} ({bound(name, asked[name])})" for name in before)
    if not dropped:
        return f"  filter   passed{whose}: {read or 'no rules'}"
    number = f"{document['reason']} ({document['rule']}: {document['value']}, {document['threshold']})"
    return f"  filter   dropped{whose}: {number}{f'; passed before: {read}' if read else ''}"


def _value(document: dict[str, Any], rule: str) -> str:
    signal = named(rule).signal
    return written(document[signal]) if signal in document else "not measured"


def policy_line(document: dict[str, Any], columns: Sequence[str]) -> list[str]:
    """What the mapping says of the document; nothing where the corpus was built without one."""
    said = ", ".join(f"{name} {shown(document[name] or UNSAID)}" for name in columns)
    return [f"  policy   {said}"] if said else []


def lines(
    document: dict[str, Any],
    others: list[dict[str, Any]],
    recipe: dict[str, Any],
    policy: Sequence[str] = (),
    share: float | None = None,
) -> list[str]:
    """A line a step, from extract to where the document's way ends; `others` are its survivor, or its copies.

    `policy` are the columns that a mapping gave the documents; `share` is what `contained` says.
    """
    verdict = document["verdict"]
    out = [f"{place(document)}  [{document['id']}]"]
    if document["reason"] == REASON:
        return [*out, f"  {STEP:<9}{document['detail']}; nothing of it is kept but where it lay and hashes ({NAME})"]
    if verdict == FAILED:
        return [*out, f"  extract  failed: {document['reason']} ({document['detail']})"]
    out.append(f"  extract  {document['media_type']}, {document['bytes']:,} bytes of text")
    out += map(shown, contamination.line(document))
    out += repaired.of_document(document, recipe.get("report", {}).get("samples", SAMPLES))
    out.append(
        f"  score    {document['words']:,} words, {document['tokens']:,} tokens, {_kind(document)}"
        f"language {document['language']} ({document['language_confidence']:.2f})"
    )
    if held := of_document(document, recipe):
        out.append(f"  score    personal data and secrets: {held}")
    out += policy_line(document, policy)
    out.append(filter_line(document, recipe["filter"]))
    if verdict == DROPPED:
        return out
    if verdict == MERGED:
        into = " ".join(place(other) for other in others)
        inside = "" if share is None else f"; {share:.0%} of the shorter one is in the other"
        overlap = f"overlap {document['value']}, {document['threshold']}{inside}"
        how = "the same text" if document["reason"] == "exact_copy" else overlap
        return [*out, f"  dedupe   merged: {document['reason']} of {into} ({how})"]
    assert verdict == KEPT  # noqa: S101
    copies = f"stands for {len(others)}: {', '.join(place(other) for other in others)}" if others else "no copies"
    return [*out, f"  dedupe   {copies}", f"  shard    kept, in {document['split']}"]
