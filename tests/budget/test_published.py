"""The formulas, held to published runs: benchmarks/budget.py, and the table that docs/budget.md shows of it."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parents[2]
FILE = HERE / "benchmarks" / "budget.py"


@pytest.fixture(scope="module")
def published() -> ModuleType:
    spec = importlib.util.spec_from_file_location("published_runs", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def held(published: ModuleType, way: str) -> list[str]:
    return [f"{row.run.model} {row.run.length}" for row in published.rows() if row.way == way and row.holds]


def test_operations_give_every_published_throughput_at_its_published_mfu(published: ModuleType) -> None:
    those = [row for row in published.rows() if row.way == "operations"]
    assert len(those) == 20
    assert max(abs(row.error) for row in those) < 0.015


def test_the_assumed_mfu_gives_the_cost_of_six_published_runs(published: ModuleType) -> None:
    """ChipNeMo's and Llama 2's three sizes each: nothing of the run but model, tokens and GPU goes in."""
    those = [row for row in published.rows() if row.way == "default" and row.run.hours is not None]
    assert len(those) == 6
    assert max(abs(row.error) for row in those) <= 0.15


def test_the_assumed_mfu_gives_most_throughputs_on_h100(published: ModuleType) -> None:
    assert [name for name in held(published, "default") if name.startswith("MPT")] == [
        "MPT-1B 2048",
        "MPT-3B 2048",
        "MPT-7B 2048",
        "MPT-7B 4096",
        "MPT-13B 2048",
        "MPT-13B 4096",
        "MPT-30B 2048",
        "MPT-70B 2048",
        "MPT-125M 2048",
    ]


def test_one_run_predicts_half_of_its_siblings(published: ModuleType) -> None:
    those = [row for row in published.rows() if row.way == "sibling"]
    assert (sum(row.holds for row in those), len(those)) == (10, 21)
    chip = next(row for row in those if row.run.hours == 4_940)
    assert chip.error == pytest.approx(0.016, abs=0.001)
    assert next(row for row in those if row.run.hours == 20_500).error == pytest.approx(0.277, abs=0.001)


def test_the_page_shows_the_table_as_it_is_printed() -> None:
    printed = subprocess.run([sys.executable, str(FILE)], capture_output=True, text=True, check=True).stdout
    table = [line for line in printed.splitlines() if line.startswith("|")]
    page = (HERE / "docs" / "budget.md").read_text(encoding="utf-8")
    assert "\n".join(table) in page
    for line in printed.splitlines()[-3:]:
        assert line in page
