"""What `repair` took out of a document, for whoever asks for it by name."""

from collections.abc import Sequence
from typing import Any

from corpuskit.report.text import shown

BEGINNING = 80  # characters of a passage


def of_document(document: dict[str, Any], samples: int) -> list[str]:
    """What was taken out of a document, with the beginning of each passage unless the report quotes nothing (`samples` is 0)."""
    removed: Sequence[dict[str, Any]] = document.get("removed") or ()
    if not removed:
        return []
    reasons = dict.fromkeys(one["reason"] for one in removed)
    counts = ", ".join(
        f"{reason} {len(passages)}"
        for reason, passages in ((reason, [one for one in removed if one["reason"] == reason]) for reason in reasons)
    )
    characters = document["taken_out"]  # what is quoted here may be masked
    said = [f"  repair   {characters:,} characters taken out, passages: {counts}"]
    return said + [
        f"           {one['reason']} at {one['place']:,}: {_beginning(one['text'])}" for one in removed if samples
    ]


def _beginning(text: str) -> str:
    words = " ".join(text.split())
    return shown(words if len(words) <= BEGINNING else f"{words[:BEGINNING]}…")
