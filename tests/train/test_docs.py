"""docs/training.md names what there is: every setting with its default, every default rate, every method."""

from dataclasses import fields
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from corpuskit.train.recipe import TABLES, Method, Training
from corpuskit.train.schedule import default_rate
from corpuskit.train.selfcheck import Checked

PAGE = Path(__file__).parents[2] / "docs" / "training.md"


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
        f"{table}.{one.name}": written(getattr(getattr(Training(), table), one.name))
        for table, kind in TABLES.items()
        for one in fields(kind)
    }
    assert {row[0]: row[1] for row in rows() if "." in row[0] and row[0].split(".")[0] in TABLES} == defaults


@pytest.mark.parametrize(
    ("method", "model", "size", "objective"),
    [
        ("full, head", "encoder below 1 B", 10**8, "masked"),
        ("full", "decoder below 1 B", 10**8, "causal"),
        ("full", "from 1 B", 10**9, "causal"),
        ("full", "from 5 B", 5 * 10**9, "causal"),
        ("lora", "any", 10**9, "causal"),
        ("dora", "any", 10**9, "causal"),
        ("embeddings", "any", 10**9, "causal"),
    ],
)
def test_every_default_rate_stands_in_the_docs(method: Any, model: str, size: int, objective: Any) -> None:
    (rate,) = (row[2] for row in rows() if row[:2] == [method, model])
    assert rate == str(default_rate(size, method.partition(",")[0], objective)[0])


def test_every_method_stands_in_the_docs() -> None:
    kinds = get_args(get_type_hints(Method)["kind"])
    assert [row[0] for row in rows() if len(row) == 2 and row[0] in kinds] == list(kinds)


def test_every_check_at_the_start_stands_in_the_docs() -> None:
    names = Checked.__dataclass_fields__
    assert [row[0] for row in rows() if row[0] in names] == list(names)
