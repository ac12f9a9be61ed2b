import math
from dataclasses import replace
from typing import Any

import pytest

from corpuskit.budget import models
from corpuskit.budget.cost import MFU, Terms, Work, head_share, per_place, run
from corpuskit.budget.flops import flops_per_token
from corpuskit.budget.gpus import Gpu
from corpuskit.errors import UsageError

CARD = Gpu("ours", bf16_tflops=1.0, memory_gb=80, bandwidth_gb_s=1000, source="made up")  # 1e12 FLOP/s
WORK = Work(places=36_000_000, squares=36_000_000)
TERMS = Terms(gpu=CARD, gpus=4, mfu=0.5, price_per_gpu_hour=2.0)


def test_a_run_costs_what_a_pencil_says() -> None:
    """36 million places of 1e9 FLOP are 3.6e16 FLOP: 20 hours at 5e11 a second."""
    found = run(WORK, 1e9, TERMS)
    assert (found.tokens_processed, found.flops) == (36_000_000, 3.6e16)
    assert (found.gpu_hours, found.wall_hours, found.cost) == (20.0, 5.0, 40.0)
    assert found.energy_kwh is None


def test_epochs_and_replay_multiply_the_places() -> None:
    assert run(WORK, 1e9, replace(TERMS, epochs=3)).cost == 120
    assert run(WORK, 1e9, replace(TERMS, epochs=0.5)).cost == 20
    assert run(WORK, 1e9, replace(TERMS, replay=0.75)).cost == 160
    assert run(WORK, 1e9, replace(TERMS, replay=0.99)).tokens_processed == pytest.approx(3_600_000_000)


def test_energy_needs_watts_given_or_listed() -> None:
    assert run(WORK, 1e9, replace(TERMS, watts=700)).energy_kwh == 14
    assert run(WORK, 1e9, replace(TERMS, gpu=replace(CARD, watts=500))).energy_kwh == 10
    assert run(WORK, 1e9, replace(TERMS, gpu=replace(CARD, watts=500), watts=700)).energy_kwh == 14


def test_without_a_price_there_is_no_cost_and_without_a_gpu_there_are_no_hours() -> None:
    assert run(WORK, 1e9, replace(TERMS, price_per_gpu_hour=None)).cost is None
    assert run(WORK, 1e9, replace(TERMS, price_per_gpu_hour=0)).cost == 0
    found = run(WORK, 1e9, replace(TERMS, gpu=None, watts=700))
    assert (found.flops, found.gpu_hours, found.wall_hours, found.cost, found.energy_kwh) == (
        3.6e16,
        None,
        None,
        None,
        None,
    )


def test_a_corpus_without_tokens_costs_nothing() -> None:
    empty = Work(0, 0)
    found = run(empty, per_place(models.presets()["llama-3.1-8b"], empty), TERMS)
    assert (found.tokens_processed, found.flops, found.cost) == (0, 0, 0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"gpus": 0}, "there must be at least one"),
        ({"mfu": 0}, "mfu is 0"),
        ({"mfu": 1.01}, "mfu is 1.01"),
        ({"mfu": math.nan}, "mfu is nan"),
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": math.inf}, "epochs is inf"),
        ({"replay": 1.0}, "replay is 1.0; it is a share of all tokens, from 0 to below 1"),
        ({"replay": -0.1}, "replay is -0.1"),
        ({"price_per_gpu_hour": -1}, "price_per_gpu_hour is -1; it is a number from 0"),
        ({"watts": math.nan}, "watts is nan"),
    ],
)
def test_terms_that_cannot_be_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Terms(**wrong)


def test_a_place_costs_what_its_documents_length_makes_it_attend_to() -> None:
    shape = models.presets()["llama-2-7b"]
    short, long = Work(1000, 1000 * 10), Work(1000, 1000 * 1000)
    assert per_place(shape, short) == flops_per_token(shape, 5.5)
    assert per_place(shape, long) == flops_per_token(shape, 500.5)
    assert per_place(shape, long, "lora", 16) == flops_per_token(shape, 500.5, "lora", lora_rank=16)
    assert per_place(shape, long, "lora") > per_place(shape, long, "lora", 16)


def test_an_encoder_sees_both_sides_and_asks_for_masked_places_alone() -> None:
    bert, modern = models.presets()["bert-base"], models.presets()["modernbert-base"]
    assert (head_share(bert), head_share(modern), head_share(models.presets()["qwen3-8b"])) == (0.15, 0.3, 1.0)
    assert per_place(bert, Work(1000, 1000 * 100)) == flops_per_token(bert, 100, head_share=0.15)


def test_the_assumed_share_of_the_peak_is_the_documented_one() -> None:
    assert Terms().mfu == MFU == 0.4
