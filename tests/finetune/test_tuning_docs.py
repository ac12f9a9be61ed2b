"""docs/finetune.md names what there is: every setting with its default, every default rate, every task."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from corpuskit.finetune.prepare import FEW_STEPS
from corpuskit.finetune.rates import default_rate
from corpuskit.finetune.recipe import TABLES, Tuning
from corpuskit.train.recipe import Method
from tests.finetune import small_runs

METHODS = ("full", "lora", "dora")
PAGE = Path(__file__).parents[2] / "docs" / "finetune.md"


def rows() -> list[list[str]]:
    """The rows of the page's tables, with backticks taken off."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines if line[:1] == "|"]


def written(value: Any) -> str:
    """A value as YAML has it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"[{', '.join(value)}]" if isinstance(value, tuple) else str(value)


def test_every_setting_stands_in_the_docs_with_its_default() -> None:
    defaults = {
        f"{table}.{one.name}": written(getattr(getattr(Tuning(), table), one.name))
        for table, kind in TABLES.items()
        for one in fields(kind)
    }
    assert {
        row[0]: row[1] for row in rows() if "." in row[0] and row[0].split(".")[0] in TABLES and row[0] != "run.json"
    } == defaults


def rates() -> list[tuple[Any, Any, Any, str]]:
    """Task, kind of model, method and peak, each combination that the page's table names."""
    tasks = {"all but preference": [task for task in small_runs.TASKS if task != "preference"]}
    kinds = {"encoder": ["masked"], "decoder": ["causal"], "any": ["masked", "causal"]}
    return [
        (task, kind, method, row[3])
        for row in rows()
        if len(row) == 5 and row[2].split(", ")[0] in METHODS
        for task in tasks.get(row[0], row[0].split(", "))
        for kind in kinds[row[1]]
        for method in row[2].split(", ")
    ]


@pytest.mark.parametrize(("task", "kind", "method", "peak"), rates())
def test_every_default_rate_stands_in_the_docs(task: Any, kind: Any, method: Any, peak: str) -> None:
    assert str(default_rate(task, kind, Method(kind=method))[0]) == peak


def test_every_rate_and_every_task_has_a_row() -> None:
    assert {(task, method) for task, _, method, _ in rates()} == {
        (task, method) for task in small_runs.TASKS for method in METHODS
    }
    exported = [row[0] for row in rows() if len(row) == 5 and row[2].startswith("AutoModel")]
    assert tuple(exported) == small_runs.TASKS
    assert f"a run below {FEW_STEPS} steps says so" in PAGE.read_text()
