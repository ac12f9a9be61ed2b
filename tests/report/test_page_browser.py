"""The page in a real browser: on paper, and with its script under its own policy. Needs Chromium: run with -m slow."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from lxml import html

from corpuskit.report.page.render import render
from tests.report.page_example import empty, example, many

CHROMIUM = next((found for name in ("chromium", "google-chrome", "chrome") if (found := shutil.which(name))), "")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed; it prints the page and runs its script here"),
]


def browse(folder: Path, report: dict[str, Any], *asked: str) -> str:
    """What Chromium prints to its output for the page of a report."""
    page = folder / "index.html"
    page.write_text(render(report), encoding="utf-8")
    command = [CHROMIUM, *QUIET, f"--user-data-dir={folder / 'profile'}", *asked, page.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout


@pytest.mark.parametrize(
    ("report", "most"),
    [
        (example(), 2),
        (example(approval=True), 2),
        (many(), 2),
        (example(assessment=False, budget=False), 1),
        (empty(), 1),
    ],
    ids=["everything", "approved", "many", "no budget", "nothing kept"],
)
def test_the_page_fits_on_two_sheets(tmp_path: Path, report: dict[str, Any], most: int) -> None:
    browse(tmp_path, report, "--no-pdf-header-footer", f"--print-to-pdf={tmp_path / 'page.pdf'}")
    document = pypdfium2.PdfDocument(tmp_path / "page.pdf")
    assert len(document) == most
    assert [round(side) for side in document[0].get_size()] == [595, 842]


def test_the_script_runs_under_the_pages_policy_and_begins_at_the_plan(tmp_path: Path) -> None:
    found: Any = html.fromstring(browse(tmp_path, example(), "--dump-dom"))
    assert "hidden" not in found.get_element_by_id("what-if").attrib
    said = {name: found.get_element_by_id(f"out-{name}").text for name in ("cost", "gpu_hours", "wall_hours")}
    assert said == {"cost": "$15.97", "gpu_hours": "6.39\u00a0h", "wall_hours": "48\u00a0min"}
