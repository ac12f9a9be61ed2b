"""Every recipe in pipelines/ builds the sample data, and none loses a contract or minutes to a rule that was made for pages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corpuskit.filter.profiles import Profiles
from corpuskit.filter.rules import named
from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load

ROOT = Path(__file__).parents[2]
RECIPES = sorted(file.stem for file in (ROOT / "pipelines").glob("*.yaml"))
Dropped = Callable[[str], dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def dropped(tmp_path_factory: pytest.TempPathFactory) -> Dropped:
    """What a recipe drops of the sample data, by path. One folder serves all, so that files are read and measured once."""
    out = tmp_path_factory.mktemp("pipelines") / "corpus"

    def run(name: str) -> dict[str, dict[str, Any]]:
        recipe = load(ROOT / "pipelines" / f"{name}.yaml")
        built = build(Build((str(ROOT / "sample_data" / "share"),), out, recipe, "local", 1, replace=True), Silence())
        seen = built.manifest["ledger"]["documents"]
        assert seen["seen"] == seen["kept"] + seen["dropped"] + seen["merged"] + seen["failed"]
        rows = pl.read_parquet(out / "documents" / "*.parquet").filter(verdict="dropped").to_dicts()
        return {row["path"].removeprefix("share/") + row["member"]: row for row in rows}

    return run


@pytest.mark.parametrize("name", RECIPES)
def test_it_builds_and_every_drop_is_by_a_rule_of_the_document_s_type(dropped: Dropped, name: str) -> None:
    profiles = Profiles.of(load(ROOT / "pipelines" / f"{name}.yaml").filter)
    found = dropped(name)
    assert found
    for row in found.values():
        assert row["reason"] == named(row["rule"]).reason
        assert row["rule"] in profiles.of_type(row["document_type"])
    assert not {path for path in found if path.startswith(("contracts/", "hr/policies", "minutes/"))}


def test_a_page_s_recipe_takes_less_of_a_table_than_its_common_rules_would(dropped: Dropped) -> None:
    assert "finance/ledger-export.csv" in dropped("web")  # figures without a name
    assert {path for path, row in dropped("web").items() if row["document_type"] == "table"} == {
        "finance/ledger-export.csv"
    }


def test_a_recipe_for_finance_keeps_what_names_its_figures(dropped: Dropped) -> None:
    assert {path for path, row in dropped("finance").items() if row["document_type"] in {"table", "report"}} == {
        "finance/ledger-export.csv"
    }
