"""Documents that share a sequence do not see each other: not forward, not backward, in any architecture."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AttentionInterface

from corpuskit.errors import CorpuskitError
from corpuskit.train.attention import NAME, segmented
from corpuskit.train.batches import IGNORED, Batch
from corpuskit.train.learner import Learner
from corpuskit.train.objectives import Asking
from corpuskit.train.objectives.causal import Causal
from corpuskit.train.objectives.masked import Masked
from corpuskit.train.selfcheck import TOLERANCE, check
from corpuskit.train.tensors import Tensors, to_device
from tests.train.conftest import ENCODERS, tiny

VOCABULARY = 120
CPU = torch.device("cpu")
PACKED = ["llama", "llama-tied", "qwen3", "mistral", "gemma3", "cohere", "granite", "bert", "roberta", "modernbert"]
ROUNDING = 1e-6  # of the largest value


def asking(name: str) -> Asking:
    if name in ENCODERS:
        return Masked((2,), (3,), 4, 0.15, np.arange(5, VOCABULARY))
    return Causal((), (0,))


def learner(name: str, attention: str | None = NAME, *, padded: bool = False) -> Learner:
    return Learner(tiny(name, VOCABULARY, attention), asking(name), padded=padded).eval()


def documents(*sizes: int) -> list[torch.Tensor]:
    draw = np.random.default_rng(0)
    return [torch.as_tensor(draw.integers(5, VOCABULARY, size)) for size in sizes]


def side_by_side(kind: str, ids: list[torch.Tensor], padding: int = 0) -> Batch:
    """Documents in one row, each place asked for the token after it; masked models are asked the same at every third place."""
    sizes = [len(one) for one in ids] + [padding] * (padding > 0)
    inputs = np.concatenate([*(one.numpy() for one in ids), np.zeros(padding, np.int64)])
    labels = np.concatenate([*(labels_of(kind, one).numpy() for one in ids), np.full(padding, IGNORED)])
    target = None
    if kind == "masked":
        target = np.flatnonzero(labels != IGNORED)
        labels = labels[target]
    ends = np.cumsum([0, *sizes, 0, 0]).astype(np.int32)  # as a batch with room for more segments
    positions = np.concatenate([np.arange(size) for size in sizes])
    return Batch(inputs, positions, ends, labels, target, np.zeros(1, np.int64), max(sizes))


def labels_of(kind: str, ids: torch.Tensor) -> torch.Tensor:
    labels = torch.cat([ids[1:], torch.tensor([7 if kind == "masked" else IGNORED])])
    if kind == "masked":
        labels[torch.arange(len(ids)) % 3 > 0] = IGNORED
    return labels


def alone(model: Any, kind: str, ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The last hidden state and summed loss that transformers gives for one document."""
    labels = ids if kind == "causal" else labels_of(kind, ids)
    out = model(input_ids=ids[None], labels=labels[None], attention_mask=torch.ones_like(ids)[None])
    backbone = model.base_model(input_ids=ids[None], attention_mask=torch.ones_like(ids)[None])
    return backbone.last_hidden_state[0], out.loss * (labels_of(kind, ids) != IGNORED).sum()


def gradients(model: Any) -> dict[str, torch.Tensor]:
    return {name: parameter.grad for name, parameter in model.named_parameters() if parameter.grad is not None}


def assert_close(found: torch.Tensor, wanted: torch.Tensor, tolerance: float = ROUNDING) -> None:
    assert float((found - wanted).detach().abs().max()) <= tolerance * float(wanted.detach().abs().max())


@pytest.mark.parametrize("name", PACKED)
def test_packed_documents_give_what_each_gives_alone(name: str) -> None:
    ours, kind = learner(name), asking(name).kind
    theirs, ids = tiny(name, VOCABULARY), documents(9, 31, 1, 16)
    batch = to_device(side_by_side(kind, ids, padding=5), CPU)
    hidden, loss = ours.hidden(batch), ours(batch)
    singly = [alone(theirs, kind, one) for one in ids if len(one) > 1]
    assert_close(hidden[:40], torch.cat([one for one, _ in singly])[:40])
    assert_close(hidden[41:57], singly[2][0])
    wanted = torch.stack([one for _, one in singly]).sum()
    if kind == "masked":
        wanted = wanted + alone(theirs, kind, ids[2])[1]
    assert_close(loss, wanted)
    loss.backward()
    wanted.backward()  # type: ignore[no-untyped-call]
    found, expected = gradients(ours.model), gradients(theirs)
    assert found.keys() == expected.keys()
    largest = max(float(one.abs().max()) for one in expected.values())
    for parameter, gradient in expected.items():
        assert float((found[parameter] - gradient).abs().max()) <= ROUNDING * largest, parameter


@pytest.mark.parametrize("name", ["deberta", "gemma2", "llama", "roberta"])
def test_documents_padded_to_rows_of_their_own_give_what_each_gives_alone(name: str) -> None:
    ours, kind = learner(name, "eager"), asking(name).kind
    theirs, ids = tiny(name, VOCABULARY, "eager"), documents(9, 31, 16)
    batch = to_device(side_by_side(kind, ids, padding=5), CPU, padded=True)
    singly = [alone(theirs, kind, one) for one in ids]
    assert_close(ours.hidden(batch)[:56], torch.cat([one for one, _ in singly]))
    assert_close(ours(batch), torch.stack([one for _, one in singly]).sum())


def reached(ours: Learner, batch: Tensors) -> torch.Tensor:
    """Which places' embeddings the loss depends on, by its gradient."""
    kept: list[torch.Tensor] = []

    def keep(_module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> None:
        output.retain_grad()
        kept.append(output)

    handle = ours.model.get_input_embeddings().register_forward_hook(keep)
    ours(batch).backward()
    handle.remove()
    gradient = kept[0].grad
    assert gradient is not None
    return gradient.reshape(-1, gradient.shape[-1]).abs().sum(dim=1) > 0


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("asked", [0, 1, 2])
def test_a_document_s_loss_has_no_gradient_in_another_s_embeddings(name: str, asked: int) -> None:
    ours, kind = learner(name), asking(name).kind
    batch = to_device(side_by_side(kind, documents(12, 20, 14)), CPU)
    start, stop = int(batch.ends[asked]), int(batch.ends[asked + 1])
    places = torch.arange(46) if batch.target is None else batch.target
    batch.labels = batch.labels.masked_fill((places < start) | (places >= stop), IGNORED)
    found = reached(ours, batch)
    assert not found[:start].any()
    assert not found[stop:].any()
    assert found[start : stop - 1].all()


@pytest.mark.parametrize("name", PACKED)
def test_the_check_before_a_run_passes(name: str) -> None:
    ours = learner(name).train()
    found = check(ours, 64, CPU, VOCABULARY, dtype=torch.float32)
    assert found.neighbour == 0.0
    assert max(found.alone, found.reference, found.loss) < 5e-6
    assert ours.training
    assert ours.model.config._attn_implementation == NAME


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("weights", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("length", [64, 512])
def test_rounding_to_bfloat16_is_no_leak(name: str, weights: torch.dtype, length: int) -> None:
    ours = learner(name)
    ours.model.to(weights)  # bfloat16 where the base stays frozen
    assert check(ours, length, CPU, VOCABULARY, dtype=torch.bfloat16).neighbour == 0.0


@pytest.mark.parametrize("name", ["deberta", "gemma2"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_check_passes_for_documents_in_rows_of_their_own(name: str, dtype: torch.dtype) -> None:
    assert check(learner(name, "eager", padded=True), 64, CPU, VOCABULARY, dtype=dtype).neighbour == 0.0


class Merged(Learner):
    """Forgets where a document ends."""

    def hidden(self, batch: Tensors) -> torch.Tensor:
        places = batch.input_ids.shape[1]
        return super().hidden(replace(batch, ends=torch.tensor([0, places], dtype=torch.int32), longest=places))


class Counting(Learner):
    """Counts positions through all documents of a sequence."""

    def hidden(self, batch: Tensors) -> torch.Tensor:
        return super().hidden(replace(batch, position_ids=torch.arange(batch.input_ids.shape[1])[None]))


@pytest.mark.parametrize("name", PACKED)
def test_the_check_finds_segments_that_are_merged(name: str) -> None:
    ours = Merged(tiny(name, VOCABULARY, NAME), asking(name))
    with pytest.raises(CorpuskitError, match="a document sees its neighbour in the sequence"):
        check(ours, 64, CPU, VOCABULARY, dtype=torch.float32)


@pytest.mark.parametrize("name", ["bert", "roberta"])
def test_the_check_finds_positions_that_go_on(name: str) -> None:
    ours = Counting(tiny(name, VOCABULARY, NAME), asking(name))
    with pytest.raises(CorpuskitError, match="a document gives something else in company than alone"):
        check(ours, 64, CPU, VOCABULARY, dtype=torch.float32)


def leaking(module: Any, query: Any, key: Any, value: Any, mask: Any, **more: Any) -> Any:
    """Attention that takes all places for one document."""
    more["cu_seq_lens_q"] = torch.tensor([0, query.shape[2]], dtype=torch.int32)
    more["max_length_q"] = query.shape[2]
    return segmented(module, query, key, value, mask, **more)


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_check_finds_attention_that_ignores_the_segments(name: str, dtype: torch.dtype) -> None:
    AttentionInterface.register("tests_leaking", leaking)
    with pytest.raises(CorpuskitError, match=r"sees its neighbour .* Try device\.attention=padded"):
        check(learner(name, "tests_leaking"), 64, CPU, VOCABULARY, dtype=dtype)


@pytest.mark.parametrize(("name", "attention"), [("bert", "sdpa"), ("roberta", "eager"), ("deberta", NAME)])
def test_a_leak_that_rounding_to_bfloat16_could_hide_is_found(name: str, attention: str) -> None:
    with pytest.raises(CorpuskitError, match="a document sees its neighbour in the sequence") as refused:
        check(learner(name, attention), 512, CPU, VOCABULARY, dtype=torch.bfloat16)
    said = re.search(r"difference (\S+), at most 1e-06", str(refused.value))
    assert said is not None
    assert float(said[1]) < TOLERANCE[torch.bfloat16]


class Unmasked(Learner):
    """Takes padding for text."""

    def hidden(self, batch: Tensors) -> torch.Tensor:
        assert batch.rows is not None
        return super().hidden(replace(batch, rows=replace(batch.rows, mask=torch.ones_like(batch.rows.mask))))


@pytest.mark.parametrize("name", ["bert", "deberta"])
def test_the_check_finds_padding_that_is_attended_to(name: str) -> None:
    ours = Unmasked(tiny(name, VOCABULARY, "eager"), asking(name), padded=True)
    with pytest.raises(CorpuskitError, match="a document gives something else in company than alone"):
        check(ours, 64, CPU, VOCABULARY, dtype=torch.float32)


def test_the_check_finds_hidden_states_that_are_not_the_model_s() -> None:
    ours = learner("bert")
    ours.position_offset = 1
    with pytest.raises(CorpuskitError, match="attention gives something else than the model's own"):
        check(ours, 64, CPU, VOCABULARY, dtype=torch.float32)


def test_the_check_finds_logits_of_another_scale() -> None:
    ours = learner("cohere")
    ours.model.config.logit_scale = 0.5
    with pytest.raises(CorpuskitError, match="the loss is not that of the model's own logits"):
        check(ours, 64, CPU, VOCABULARY, dtype=torch.float32)


def test_attention_with_capped_logits_is_not_packed() -> None:
    batch = to_device(side_by_side("causal", documents(9, 31)), CPU)
    with pytest.raises(CorpuskitError, match=r"capped logits cannot be packed; set device\.attention=padded"):
        learner("gemma2")(batch)


def test_dropout_is_for_training_alone() -> None:
    one = torch.nn.Module()
    query = torch.randn(1, 2, 10, 8)
    options: dict[str, Any] = {"cu_seq_lens_q": torch.tensor([0, 4, 10], dtype=torch.int32), "max_length_q": 6}
    train, evaluate = (
        segmented(one.train(mode), query, query, query, None, dropout=0.5, **options)[0] for mode in (True, False)
    )
    assert not torch.equal(train, evaluate)
    assert torch.equal(evaluate, segmented(one, query, query, query, None, **options)[0])
