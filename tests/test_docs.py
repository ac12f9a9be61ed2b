"""The docs name what there is: every signal, every rule with its reason and default, every recipe."""

import re
from pathlib import Path

from corpuskit.filter.gentle import GENTLE
from corpuskit.filter.published import SETS
from corpuskit.filter.rules import RULES
from corpuskit.score.signals import SIGNALS

ROOT = Path(__file__).parents[1]


def cells(page: str) -> list[list[str]]:
    """The rows of the tables of a page, with backticks taken off."""
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"]


def test_every_signal_stands_in_the_docs_with_its_formula() -> None:
    written = {row[0]: row[2] for row in cells("signals.md")}
    for signal in SIGNALS:
        assert written[signal.name] == signal.formula


def test_every_rule_stands_in_the_docs_with_its_reason_and_default() -> None:
    written = {}
    for rules, reasons, defaults in (row for row in cells("rules.md") if len(row) == 3):
        for name, reason, default in zip(rules.split(", "), reasons.split(", "), defaults.split(", "), strict=True):
            written[name] = (reason, default)
    for name, rule in RULES.items():
        assert written[name] == (rule.reason, str(GENTLE.get(name, "none"))), name


def test_every_published_set_stands_in_the_docs_with_its_bounds() -> None:
    written = {row[0]: row[1] for row in cells("rules.md") if len(row) == 2}
    for name, rules in SETS.items():
        assert written[name] == ", ".join(f"{rule} {bound:,}" for rule, bound in rules.items())


def test_every_link_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
