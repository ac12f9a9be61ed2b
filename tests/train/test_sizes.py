"""How much a device takes at once: what keeps it busy, what fits, and what the recipe says."""

from dataclasses import replace
from pathlib import Path

import pytest

from corpuskit.budget import memory
from corpuskit.budget.memory import Load
from corpuskit.errors import UsageError
from corpuskit.train.prepare import Prepared, Request, prepare
from corpuskit.train.recipe import load
from corpuskit.train.sizes import ROOM, Machine, sequences_per_step
from tests.train.conftest import saved

CPU = Machine("cpu", "CPU", 1, 1 << 34, "float32")


@pytest.fixture(scope="module")
def model(byte_level: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A llama of two layers with positions for 512."""
    return saved("llama", byte_level, tmp_path_factory.mktemp("sizes") / "model")


def dry(corpus: Path, model: Path, machine: Machine, *settings: str) -> Prepared:
    recipe = load(None, ["data.sequence_length=64", "data.steps=2", "data.tokens_per_step=8192", *settings])
    return prepare(Request(corpus, model, Path("nowhere"), recipe, unapproved=True), machine, gate=False)


def holding(one: Prepared, load: Load) -> Machine:
    """A processor with just enough memory for that."""
    assert one.shape is not None
    return replace(CPU, memory_bytes=-int(-memory.memory(one.shape, load).total // ROOM))


def test_a_processor_takes_as_many_places_as_keep_it_busy(corpus: Path, model: Path) -> None:
    assert dry(corpus, model, CPU).sequences_per_micro_batch == 64  # of 64 places


def test_no_device_takes_more_than_its_part_of_a_step(corpus: Path, model: Path) -> None:
    assert dry(corpus, model, replace(CPU, world=3), "data.tokens_per_step=640").sequences_per_micro_batch == 4


def test_a_micro_batch_is_halved_until_it_fits(corpus: Path, model: Path) -> None:
    whole = dry(corpus, model, CPU)
    small = holding(whole, replace(whole.load, sequences_per_micro_batch=16))
    assert dry(corpus, model, small).load == replace(whole.load, sequences_per_micro_batch=16)


def test_activations_are_recomputed_where_one_sequence_does_not_fit(corpus: Path, model: Path) -> None:
    one = replace(dry(corpus, model, CPU).load, sequences_per_micro_batch=1)
    small = holding(dry(corpus, model, CPU), replace(one, checkpointing=True))
    assert dry(corpus, model, small).load == replace(one, checkpointing=True)
    assert dry(corpus, model, small, "device.checkpointing=false").load == one


def test_a_micro_batch_that_is_given_is_kept_and_recomputed_where_it_does_not_fit(corpus: Path, model: Path) -> None:
    given = dry(corpus, model, CPU, "data.sequences_per_micro_batch=8").load
    assert (given.sequences_per_micro_batch, given.checkpointing) == (8, False)
    small = replace(CPU, memory_bytes=1)
    found = dry(corpus, model, small, "data.sequences_per_micro_batch=8").load
    assert (found.sequences_per_micro_batch, found.checkpointing) == (8, True)


@pytest.mark.parametrize(("tokens", "sequences"), [(10_000, 64), (200 * 10_000, 128), (10**8, 4096), (10**9, 8192)])
def test_a_step_is_a_200th_of_the_run_as_a_power_of_two(corpus: Path, model: Path, tokens: int, sequences: int) -> None:
    feeds = dry(corpus, model, CPU).plan.feeds
    assert sequences_per_step(load(None, [f"data.tokens={tokens}"]), feeds, 64) == sequences


def test_a_sequence_is_as_long_as_the_model_has_positions_for(corpus: Path, model: Path) -> None:
    assert dry(corpus, model, CPU, "data.sequence_length=null").plan.length == 512
    with pytest.raises(UsageError, match=r"data\.sequence_length=513: the model has positions for 512"):
        dry(corpus, model, CPU, "data.sequence_length=513")
