import re
import string
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.finetune import extraction, squad
from corpuskit.finetune.examples import Asked, Data, Example
from tests.finetune import tiny_heads

TEXT = "The pump, the flange and the valve."


def data(*examples: tuple[str, str, tuple[tuple[int, int], ...]]) -> Data:
    train = tuple(Example(f"asked.jsonl:{at}", str(at), Asked(*one)) for at, one in enumerate(examples, 1))
    return Data("extraction", "answers", train, (), ())


def span(words: str, text: str = TEXT) -> tuple[int, int]:
    at = text.index(words)
    return at, at + len(words)


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> extraction.Extraction:
    folder = tiny_heads.folder("bert", tmp_path_factory.mktemp("bert"))
    return extraction.make(folder, "masked", 64, data(("what", TEXT, ())))


def shown(task: extraction.Extraction, one: Any) -> tuple[str, str]:
    """All pieces, and those of the answer."""
    pieces = task.spelling.tokenizer.convert_ids_to_tokens(one.ids.tolist())
    start, end = (int((one.answer & border).argmax()) for border in (extraction.START, extraction.END))
    return " ".join(pieces), " ".join(pieces[start : end + 1])


def test_an_answer_is_asked_at_the_places_of_its_pieces(task: extraction.Extraction) -> None:
    one = data(("flange", TEXT, (span("pump"), span("flange"))), ("flange", TEXT, ()))
    found, none = task.encode(one.train)
    assert shown(task, found) == (
        "[CLS] flange [SEP] t ##h ##e pump , t ##h ##e flange a ##n ##d t ##h ##e valve . [SEP]",
        "pump",
    )
    assert found.ids.tolist() == task.spelling.tokenizer("flange", TEXT)["input_ids"]
    assert found.target.tolist() == list(range(len(found.ids)))
    assert shown(task, none)[1] == "[CLS]"
    assert none.answer.tolist() == [3] + [0] * 20


def test_an_answer_within_a_piece_grows_and_one_without_a_piece_is_lost(task: extraction.Extraction) -> None:
    text = "pump \x01\x01 valve"
    one = data(("flange", text, ((1, 3),)), ("flange", text, ((5, 7),)), ("flange", text, ((5, 13),)))
    grown, lost, whole = task.encode(one.train)
    assert [shown(task, each)[1] for each in (grown, lost, whole)] == ["pump", "[CLS]", "valve"]
    assert task.account == {
        "questions": 3,
        "windows": 3,
        "questions_cut": 0,
        "spans": 3,
        "spans_grown": 1,
        "spans_lost": 1,
    }


def test_windows_share_a_quarter_and_an_answer_is_learnt_where_it_lies_wholly(task: extraction.Extraction) -> None:
    text = "pump pump pump pump pump pump flange flange pump pump"
    one = data(
        ("valve", text, (span("flange flange", text),)), ("valve " * 9, text, ()), ("valve", text, ((0, len(text)),))
    )
    encoded = replace(task, room=9).encode(one.train[:1])
    assert [shown(task, each) for each in encoded] == [
        ("[CLS] valve [SEP] " + "pump " * 6 + "flange flange [SEP]", "flange flange"),
        ("[CLS] valve [SEP] flange flange pump pump [SEP]", "flange flange"),
    ]
    short = replace(task, room=9)
    cut, *_ = short.encode(one.train[1:2])
    assert shown(task, cut)[0].startswith("[CLS] valve valve valve valve [SEP] pump")
    assert short.account["questions_cut"] == 1
    assert {shown(task, each)[1] for each in short.encode(one.train[2:])} == {"[CLS]"}
    assert short.account["spans_lost"] == 1


def test_a_decoder_says_none_at_its_last_place(tmp_path: Path) -> None:
    one = data(("flange", TEXT, ()))
    task = extraction.make(tiny_heads.folder("mistral", tmp_path), "causal", 64, one)
    (found,) = task.encode(one.train)
    assert found.answer.tolist() == [0] * (len(found.ids) - 1) + [3]


@settings(max_examples=80, deadline=None)
@given(
    text=st.text(st.sampled_from("pumvalefot é\x01-😀\n "), max_size=60),
    question=st.text(st.sampled_from("flange "), max_size=12),
    room=st.integers(2, 20),
)
def test_windows_show_every_piece_and_right_answers_are_read_back(
    task: extraction.Extraction, text: str, question: str, room: int
) -> None:
    short = replace(task, room=room)
    (asked,), (spelled,) = short.spelling.texts([question]), short.spelling.texts([text])
    windows = list(short.windows(asked, spelled))
    assert {place for one in windows for place in range(one.first, one.stop)} == set(range(len(spelled.ids)))
    assert all(len(one.ids) <= room + 3 for one in windows)
    words = [(found.start(), found.end()) for found in re.finditer(r"[a-z]+", text)]
    one = data(*((question, text, (word,)) for word in words))
    encoded = short.encode(one.train)
    lost = short.account["spans_lost"]
    right = [np.stack([(each.answer & 1) > 0, (each.answer & 2) > 0], axis=-1) * 9.0 for each in encoded]
    f1, _ = short.parts(one.train, encoded, right)
    found = [text[slice(*word)] for word in words]
    said = short.said(one.train, encoded, right)
    assert sum(word not in answer for word, answer in zip(found, said, strict=True)) == lost
    assert len(f1.each) == len(words)


def scores(task: extraction.Extraction, one: Data, *high: dict[int, tuple[float, float]]) -> list[Any]:
    """Logits of 0, but where it is said otherwise."""
    found = []
    for encoded, places in zip(task.encode(one.train), high, strict=True):
        rows = np.zeros((len(encoded.ids), 2))
        for place, both in places.items():
            rows[place] = both
        found.append(rows)
    return found


def test_the_likeliest_span_ends_after_its_start_and_lies_in_the_text(task: extraction.Extraction) -> None:
    one = data(("flange", TEXT, (span("pump"),)))
    encoded = task.encode(one.train)
    outside = {1: (9.0, 9.0), 6: (5.0, 0.0), 11: (0.0, 4.0), 5: (0.0, 9.0)}
    always = replace(task, none=False)
    # places: [CLS] flange [SEP] t ##h ##e pump , t ##h ##e flange
    assert always.said(one.train, encoded, scores(task, one, outside | {5: (0.0, 0.0)})) == ["pump, the flange"]
    assert replace(always, longest_answer=5).said(one.train, encoded, scores(task, one, outside | {5: (0.0, 0.0)})) == [
        "pump"
    ]
    assert always.said(one.train, encoded, scores(task, one, outside)) == ["The"]


def test_none_is_said_where_its_lowest_score_is_above_the_best_span(task: extraction.Extraction) -> None:
    one = data(("flange", TEXT, (span("pump"),)), ("flange", TEXT, ()))
    encoded = task.encode(one.train)
    none, some = {0: (3.0, 3.0), 6: (2.0, 2.0)}, {0: (1.0, 1.0), 6: (2.0, 2.0)}
    assert task.said(one.train, encoded, scores(task, one, none, some)) == ["", "pump"]
    f1, exact = task.parts(one.train, encoded, scores(task, one, some, none))
    assert (f1.metric.name, exact.metric.name) == ("token F1", "exact match")
    assert f1.each.tolist() == exact.each.tolist() == [[1, 1], [1, 1]]
    assert task.parts(one.train, encoded, scores(task, one, none, some))[0].score == 0.0


def test_none_is_never_said_where_every_question_has_its_answer(tmp_path: Path) -> None:
    folder = tiny_heads.folder("bert", tmp_path)
    assert not extraction.make(folder, "masked", 64, data(("flange", TEXT, ((0, 3),)))).none
    assert extraction.make(folder, "masked", 64, data(("flange", TEXT, ((0, 3),)), ("flange", TEXT, ()))).none


def test_scores_in_numbers() -> None:
    assert squad.normal("The „Pump“, an  A-seal!") == "pump aseal"
    assert squad.f1("the red pump", "a pump") == pytest.approx(2 / 3)
    assert squad.best("red pump", ["pump", "red pump."]) == (1.0, 1.0)
    assert squad.best("", []) == (1.0, 1.0)
    assert squad.best("pump", []) == (0.0, 0.0)
    assert squad.best("", ["the"]) == (1.0, 1.0)


def official(said: str, right: list[str]) -> tuple[float, float]:
    """The arithmetic of evaluate-v2.0.py, as it stands there."""

    def normalize_answer(s: str) -> str:
        lowered = "".join(ch for ch in s.lower() if ch not in set(string.punctuation))
        return " ".join(re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", lowered).split())

    def compute_f1(a_gold: str, a_pred: str) -> float:
        gold_toks, pred_toks = normalize_answer(a_gold).split(), normalize_answer(a_pred).split()
        num_same = sum((Counter(gold_toks) & Counter(pred_toks)).values())
        if len(gold_toks) == 0 or len(pred_toks) == 0:
            return int(gold_toks == pred_toks)
        if num_same == 0:
            return 0
        precision, recall = 1.0 * num_same / len(pred_toks), 1.0 * num_same / len(gold_toks)
        return (2 * precision * recall) / (precision + recall)

    gold_answers = [a for a in right if normalize_answer(a)] or [""]
    exact = max(int(normalize_answer(a) == normalize_answer(said)) for a in gold_answers)
    return max(compute_f1(a, said) for a in gold_answers), exact


ANSWER = st.lists(st.sampled_from(["a", "the", "An", "pump", "Pump.", "red", "-", "$5", "theory"]), max_size=5).map(
    " ".join
)


@given(ANSWER, st.lists(ANSWER, max_size=3))
def test_scores_are_those_of_the_official_script(said: str, right: list[str]) -> None:
    assert squad.best(said, right) == pytest.approx(official(said, right))
