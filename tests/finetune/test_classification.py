from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from corpuskit.errors import UsageError
from corpuskit.finetune import classification
from corpuskit.finetune.examples import Classified, Data, Example
from corpuskit.finetune.words_to_pieces import load
from tests.finetune import tiny_heads
from tests.finetune.tiny_heads import learner, model, ours, padded
from tests.train.plain import assert_equal, gradients

CLASSES = ("contract", "letter", "notice")
TEXTS = ("pump valve", "", "the pump and the valve and the seal", "motor")
SINGLE = (("contract",), ("contract",), ("contract",), ("letter",))
SEVERAL = (("contract", "notice"), (), ("contract",), ("letter",))


def data(
    labels: tuple[tuple[str, ...], ...] = SINGLE, texts: tuple[str, ...] = TEXTS, *, several: bool = False
) -> Data:
    train = tuple(
        Example(f"types.jsonl:{line}", str(line), Classified(text, chosen))
        for line, (text, chosen) in enumerate(zip(texts, labels, strict=False), 1)
    )
    return Data("classification", "types", train, (), (), CLASSES, several)


@pytest.fixture
def bert(tmp_path: Path) -> Path:
    return tiny_heads.folder("bert", tmp_path)


def shown(task: Any, ids: Any) -> str:
    return " ".join(task.spelling.tokenizer.convert_ids_to_tokens(ids.tolist()))


def test_an_encoder_is_asked_at_its_first_place_and_keeps_a_long_text_s_first_words(bert: Path) -> None:
    task = classification.make(bert, "masked", 6, data())
    encoded = task.encode(data().train)
    assert shown(task, encoded[0].ids) == "[CLS] pump valve [SEP]"
    assert shown(task, encoded[1].ids) == "[CLS] [SEP]"
    assert shown(task, encoded[2].ids) == "[CLS] t ##h ##e pump [SEP]"
    assert [one.target.tolist() for one in encoded] == [[0]] * 4
    assert [one.answer.tolist() for one in encoded] == [[0], [0], [0], [1]]
    assert task.account == {"texts": 4, "cut": 1}


@pytest.mark.parametrize("name", ["bert", "llama"])
@pytest.mark.parametrize(
    "text",
    [
        "the pump and the valve " * 400,
        "x" * 9_000,
        "pump" + " " * 9_000 + "valve",
        "ポンプと弁。" * 900,
        "a" * 600 + " pump" * 600,
    ],
)
def test_of_a_long_text_no_more_is_read_than_its_first_places_take(name: str, text: str, tmp_path: Path) -> None:
    spelling = load(tiny_heads.folder(name, tmp_path))
    for most in (1, 20, 300):
        [short], [whole] = spelling.beginnings([text], most), spelling.texts([text])
        assert short.ids[:most].tolist() == whole.ids[:most].tolist()
        assert short.stop[:most].tolist() == whole.stop[:most].tolist()
        assert (len(short.ids) > most) == (len(whole.ids) > most)
    assert len(spelling.beginnings(["the pump and the valve " * 400], 20)[0].ids) < 500


def test_a_decoder_is_asked_at_its_last_place(tmp_path: Path) -> None:
    task = classification.make(tiny_heads.folder("llama", tmp_path), "causal", 6, data())
    encoded = task.encode(data().train)
    assert shown(task, encoded[0].ids) == "p u m p Ġvalve"
    assert [len(one.ids) for one in encoded][1:3] == [1, 6]
    assert [one.target.tolist() for one in encoded] == [[len(one.ids) - 1] for one in encoded]
    assert shown(task, encoded[1].ids) == "<|endoftext|>"


def test_what_is_within_the_length_is_what_the_tokenizer_gives(bert: Path) -> None:
    task = classification.make(bert, "masked", 512, data())
    for text, one in zip(TEXTS, task.encode(data().train), strict=True):
        assert one.ids.tolist() == task.spelling.tokenizer(text)["input_ids"]


def test_weighted_classes_are_torch_s_weighted_mean(bert: Path) -> None:
    task = classification.make(bert, "masked", 32, data(), {"letter": 5.0, "notice": 0.5})
    assert task.weights == (1.0, 5.0, 0.5)
    encoded = task.encode(data().train)
    assert [one.weight for one in encoded] == [1.0, 1.0, 1.0, 5.0]
    other = model(task, "bert")
    loss = nn.CrossEntropyLoss(torch.tensor(task.weights))(
        other(**padded(encoded, 0)).logits, torch.tensor([0, 0, 0, 1])
    )
    loss.backward()
    assert_equal(ours(learner(task, "bert"), encoded), (loss.item(), gradients(other)), 1e-5)


def test_weighted_labels_are_torch_s_pos_weight(bert: Path) -> None:
    several = data(SEVERAL, several=True)
    task = classification.make(bert, "masked", 32, several, "balanced")
    assert task.weights == (1.0, 3.0, 3.0)  # 2 of 4 texts have the first, 1 of 4 the others
    encoded = task.encode(several.train)
    assert [one.answer.tolist() for one in encoded] == [[[1, 0, 1]], [[0, 0, 0]], [[1, 0, 0]], [[0, 1, 0]]]
    other = model(task, "bert")
    wanted = torch.tensor([[1.0, 0, 1], [0, 0, 0], [1, 0, 0], [0, 1, 0]])
    loss = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(task.weights))(other(**padded(encoded, 0)).logits, wanted)
    loss.backward()
    assert_equal(ours(learner(task, "bert"), encoded), (loss.item(), gradients(other)), 1e-5)


def test_balanced_weights_are_scikit_learn_s() -> None:
    weight = pytest.importorskip("sklearn.utils.class_weight")
    seen = ["a"] * 7 + ["b"] * 2 + ["c"]
    wanted = weight.compute_class_weight("balanced", classes=np.array(["a", "b", "c"]), y=seen)
    assert classification.weighted("balanced", ("a", "b", "c"), seen) == pytest.approx(wanted.tolist())


def test_balanced_weights_in_numbers() -> None:
    assert classification.weighted("balanced", ("a", "b", "c"), ["a", "a", "a", "b"]) == (4 / 9, 4 / 3, 1.0)
    assert classification.weighted(None, ("a",), ["a"]) is None


def logits(*rows: list[float]) -> list[Any]:
    return [np.array([row], np.float32) for row in rows]


def test_scores_of_single_classes_are_macro_f1_and_accuracy(bert: Path) -> None:
    task = classification.make(bert, "masked", 32, data())
    encoded = task.encode(data().train)
    macro, accuracy = task.parts(data().train, encoded, logits([2, 1, 0], [2, 1, 0], [0, 1, 0], [0, 1, 0]))
    assert (macro.metric.name, accuracy.metric.name) == ("macro F1", "accuracy")
    assert accuracy.score == 0.75
    assert macro.score == pytest.approx((0.8 + 2 / 3) / 2)  # no text is a notice and none is called one
    assert macro.each[2].tolist() == [0, 0, 1, 0, 1, 0, 0, 0, 0]


def test_scores_of_several_labels_are_micro_and_macro_f1(bert: Path) -> None:
    several = data(SEVERAL, several=True)
    task = classification.make(bert, "masked", 32, several)
    encoded = task.encode(several.train)
    micro, macro = task.parts(several.train, encoded, logits([1, -1, -1], [-1, -1, -1], [1, 1, -1], [-1, 0.1, -1]))
    assert micro.each.tolist() == [[1, 0, 1], [0, 0, 0], [1, 1, 0], [1, 0, 0]]
    assert micro.score == pytest.approx(6 / 8)
    assert macro.score == pytest.approx((1 + 2 / 3 + 0) / 3)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ((("invoice",),), "types.jsonl:1: the class invoice is not one of contract, letter, notice."),
        ((("letter", "notice"),), "types.jsonl:1: 2 classes; each text has one here."),
        (((),), "types.jsonl:1: 0 classes; each text has one here."),
    ],
)
def test_examples_without_one_known_class_are_refused(bert: Path, labels: Any, said: str) -> None:
    task = classification.make(bert, "masked", 32, data())
    with pytest.raises(UsageError) as caught:
        task.encode(data(labels).train)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"invoice": 1.0}, "class_weights: invoice is not one of"),
        ({"letter": 0.0}, "the weight of letter must be above 0"),
    ],
)
def test_weights_of_no_class_or_of_nothing_are_refused(bert: Path, weights: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        classification.make(bert, "masked", 32, data(), weights)
