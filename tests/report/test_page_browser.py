"""The page in a real browser: on paper, and with its script under its own policy. Needs Chromium: run with -m slow."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from lxml import html

from corpuskit.report.page.render import render
from tests.report.page_example import empty, example, many, without_a_price

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


def browse(folder: Path, report: dict[str, Any], *asked: str, change: str = "") -> str:
    """What Chromium prints to its output for the page of a report; `change` is a script that a person's hand stands for."""
    page, text = folder / "index.html", render(report)
    if change:  # the page's own policy would not let it run
        text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text) + f"<script>{change}</script>"
    page.write_text(text, encoding="utf-8")
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


def moved(folder: Path, report: dict[str, Any], *moves: tuple[str, str]) -> list[str | None]:
    """What the page says of price and cost after controls were moved: the price, the run's cost, the plan's row in the table."""
    script = """for (const [name, value] of MOVES) {
      const field = document.getElementById("if-" + name);
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }"""
    found: Any = html.fromstring(
        browse(folder, report, "--dump-dom", change=script.replace("MOVES", json.dumps(moves)))
    )
    [cell] = found.xpath("//table[@id='costs']//tr[@class='sum']/td[@data-out='cost']")
    return [found.get_element_by_id(name).text for name in ("said-price_per_gpu_hour", "out-cost")] + [cell.text]


def test_a_cost_is_shown_once_a_price_is_given_and_no_longer(tmp_path: Path) -> None:
    report, none = without_a_price(), ["no price given", "–", "–"]
    assert moved(tmp_path, report) == none
    assert moved(tmp_path, report, ("epochs", "4")) == none
    assert moved(tmp_path, report, ("price_per_gpu_hour", "2.5")) == ["$2.50", "$15.97", "$15.97"]
    assert moved(tmp_path, report, ("gpu", "NVIDIA H200"))[0] == "$4.75"
    assert moved(tmp_path, report, ("gpu", "NVIDIA H200"), ("gpu", "NVIDIA L4")) == none
    assert moved(tmp_path, example(), ("gpu", "NVIDIA L4")) == none
    assert moved(tmp_path, example(), ("gpu", "NVIDIA L4"), ("gpu", "NVIDIA H100 80GB HBM3"))[0] == "$2.50"
