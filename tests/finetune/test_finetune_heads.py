import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from transformers.models.auto import modeling_auto

from corpuskit.errors import UsageError
from corpuskit.finetune import classification, extraction, heads, tagging
from corpuskit.finetune.examples import Asked, Classified, Data, Example, Tagged
from corpuskit.train.batches import IGNORED
from corpuskit.train.learner import Learner
from corpuskit.train.tensors import to_device
from tests.conftest import prose
from tests.finetune import tiny_heads
from tests.finetune.tiny_heads import ENCODERS, assert_same_step, learner, model, ours, padded, place_labels
from tests.train.plain import CPU, assert_equal, gradients

TEXTS = [" ".join(prose(seed).split()[:words]) for seed, words in enumerate((9, 3, 14, 6))]
CLASSES = ("contract", "letter", "notice")


def example(content: Any) -> Example:
    return Example("some.jsonl:1", "1", content)


def classified(*, several: bool) -> Data:
    chosen = (("letter",), (), CLASSES, ("contract", "notice")) if several else (("letter",), ("notice",)) * 2
    train = tuple(example(Classified(text, labels)) for text, labels in zip(TEXTS, chosen, strict=True))
    return Data("classification", "types", train, (), (), CLASSES, several)


def tagged() -> Data:
    train = []
    for text in TEXTS:
        words = tuple(text.split())
        train.append(example(Tagged(words, tuple("O" if at % 3 else "B-PART" for at in range(len(words))))))
    return Data("tagging", "parts", tuple(train), (), (), ("PART",))


def asked() -> Data:
    train = tuple(example(Asked("pump or valve", text, ((2, 9),) if len(text) > 30 else ())) for text in TEXTS)
    return Data("extraction", "answers", train, (), ())


def theirs(task: Any, name: str, encoded: Any, labels: dict[str, torch.Tensor]) -> tuple[Any, Any]:
    """transformers' own model on padded rows, after its backward pass."""
    other = model(task, name)
    found = other(**padded(encoded, fill=other.config.pad_token_id), **labels)
    found.loss.backward()
    return other, found


def check(task: Any, name: str, encoded: Any, labels: dict[str, torch.Tensor], rows: Any) -> None:
    """Logits, loss, gradients and a step are transformers' own; `rows` picks its logits where we ask."""
    one = learner(task, name)
    other, found = theirs(task, name, encoded, labels)
    assert np.allclose(np.concatenate(tiny_heads.outputs(one, encoded)), rows(found), rtol=1e-5, atol=1e-5)
    assert_equal(ours(one, encoded), (found.loss.item(), gradients(other)), 1e-5)
    assert_same_step(one.model, other)


@pytest.mark.parametrize("name", [*ENCODERS, "llama", "qwen3", "gemma3"])
def test_a_classification_step_is_that_of_transformers_with_labels(name: str, tmp_path: Path) -> None:
    data = classified(several=False)
    task = classification.make(tiny_heads.folder(name, tmp_path), tiny_heads.kind(name), 32, data)
    labels = torch.tensor([1, 2, 1, 2])
    check(task, name, task.encode(data.train), {"labels": labels}, lambda found: found.logits.detach().numpy())


@pytest.mark.parametrize("name", ["bert", "modernbert", "deberta", "llama"])
def test_with_several_labels_it_is_that_of_transformers_too(name: str, tmp_path: Path) -> None:
    data = classified(several=True)
    task = classification.make(tiny_heads.folder(name, tmp_path), tiny_heads.kind(name), 32, data)
    labels = torch.tensor([[0.0, 1, 0], [0, 0, 0], [1, 1, 1], [1, 0, 1]])
    check(task, name, task.encode(data.train), {"labels": labels}, lambda found: found.logits.detach().numpy())


@pytest.mark.parametrize("name", [*ENCODERS, "llama", "qwen3"])
def test_a_tagging_step_is_that_of_transformers_with_labels(name: str, tmp_path: Path) -> None:
    data = tagged()
    task = tagging.make(tiny_heads.folder(name, tmp_path), tiny_heads.kind(name), 96, data)
    encoded = task.encode(data.train)
    labels = place_labels(encoded)
    check(task, name, encoded, {"labels": labels}, lambda found: found.logits[labels != IGNORED].detach().numpy())


@pytest.mark.parametrize("name", [*(name for name in ENCODERS if name != "eurobert"), "mistral"])
def test_an_extraction_step_is_that_of_transformers_with_positions(name: str, tmp_path: Path) -> None:
    data = asked()
    task = extraction.make(tiny_heads.folder(name, tmp_path), tiny_heads.kind(name), 128, data)
    encoded = task.encode(data.train)
    positions = {
        f"{border}_positions": torch.tensor([int((one.answer & at).argmax()) for one in encoded])
        for border, at in (("start", extraction.START), ("end", extraction.END))
    }
    assert any(positions["start_positions"] != positions["end_positions"])

    one, other = learner(task, name), model(task, name)
    alone = []  # windows of other lengths have no rows together: transformers lets padding compete for the answer
    for row, window in enumerate(encoded):
        found = other(**padded([window], 0), **{border: places[row : row + 1] for border, places in positions.items()})
        (found.loss / len(encoded)).backward()
        alone.append((found.loss.item(), torch.stack([found.start_logits[0], found.end_logits[0]], dim=-1).detach()))
    wanted = np.concatenate([logits.numpy() for _, logits in alone])
    assert np.allclose(np.concatenate(tiny_heads.outputs(one, encoded)), wanted, rtol=1e-5, atol=1e-5)
    loss = sum(loss for loss, _ in alone) / len(encoded)
    assert_equal(ours(one, encoded), (loss, gradients(other)), 1e-5)
    assert_same_step(one.model, other)


@pytest.mark.parametrize("auto", list(heads.LAYERS))
def test_the_decoders_of_the_table_have_transformers_own_generic_heads(auto: str) -> None:
    generic, names = {
        heads.CLASSIFICATION: ("Classification", modeling_auto.MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES),
        heads.TAGGING: ("Token", modeling_auto.MODEL_FOR_TOKEN_CLASSIFICATION_MAPPING_NAMES),
        heads.EXTRACTION: ("Question", modeling_auto.MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES),
    }[auto]
    for name in set(heads.SCORED) & set(heads.LAYERS[auto]):
        found = getattr(transformers, names[name])
        assert [one for one in found.__mro__ if one.__name__.startswith("GenericFor") and generic in one.__name__], name
        assert found.base_model_prefix == "model"


def test_an_architecture_without_such_a_head_is_refused(tmp_path: Path) -> None:
    tiny_heads.folder("llama", tmp_path)
    with pytest.raises(UsageError, match=r"llama: AutoModelForQuestionAnswering is not known .*; known are bert, "):
        extraction.make(tmp_path, "causal", 64, asked())


def test_a_folder_without_a_config_or_a_place_for_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no model here"):
        tagging.make(tmp_path, "masked", 64, tagged())
    tiny_heads.folder("bert", tmp_path)
    with pytest.raises(UsageError, match="a length of 2 leaves no place for text beside 2 special tokens"):
        tagging.make(tmp_path, "masked", 2, tagged())


@pytest.mark.parametrize("name", ["modernbert", "eurobert"])
def test_models_that_pool_over_all_places_are_told_to_take_the_first(name: str, tmp_path: Path) -> None:
    task = classification.make(tiny_heads.folder(name, tmp_path), "masked", 32, classified(several=False))
    assert task.config["classifier_pooling"] == {"modernbert": "cls", "eurobert": "bos"}[name]


def test_what_the_task_says_reaches_the_model_s_configuration(tmp_path: Path) -> None:
    task = classification.make(tiny_heads.folder("bert", tmp_path), "masked", 32, classified(several=True))
    model(task, "bert").save_pretrained(tmp_path)
    saved = json.loads((tmp_path / "config.json").read_text())
    assert saved["id2label"] == {"0": "contract", "1": "letter", "2": "notice"}
    assert saved["problem_type"] == "multi_label_classification"


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.*:FutureWarning")  # peft's
@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("bert", ["pooler", "classifier"]),
        ("roberta", ["classifier"]),
        ("distilbert", ["pre_classifier", "classifier"]),
        ("modernbert", ["head", "classifier"]),
        ("deberta", ["pooler", "classifier"]),
        ("llama", ["score"]),
    ],
)
def test_beside_adapters_the_head_learns_whole(name: str, names: list[str], tmp_path: Path) -> None:
    from peft import LoraConfig, get_peft_model

    data = classified(several=False)
    task = classification.make(tiny_heads.folder(name, tmp_path), tiny_heads.kind(name), 32, data)
    one = learner(task, name)
    wanted = heads.fresh_names(task.auto, one.model)
    assert wanted == names
    get_peft_model(one.model, LoraConfig(r=2, target_modules="all-linear", modules_to_save=wanted))
    ours(one, task.encode(data.train))
    learns = {part for part, weight in one.model.named_parameters() if weight.grad is not None and weight.grad.any()}
    saved = [part for part, weight in one.model.named_parameters() if ".modules_to_save." in part]
    assert set(saved) <= learns
    assert not [part for part in saved if "lora" in part]
    head = [part for part in learns if not any(layer in part for layer in ("layer.", "layers."))]
    assert sorted(head) == sorted(saved)


def test_a_head_drawn_anew_is_the_same_whatever_the_folder_held(tmp_path: Path) -> None:
    task = classification.make(tiny_heads.folder("bert", tmp_path), "masked", 32, classified(several=False))
    one, other = model(task, "bert"), model(task, "bert")
    torch.nn.init.ones_(other.bert.pooler.dense.weight)
    for each in (one, other):
        heads.redraw(task.auto, each, heads.head_modules(task.auto, each), seed=3)
    assert torch.equal(one.bert.pooler.dense.weight, other.bert.pooler.dense.weight)
    assert torch.equal(one.classifier.weight, other.classifier.weight)
    assert one.classifier.weight.std().item() == pytest.approx(0.02, rel=0.2)
    assert not one.classifier.bias.any()


@pytest.mark.parametrize("task", ["classification", "tagging", "extraction"])
def test_a_worker_with_nothing_to_do_has_no_loss_and_a_gradient_of_nothing(task: str, tmp_path: Path) -> None:
    from corpuskit.finetune.encoded import together

    tiny_heads.folder("bert", tmp_path)
    made: Any = {  # type: ignore[no-untyped-call]
        "classification": lambda: classification.make(tmp_path, "masked", 32, classified(several=False)),
        "tagging": lambda: tagging.make(tmp_path, "masked", 32, tagged()),
        "extraction": lambda: extraction.make(tmp_path, "masked", 32, asked()),
    }[task]()
    one: Learner = learner(made, "bert")
    loss = one(to_device(together([]), CPU))
    loss.backward()
    assert loss.item() == 0.0
    assert all(not gradient.any() for gradient in gradients(one.model).values())
