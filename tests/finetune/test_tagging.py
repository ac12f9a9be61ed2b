import random
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from corpuskit.errors import UsageError
from corpuskit.finetune import tagging
from corpuskit.finetune.examples import Data, Example, Tagged
from corpuskit.finetune.metrics import f1
from corpuskit.finetune.words_to_pieces import load
from corpuskit.train.batches import IGNORED
from tests.finetune import tiny_heads
from tests.finetune.tiny_heads import learner, model, ours, padded, place_labels
from tests.train.plain import assert_equal, gradients

WORDS = ("The", "pump", "-", "flange", "\x01", "of", "supplier", "😀")
TAGS = ("O", "B-PART", "I-PART", "I-PART", "I-PART", "O", "B-FIRM", "O")


def data(*sentences: tuple[tuple[str, ...], tuple[str, ...]]) -> Data:
    train = tuple(Example(f"parts.conll:{at}", str(at), Tagged(*one)) for at, one in enumerate(sentences, 1))
    return Data("tagging", "parts", train, (), (), ("FIRM", "PART"))


def outside(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return words, ("O",) * len(words)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_heads.folder("bert", tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_heads.folder("llama", tmp_path_factory.mktemp("llama"))


def shown(task: Any, encoded: Any) -> list[tuple[str, str]]:
    """Each piece with the tag that is asked there."""
    pieces = task.spelling.tokenizer.convert_ids_to_tokens(encoded.ids.tolist())
    asked = dict(zip(encoded.target.tolist(), encoded.answer.tolist(), strict=True))
    return [(piece, task.tags[asked[at]] if at in asked else "") for at, piece in enumerate(pieces)]


def test_each_word_is_asked_at_its_first_piece(bert: Path) -> None:
    one = data((WORDS, TAGS))
    task = tagging.make(bert, "masked", 64, one)
    (encoded,) = task.encode(one.train)
    assert task.tags == ("O", "B-FIRM", "I-FIRM", "B-PART", "I-PART")
    assert shown(task, encoded) == [
        ("[CLS]", ""),
        ("t", "O"),
        ("##h", ""),
        ("##e", ""),
        ("pump", "B-PART"),
        ("[UNK]", "I-PART"),
        ("flange", "I-PART"),
        ("o", "O"),
        ("##f", ""),
        ("supplier", "B-FIRM"),
        ("[UNK]", "O"),
        ("[SEP]", ""),
    ]
    assert encoded.weight == 7.0
    assert task.account == {
        "sentences": 1,
        "words": 8,
        "windows": 1,
        "words_without_pieces": 1,
        "words_cut": 0,
    }


def test_bytes_and_spaces_are_no_words_of_their_own(llama: Path) -> None:
    one = data((WORDS, TAGS))
    task = tagging.make(llama, "causal", 64, one)
    found = shown(task, task.encode(one.train)[0])
    assert [piece for piece, tag in found if tag] == ["T", "Ġpump", "-", "f", "ā", "o", "s", "ð"]
    assert [tag for _, tag in found if tag] == list(TAGS)
    assert task.account["words_without_pieces"] == 0


def test_words_are_spelled_as_by_a_tokenizer_that_is_given_them_split(bert: Path, tmp_path: Path) -> None:
    spaced = tiny_heads.byte_level(tmp_path, add_prefix_space=True)
    draw = random.Random(0)
    words = [*WORDS, "pumps", "impeller-shaft", "Größe", "a.b", "(seal)", "1,000", "coupling"]
    sentences = [tuple(draw.choices(words, k=draw.randrange(1, 12))) for _ in range(60)]
    for folder in (bert, spaced):
        spelling = load(folder)
        found = spelling.tokenizer([list(one) for one in sentences], is_split_into_words=True, add_special_tokens=False)
        for number, one in enumerate(spelling.words(sentences)):
            assert one.ids.tolist() == found["input_ids"][number]
            assert one.word.tolist() == found.word_ids(number)


WORD = st.text(st.sampled_from("pumvalefot é\x01\u200b-😀\n"), max_size=12)


@pytest.fixture(scope="module")
def tasks(bert: Path, llama: Path) -> list[tagging.Tagging]:
    return [tagging.make(bert, "masked", 64, data()), tagging.make(llama, "causal", 64, data())]


@settings(max_examples=100, deadline=None)
@given(words=st.lists(WORD, max_size=14), room=st.integers(1, 14), decoder=st.booleans())
def test_windows_lose_no_word(tasks: list[tagging.Tagging], words: list[str], room: int, decoder: bool) -> None:
    one, task = data(outside(tuple(words))), replace(tasks[decoder], room=room)
    encoded = task.encode(one.train)
    frame = len(task.spelling.before) + len(task.spelling.after)
    assert all(0 < len(window.target) <= len(window.ids) - frame <= room for window in encoded)
    as_part = [np.eye(5)[[3] * len(window.target)] for window in encoded]
    (said,) = task.said(one.train, encoded, as_part)
    (spelled,) = task.spelling.words([words])
    assert said == ["B-PART" if first >= 0 else "O" for first in spelled.first]
    assert said.count("O") == task.account["words_without_pieces"]
    assert said.count("B-PART") == sum(len(window.target) for window in encoded)


def test_a_long_sentence_is_split_between_words_and_a_long_word_is_cut(bert: Path) -> None:
    one = data(outside(("pump", "the", "valve", "ooooooooo", "seal")))
    task = tagging.make(bert, "masked", 6, one)
    pieces = [[piece for piece, _ in shown(task, window)[1:-1]] for window in task.encode(one.train)]
    assert pieces == [["pump", "t", "##h", "##e"], ["valve"], ["o", "##o", "##o", "##o"], ["seal"]]
    assert task.account["words_cut"] == 1
    assert task.account["windows"] == 4


def test_weighted_tags_are_torch_s_weighted_mean(bert: Path) -> None:
    one = data((WORDS, TAGS), (("pump", "of"), ("B-PART", "O")))
    task = tagging.make(bert, "masked", 64, one, "balanced")
    assert task.weights == (10 / (5 * 4), 2.0, 1.0, 1.0, 10 / (5 * 3))
    encoded = task.encode(one.train)
    other = model(task, "bert")
    loss = nn.CrossEntropyLoss(torch.tensor(task.weights), ignore_index=IGNORED)(
        other(**padded(encoded, 0)).logits.flatten(0, 1), place_labels(encoded).flatten()
    )
    loss.backward()
    assert_equal(ours(learner(task, "bert"), encoded), (loss.item(), gradients(other)), 1e-5)


def test_words_without_pieces_are_outside(bert: Path) -> None:
    one = data((WORDS, TAGS), ((), ()), (("\x01",), ("B-PART",)))
    task = tagging.make(bert, "masked", 10, one)
    encoded = task.encode(one.train)
    assert [each.example for each in encoded] == [0, 0]
    right = [np.eye(5)[each.answer] for each in encoded]
    assert task.said(one.train, encoded, right) == [[*TAGS[:4], "O", *TAGS[5:]], [], ["O"]]
    (parts,) = task.parts(one.train, encoded, right)
    assert parts.each.tolist() == [[1, 1, 1], [0, 0, 0], [0, 0, 1]]


def test_entities_in_numbers() -> None:
    wanted = [["B-A", "I-A", "O", "B-B"], ["O", "I-A", "I-B"], ["O"]]
    said = [["B-A", "I-A", "B-A", "B-A"], ["O", "B-A", "O"], ["I-B"]]
    assert tagging.entities(wanted, said).tolist() == [[1, 2, 1], [1, 0, 1], [0, 1, 0]]


TAG = st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B", "B-A-B", "I-A-B"])
PAIRS = st.lists(st.lists(st.tuples(TAG, TAG), min_size=1, max_size=12), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_entity_scores_are_seqeval_s(pairs: list[list[tuple[str, str]]]) -> None:
    metrics = pytest.importorskip("seqeval.metrics")
    wanted, said = ([[one[side] for one in sentence] for sentence in pairs] for side in (0, 1))
    sums = tagging.entities(wanted, said).sum(axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert float(f1(sums)) == pytest.approx(metrics.f1_score(wanted, said))
        assert sums[0] == pytest.approx(metrics.precision_score(wanted, said) * (sums[0] + sums[1]))
        assert sums[0] == pytest.approx(metrics.recall_score(wanted, said) * (sums[0] + sums[2]))


def test_each_sentence_s_entity_scores_are_seqeval_s() -> None:
    metrics = pytest.importorskip("seqeval.metrics")
    draw = random.Random(0)
    tags = ["O", "O", "B-A", "I-A", "B-B", "I-B"]
    wanted = [draw.choices(tags, k=draw.randrange(1, 20)) for _ in range(1000)]
    said = [[draw.choice(tags) if draw.random() < 0.3 else tag for tag in sentence] for sentence in wanted]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        alone = [metrics.f1_score([one], [other]) for one, other in zip(wanted, said, strict=True)]
    assert f1(tagging.entities(wanted, said)) == pytest.approx(alone)


@pytest.mark.parametrize(
    ("words", "tags", "said"),
    [
        (("pump", "seal"), ("O",), "parts.conll:1: 2 words and 1 tags; each word has one."),
        (("pump",), ("B-TOWN",), "parts.conll:1: the tag B-TOWN is not one of O, B-FIRM, I-FIRM, B-PART, I-PART."),
    ],
)
def test_sentences_that_are_not_tagged_are_refused(bert: Path, words: Any, tags: Any, said: str) -> None:
    task = tagging.make(bert, "masked", 64, data())
    with pytest.raises(UsageError) as caught:
        task.encode(data((words, tags)).train)
    assert str(caught.value) == said
