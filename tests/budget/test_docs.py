"""docs/budget.md says what the code does."""

from dataclasses import fields
from pathlib import Path

import pytest

from corpuskit.budget import cost, gpus, models
from corpuskit.budget.cost import Terms, Work
from corpuskit.budget.gates import FULL_RUN_TOKENS, LEAST_TOKENS, gates
from corpuskit.budget.programme import Programme, costed
from corpuskit.budget.repetition import R_STAR

PAGE = (Path(__file__).parents[2] / "docs" / "budget.md").read_text(encoding="utf-8")


def test_every_model_stands_there() -> None:
    listed = PAGE.split("without loading it.")[1].split("## Memory")[0]
    assert [name.strip(" .") for name in listed.replace("\n", " ").split(",")] == list(models.presets())


def test_constants_stand_there() -> None:
    assert f"**MFU is {cost.MFU:.2f} by default" in PAGE
    assert f"U x {R_STAR} x (1 - exp(-(E - 1) / {R_STAR}))" in PAGE
    assert f"| {LEAST_TOKENS:,} |" in PAGE
    assert f"| {FULL_RUN_TOKENS:,} |" in PAGE


@pytest.mark.parametrize("gate", gates(1, 1.0, 1.0, 1.0), ids=lambda gate: gate["name"])
def test_every_gate_stands_there(gate: dict[str, object]) -> None:
    assert f"| {str(gate['name']).removesuffix(', USD')}" in PAGE


def test_the_programme_s_defaults_stand_there() -> None:
    plain = {field.name: field.default for field in fields(Programme)}
    assert plain == {
        "sweep_runs": 4,
        "sweep_share": 0.5,
        "more_seeds": 2,
        "evaluation_share": 0.10,
        "failure_share": 0.10,
        "surcharge_share": 0.40,
        "reserved_gpu_hours": 0.0,
    }
    for row in (
        "| 4, each half as long |",
        "| other seeds | 2 |",
        "| 10 % of these runs' hours |",
        "| 40 % of the GPUs' cost |",
    ):
        assert row in PAGE


def test_the_worked_example_comes_out() -> None:
    work, shape = Work(60_000_000, 42_000_000_000), models.presets()["llama-3.1-8b"]
    card = gpus.gpus()["NVIDIA H100 80GB HBM3"]
    terms = Terms(card, 8, price_per_gpu_hour=3.0, epochs=2, replay=0.1, watts=700)
    place = cost.per_place(shape, work)
    run = cost.run(work, place, terms)
    programme = costed(run, Programme(), 3.0)
    assert run.wall_hours == pytest.approx(0.53, abs=0.005)
    assert run.energy_kwh == pytest.approx(2.99, abs=0.005)
    for said in (
        f"= {run.tokens_processed:,.0f}",
        f"= {place:,.0f}",
        f"= {run.flops:.2e}".replace("e+", "e"),
        f"= {run.gpu_hours:.2f}",
        f"= {run.cost:.2f} USD",
        f"= {programme['cost']:.2f} USD",
    ):
        assert said in PAGE


def test_the_table_of_gpus_that_the_page_shows_can_be_loaded(tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(PAGE.split("```yaml\n")[1].split("```")[0])
    assert gpus.load(file)["House GPU"].bf16_tflops == 500
