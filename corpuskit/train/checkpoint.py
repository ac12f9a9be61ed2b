"""Checkpoints: torch.distributed.checkpoint in safetensors, written while training goes on, and never half.

`checkpoints/step-00000120/` holds what learns and AdamW's moments as safetensors (each worker writes its part; any number of workers
reads them) and state.json: position, ledger, time spent, and the digests of plan and corpus. A folder with that name is whole: it is
written beside and renamed. Nothing in it is a pickle.
"""

import json
import logging
import os
import shutil
import warnings
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.checkpoint import state_dict_loader, state_dict_saver
from torch.distributed.checkpoint.api import CheckpointException
from torch.distributed.checkpoint.hf_storage import HuggingFaceStorageReader, HuggingFaceStorageWriter

from corpuskit.errors import CorpuskitError, DiskFullError, is_disk_full
from corpuskit.parts import read_json
from corpuskit.train import devices
from corpuskit.train.model import brief
from corpuskit.train.position import Position

STATE = "state.json"
PREFIX = "step-"
MOMENTS = ("exp_avg", "exp_avg_sq", "step")


def tensors(module: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Every tensor that a run needs to go on, by name; tied weights once. They are the run's own, to be read into."""
    found: dict[str, Any] = {}
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            found[f"weight.{name}"] = parameter.detach()
            for moment in MOMENTS:
                found[f"{moment}.{name}"] = optimizer.state[parameter][moment]
    return found


def name_of(step: int) -> str:
    """The folder of a step's checkpoint."""
    return f"{PREFIX}{step:08d}"


def whole(folder: Path) -> list[Path]:
    """Finished checkpoints, oldest first."""
    return sorted(path for path in folder.glob(f"{PREFIX}[0-9]*[0-9]") if (path / STATE).is_file())


@dataclass(slots=True)
class _Pending:
    future: Future[Any]
    beside: Path
    final: Path


class Checkpoints:
    """The run's checkpoints: the newest `keep` and the best one. All workers call the same methods."""

    def __init__(self, folder: Path, keep: int, rank: int) -> None:
        self.folder, self.keep, self.rank = folder, keep, rank
        self._pending: _Pending | None = None
        # its own group: the writing thread talks while the training talks
        self._group = dist.new_group(backend="gloo") if dist.is_initialized() else None
        self.best: str | None = None
        _alone_is_meant()
        if rank == 0:
            folder.mkdir(parents=True, exist_ok=True)
            for left in folder.glob(f".{PREFIX}*.tmp"):
                shutil.rmtree(left, ignore_errors=True)

    def save(self, at: Position, module: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        """Begin to write a checkpoint: copied to main memory now, written in the background. Waits for the one before."""
        self.finish()
        self.best = None if at.best is None else name_of(at.best)
        final = self.folder / name_of(at.step)
        if final.exists():
            return
        beside = self.folder / f".{final.name}.tmp"
        if self.rank == 0:
            beside.mkdir(exist_ok=True)
            (beside / STATE).write_text(json.dumps(at.plain(), indent=2) + "\n", encoding="utf-8")
        devices.meet()
        learned = tensors(module, optimizer)
        writer = HuggingFaceStorageWriter(str(beside), save_distributed=True)
        future = state_dict_saver.async_save(
            learned, storage_writer=writer, process_group=self._group, no_dist=self._group is None
        )
        self._pending = _Pending(future, beside, final)  # type: ignore[arg-type]

    def finish(self) -> None:
        """Wait until the checkpoint that is being written stands. Raises CorpuskitError when it could not be written."""
        if self._pending is None:
            return
        pending, self._pending = self._pending, None
        try:
            pending.future.result()
        except (Exception, CheckpointException) as error:  # whatever a storage raises
            if is_disk_full(_cause(error)) or "os error 28" in str(error):  # safetensors says it so
                raise DiskFullError.at(self.folder) from error
            raise CorpuskitError(
                f"{pending.final}: the checkpoint could not be written: {brief(_cause(error))}."
            ) from error
        devices.meet()
        if self.rank == 0:
            for file in [*pending.beside.iterdir(), pending.beside]:
                _sync(file)
            pending.beside.rename(pending.final)
            _sync(self.folder)
            self._tidy()

    def _tidy(self) -> None:
        for old in whole(self.folder)[: -self.keep]:
            if old.name != self.best:
                shutil.rmtree(old)


def load(folder: Path, module: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    """Read a checkpoint's tensors into the run's own, whatever the number of workers that wrote it.

    Raises CorpuskitError when it cannot be read.
    """
    wanted = tensors(module, optimizer)
    _alone_is_meant()
    logging.getLogger().addFilter(_is_no_traceback)  # torch logs on the root logger
    try:
        state_dict_loader.load(wanted, storage_reader=HuggingFaceStorageReader(str(folder)))
    except (Exception, CheckpointException) as error:  # whatever a storage raises
        raise CorpuskitError(
            f"{folder}: the checkpoint cannot be read ({brief(_cause(error))}); remove it to go on from the one before."
        ) from error
    finally:
        logging.getLogger().removeFilter(_is_no_traceback)


def _is_no_traceback(record: logging.LogRecord) -> bool:
    """False for the traceback that torch logs of what it raises a moment later."""
    return not (record.exc_info and record.msg.startswith("Global metadata is not found"))


def _cause(error: BaseException) -> BaseException:
    """What went wrong on the first worker that failed. torch wraps it in its own exception, which is not an Exception."""
    if isinstance(error, CheckpointException) and error.failures:
        return error.failures[min(error.failures)][0]
    return error


def position(folder: Path) -> Position:
    """Where the run stood. Raises CorpuskitError when the file is damaged."""
    try:
        found = Position(**read_json(folder / STATE))
        if name_of(found.step) != folder.name:
            raise ValueError
        return found
    except (OSError, ValueError, TypeError):
        raise CorpuskitError(f"{folder / STATE}: damaged; remove {folder.name} to go on from the one before.") from None


def _alone_is_meant() -> None:
    """One process without torch.distributed is what we want. torch warns of it, in a thread, so the filter is everybody's."""
    warnings.filterwarnings("ignore", message="torch.distributed is disabled")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
