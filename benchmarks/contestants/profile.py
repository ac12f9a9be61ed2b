"""Where a trainer's time goes: the device's kernels by what they are for, as shares of the wall time."""

from typing import Any

import torch

# The first group whose word is in a kernel's name, in lower case. On a processor the names are PyTorch's operators.
GROUPS = (
    ("copies", ("memcpy", "memset", "copy_", "split_with_sizes", "chunk_cat", "::cat", "nccl", "all_gather")),
    ("attention", ("flash", "fmha", "attention", "varlen", "softmax_warp")),
    ("loss", ("cross_entropy", "log_softmax", "softmax", "nll_loss", "crossentropy")),
    ("optimizer", ("adam", "multi_tensor", "foreach", "lpnorm", "norm_cuda", "linalg_vector_norm")),
    ("matmul", ("gemm", "cutlass", "nvjet", "xmma", "cublas", "::mm", "::addmm", "::bmm", "matmul")),
)
REST = "elementwise, norms, embedding"


def begun(device: torch.device) -> Any:
    """A profiler that was not started."""
    activity = torch.profiler.ProfilerActivity
    return torch.profiler.profile(activities=[activity.CUDA if device.type == "cuda" else activity.CPU])


def group(name: str) -> str:
    """What a kernel is for. Products of the fused loss count as matmul: their kernels are the same."""
    lowered = name.lower()
    return next((one for one, words in GROUPS if any(word in lowered for word in words)), REST)


def grouped(profiler: Any, seconds: float) -> dict[str, float]:
    """Shares of `seconds` by group, and of no kernel at all. Kernels that overlap count for each, so that shares can exceed 1."""
    profiler.stop()
    kernels = [one for one in profiler.events() if "cuda" in str(one.device_type).lower()]
    kernels = [one for one in kernels if not getattr(one, "is_user_annotation", False)]
    shares: dict[str, float] = {}
    if not kernels:
        for one in profiler.key_averages():
            shares[group(one.key)] = shares.get(group(one.key), 0.0) + one.self_cpu_time_total / 1e6 / seconds
        return _sorted(shares)
    for one in kernels:
        shares[group(one.name)] = shares.get(group(one.name), 0.0) + one.time_range.elapsed_us() / 1e6 / seconds
    return _sorted(shares) | {"idle": 1 - _covered(kernels) / 1e6 / seconds}


def _covered(kernels: list[Any]) -> float:
    """Microseconds during which at least one kernel ran."""
    total, until = 0.0, float("-inf")
    for begin, end in sorted((one.time_range.start, one.time_range.end) for one in kernels):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total


def _sorted(shares: dict[str, float]) -> dict[str, float]:
    return dict(sorted(shares.items(), key=lambda pair: -pair[1]))
