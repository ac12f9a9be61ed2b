"""A run on Ray Train: the same worker, started again from the last checkpoint when a worker fails."""

import logging
import os
from typing import Any

from corpuskit.errors import CorpuskitError
from corpuskit.train.prepare import Request

MAX_FAILURES = 3  # workers lost before the run gives up


def on_ray(request: Request, workers: int, address: str) -> None:
    """Train with `workers` Ray workers. RUN must lie where all of them can write. Raises CorpuskitError when they fail too often."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_TRAIN_V2_ENABLED", "1")
    import ray
    from ray.train import FailureConfig, RunConfig, ScalingConfig
    from ray.train.torch import TorchConfig, TorchTrainer

    cuda = request.recipe.device.kind != "cpu" and _cuda()
    if not ray.is_initialized():
        where = None if address == "local" else address
        ray.init(address=where, include_dashboard=False, log_to_driver=True, logging_level=logging.ERROR)
    trainer = TorchTrainer(
        _worker,
        train_loop_config={"request": request},
        torch_config=TorchConfig(backend="cpu:gloo,cuda:nccl" if cuda else "gloo"),
        scaling_config=ScalingConfig(num_workers=workers, use_gpu=cuda),
        run_config=RunConfig(
            name=request.out.name,
            storage_path=str(request.out.absolute().parent / f".{request.out.name}.ray"),
            failure_config=FailureConfig(max_failures=MAX_FAILURES),
        ),
    )
    try:
        trainer.fit()
    except Exception as error:  # Ray wraps what its workers raise
        raise CorpuskitError(f"{request.out}: the Ray run failed: {_cause(error)}") from error


def _worker(config: dict[str, Any]) -> None:
    from corpuskit.train.runner import run

    run(config["request"])


def _cuda() -> bool:
    import torch

    return torch.cuda.is_available()


def _cause(error: BaseException) -> str:
    """The last sentence of what happened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    ours = [line for line in lines if line.startswith("corpuskit.errors.")]
    return (ours or lines or [type(error).__name__])[-1].partition("Error: ")[2] or (ours or lines)[-1]
