"""AdamW over the weights that learn, in one fused kernel that skips a step with a gradient that is not finite."""

from typing import Any

import torch
from torch import nn

from corpuskit.train.recipe import Optimizer


def adamw(module: nn.Module, settings: Optimizer, learning_rate: float) -> torch.optim.AdamW:
    """Matrices decay; vectors (norms, biases) and embeddings do not."""
    embeddings = {id(p) for m in module.modules() if isinstance(m, nn.Embedding) for p in m.parameters(recurse=False)}
    # peft keeps the rows of new tokens beside the embeddings
    embeddings |= {id(p) for name, p in module.named_parameters() if "trainable_tokens_delta" in name}
    learning = [p for p in module.parameters() if p.requires_grad]
    decaying = [p for p in learning if p.ndim >= 2 and id(p) not in embeddings]
    others = [p for p in learning if p.ndim < 2 or id(p) in embeddings]
    groups = [
        {"params": params, "weight_decay": decay}
        for params, decay in ((decaying, settings.weight_decay), (others, 0.0))
        if params
    ]
    optimizer = torch.optim.AdamW(
        groups, lr=learning_rate, betas=(settings.beta1, settings.beta2), eps=settings.epsilon, fused=True
    )
    for one in learning:  # the moments are there from the start, so that a checkpoint can be read into them
        optimizer.state[one] = {
            "step": torch.zeros((), dtype=torch.float32, device=one.device),
            "exp_avg": torch.zeros_like(one),
            "exp_avg_sq": torch.zeros_like(one),
        }
    return optimizer


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """The learning rate of the next step."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def step(optimizer: torch.optim.AdamW, module: nn.Module, clip: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Clip the gradient to the norm `clip`, step unless it is not finite, and clear it.

    Returns the norm before clipping and 1.0 if the step was skipped, else 0.0: scalars on the device, for nobody to wait for. The
    fused kernel reads `found_inf`, as it does for gradient scalers.
    """
    norm: Any = nn.utils.clip_grad_norm_([p for p in module.parameters() if p.grad is not None], clip)
    norm = norm.full_tensor() if hasattr(norm, "full_tensor") else norm
    skipped = (~torch.isfinite(norm)).float()
    optimizer.grad_scale, optimizer.found_inf = None, skipped  # type: ignore[attr-defined]
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return norm.detach(), skipped
