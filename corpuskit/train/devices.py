"""The machine that a run is on, and the model spread over it."""

import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, MixedPrecisionPolicy, fully_shard

from corpuskit.errors import UsageError
from corpuskit.train.recipe import Device
from corpuskit.train.sizes import Machine


class Place(NamedTuple):
    """This worker among the others, and its device."""

    rank: int
    world: int
    device: torch.device


def chosen(settings: Device, world: int) -> Literal["cpu", "cuda"]:
    """The kind of device; no memory of it is taken. Raises UsageError where CUDA is asked for and absent."""
    kind: Literal["cpu", "cuda"] = "cuda" if torch.cuda.is_available() else "cpu"
    if settings.kind != "auto":
        kind = settings.kind
    if kind == "cuda" and not torch.cuda.is_available():
        raise UsageError("device.kind=cuda: PyTorch finds no CUDA device here.")
    if kind == "cuda" and world > torch.cuda.device_count() and "WORLD_SIZE" not in os.environ:
        raise UsageError(f"--nproc {world}: there are {torch.cuda.device_count()} CUDA devices here.")
    return kind


def machine(settings: Device, world: int) -> Machine:
    """What a run of `world` workers has: of free memory, what the worker with the least has, so that all plan the same."""
    kind = chosen(settings, world)
    dtype: Literal["float32", "bfloat16"] = "bfloat16" if kind == "cuda" else "float32"
    if settings.dtype != "auto":
        dtype = settings.dtype
    if kind == "cuda":
        return Machine(kind, torch.cuda.get_device_name(), world, _least(torch.cuda.mem_get_info()[0]), dtype)
    return Machine(kind, "CPU", world, _least(_free_memory() // world), dtype)


def _least(count: int) -> int:
    """The least of all workers' counts; one's own before they have met."""
    if not dist.is_initialized() or dist.get_world_size() == 1:
        return count
    least = torch.tensor(count)
    dist.all_reduce(least, op=dist.ReduceOp.MIN)
    return int(least)


def _free_memory() -> int:
    """Bytes of memory that programs may still take."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def join(kind: Literal["cpu", "cuda"]) -> Place:
    """Join the other workers, as torchrun's or Ray's environment names them; alone where it names none."""
    os.environ.setdefault("PYTORCH_ALLOC_CONF", "expandable_segments:True")  # batches differ a little in shape
    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    device = torch.device("cpu")
    if kind == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    if not dist.is_initialized():
        if world > 1:
            dist.init_process_group("cpu:gloo,cuda:nccl" if kind == "cuda" else "gloo")
        elif kind == "cuda":  # FSDP keeps float32 weights and computes in bfloat16, on one device too
            store = torch._C._distributed_c10d.HashStore()  # noqa: SLF001 (public as dist.HashStore, untyped)
            dist.init_process_group("cpu:gloo,cuda:nccl", store=store, rank=0, world_size=1)
    torch.set_flush_denormal(True)  # numbers below 1e-38 take a processor a hundred times longer
    return Place(rank, world, device)


def leave() -> None:
    """Leave the other workers."""
    if dist.is_initialized():
        dist.destroy_process_group()


def spread(module: nn.Module, blocks: list[nn.Module], here: Place, dtype: str) -> None:
    """Shard the weights over the workers (FSDP2), a block at a time.

    On one GPU nothing is to be sharded, and FSDP sees to bfloat16 arithmetic on float32 weights.
    """
    mesh = init_device_mesh(here.device.type, (here.world,))
    half = torch.bfloat16 if dtype == "bfloat16" else None
    policy = MixedPrecisionPolicy(param_dtype=half, reduce_dtype=torch.float32 if half else None)
    for block in blocks:
        fully_shard(block, mesh=mesh, mp_policy=policy, reshard_after_forward=here.world > 1)
    whole = replace(policy, cast_forward_inputs=False)  # a batch holds float32 numbers that must not be rounded
    fully_shard(module, mesh=mesh, mp_policy=whole, reshard_after_forward=False)


def exchange_gradients(module: nn.Module, *, now: bool) -> None:
    """Whether the next backward pass exchanges gradients between the workers: once a step, with its last micro-batch."""
    setting: Any = getattr(module, "set_requires_gradient_sync", None)
    if setting is not None:
        setting(now)


def gather_no_more(module: nn.Module) -> None:
    """Give up whole weights that a forward pass without a backward pass has left: the module's own are the parts again."""
    for one in module.modules():
        if isinstance(one, FSDPModule):
            one.reshard()


def precision(dtype: str, here: Place, *, sharded: bool) -> AbstractContextManager[object]:
    """bfloat16 arithmetic where FSDP does not see to it."""
    if dtype == "bfloat16" and not sharded:
        return torch.autocast(here.device.type, torch.bfloat16)
    return nullcontext()


def first_says(value: float) -> float:
    """The first worker's value, for all: where each has computed its own, rounding could part them."""
    if dist.is_initialized() and dist.get_world_size() > 1:
        told = torch.tensor(value, dtype=torch.float64)
        dist.broadcast(told, src=0)
        return float(told)
    return value


def meet() -> None:
    """Wait for all workers."""
    if dist.is_initialized():
        dist.barrier()


def summed(tensor: torch.Tensor) -> torch.Tensor:
    """The sum over the workers, in place."""
    if dist.is_initialized() and dist.get_world_size() > 1:
        dist.all_reduce(tensor)
    return tensor


def agreed(*flags: bool) -> tuple[bool, ...]:
    """Each flag is true when any worker says so. It goes over the processors' network: no device waits."""
    if not dist.is_initialized() or dist.get_world_size() == 1:
        return flags
    said = torch.tensor([float(flag) for flag in flags])
    dist.all_reduce(said, op=dist.ReduceOp.MAX)
    return tuple(bool(one) for one in said.tolist())


def memory_peak(device: torch.device) -> int:
    """The most memory that this worker has held, in bytes."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
