import math

import pytest

from corpuskit import settings
from corpuskit.budget.shape import Method
from corpuskit.errors import UsageError
from corpuskit.train.schedule import Kind, Objective, Schedule, default_rate, factor, warmup_steps

KINDS: tuple[Kind, ...] = ("cosine", "wsd", "linear", "constant")


def rates(schedule: Schedule, total_steps: int) -> list[float]:
    return [factor(schedule, step, total_steps) for step in range(total_steps)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("total", [1, 2, 3, 7, 100])
def test_the_first_step_has_a_rate_and_the_peak_is_reached(kind: Kind, total: int) -> None:
    found = rates(Schedule(kind=kind), total)
    assert found[0] > 0
    assert max(found) == 1.0
    assert all(0 < rate <= 1 for rate in found)


@pytest.mark.parametrize("kind", ["cosine", "wsd", "linear"])
@pytest.mark.parametrize("final", [0.0, 0.1, 1.0])
def test_the_last_step_has_the_final_share(kind: Kind, final: float) -> None:
    assert factor(Schedule(kind=kind, final_share=final), 99, 100) == pytest.approx(final)
    assert factor(Schedule(kind=kind, final_share=final), 1, 2) == pytest.approx(final)


def test_the_warm_up_climbs_in_equal_steps_to_the_peak() -> None:
    assert rates(Schedule(kind="constant", warmup_steps=4), 6) == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]


def test_without_a_warm_up_the_first_step_has_the_peak() -> None:
    assert rates(Schedule(kind="linear", warmup_steps=0, final_share=0), 5) == [1.0, 0.75, 0.5, 0.25, 0.0]


def test_cosine_is_halfway_down_in_the_middle() -> None:
    found = rates(Schedule(kind="cosine", warmup_steps=1, final_share=0.2), 5)
    assert found == pytest.approx([1.0, 0.2 + 0.8 * (1 + math.cos(math.pi / 4)) / 2, 0.6, 0.31715728, 0.2])


def test_wsd_stays_at_the_peak_and_then_falls_by_the_square_root() -> None:
    found = rates(Schedule(kind="wsd", warmup_steps=2, decay_share=0.4, final_share=0.0), 10)
    assert found[:6] == [0.5, 1.0, 1.0, 1.0, 1.0, 1.0]
    assert found[6:] == pytest.approx([0.5, 1 - math.sqrt(0.5), 1 - math.sqrt(0.75), 0.0])


def test_the_rate_never_rises_after_the_warm_up() -> None:
    for kind in KINDS:
        found = rates(Schedule(kind=kind, warmup_share=0.1), 57)
        peak = warmup_steps(Schedule(warmup_share=0.1), 57) - 1
        assert all(before >= after for before, after in zip(found[peak:], found[peak + 1 :], strict=False))


def test_steps_of_the_warm_up_go_before_its_share() -> None:
    assert warmup_steps(Schedule(warmup_share=0.5, warmup_steps=3), 100) == 3
    assert warmup_steps(Schedule(warmup_share=0.05), 101) == 6


def test_a_warm_up_that_fills_the_run_is_refused() -> None:
    with pytest.raises(UsageError, match=r"the run has 50 steps, so a warm-up of 50 would never end"):
        factor(Schedule(warmup_steps=50), 0, 50)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"learning_rate": 0.0}, r"learning_rate is 0\.0; it lies between 0 and 1"),
        ({"learning_rate": float("nan")}, r"learning_rate is nan"),
        ({"warmup_steps": -1}, r"warmup_steps is -1; it cannot be negative"),
        ({"warmup_share": 1.0}, r"warmup_share is 1\.0"),
        ({"decay_share": 0.0}, r"decay_share is 0\.0"),
        ({"final_share": 1.5}, r"final_share is 1\.5"),
        ({"kind": "wsd", "warmup_share": 0.6, "decay_share": 0.5}, r"more than all steps together"),
        ({"kind": "cosinus"}, r"schedule\.kind: 'cosinus'"),
        ({"warmup": 3}, r"schedule\.warmup: no such setting; did you mean"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_value(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        settings.table("recipe.yaml", "schedule", Schedule, values)


@pytest.mark.parametrize(
    ("parameters", "method", "objective", "rate", "source"),
    [
        (135_000_000, "full", "causal", 1e-4, "Ibrahim"),
        (1_700_000_000, "full", "causal", 3e-5, "convention"),
        (8_000_000_000, "full", "causal", 1e-5, "2406.14491"),
        (23_000_000, "full", "masked", 1e-4, "Gururangan"),
        (8_000_000_000, "lora", "causal", 2e-4, "Biderman"),
        (8_000_000_000, "dora", "causal", 1e-4, "convention"),
        (135_000_000, "embeddings", "causal", 1e-4, "convention"),
    ],
)
def test_a_default_rate_names_its_source(
    parameters: int, method: Method, objective: Objective, rate: float, source: str
) -> None:
    found, where = default_rate(parameters, method, objective)
    assert found == rate
    assert source in where
