"""A dry run costs what the report's budget costs for the same inputs."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpuskit.approve import Approval
from corpuskit.budget import cost, gpus, models
from corpuskit.budget.cost import Terms, Work
from corpuskit.budget.plan import Asked, plan
from corpuskit.errors import UsageError
from corpuskit.shard import reader
from corpuskit.shard.packing import pack
from corpuskit.train.dryrun import Dry, elsewhere
from corpuskit.train.prepare import Prepared, Replayed, Request, prepare
from corpuskit.train.recipe import load
from corpuskit.train.sizes import Machine
from tests.train.conftest import saved

LENGTH = 64
H100 = "NVIDIA H100 80GB HBM3"
CPU = Machine("cpu", "CPU", 1, 8 << 30, "float32")
TABLE = gpus.gpus()


@pytest.fixture(scope="module")
def model(byte_level: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved("llama", byte_level, tmp_path_factory.mktemp("dry") / "model")


def prepared(corpus: Path, model: Path, *settings: str, machine: Machine | None = None, **more: Any) -> Prepared:
    recipe = load(None, [f"data.sequence_length={LENGTH}", *settings])
    request = Request(corpus, model, Path("nowhere"), recipe, unapproved=True, **more)
    return prepare(request, machine or elsewhere(H100, 2, TABLE), gate=False)


def packed(corpus: Path) -> list[dict[str, Any]]:
    """The report's row of the training documents."""
    lengths = np.asarray(reader.read(corpus).documents().lengths, np.int64)
    found = pack(lengths, LENGTH, 0, np.random.default_rng(0))
    sizes = found.stop - found.start
    return [{"sequence_length": LENGTH, "places": int(sizes.sum()), "squares": int((sizes * sizes).sum())}]


def budget(corpus: Path, model: Path, terms: Terms, method: Any = "full") -> dict[str, Any]:
    asked = Asked(models.read(str(model)), method, LENGTH, terms)
    run: dict[str, Any] = plan(packed(corpus), 0, 0, asked)["run"]
    return run


@pytest.mark.parametrize("epochs", [1, 2, 3])
@pytest.mark.parametrize(("method", "setting"), [("full", "method.kind=full"), ("lora", "method.kind=lora")])
def test_the_dry_run_and_the_report_give_the_same_cost(
    corpus: Path, model: Path, epochs: int, method: str, setting: str
) -> None:
    dry = Dry(prepared(corpus, model, setting, f"data.epochs={epochs}"), price=2.5).plain()
    told = budget(corpus, model, Terms(TABLE[H100], 2, price_per_gpu_hour=2.5, epochs=epochs), method)
    assert dry["cost"] > 0
    assert (dry["flops"], dry["device_hours"], dry["cost"]) == (told["flops"], told["gpu_hours"], told["cost"])


def test_without_a_price_both_give_the_same_range(corpus: Path, model: Path) -> None:
    dry = Dry(prepared(corpus, model)).plain()
    told = budget(corpus, model, Terms(TABLE[H100], 2))
    assert (dry["cost_low"], dry["cost_high"]) == (told["cost_low"], told["cost_high"])
    assert dry["cost"] is None
    assert dry["price_range"]["date"] == "2026-05"


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_replay_agrees_to_whole_sequences_and_the_general_text_s_lengths(
    corpus: Path, general: Path, model: Path, share: float
) -> None:
    """The plan fills whole sequences, and knows how long the general documents are; the report takes them for the corpus's."""
    one = prepared(corpus, model, replay=(Replayed(general, share),))
    dry = Dry(one, price=2.5).plain()
    told = budget(corpus, model, Terms(TABLE[H100], 2, price_per_gpu_hour=2.5, replay=share))
    assert dry["cost"] == pytest.approx(told["cost"], rel=0.05)
    assert abs(one.filled - told["tokens_processed"]) <= 2 * LENGTH
    same = cost.run(
        Work(one.filled, one.squares), one.flops_per_place(one.squares, one.filled) or 0, Terms(TABLE[H100])
    )
    assert dry["flops"] == same.flops


def test_part_of_an_epoch_is_whole_sequences(corpus: Path, model: Path) -> None:
    one = prepared(corpus, model, "data.epochs=0.37")
    told = budget(corpus, model, Terms(TABLE[H100], 2, epochs=0.37))
    assert abs(one.filled - told["tokens_processed"]) <= LENGTH
    assert Dry(one).plain()["flops"] == pytest.approx(told["flops"], rel=0.1)


def test_a_machine_elsewhere_is_costed_from_here(corpus: Path, model: Path) -> None:
    assert elsewhere("h100 hbm3", 8, TABLE) == Machine("cuda", H100, 8, 80_000_000_000, "bfloat16")
    with pytest.raises(UsageError, match="no figures of such a GPU"):
        elsewhere("H900", 1, TABLE)
    lines = Dry(prepared(corpus, model)).lines()
    said = {line[:12].strip(): line[12:] for line in lines}
    assert said["device"].startswith(f"2 x {H100}, bfloat16")
    assert "GiB of 74.5 GiB free on each device" in said["memory"]
    assert said["work"].endswith("at 40% of the peak (an assumption)")
    assert said["cost"].startswith("0.00 to 0.00 USD at 1.99 to 5.00 USD per GPU hour (2026-05, ")


def test_a_table_of_ones_own_is_believed(corpus: Path, model: Path, tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(f"gpus: {{{H100}: {{bf16_tflops: 98.9}}}}")
    one, ours = prepared(corpus, model), gpus.load(file)
    assert Dry(one, 1.0, ours).plain()["cost"] == pytest.approx(10 * Dry(one, 1.0).plain()["cost"])


def test_a_price_goes_before_the_approval_s_and_that_before_the_range(corpus: Path, model: Path) -> None:
    approval = Approval("A. Signer", "2026-01-31T09:00:00+00:00", "0" * 64, 100.0, "EUR", price_per_gpu_hour=4.0)
    one = replace(prepared(corpus, model), approval=approval)
    hours = Dry(one).plain()["device_hours"]
    assert Dry(one).plain()["cost"] == hours * 4
    assert Dry(one, price=3.0).plain()["cost"] == hours * 3
    assert Dry(one).plain()["price_range"] is None
    assert any(line.endswith("EUR at 4.00 per GPU hour (approved by A. Signer)") for line in Dry(one).lines())
    assert any(line.endswith("at 3.00 per GPU hour (given)") for line in Dry(one, price=3.0).lines())
    assert Dry(one, price=0.0).plain()["cost"] == 0
    without = replace(approval, max_cost=None, max_gpu_hours=9.0, price_per_gpu_hour=None)
    assert Dry(replace(one, approval=without)).plain()["cost_high"] == hours * 5


def test_a_gpu_without_a_price_has_hours_and_no_cost(corpus: Path, model: Path) -> None:
    dry = Dry(prepared(corpus, model, machine=elsewhere("NVIDIA L4", 1, TABLE)))
    assert dry.plain()["device_hours"] > 0
    assert (dry.plain()["cost"], dry.plain()["cost_low"]) == (None, None)
    assert any("nobody gave a price per GPU hour" in line for line in dry.lines())


@pytest.mark.parametrize("machine", [CPU, Machine("cuda", "NVIDIA H900", 1, 8 << 30, "bfloat16")])
def test_of_a_device_that_is_not_listed_nothing_is_assumed(corpus: Path, model: Path, machine: Machine) -> None:
    dry = Dry(prepared(corpus, model, machine=machine), price=3.0)
    found = dry.plain()
    assert found["flops"] > 0
    for name in ("device_hours", "mfu", "cost", "cost_low", "cost_high", "price_range"):
        assert found[name] is None
    assert any("is not known before it is measured" in line for line in dry.lines())
    assert not any(line.startswith("cost") for line in dry.lines())


def test_an_architecture_without_a_formula_has_neither(corpus: Path, model: Path) -> None:
    dry = Dry(replace(prepared(corpus, model), shape=None), price=3.0)
    assert [dry.plain()[name] for name in ("flops", "device_hours", "cost")] == [None, None, None]
    assert "work        not known for this architecture" in dry.lines()


@pytest.mark.parametrize("name", ["bert", "modernbert"])
def test_encoders_ask_for_as_many_places_as_the_report_takes_them_to(
    encoder_corpus: Path, wordpiece: Path, tmp_path: Path, name: str
) -> None:
    one = prepared(encoder_corpus, saved(name, wordpiece, tmp_path / name))
    assert one.shape is not None
    assert one.load.head_share == cost.head_share(one.shape)
    pieces = sum(len(feed.packed.start) for feed in one.plan.feeds)
    assert one.filled == sum(int(feed.documents.lengths.sum()) for feed in one.plan.feeds) + 2 * pieces


def test_the_figures_are_json(corpus: Path, model: Path) -> None:
    assert json.loads(json.dumps(Dry(prepared(corpus, model)).plain(), allow_nan=False))["mfu"] == 0.4
