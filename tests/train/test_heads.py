"""The loss in pieces is the loss; the kernel over segments gets what it wants."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812 (its usual name)
from torch import nn
from transformers import LlamaConfig, LlamaForCausalLM

from corpuskit.train import attention
from corpuskit.train.heads import summed_nll


def case(dtype: torch.dtype) -> tuple[nn.Linear, torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    head = nn.Linear(16, 500, bias=False, dtype=dtype)
    hidden = torch.randn(300, 16, dtype=dtype, requires_grad=True)
    labels = torch.randint(500, (300,))
    labels[::7] = -100
    return head, hidden, labels


@pytest.mark.parametrize("softcap", [None, 5.0])
def test_the_loss_in_pieces_has_the_gradients_of_the_whole(softcap: float | None) -> None:
    found = []
    for rows in (300, 7):
        head, hidden, labels = case(torch.float32)
        loss = summed_nll(head, hidden, labels, -100, softcap, rows)
        loss.backward()  # type: ignore[no-untyped-call]
        assert hidden.grad is not None
        assert head.weight.grad is not None
        found.append((loss.detach(), hidden.grad, head.weight.grad))
    for whole, pieces in zip(*found, strict=True):
        torch.testing.assert_close(pieces, whole, rtol=1e-5, atol=1e-5)


def test_a_loss_of_half_precision_weights_is_summed_in_single_precision() -> None:
    head, hidden, labels = case(torch.bfloat16)
    exact = F.cross_entropy(head(hidden).float(), labels, ignore_index=-100, reduction="sum")
    pieces = summed_nll(head, hidden, labels, -100, rows=2)
    assert pieces.dtype == torch.float32
    assert pieces.item() == pytest.approx(exact.item(), rel=1e-5)


def test_attention_gets_half_precision_where_the_arithmetic_is_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    model = LlamaForCausalLM(
        LlamaConfig(vocab_size=50, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2)
    )
    model.set_attn_implementation(attention.NAME)
    seen = []
    by_segment = attention._by_segment

    def watched(query: torch.Tensor, *rest: object) -> torch.Tensor:
        seen.append(query.dtype)
        return by_segment(query, *rest)  # type: ignore[no-any-return]

    monkeypatch.setattr(attention, "_by_segment", watched)
    ends = torch.tensor([0, 3, 8], dtype=torch.int32)
    with torch.autocast("cpu", torch.bfloat16):
        model(torch.arange(8)[None], use_cache=False, cu_seq_lens_q=ends, max_length_q=5)
    assert seen == [torch.bfloat16]
