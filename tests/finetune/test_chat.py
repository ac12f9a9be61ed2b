import math
from pathlib import Path

import numpy as np
import pytest
import torch

from corpuskit.errors import UsageError
from corpuskit.finetune import chat, nats
from corpuskit.finetune.chat import Chat
from corpuskit.finetune.encoded import together
from corpuskit.finetune.examples import Message
from corpuskit.train.attention import NAME
from corpuskit.train.learner import Learner
from tests.finetune.talking import (
    MARKED,
    TALKS,
    THINKING,
    TURNS,
    assert_same,
    llama,
    outputs,
    said,
    stepped,
    talks,
    tensors,
    theirs,
    tokenizer,
)

PLACES = 128


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing follows the token that ends an answer, as TRL asks for what follows it too."""
    return tokenizer(tmp_path_factory.mktemp("marked"), MARKED)


@pytest.fixture
def task(folder: Path) -> Chat:
    return chat.make(folder, "causal", PLACES)


def test_each_place_before_a_token_of_an_answer_is_asked_for_it(task: Chat) -> None:
    (one,) = task.encode(talks(TALKS[1:2]))
    words = task.form.tokenizer.convert_ids_to_tokens
    assert words(one.ids) == [
        "<|im_start|>", "user", "Ċ", "the", "Ġpump", "Ġis", "Ġleaking", "<|im_end|>",
        "<|im_start|>", "assistant", "Ċ", "check", "Ġthe", "Ġseal",
    ]  # fmt: skip
    assert one.target.tolist() == [10, 11, 12, 13]
    assert words(one.answer) == ["check", "Ġthe", "Ġseal", "<|im_end|>"]
    assert (one.segments, one.weight) == ((14,), 4.0)
    assert one.numbers is not None
    assert one.numbers.tolist() == [[len("check the seal")]]


def test_what_is_said_after_the_last_answer_is_not_read(task: Chat) -> None:
    (one,), (longer,) = task.encode(talks((TURNS[:3],))), task.encode(talks((TURNS[:4],)))
    assert one.ids.tolist() == longer.ids.tolist()


def test_the_account_says_what_became_of_each_example(task: Chat) -> None:
    task.length = 12
    silent = (Message("user", "what now"),)
    found = task.encode(talks((TALKS[1], TURNS, silent, TALKS[2])))
    assert [one.example for one in found] == [0, 3]
    assert task.account == {
        "examples": 4,
        "sequences": 2,
        "turns": 4,
        "unclosed": 0,
        "cut": 2,
        "asked": 5,
        "without_answer": 2,
    }
    assert task.refused == [("talks.jsonl:2", "answer_beyond_length"), ("talks.jsonl:3", "no_answer")]


def test_a_cut_sequence_has_exactly_the_length_and_keeps_its_beginning(task: Chat) -> None:
    (whole,) = task.encode(talks((TURNS,)))
    task.length = 20
    (cut,) = task.encode(talks((TURNS,)))
    assert cut.segments == (20,)
    assert cut.ids.tolist() == whole.ids[:20].tolist()
    assert cut.target.tolist() == whole.target[whole.target < 20].tolist() == [16, 17, 18, 19]


def test_where_history_is_rewritten_each_answer_is_a_sequence_of_its_example(tmp_path: Path) -> None:
    task = chat.make(tokenizer(tmp_path, THINKING), "causal", PLACES)
    thought = (TURNS[1], Message("assistant", "a</think>check"), TURNS[3], Message("assistant", "b</think>it"))
    assert [one.example for one in task.encode(talks((thought, TALKS[1])))] == [0, 0, 1]
    assert task.account["sequences"] == task.account["turns"] == 3


def test_the_step_s_mean_and_its_gradients_are_those_of_transformers_with_labels(task: Chat) -> None:
    encoded = task.encode(talks())
    learner, other = Learner(llama(NAME), task), llama()
    loss = learner(tensors(encoded)) / sum(one.weight for one in encoded)
    loss.backward()
    wanted = torch.zeros(())
    for one in talks():
        (laid,) = task.form.conversation(one.content.messages, one.place)  # type: ignore[union-attr]
        ids, labels = torch.as_tensor(laid.ids)[None], torch.as_tensor(np.where(laid.asked, laid.ids, -100))[None]
        wanted = wanted + other(input_ids=ids, labels=labels).loss * int(laid.asked.sum())
    wanted = wanted / sum(len(one.target) for one in encoded)
    wanted.backward()  # type: ignore[no-untyped-call]
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-6)
    for (name, mine), (_, his) in zip(learner.model.named_parameters(), other.named_parameters(), strict=True):
        assert torch.allclose(mine.grad, his.grad, rtol=1e-5, atol=1e-6), name
        assert mine.grad.abs().max() > 1e-4, name


def test_outputs_are_the_loss_token_by_token(task: Chat) -> None:
    encoded, learner = task.encode(talks()), Learner(llama(NAME), task)
    found = outputs(task, learner.model, encoded)
    assert [one.shape for one in found] == [(len(one.target), 1) for one in encoded]
    with torch.no_grad():
        assert sum(one.sum() for one in found) == pytest.approx(learner(tensors(encoded)).item(), rel=1e-6)


@pytest.mark.parametrize(("name", "value"), [("logits_scaling", 3.0), ("final_logit_softcapping", 0.1)])
def test_scaled_and_capped_logits_are_known_to_loss_and_outputs(task: Chat, name: str, value: float) -> None:
    encoded, learner = task.encode(talks()), Learner(llama(NAME), task)
    with torch.no_grad():
        plain = learner(tensors(encoded)).item()
        setattr(learner.model.config, name, value)
        loss = learner(tensors(encoded)).item()
    assert abs(loss - plain) > 0.5
    assert sum(one.sum() for one in outputs(task, learner.model, encoded)) == pytest.approx(loss, rel=1e-6)


def test_likelihoods_are_the_same_in_pieces(task: Chat) -> None:
    batch, learner = tensors(task.encode(talks())), Learner(llama(NAME), task)
    hidden = learner.hidden(batch).detach().requires_grad_()
    gradients = []
    for rows in (None, 3):
        each = nats.each(learner.model, hidden, batch, rows)
        gradients.append(torch.autograd.grad(each.square().sum(), hidden)[0])
    assert torch.allclose(gradients[0], gradients[1], rtol=1e-5, atol=1e-6)


def test_a_worker_without_examples_has_no_loss_and_no_gradient(task: Chat) -> None:
    learner = Learner(llama(NAME), task)
    loss = learner(tensors([]))
    loss.backward()
    assert together([]).weighs == loss.item() == 0.0
    assert all(one.grad is None or not one.grad.any() for one in learner.parameters())


def test_bits_per_byte_count_the_end_of_an_answer_in_bits_alone(task: Chat) -> None:
    examples = talks((TALKS[1], TALKS[2]))
    encoded = task.encode(examples)
    two_bits = [np.full((len(one.target), 1), 2 * math.log(2), np.float32) for one in encoded]
    (parts,) = task.parts(examples, encoded, two_bits)
    assert parts.metric.name == "bits per byte of answers"
    assert parts.each.tolist() == [[pytest.approx(8), 14], [pytest.approx(12), 22]]
    assert parts.score == pytest.approx(20 / 36)


def test_an_example_that_was_left_out_has_no_part_in_the_score(task: Chat) -> None:
    examples = talks(((Message("user", "what now"),), TALKS[1]))
    encoded = task.encode(examples)
    (parts,) = task.parts(examples, encoded, [np.ones((4, 1), np.float32)])
    assert parts.each[0].tolist() == [0, 0]
    assert parts.each[1, 1] == 14


def test_an_encoder_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="the model is an encoder, and the task chat wants a decoder"):
        chat.make(folder, "masked", PLACES)


@pytest.mark.slow  # importing TRL takes ten seconds
@pytest.mark.filterwarnings("ignore:.*is deprecated and will be removed in v6:FutureWarning")
@pytest.mark.parametrize("batches", [1, 2])
def test_loss_and_step_are_those_of_trl(folder: Path, task: Chat, tmp_path: Path, batches: int) -> None:
    from datasets import Dataset
    from trl.trainer.sft_config import SFTConfig
    from trl.trainer.sft_trainer import SFTTrainer

    trainer = SFTTrainer(
        model=llama(),
        args=SFTConfig(assistant_only_loss=True, **theirs(tmp_path, 1, batches)),
        train_dataset=Dataset.from_list([{"messages": said(messages)} for messages in TALKS]),
        processing_class=task.form.tokenizer,
    )
    trainer.train()
    losses, model = stepped(task, task.encode(talks()))
    assert trainer.state.log_history[-1]["train_loss"] == pytest.approx(losses[0], rel=1e-6)
    assert_same(model, trainer.model)
