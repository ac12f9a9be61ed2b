"""The proof page in a real browser: on paper, on a phone's width, under its own policy. Needs Chromium: run with -m slow."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from lxml import html

from corpuskit.evaluate.page.render import render
from tests.evaluate.proof_example import bare, huge, renamed, win
from tests.report.test_page_browser import CHROMIUM, QUIET, pytestmark  # noqa: F401 - slow, skipped without Chromium


def browse(folder: Path, proof: dict[str, Any], *asked: str, change: str = "") -> str:
    """What Chromium prints for the page of a proof; `change` is a script that measures."""
    page, text = folder / "proof.html", render(proof)
    if change:  # the page's own policy would not let it run
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text) + f"<script>{change}</script>"
    page.write_text(text, encoding="utf-8")
    command = [CHROMIUM, *QUIET, f"--user-data-dir={folder / 'profile'}", *asked, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@pytest.mark.parametrize(("proof", "most"), [(win(), 3), (bare(), 1), (huge(), 9)], ids=["win", "bare", "huge"])
def test_the_page_prints_on_a4(tmp_path: Path, proof: dict[str, Any], most: int) -> None:
    browse(tmp_path, proof, "--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'page.pdf'}")
    document = pypdfium2.PdfDocument(tmp_path / "page.pdf")
    assert len(document) <= most
    assert [round(side) for side in document[0].get_size()] == [595, 842]


@pytest.mark.parametrize(
    "ends", ["", "x" * 400, "</script><script>document.title='evil'</script>"], ids=["plain", "long", "evil"]
)
def test_nothing_stands_out_of_a_phones_screen_and_nothing_runs(tmp_path: Path, ends: str) -> None:
    measure = """document.title = document.title + ' ' + [...document.querySelectorAll('body *')].filter(
      one => !one.closest('.scroll, svg, .skip, .unseen') && one.getBoundingClientRect().right > edge).length;"""
    frame = f"const all = document.body; all.style.width = '360px'; const edge = all.getBoundingClientRect().right + 1; {measure}"
    found: Any = html.fromstring(browse(tmp_path, renamed(win(), ends), "--dump-dom", change=frame))
    assert re.fullmatch(r"Proof of minilm-contracts.* 0", found.findtext(".//title"), flags=re.DOTALL)
