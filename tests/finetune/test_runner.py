"""Each task from its files to an exported model, whose score anybody gets with transformers alone; and what a run refuses."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageWriter
from transformers import AutoTokenizer

from corpuskit.errors import CorpuskitError, DiskFullError, UsageError
from corpuskit.finetune.examples import TaskKind
from corpuskit.finetune.runner import run
from corpuskit.finetune.template import CHATML
from tests.finetune import plain_scores, small_runs

FEW = ("run.epochs=1", "watch.evaluate_every=100")
LEARNED = {"tagging": ("schedule.learning_rate=0.02", "task.class_weights=balanced")}  # or nothing but O is said


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_runs.encoder(tmp_path_factory.mktemp("models") / "bert")


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_runs.talker(tmp_path_factory.mktemp("models") / "llama")


def scored_alike(task: TaskKind, out: Path, rows: dict[str, list[dict[str, Any]]], model: Path) -> None:
    """What run.json says of dev and test is what transformers alone finds with the exported model."""
    dev, test = (plain_scores.score(task, out / "model", rows[part], model) for part in ("dev", "test"))
    said = small_runs.best(out)
    assert {name: said[name] for name in dev} == pytest.approx(dev, rel=1e-5)
    told = small_runs.record(out)["test"]
    if task == "preference":
        assert told is None
    else:
        assert {name: told[name] for name in test} == pytest.approx(test, rel=1e-5)


@pytest.mark.parametrize(
    ("task", "method"),
    [
        *((task, "full") for task in small_runs.TASKS),
        *((task, "lora") for task in ("classification", "preference")),
        *(pytest.param(task, "lora", marks=pytest.mark.slow) for task in ("tagging", "extraction", "chat")),
    ],
)
def test_the_exported_model_scores_what_the_run_says(
    task: TaskKind, method: str, bert: Path, llama: Path, tmp_path: Path
) -> None:
    rows = small_runs.rows(task)
    data, model = small_runs.written(tmp_path / "data", rows), bert if task in small_runs.ENCODED else llama
    settings = (f"method.kind={method}", *LEARNED.get(task, ()))
    assert run(small_runs.request(task, data, model, tmp_path / "run", *settings)).ending == "finished"
    scored_alike(task, tmp_path / "run", rows, model)


def test_a_text_with_any_number_of_labels_is_exported_as_such(bert: Path, tmp_path: Path) -> None:
    rows = small_runs.rows("classification", several=True)
    data = small_runs.written(tmp_path / "data", rows)
    settings = ("schedule.learning_rate=0.02", "task.class_weights={fault: 2, odd: 3}")
    run(small_runs.request("classification", data, bert, tmp_path / "run", *settings))
    config = json.loads((tmp_path / "run" / "model" / "config.json").read_text())
    assert config["problem_type"] == "multi_label_classification"
    assert config["label2id"] == {"fault": 0, "odd": 1, "trade": 2}
    scored_alike("classification", tmp_path / "run", rows, bert)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["roberta", "distilbert", "modernbert", "deberta", "electra", "eurobert"])
@pytest.mark.parametrize("task", ["classification", "tagging"])
def test_heads_are_trained_whole_beside_adapters(task: TaskKind, name: str, tmp_path: Path) -> None:
    rows = small_runs.rows(task)
    data, model = small_runs.written(tmp_path / "data", rows), small_runs.encoder(tmp_path / "model", name)
    settings = ("method.kind=lora", *LEARNED.get(task, ()))
    run(small_runs.request(task, data, model, tmp_path / "run", *settings))
    scored_alike(task, tmp_path / "run", rows, model)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("task", "name"), [("classification", "llama"), ("extraction", "mistral"), ("tagging", "qwen3")]
)
def test_decoders_learn_tasks_of_text(task: TaskKind, name: str, tmp_path: Path) -> None:
    data = small_runs.written(tmp_path / "data", small_runs.rows(task))
    model = small_runs.decoder(tmp_path / "model", name)
    assert run(small_runs.request(task, data, model, tmp_path / "run")).ending == "finished"


def test_a_run_that_gets_no_better_ends_early_with_its_best_step(llama: Path, tmp_path: Path) -> None:
    data = small_runs.written(tmp_path / "data", small_runs.rows("preference"))
    patient, early = (
        small_runs.request(
            "preference", data, llama, tmp_path / name, "watch.evaluate_every=1", f"watch.patience={patience}"
        )
        for name, patience in (("patient", 100), ("early", 2))
    )
    whole, short = run(patient), run(early)
    assert (whole.ending, short.ending) == ("finished", "early")
    assert short.record["best_step"] == whole.record["best_step"] == short.record["steps"] - 2
    assert short.record["evaluations"] == whole.record["evaluations"][: short.record["steps"] + 1]
    assert small_runs.weights(early.out / "model") == small_runs.weights(patient.out / "model")
    assert run(early).record == short.record  # run again, it is not trained a step longer


def test_the_seed_is_the_run(bert: Path, tmp_path: Path) -> None:
    data = small_runs.written(tmp_path / "data", small_runs.rows("classification"))
    same, again, other = (
        small_runs.request("classification", data, bert, tmp_path / name, f"run.seed={seed}", *FEW)
        for name, seed in (("same", 0), ("again", 0), ("other", 1))
    )
    for asked in (same, again, other):
        run(asked)
    assert small_runs.logged(same.out) == small_runs.logged(again.out) != small_runs.logged(other.out)
    one, two, three = (small_runs.weights(asked.out / "model") for asked in (same, again, other))
    assert one == two
    assert all(one[name] != three[name] for name in ("classifier.weight", "bert.encoder.layer.0.output.dense.weight"))
    with pytest.raises(UsageError, match=r"holds another run \(run\.seed: 0 there, 1 here\)"):
        run(small_runs.request("classification", data, bert, same.out, "run.seed=1", *FEW))


def test_other_development_data_is_another_run(bert: Path, tmp_path: Path) -> None:
    rows = small_runs.rows("classification")
    data = small_runs.written(tmp_path / "data", rows)
    asked = small_runs.request("classification", data, bert, tmp_path / "run", *FEW)
    run(asked)
    small_runs.written(data, {"dev": rows["dev"][1:]})
    with pytest.raises(UsageError, match=r"holds another run \(dev: "):
        run(asked)


def test_a_conversation_without_a_place_for_its_answer_is_left_out_and_the_rest_is_learned(
    bert: Path, tmp_path: Path
) -> None:
    """No development example fits: nothing is scored, and the last step is exported, with the template that it has learned."""
    rows = small_runs.rows("chat")
    long = [{"messages": [{"role": "user", "content": "what " * 90}, *row["messages"][1:]]} for row in rows["dev"]]
    data = small_runs.written(tmp_path / "data", rows | {"dev": long, "train": [*rows["train"], long[0]]})
    model = small_runs.talker(tmp_path / "model", template=None)
    settings = ("task.template=chatml", "task.length=64", *FEW)
    outcome = run(small_runs.request("chat", data, model, tmp_path / "run", *settings))
    assert (outcome.record["best_step"], outcome.record["evaluations"], outcome.record["steps"]) == (None, [], 3)
    assert outcome.record["examples_seen"] == 48
    tokenizer: Any = AutoTokenizer.from_pretrained(tmp_path / "run" / "model")
    assert tokenizer.get_chat_template() == CHATML
    with pytest.raises(UsageError, match="no example is left to learn from"):
        run(small_runs.request("chat", data, model, tmp_path / "other", "task.template=chatml", "task.length=8"))


def test_a_class_that_train_lacks_is_asked_for_and_said(bert: Path, tmp_path: Path) -> None:
    rows = small_runs.rows("classification")
    rows["test"][0]["label"] = "unheard"
    data = small_runs.written(tmp_path / "data", rows)
    outcome = run(small_runs.request("classification", data, bert, tmp_path / "run", *FEW))
    assert outcome.record["labels"] == ["fault", "trade", "unheard"]
    assert outcome.record["data"]["found"]["only_in_test"] == ["unheard"]
    scored_alike("classification", tmp_path / "run", rows, bert)


def test_a_full_disk_is_said_and_the_run_goes_on_when_there_is_room(
    bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    data = small_runs.written(tmp_path / "data", small_runs.rows("classification"))
    asked = small_runs.request("classification", data, bert, tmp_path / "run", *FEW)
    with monkeypatch.context() as full:
        full.setattr(HuggingFaceStorageWriter, "write_data", refuse)
        with pytest.raises(DiskFullError, match="no space left on the disk"):
            run(asked)
    assert small_runs.record(asked.out)["ending"] is None
    assert run(asked).ending == "finished"


def _own_code(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModel": "model.Model"}}))


def _pickled(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def _torn(folder: Path) -> None:
    kept = load_file(folder / "model.safetensors")
    del kept["bert.encoder.layer.1.output.dense.weight"]
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_own_code, "comes with code of its own"),
        (_pickled, r"no \*\.safetensors; other formats can hold programs"),
        (
            _torn,
            r"weights are missing: bert\.encoder\.layer\.1\.output\.dense\.weight; the folder is not a whole model",
        ),
    ],
)
def test_a_model_that_cannot_be_trusted_is_refused(damage: Any, said: str, bert: Path, tmp_path: Path) -> None:
    model = shutil.copytree(bert, tmp_path / "model")
    damage(model)
    data = small_runs.written(tmp_path / "data", small_runs.rows("classification"))
    with pytest.raises(CorpuskitError, match=said):
        run(small_runs.request("classification", data, model, tmp_path / "run"))


def test_what_a_run_leaves_holds_no_text_and_no_place_on_this_machine(bert: Path, tmp_path: Path) -> None:
    rows = small_runs.rows("classification")
    data = small_runs.written(tmp_path / "data", rows)
    run(small_runs.request("classification", data, bert, tmp_path / "run", "method.kind=lora", *FEW))
    left = [file for file in (tmp_path / "run").rglob("*") if file.is_file()]
    assert {"run.json", "metrics.jsonl", "README.md", "adapter_config.json"} <= {file.name for file in left}
    secrets = [str(tmp_path), str(bert.parent), *(row["text"] for row in rows["train"])]
    assert [file.name for file in left if any(one.encode() in file.read_bytes() for one in secrets)] == []
