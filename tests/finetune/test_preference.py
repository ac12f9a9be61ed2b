import math
from pathlib import Path

import numpy as np
import pytest
import torch

from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.finetune import preference
from corpuskit.finetune.encoded import Encoded
from corpuskit.finetune.examples import Example, Message, Pair
from corpuskit.finetune.preference import Preference
from corpuskit.train.attention import NAME
from corpuskit.train.learner import Learner
from corpuskit.train.tensors import Tensors
from tests.finetune.talking import (
    MARKED,
    PROMPT,
    TURNS,
    assert_same,
    llama,
    outputs,
    pairs,
    said,
    stepped,
    tensors,
    theirs,
    tokenizer,
)

PLACES = 128
# A prompt is one token: the first place of a segment is asked
BARE = "<|im_start|>{% for m in messages %}{{ m['content'] + '<|im_end|>' if m['role'] == 'assistant' }}{% endfor %}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing follows the token that ends an answer, as TRL asks for what follows it too."""
    return tokenizer(tmp_path_factory.mktemp("marked"), MARKED)


@pytest.fixture
def task(folder: Path) -> Preference:
    return preference.make(folder, "causal", PLACES)


def pair(better: str, worse: str, prompt: tuple[Message, ...] = PROMPT) -> Example:
    return Example("pairs.jsonl:1", "1", Pair(prompt, (Message("assistant", better),), (Message("assistant", worse),)))


def loss(task: Preference, model: torch.nn.Module, encoded: list[Encoded]) -> float:
    with torch.no_grad():
        return float(Learner(model, task)(tensors(encoded)))


def test_both_answers_are_asked_and_the_prompt_is_not(task: Preference) -> None:
    (one,) = task.encode([pair("check the seal", "what now", (TURNS[1],))])
    words = task.form.tokenizer.convert_ids_to_tokens
    asking = [
        "<|im_start|>",
        "user",
        "Ċ",
        "the",
        "Ġpump",
        "Ġis",
        "Ġleaking",
        "<|im_end|>",
        "<|im_start|>",
        "assistant",
        "Ċ",
    ]
    assert words(one.ids) == [*asking, "check", "Ġthe", "Ġseal", *asking, "what", "Ġnow"]
    assert one.segments == (14, 13)
    assert one.target.tolist() == [10, 11, 12, 13, 24, 25, 26]
    assert words(one.answer) == ["check", "Ġthe", "Ġseal", "<|im_end|>", "what", "Ġnow", "<|im_end|>"]
    assert one.weight == 1.0
    assert one.numbers is not None
    assert one.numbers.shape == (2, 1)
    assert np.isnan(one.numbers).all()


def test_answers_within_the_prompt_are_not_asked(task: Preference) -> None:
    (one,) = task.encode([pair("it", "now", TURNS[:4])])
    assert len(one.target) == 4


def test_a_long_answer_is_cut_and_a_pair_without_both_answers_is_left_out(task: Preference) -> None:
    (whole,) = task.encode([pair("check the seal", "what", PROMPT)])
    begin = int(whole.target[0])
    task.length = begin + 2
    found = task.encode([pair("check the seal", "what")])
    assert found[0].segments == (begin + 2, begin + 2)
    assert found[0].target.tolist() == [begin, begin + 1, 2 * begin + 2, 2 * begin + 3]
    assert task.account == {"examples": 1, "pairs": 1, "asked": 4, "cut": 1, "without_answer": 0}
    task.length = begin
    assert task.encode([pair("check the seal", "what")]) == []
    assert task.account == {"examples": 1, "pairs": 0, "asked": 0, "cut": 0, "without_answer": 1}
    assert task.refused == [("pairs.jsonl:1", "answer_beyond_length")]


def test_a_prompt_that_becomes_other_tokens_is_refused_with_the_place(tmp_path: Path) -> None:
    plain = "{% for m in messages %}{{ m['content'] }}{% endfor %}{% if add_generation_prompt %}{% endif %}"
    task = preference.make(tokenizer(tmp_path, plain), "causal", PLACES)
    with pytest.raises(UsageError, match=r"^pairs.jsonl:1: the prompt becomes other tokens before the better answer"):
        task.encode([pair("eck the seal", "it", (Message("user", "the ch"),))])


@pytest.mark.parametrize("source", [MARKED, BARE])
def test_log_probabilities_are_those_of_transformers(tmp_path: Path, source: str) -> None:
    task = preference.make(tokenizer(tmp_path, source), "causal", PLACES)
    encoded, model = task.encode(pairs()), llama()
    found = outputs(task, llama(NAME), encoded)
    assert {one.shape for one in found} == {(2, 1)}
    for example, logs in zip(pairs(), found, strict=True):
        assert isinstance(example.content, Pair)
        for end, log in zip((example.content.chosen, example.content.rejected), logs, strict=True):
            laid = task.form.ending(example.content.prompt, end, "")
            ids = torch.as_tensor(laid.ids)
            labels = torch.where(torch.as_tensor(laid.asked), ids, -100)[None]
            with torch.no_grad():
                mean = model(input_ids=ids[None], labels=labels).loss
            assert log[0] == pytest.approx(-mean.item() * int(laid.asked.sum()), rel=1e-5)


def test_at_the_start_the_loss_is_one_bit_for_each_pair_and_all_are_ties(task: Preference) -> None:
    encoded, model = task.encode(pairs()), llama(NAME)
    logs = outputs(task, model, encoded)
    encoded = preference.referenced(encoded, logs)
    assert loss(task, model, encoded) == pytest.approx(4 * math.log(2), rel=1e-5)
    right, margin = task.parts(pairs(), encoded, logs)
    assert right.score == 0.5
    assert margin.score == 0.0


class Told(Preference):
    """With log-probabilities that are told to it."""

    logs: torch.Tensor

    def outputs(self, model: object, hidden: torch.Tensor, batch: Tensors) -> torch.Tensor:
        return self.logs


@pytest.mark.parametrize(
    ("beta", "smoothing", "wanted"),
    [
        (0.1, 0.0, math.log(1 + math.exp(-0.3)) + math.log(1 + math.exp(0.2))),
        (0.5, 0.0, math.log(1 + math.exp(-1.5)) + math.log(1 + math.exp(1.0))),
        (
            0.1,
            0.2,
            0.8 * math.log(1 + math.exp(-0.3))
            + 0.2 * math.log(1 + math.exp(0.3))
            + 0.8 * math.log(1 + math.exp(0.2))
            + 0.2 * math.log(1 + math.exp(-0.2)),
        ),
    ],
)
def test_the_loss_is_the_papers(task: Preference, beta: float, smoothing: float, wanted: float) -> None:
    reference = [np.array([[-5.0], [-6.0]], np.float32), np.array([[-2.0], [-7.0]], np.float32)]
    encoded = preference.referenced(task.encode(pairs()[:2]), reference)
    told = Told(task.form, PLACES, beta, smoothing)
    told.logs = torch.tensor([[-3.0], [-7.0], [-2.5], [-5.5]])  # margins 2 - -1 = 3 and -0.5 - 1.5 = -2
    found = told.loss(None, torch.zeros(()), tensors(encoded))
    assert found.item() == pytest.approx(wanted, rel=1e-6)


def test_the_better_answer_is_preferred_where_its_reward_is_higher_and_half_where_equal(task: Preference) -> None:
    examples = pairs()
    encoded = preference.referenced(task.encode(examples), [np.array([[-5.0], [-6.0]], np.float32) for _ in examples])
    logs = [np.array([[-5.0 + gain], [-6.0]], np.float32) for gain in (1.0, -2.0, 0.0, 3.0)]
    right, margin = task.parts(examples, encoded, logs)
    assert right.each.tolist() == [[1, 1], [0, 1], [0.5, 1], [1, 1]]
    assert margin.each[:, 0].tolist() == pytest.approx([0.1, -0.2, 0.0, 0.3])
    assert (right.metric.name, right.score) == ("preferred", 0.625)
    assert margin.score == pytest.approx(0.05)


def test_pairs_are_not_scored_without_the_reference(task: Preference) -> None:
    encoded = task.encode(pairs())
    with pytest.raises(CorpuskitError, match="reference's log-probabilities are missing"):
        task.parts(pairs(), encoded, [np.zeros((2, 1), np.float32)] * 4)


def test_a_worker_without_pairs_has_no_loss_and_no_gradient(task: Preference) -> None:
    learner = Learner(llama(NAME), task)
    found = learner(tensors([]))
    found.backward()
    assert found.item() == 0.0
    assert all(one.grad is None or not one.grad.any() for one in learner.parameters())


def test_the_reference_is_kept_under_the_name_of_its_pairs_and_weights(task: Preference, tmp_path: Path) -> None:
    file, encoded = tmp_path / "reference.safetensors", task.encode(pairs())
    logs = outputs(task, llama(NAME), encoded)
    name = preference.reference_digest(encoded, "weights")
    assert preference.load_reference(file, name) is None
    preference.save_reference(file, logs, name)
    kept = preference.load_reference(file, name)
    assert kept is not None
    assert [one.tolist() for one in kept] == [one.tolist() for one in logs]
    assert preference.reference_digest(preference.referenced(encoded, kept), "weights") == name
    assert preference.load_reference(file, preference.reference_digest(encoded, "others")) is None
    assert preference.load_reference(file, preference.reference_digest(encoded[::-1], "weights")) is None
    file.write_bytes(file.read_bytes()[:-8])
    assert preference.load_reference(file, name) is None


def test_settings_that_mean_nothing_are_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"preference.beta is 0; it must be above 0"):
        preference.make(folder, "causal", PLACES, beta=0.0)
    with pytest.raises(UsageError, match=r"preference.smoothing is 0.5; it must be at least 0 and below 0.5"):
        preference.make(folder, "causal", PLACES, smoothing=0.5)
    with pytest.raises(UsageError, match="the task preference wants a decoder"):
        preference.make(folder, "masked", PLACES)


@pytest.mark.slow  # importing TRL takes ten seconds
@pytest.mark.filterwarnings("ignore:.*is deprecated and will be removed in v6:FutureWarning")
def test_losses_and_steps_are_those_of_trl(folder: Path, task: Preference, tmp_path: Path) -> None:
    from datasets import Dataset
    from trl.trainer.dpo_config import DPOConfig
    from trl.trainer.dpo_trainer import DPOTrainer

    rows = []
    for example in pairs():
        assert isinstance(example.content, Pair)
        prompt, chosen, rejected = example.content.prompt, example.content.chosen, example.content.rejected
        rows.append({"prompt": said(prompt), "chosen": said(chosen), "rejected": said(rejected)})
    trainer = DPOTrainer(
        model=llama(),
        ref_model=llama(),
        args=DPOConfig(beta=0.1, logging_steps=1, **theirs(tmp_path, 3)),
        train_dataset=Dataset.from_list(rows),
        processing_class=task.form.tokenizer,
    )
    trainer.train()
    encoded = task.encode(pairs())
    encoded = preference.referenced(encoded, outputs(task, llama(NAME), encoded))
    losses, model = stepped(task, encoded, 3)
    logged = [one["loss"] for one in trainer.state.log_history if "loss" in one]
    assert logged == pytest.approx(losses, rel=1e-5)
    assert losses[0] == pytest.approx(math.log(2), rel=1e-6)
    assert losses[2] < losses[1] < losses[0]
    assert_same(model, trainer.model)
