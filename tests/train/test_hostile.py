"""Damaged, contradictory and hostile input to a run: one plain sentence, its exit code, and nothing lost."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageWriter

from corpuskit.errors import CorpuskitError, DiskFullError, UsageError
from corpuskit.train import checkpoint, folder, launch, loggers
from corpuskit.train.card import exported
from corpuskit.train.learner import asking
from corpuskit.train.model import brief, look
from corpuskit.train.objectives import Objective
from corpuskit.train.optimizer import adamw
from corpuskit.train.position import Position
from corpuskit.train.prepare import Prepared, Replayed, Request, prepare
from corpuskit.train.recipe import Optimizer, load
from corpuskit.train.runner import run
from corpuskit.train.sizes import Machine
from tests.train.conftest import saved

CPU = Machine("cpu", "CPU", 1, 1 << 34, "float32")


@pytest.fixture(scope="module")
def model(byte_level: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A llama of two layers."""
    return saved("llama", byte_level, tmp_path_factory.mktemp("hostile") / "model")


def dry(corpus: Path, model: Path, *settings: str, **more: Any) -> Prepared:
    """A run as `--dry-run` prepares it."""
    recipe = load(None, ["data.sequence_length=64", "data.tokens_per_step=256", *settings])
    return prepare(Request(corpus, model, Path("nowhere"), recipe, unapproved=True, **more), CPU, gate=False)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (("data.steps=3", "schedule.warmup_steps=9"), "would never end"),
        (("method.kind=embeddings",), "this model has none"),
        (("method.kind=lora", "method.base_bits=4"), "quantised bases need CUDA"),
        (("data.steps=8", "data.tokens_per_step=99999999999999"), "sequences, and 200,000,000 are the most"),
        (("data.tokens=1000000000000000",), "are the most"),
        (("data.epochs=1e30",), "are the most"),
    ],
)
def test_what_cannot_end_well_is_refused_before_a_weight_is_loaded(
    corpus: Path, model: Path, settings: tuple[str, ...], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        dry(corpus, model, *settings)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("watch.writers=[foo]", "writers.0: 'foo'"),
        ("watch.forgetting_limit=-1", "forgetting_limit must be at least 0"),
        ("watch.forgetting_limit=.nan", "forgetting_limit must be at least 0"),
        ("optimizer.weight_decay=.inf", "weight_decay at least 0 and finite"),
    ],
)
def test_settings_out_of_range_are_refused(setting: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load(None, [setting])


def test_the_writers_of_the_recipe_are_those_there_are() -> None:
    for name in loggers.WRITERS:
        load(None, [f"watch.writers=[{name}]"])


def test_a_corpus_is_replayed_once(corpus: Path, general: Path, model: Path) -> None:
    twice = (Replayed(general, 0.1), Replayed(general.parent / "." / general.name, 0.1))
    with pytest.raises(UsageError, match="given twice"):
        dry(corpus, model, "data.steps=1", replay=twice)


def _flip(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 1
    file.unlink()
    file.write_bytes(whole)


@pytest.mark.parametrize("damage", [_flip, Path.unlink])
def test_a_damaged_validation_shard_is_named_before_training(
    corpus: Path, model: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    copy = shutil.copytree(corpus, tmp_path / "corpus")
    file = next((copy / "shards").glob("validation-*.arrow"))
    damage(file)
    with pytest.raises(CorpuskitError, match=file.name):
        dry(copy, model, "data.steps=1")


@pytest.mark.parametrize(
    ("missing", "said"), [("documents", "documents: missing or damaged"), ("shards/tokenizer.json", "tokenizer.json")]
)
def test_held_out_text_that_cannot_be_read_is_said(
    corpus: Path, model: Path, tmp_path: Path, missing: str, said: str
) -> None:
    copy = shutil.copytree(corpus, tmp_path / "corpus")
    gone = copy / missing
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    with pytest.raises(CorpuskitError, match=said):
        _ = dry(copy, model, "data.steps=1").heldout


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("config.json", "[]", "not the configuration of a model"),
        ("config.json", '{"model_type": "llama", "hidden_size": "big"}', "cannot be loaded"),
        ("tokenizer_config.json", "{", "cannot be loaded"),
        ("vocabulary.json", "{}", "damaged"),
    ],
)
def test_a_damaged_model_folder_is_refused(model: Path, tmp_path: Path, file: str, text: str, said: str) -> None:
    copy = shutil.copytree(model, tmp_path / "model")
    (copy / file).write_text(text)

    def read() -> None:
        source = look(copy)
        asking(source.kind, copy, Objective(), None, source.config)
        _ = source.new_tokens

    with pytest.raises(UsageError, match=said) as refused:
        read()
    assert "\n" not in str(refused.value)


def test_a_foreign_exception_becomes_one_line() -> None:
    assert brief(ValueError("first line:\n   second  line.")) == "first line: second line"
    assert brief(KeyError()) == "KeyError"
    assert len(brief(ValueError("x" * 5000))) < 300


@pytest.fixture
def small_run(tmp_path: Path) -> tuple[Path, nn.Module, torch.optim.AdamW]:
    """Checkpoints of steps 1 and 2 of something small."""
    module = nn.Linear(3, 2)
    optimizer = adamw(module, Optimizer(), 1e-3)
    saving = checkpoint.Checkpoints(tmp_path / "checkpoints", 2, 0)
    for step in (1, 2):
        saving.save(Position(step=step, sequences=step), module, optimizer)
    saving.finish()
    return tmp_path / "checkpoints", module, optimizer


def test_a_truncated_checkpoint_is_said_in_one_line(
    small_run: tuple[Path, nn.Module, torch.optim.AdamW], capfd: pytest.CaptureFixture[str]
) -> None:
    there, module, optimizer = small_run
    file = next((there / checkpoint.name_of(2)).glob("*.safetensors"))
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(CorpuskitError, match="step-00000002: the checkpoint cannot be read") as refused:
        checkpoint.load(there / checkpoint.name_of(2), module, optimizer)
    assert "\n" not in str(refused.value)
    assert "Traceback" not in capfd.readouterr().err
    checkpoint.load(there / checkpoint.name_of(1), module, optimizer)


def test_a_checkpoint_without_its_tensors_is_said(small_run: tuple[Path, nn.Module, torch.optim.AdamW]) -> None:
    there, module, optimizer = small_run
    next((there / checkpoint.name_of(2)).glob("*.safetensors")).unlink()
    with pytest.raises(CorpuskitError, match="the checkpoint cannot be read"):
        checkpoint.load(there / checkpoint.name_of(2), module, optimizer)


@pytest.mark.parametrize("text", ["{}", "[]", '{"step": ', '{"step": 1}'])
def test_a_checkpoint_that_does_not_know_its_step_is_damaged(
    small_run: tuple[Path, nn.Module, torch.optim.AdamW], text: str
) -> None:
    there, _, _ = small_run
    state = there / checkpoint.name_of(2) / checkpoint.STATE
    state.write_text(text)
    with pytest.raises(CorpuskitError, match=r"state\.json: damaged; remove step-00000002"):
        checkpoint.position(state.parent)


@pytest.mark.parametrize(
    ("cause", "said"), [(OSError(28, "No space left on device"), DiskFullError), (ValueError("odd"), CorpuskitError)]
)
def test_a_checkpoint_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: Exception, said: type[CorpuskitError]
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise cause

    module = nn.Linear(3, 2)
    saving = checkpoint.Checkpoints(tmp_path / "checkpoints", 2, 0)
    monkeypatch.setattr(HuggingFaceStorageWriter, "write_data", refuse)
    saving.save(Position(step=1), module, adamw(module, Optimizer(), 1e-3))
    with pytest.raises(said) as refused:
        saving.finish()
    assert not isinstance(refused.value, CheckpointException)
    assert "\n" not in str(refused.value)
    assert not checkpoint.whole(tmp_path / "checkpoints")


def test_a_run_that_failed_before_it_learned_can_be_begun_otherwise(tmp_path: Path) -> None:
    out = tmp_path / "run"
    with folder.held(out, {"data": {"steps": 1}, "plan": "a"}):
        (out / "metrics.jsonl").write_text("")
    with folder.held(out, {"data": {"steps": 2}, "plan": "b"}):
        pass
    (out / "checkpoints" / "step-00000001").mkdir(parents=True)
    (out / "checkpoints" / "step-00000001" / checkpoint.STATE).write_text("{}")
    refusal = r"holds another run \(data\.steps: 2 there, 3 here\)"
    with pytest.raises(UsageError, match=refusal), folder.held(out, {"plan": "c", "data": {"steps": 3}}):
        pass
    with folder.held(out, {"plan": "b", "data": {"steps": 2}}):
        pass


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (OSError(28, "No space left on device", "there"), "corpuskit: there: no space left on the disk. Free some"),
        (PermissionError(13, "Permission denied", "there"), "corpuskit: there: Permission denied.\n"),
        (OSError(24, "Too many open files"), "corpuskit: run: Too many open files.\n"),
    ],
)
def test_a_worker_that_the_machine_refuses_something_says_a_sentence(
    failure: OSError, said: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(_: Request) -> None:
        raise failure

    class Left(BaseException):
        """In the place of the process's end."""

    def leave(code: int) -> None:
        raise Left(code)

    monkeypatch.setattr(launch, "run", fail)
    monkeypatch.setattr(os, "_exit", leave)
    with pytest.raises(Left) as left:
        launch.worker(Request(Path("corpus"), Path("model"), Path("run"), load(None)))
    assert left.value.args == (1,)
    told = capfd.readouterr().err
    assert told.startswith(said)
    assert "Traceback" not in told


def test_a_card_speaks_of_the_weights_that_it_lies_beside() -> None:
    evaluations: list[dict[str, Any]] = [{"step": step, "sets": {}} for step in (0, 5, 10)]
    forgot = {"ending": "forgetting", "best_step": 5, "evaluations": evaluations}
    assert exported(forgot)["step"] == 5
    assert exported(forgot | {"ending": "finished"})["step"] == 10
    assert json.dumps(exported(forgot | {"best_step": None})) == json.dumps(evaluations[-1])


def test_what_a_run_leaves_names_no_place_on_this_machine(corpus: Path, model: Path, tmp_path: Path) -> None:
    settings = ["data.sequence_length=64", "data.tokens_per_step=256", "data.steps=1", "method.kind=lora"]
    recipe = load(None, [*settings, "device.kind=cpu", "watch.heldout_tokens=100"])
    out = tmp_path / "run"
    assert run(Request(corpus, model, out, recipe, unapproved=True, quiet=True)).ending == "finished"
    assert not (out / "model" / "adapter" / "README.md").exists()
    adapter = json.loads((out / "model" / "adapter" / "adapter_config.json").read_text())
    assert adapter["base_model_name_or_path"] == model.name
    left = [file for file in out.rglob("*") if file.is_file()]
    assert {"run.json", "metrics.jsonl", "README.md"} <= {file.name for file in left}
    for place in (tmp_path, model.parent, corpus):
        assert [file.name for file in left if str(place).encode() in file.read_bytes()] == []
