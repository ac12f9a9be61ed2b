"""What is said of a trained classifier on a terminal."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

SHOWN = 12  # words of either side


def lines(said: dict[str, Any], out: Path) -> Iterator[str]:
    """Figures, calibration, words."""
    held = said["held_out"]
    for kind, counts in said["documents"].items():
        yield f"{kind:5} {counts['training']:,} documents to learn from, {counts['held_out']:,} held out"
    yield ""
    yield f"held out: accuracy {held['accuracy']:.4f}, AUC {held['auc']:.4f}, calibration error {held['calibration_error']:.4f}"
    yield "score      documents   are good"
    for one in held["calibration"]:
        yield f"{one['from']:.1f} to {one['from'] + 0.1:.1f} {one['documents']:9,}   {one['good']:.0%}"
    yield ""
    for kind, words in held["words"].items():
        yield f"{kind:5} {'  '.join(word['word'] for word in words[:SHOWN])}"
    yield f"\n{out / said['file']}  {said['bytes']:,} bytes, sha256 {said['sha256'][:16]}…"
