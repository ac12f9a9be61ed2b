"""docs/evaluate.md names what there is: every setting with its default, every role, every field of the proof, every experiment."""

import json
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from corpuskit import experiment
from corpuskit.evaluate.recipe import OWN, Benchmarks, Bits, Role, TaskAsked, Trials

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "evaluate.md").read_text(encoding="utf-8")


def rows() -> list[list[str]]:
    """The rows of the page's tables, with backticks taken off."""
    return [
        [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]
        for line in PAGE.splitlines()
        if line[:1] == "|"
    ]


def written(value: Any) -> str:
    """A value as YAML has it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"[{', '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)


def test_every_setting_stands_in_the_docs_with_its_default() -> None:
    tables: dict[str, Any] = {"trials": Trials(), "bits": Bits(), "benchmarks": Benchmarks()}
    defaults = {
        f"{table}.{one.name}": written(getattr(value, one.name))
        for table, value in tables.items()
        for one in fields(value)
    }
    task = TaskAsked("x", "tagging", Path("x"))
    defaults |= {f"tasks.{name}": written(getattr(task, name)) for name in OWN if name != "kind"}
    told = {
        name: default for name, default, *_ in rows() if name.partition(".")[0] in {*tables, "tasks"} and "." in name
    }
    assert told == defaults


def test_every_role_has_a_row() -> None:
    named = [row[0] for row in rows()]
    assert [role for role in get_args(Role) if role not in named] == []


def test_every_field_of_the_proof_has_a_row() -> None:
    schema = json.loads((files("corpuskit.evaluate") / "schema.json").read_text())
    named = {name for row in rows() for name in row[0].split(", ")}
    assert [name for name in schema["properties"] if name not in named] == []


def test_every_experiment_stands_there_with_its_command() -> None:
    told = {row[0]: row[2] for row in rows() if row[0].endswith(".yaml")}
    for file in sorted((ROOT / "pipelines" / "experiments").glob("*.yaml")):
        assert told.pop(file.name) in file.read_text(encoding="utf-8")
    assert told == {}


def test_every_table_of_an_experiment_has_a_row() -> None:
    named = {name for row in rows() for name in row[0].split(", ")}
    assert [name for name in experiment.TABLES if name not in named] == []
