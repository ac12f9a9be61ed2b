"""The report as one HTML page that needs nothing else: no network, no font, no script from anywhere."""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from corpuskit.report.contamination import told as told_tests
from corpuskit.report.page.calculator import cost_rows, numbers, proposal
from corpuskit.report.page.charts import readable
from corpuskit.report.page.drawings import draw
from corpuskit.report.page.figures import Figures
from corpuskit.report.validation import told

FOLDER = Path(__file__).parent / "templates"
ROWS = 8  # of a table that are seen at once; the rest opens below it
FAILURES = 200  # that are listed; report.json has them all
UNSAFE: dict[str, str | int | None] = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def render(report: dict[str, Any]) -> str:
    """The page of a report as `gather` makes it: budget, assessment and approval may be None, every list empty.

    The same report gives the same page. Whatever a document, path or term says stays text. Raises jinja2.UndefinedError or KeyError
    for a report that lacks what it should hold.
    """
    report = all_readable(report)
    style, script = ((FOLDER / name).read_text(encoding="utf-8") for name in ("page.css", "sliders.js"))
    budget = report["budget"]
    return (
        _templates()
        .get_template("page.html")
        .render(
            **Figures(report).globals(),
            rows_shown=ROWS,
            failures_shown=FAILURES,
            report=report,
            charts=draw(report),
            costs=cost_rows(budget) if budget else [],
            proposal=proposal(budget),
            numbers=data(numbers(budget)) if budget else None,
            validation=told(report["split"]) if report["split"] else [],
            tests=told_tests(report["contamination"]) if "contamination" in report else [],
            policy=policy(style, script),
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
        )
    )


@cache
def _templates() -> Environment:
    """The templates, compiled once a process: that takes longer than to fill them."""
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def policy(style: str, script: str) -> str:
    """The page's Content-Security-Policy: this style, this script, and nothing else from anywhere."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def data(value: Any) -> Markup:
    """JSON for a script element: nothing in it can end the element or begin a comment."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(str.maketrans(UNSAFE)))  # noqa: S704 - the characters that mean something are gone


def all_readable(value: Any) -> Any:
    """The same with characters that a page cannot hold replaced: controls, halves of surrogates."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, dict):
        return {readable(str(name)): all_readable(item) for name, item in value.items()}
    return [all_readable(item) for item in value] if isinstance(value, list | tuple) else value
