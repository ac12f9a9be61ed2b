"""Personal data and secrets in the corpus: how much of each kind, in how many documents, and what became of it. Never a value."""

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from corpuskit.documents import DROPPED, KEPT
from corpuskit.repair.kinds import MASKABLE, NAMED, wanted

_MAY_HOLD = re.compile(r"[0-9@:=]|-----")  # one of these stands in all that is sensitive


def sensitive(documents: pl.DataFrame, recipe: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for each kind that was found, masked or has a rule, in the order of the kinds.

    `finds` counts values each time they stand, placeholders among them, in all texts; `kept_finds` those of the documents that the
    shards hold. `dropped` are documents that the rule `max_<kind>` took.
    """
    masked = _masked(recipe)
    rows = [_row(documents, kind, kind in masked) for kind in (*MASKABLE, *NAMED) if kind in documents.columns]
    return [row for row in rows if row["finds"] or row["masked"] or row["dropped"]]


def _masked(recipe: Mapping[str, Any]) -> tuple[str, ...]:
    repair = recipe.get("repair", {})
    return wanted(repair.get("mask", ()), model=bool(repair.get("names_model")))


def _row(documents: pl.DataFrame, kind: str, masked: bool) -> dict[str, Any]:
    held = documents.filter(pl.col(kind) > 0)
    kept = held.filter(pl.col("verdict") == KEPT)
    dropped = held.filter((pl.col("verdict") == DROPPED) & (pl.col("rule") == f"max_{kind}"))
    return {
        "kind": kind,
        "documents": len(held),
        "finds": int(held[kind].sum()),
        "kept_documents": len(kept),
        "kept_finds": int(kept[kind].sum()),
        "masked": masked,
        "dropped": len(dropped),
    }


def told(rows: list[dict[str, Any]]) -> list[str]:
    """The table for a terminal."""
    if not rows:
        return []
    head = f"{'sensitive':<16}{'documents':>12}{'finds':>12}{'in kept':>12}{'dropped':>12}"
    return [head, *(_line(row) for row in rows)]


def _line(row: dict[str, Any]) -> str:
    numbers = (row["documents"], row["finds"], row["kept_finds"], row["dropped"])
    return f"  {row['kind']:<14}{''.join(f'{number:>12,}' for number in numbers)}{'  masked' if row['masked'] else ''}"


def hidden(document: dict[str, Any]) -> dict[str, Any]:
    """A row of documents/ as it may be shown: title, author and passages that were taken out are masked, whatever the recipe says."""
    names = [name for name in ("title", "author") if document.get(name)]
    passages = document.get("removed") or []
    texts = [*(document[name] for name in names), *(passage["text"] for passage in passages)]
    if not any(map(_MAY_HOLD.search, texts)):
        return document
    from corpuskit.sensitive.mask import masked_all  # loads kernels, for a second

    texts = masked_all(texts)
    shown: dict[str, Any] = dict(zip(names, texts, strict=False))
    if passages:
        shown["removed"] = [
            passage | {"text": text} for passage, text in zip(passages, texts[len(names) :], strict=True)
        ]
    return document | shown


def of_document(document: Mapping[str, Any], recipe: Mapping[str, Any]) -> str:
    """What a document holds, in words: `emails 3 (masked), ibans 1`; empty where it holds nothing."""
    masked = _masked(recipe)
    held = [kind for kind in (*MASKABLE, *NAMED) if document.get(kind)]
    return ", ".join(f"{kind} {document[kind]:,}{' (masked)' if kind in masked else ''}" for kind in held)
