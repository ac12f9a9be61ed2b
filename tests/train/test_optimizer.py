from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from corpuskit.train import methods, optimizer
from corpuskit.train.attention import NAME
from corpuskit.train.batches import batch
from corpuskit.train.learner import Learner
from corpuskit.train.recipe import Method, Optimizer
from corpuskit.train.tensors import to_device
from tests.train.conftest import tiny
from tests.train.plain import BYTE_LEVEL_IDS, CAUSAL, CPU, gradients, ours, planned, step, theirs

SETTINGS = Optimizer(clip=0.5)
RATE = 0.01


def learner(name: str = "llama") -> Learner:
    return Learner(tiny(name, BYTE_LEVEL_IDS, NAME), CAUSAL)


def test_steps_are_those_of_torch_s_adamw_after_clipping(corpus: Path) -> None:
    one, other = learner(), tiny("llama", BYTE_LEVEL_IDS)
    adamw = optimizer.adamw(one, SETTINGS, 0.1)
    vectors = [p for n, p in other.named_parameters() if p.ndim < 2 or "embed" in n]
    matrices = [p for n, p in other.named_parameters() if p.ndim >= 2 and "embed" not in n]
    plain = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}],
        lr=RATE,
        betas=(0.9, 0.95),
        eps=1e-8,
        foreach=False,
    )
    for at in range(3):
        some = step(corpus, CAUSAL, range(4 * at, 4 * at + 4))
        ours(one, some)
        theirs(other, some)
        for (_, mine), (_, his) in zip(one.model.named_parameters(), other.named_parameters(), strict=True):
            his.grad = None if mine.grad is None else mine.grad.clone()
        optimizer.set_rate(adamw, RATE)
        norm, skipped = optimizer.step(adamw, one, 0.5)
        wanted = nn.utils.clip_grad_norm_(other.parameters(), 0.5)
        plain.step()
        plain.zero_grad()
        assert wanted > 0.5
        assert norm.item() == pytest.approx(wanted.item(), rel=1e-6)
        assert skipped.item() == 0.0
        for (name, mine), (_, his) in zip(one.model.named_parameters(), other.named_parameters(), strict=True):
            assert torch.allclose(mine, his, rtol=1e-6, atol=1e-7), name
            assert mine.grad is None


def test_a_gradient_below_the_clip_is_left_alone() -> None:
    module = nn.Linear(2, 1, bias=False)
    nn.init.zeros_(module.weight)
    adamw = optimizer.adamw(module, Optimizer(beta1=0.0, weight_decay=0.0), 0.1)
    module.weight.grad = torch.tensor([[0.03, 0.04]])
    norm, _ = optimizer.step(adamw, module, 1.0)
    assert norm.item() == pytest.approx(0.05)
    assert adamw.state[module.weight]["exp_avg"].tolist() == [pytest.approx([0.03, 0.04])]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_a_gradient_that_is_not_finite_changes_nothing_and_is_counted(corpus: Path, bad: float) -> None:
    one = learner()
    adamw = optimizer.adamw(one, SETTINGS, RATE)
    ours(one, step(corpus, CAUSAL))
    optimizer.step(adamw, one, 1.0)
    weights, moments = deepcopy(one.state_dict()), deepcopy(adamw.state_dict())
    ours(one, step(corpus, CAUSAL))
    grad = one.model.lm_head.weight.grad
    assert grad is not None
    grad[3, 4] = bad
    norm, skipped = optimizer.step(adamw, one, 1.0)
    assert not torch.isfinite(norm)
    assert skipped.item() == 1.0
    assert all(torch.equal(value, weights[name]) for name, value in one.state_dict().items())
    for number, state in adamw.state_dict()["state"].items():
        assert all(torch.equal(value, moments["state"][number][name]) for name, value in state.items())
    assert gradients(one.model) == {}
    ours(one, step(corpus, CAUSAL))
    assert optimizer.step(adamw, one, 1.0)[1].item() == 0.0
    assert not torch.equal(one.model.lm_head.weight, weights["model.lm_head.weight"])


def decaying(module: nn.Module) -> set[str]:
    """Names of the weights that decay."""
    adamw = optimizer.adamw(module, Optimizer(weight_decay=0.1), RATE)
    decays = {id(p) for group in adamw.param_groups if group["weight_decay"] for p in group["params"]}
    every = [p for group in adamw.param_groups for p in group["params"]]
    assert len({id(p) for p in every}) == len(every) == sum(p.requires_grad for p in module.parameters())
    return {name for name, p in module.named_parameters() if id(p) in decays}


@pytest.mark.parametrize("name", ["llama", "llama-tied", "bert", "modernbert"])
def test_norms_biases_and_embeddings_do_not_decay(name: str) -> None:
    found = decaying(tiny(name, 20))
    assert found
    assert all(each.endswith(".weight") for each in found)
    assert not [each for each in found if "norm" in each.lower() or "embed" in each]
    assert ("lm_head.weight" in found) is (name == "llama")


@pytest.mark.parametrize("name", ["llama", "llama-tied"])
def test_rows_of_new_tokens_do_not_decay(name: str) -> None:
    model: Any = tiny(name, 20)
    methods.apply(model, Method(kind="embeddings"), [17, 19])
    assert decaying(model) == set()
    model = tiny(name, 20)
    methods.apply(model, Method(kind="dora", rank=2), [17, 19])
    assert all("lora_A" in each or "lora_B" in each for each in decaying(model))


def test_micro_batches_with_other_counts_of_tokens_add_up_to_one_batch(corpus: Path) -> None:
    plan, whole, one = planned(corpus, CAUSAL), learner(), learner()
    parts = [batch(plan, numbers, 4, CAUSAL) for numbers in (range(3), range(3, 4), range(0))]
    assert len({part.targets for part in parts}) == 3
    _, wanted = ours(whole, batch(plan, range(4), 4, CAUSAL))
    targets = sum(part.targets for part in parts)
    for part in parts:
        (one(to_device(part, CPU)) / targets).backward()
    largest = max(float(each.abs().max()) for each in wanted.values())
    for name, gradient in gradients(one.model).items():
        assert float((gradient - wanted[name]).abs().max()) <= 1e-6 * largest, name
