"""What else could be had: scanned documents through OCR, documents that a softer rule would keep, copies."""

from typing import Any

import polars as pl

from corpuskit.documents import DROPPED, FAILED, KEPT, MERGED
from corpuskit.filter.decisions import first_failing
from corpuskit.filter.profiles import BY_TYPE, Profiles, Rules
from corpuskit.filter.rules import bound, named

SOFTER = 0.2  # our convention: far enough to show what a rule costs, near enough to be thinkable
PDF = "application/pdf"


def could_add(documents: pl.DataFrame, rules: Rules) -> list[dict[str, Any]]:
    """Documents and tokens by `what` ("ocr", "softer_rule", "copies"), each with the basis of its figures; only what there is.

    Tokens are None where nothing is there to estimate them from.
    """
    profiles = Profiles.of(rules)
    milder = [name for name in profiles.common if name != "max_contamination"]  # what a test holds is not to be had
    found = [_ocr(documents), *(_softer(documents, rules, name, None) for name in milder)]
    found += [_softer(documents, rules, name, kind) for kind, own in profiles.by_type.items() for name in own]
    found += [_copies(documents, kind) for kind in ("exact", "near")]
    return [one for one in found if one is not None and one["documents"]]


def _ocr(documents: pl.DataFrame) -> dict[str, Any]:
    scans = documents.filter((pl.col("verdict") == FAILED) & (pl.col("reason") == "needs_ocr"))
    count = scans.height
    pdfs = documents.filter(pl.col("verdict") == KEPT)
    pdfs = pdfs.filter(pl.col("media_type") == PDF) if "media_type" in pdfs.columns else pdfs.clear()
    if pdfs.is_empty():
        tokens, basis = None, "no PDF was kept, so nothing says how long they are"
    elif "pages" in documents.columns and pdfs["pages"].sum():
        pages, each = (
            int(scans["pages"].fill_null(0).clip(1).sum()),
            int(pdfs["tokens"].sum()) / int(pdfs["pages"].sum()),
        )
        tokens = round(pages * each)
        basis = f"an estimate: {pages:,} pages times {each:,.0f} tokens, the mean page of {len(pdfs):,} kept PDFs"
    else:
        held = int(pdfs["tokens"].sum())
        tokens = round(count * held / len(pdfs))
        basis = f"an estimate: {count:,} times {held / len(pdfs):,.0f} tokens, the mean of {len(pdfs):,} kept PDFs"
    return {"what": "ocr", "label": "scans read by OCR", "documents": count, "tokens": tokens, "basis": basis}


def _softer(documents: pl.DataFrame, rules: Rules, name: str, kind: str | None) -> dict[str, Any] | None:
    """What the rule dropped and would not drop 20 % milder, nor would any rule after it; None where nothing can be said.

    `kind` is the type whose own rule it is; None for what holds for all.
    """
    profiles = Profiles.of(rules)
    threshold = profiles.common[name] if kind is None else profiles.by_type[kind][name]
    if isinstance(threshold, list | None) or not set(profiles.signals) <= set(documents.columns):
        return None
    milder = _milder(name, threshold)
    dropped = documents.filter((pl.col("verdict") == DROPPED) & (pl.col("rule") == name))
    if kind is None:
        changed = {**rules, name: milder}
    else:
        changed = {**rules, BY_TYPE: {**profiles.by_type, kind: {**profiles.by_type[kind], name: milder}}}
    gained = dropped.filter(_keeps(dropped, changed))
    return {
        "what": "softer_rule",
        "label": f"{f'{kind}: ' if kind else ''}{name}: {bound(name, milder)} instead of {bound(name, threshold)}",
        "documents": len(gained),
        "tokens": int(gained["tokens"].sum()),
        "basis": "decided again on the stored signals; copies among them would still be merged",
    }


def _keeps(documents: pl.DataFrame, rules: Rules) -> pl.Series:
    """Whether the rules keep each document, decided on its stored signals."""
    return pl.Series(first_failing(documents.select("id", *Profiles.of(rules).signals).to_arrow(), rules) < 0)


def _milder(name: str, threshold: float) -> float:
    """The threshold moved by SOFTER to the side that keeps more; a share stays within 1."""
    lower = (named(name).bound == "min") == (threshold >= 0)
    milder = round(threshold * (1 - SOFTER if lower else 1 + SOFTER), 10)
    return min(milder, max(1.0, threshold)) if named(name).signal.endswith("_share") else milder


def _copies(documents: pl.DataFrame, kind: str) -> dict[str, Any]:
    copies = documents.filter((pl.col("verdict") == MERGED) & (pl.col("reason") == f"{kind}_copy"))
    return {
        "what": "copies",
        "label": f"{kind} copies kept",
        "documents": len(copies),
        "tokens": int(copies["tokens"].sum()),
        "basis": "counted; repeated text is worth less than new text",
    }
