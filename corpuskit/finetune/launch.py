"""Starts a fine-tuning run: in this process, or in several of this machine's."""

from pathlib import Path
from typing import Any

from corpuskit.errors import UsageError
from corpuskit.finetune.prepare import Request
from corpuskit.finetune.runner import run
from corpuskit.parts import read_json
from corpuskit.train import launch as launching
from corpuskit.train.folder import RUN
from corpuskit.train.watch import duration


def launch(request: Request, nproc: int) -> dict[str, Any]:
    """Do what is left of the run and return its record. Raises what the run raises."""
    if nproc < 1:
        raise UsageError(f"--nproc {nproc}: there must be at least one.")
    if nproc == 1 or launching.is_worker():
        return run(request).record
    launching.processes(request, request.recipe.device, nproc, worker)
    record: dict[str, Any] = read_json(request.out / RUN)
    return record


def worker(request: Request) -> None:
    """One process of several."""
    launching.said(lambda: run(request).ending, request.out)


def ended(record: dict[str, Any], out: Path) -> list[str]:
    """What to tell of a run that ended."""
    best, lines = record["best_step"], []
    dev = next((one["sets"]["dev"] for one in record["evaluations"] if one["step"] == best), None)
    for name, scores in (("dev", dev), ("test", record.get("test"))):
        if scores:
            lines.append(f"{name:<12} " + ", ".join(f"{metric} {value:.4f}" for metric, value in scores.items()))
    step = "" if best is None else f", the best after step {best:,}"
    spent = duration(record["device_hours"] * 3600)
    lines.append(
        f"{record['ending']:<12} {record['steps']:,} steps, {record['examples_seen']:,} examples, {spent}{step}"
    )
    if (out / "model").is_dir():
        lines.append(f"model        {out / 'model'}")
    return lines
