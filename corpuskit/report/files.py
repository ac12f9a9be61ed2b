"""The report's files: written when the corpus stands, whole or not at all, and only what changed.

`work/report/` remembers what they were made from and their SHA-256, so that a build that changes nothing gathers nothing.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from corpuskit import __version__, approve, parts
from corpuskit.report import asked
from corpuskit.report.gather import SIGNATURE, gather
from corpuskit.report.markdown import markdown
from corpuskit.report.page import render as page
from corpuskit.shard import manifest as manifests

VERSION = 4  # raise it when the same corpus gives another report
PAGE, MARKDOWN, JSON = "report/index.html", "report/report.md", "report/report.json"
FORMATS = {"html": PAGE, "md": MARKDOWN, "json": JSON}
# All that gather reads, but for documents/, whose digests stand in the manifest.
MADE_FROM = (manifests.NAME, approve.NAME, SIGNATURE, "report/assess.json", "report/tokens-*.json", asked.NAME)


def as_json(report: dict[str, Any]) -> str:
    """The report for programs; schema.json describes it."""
    return json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def rendered(report: dict[str, Any]) -> dict[str, str]:
    """The content of each file of the report, by its name in the corpus."""
    return {
        MARKDOWN: markdown(report),
        JSON: as_json(report),
        PAGE: page.render(report),
    }


def publish(corpus: Path) -> tuple[dict[str, Any], bool]:
    """Gather the report of a finished corpus and write its files where they are missing or differ.

    Returns the report, and whether anything was written.
    """
    receipt = corpus / "work" / "report" / f"{_made_from(corpus)}.json"
    if _finished(corpus, receipt):
        return parts.read_json(corpus / JSON), False
    report = gather(corpus)
    texts = rendered(report)
    wanted = {name: _digest(text.encode()) for name, text in texts.items()}
    missing = [name for name, digest in wanted.items() if not _stands(corpus / name, digest)]
    for name in missing:
        parts.write_text(corpus / name, texts[name])
    if (corpus / "work").is_dir():
        for other in receipt.parent.glob("*.json"):
            other.unlink()
        parts.write_json(receipt, wanted)
    return report, bool(missing)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _made_from(corpus: Path) -> str:
    files = sorted(file for pattern in MADE_FROM for file in corpus.glob(pattern))
    named = [[file.name, _digest(file.read_bytes())] for file in files]
    return parts.key("report", VERSION, __version__, named)


def _finished(corpus: Path, receipt: Path) -> bool:
    try:
        written: dict[str, str] = parts.read_json(receipt)
        return bool(written) and all(_stands(corpus / name, digest) for name, digest in written.items())
    except (OSError, ValueError, AttributeError):
        return False


def _stands(file: Path, digest: str) -> bool:
    try:
        return _digest(file.read_bytes()) == digest
    except OSError:
        return False
