"""Scores of public or own benchmarks by EleutherAI's lm-evaluation-harness (lm_eval), where it is installed.

It runs in a process of its own, without a network unless HF_HUB_OFFLINE or HF_DATASETS_OFFLINE say otherwise: tasks whose data are
not there already end with a sentence. No code of a model's folder is run; a task's own folder (`include_path`) may hold Python, which
the harness runs, so name none that you do not trust. Decoders alone.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corpuskit.errors import CorpuskitError, UsageError

OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_EVALUATE_OFFLINE": "1"}
STDERR = "_stderr"


def run(
    models: Mapping[str, Path],
    tasks: Sequence[str],
    include_path: Path | None = None,
    *,
    limit: int | None = None,
    shots: int | None = None,
    batch: int = 8,
) -> dict[str, Any]:
    """`benchmarks` as proof.json has it. `limit` is the most examples of each task; None: all of them. `shots` None: the task's own.

    Raises UsageError where lm_eval is not installed or a model is no decoder, CorpuskitError where the harness fails.
    """
    if importlib.util.find_spec("lm_eval") is None:
        raise UsageError("benchmarks need EleutherAI's lm-evaluation-harness: pip install lm_eval.")
    _check(models.values())
    asked: dict[str, Any] = {"tasks": list(tasks), "limit": limit, "shots": shots, "batch": batch}
    asked["include_path"] = None if include_path is None else str(include_path.resolve())
    found = {arm: _child(asked | {"model": str(folder.resolve())}, arm) for arm, folder in models.items()}
    return benchmarks(found)


def _check(folders: Any) -> None:
    from corpuskit.train.model import look

    for folder in folders:
        if look(folder).kind != "causal":
            raise UsageError(f"{folder}: the harness asks decoders; leave the benchmarks out for masked models.")


def benchmarks(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What the harness said of each arm (`version` and `results`) as proof.json has it: a row for each task and metric."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for arm, said in found.items():
        for task, figures in said["results"].items():
            for key, value in figures.items():
                metric, comma, way = key.partition(",")
                if not comma or metric.endswith(STDERR) or not isinstance(value, int | float):
                    continue
                name = (
                    metric if way == "none" else f"{metric} ({way})"
                )  # `way` is how an answer was cut out of the text
                spread = figures.get(f"{metric}{STDERR},{way}")
                row = rows.setdefault((task, name), {"task": task, "metric": name, "arms": {}})
                row["arms"][arm] = {"value": value, "stderr": spread if isinstance(spread, int | float) else None}
    versions = sorted({said["version"] for said in found.values()})
    return {"harness": f"lm_eval {', '.join(versions)}", "tasks": list(rows.values())}


def _child(asked: dict[str, Any], arm: str) -> dict[str, Any]:
    """Run the harness on one model in another process: it imports much, warns much, and keeps memory."""
    with tempfile.TemporaryDirectory(prefix="corpuskit-") as folder:
        question, answer = Path(folder) / "asked.json", Path(folder) / "found.json"
        question.write_text(json.dumps(asked), encoding="utf-8")
        command = [sys.executable, "-m", "corpuskit.evaluate.harness", str(question), str(answer)]
        ended = subprocess.run(command, env=OFFLINE | dict(os.environ), capture_output=True, check=False)
        if not answer.is_file():
            raise CorpuskitError(
                f"benchmarks of {arm}: lm_eval ended with exit code {ended.returncode} and said nothing."
            )
        found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    if "error" in found:
        raise CorpuskitError(f"benchmarks of {arm}: lm_eval failed: {found['error']}.{found['advice']}")
    return found


def _answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """In the other process: what the harness finds, or its error."""
    import lm_eval
    import torch
    from lm_eval.tasks import TaskManager

    found = lm_eval.simple_evaluate(
        model="hf",
        model_args={
            "pretrained": asked["model"],
            "dtype": "float32",
            "trust_remote_code": False,
            "use_safetensors": True,
        },
        tasks=asked["tasks"],
        task_manager=TaskManager(include_path=asked["include_path"]),
        num_fewshot=asked["shots"],
        limit=asked["limit"],
        batch_size=asked["batch"],
        device="cuda" if torch.cuda.is_available() else "cpu",
        log_samples=False,
    )
    return {"version": lm_eval.__version__, "results": found["results"]}


def _main(question: Path, answer: Path) -> None:
    from corpuskit.train.model import brief

    try:
        found = _answer(json.loads(question.read_text(encoding="utf-8")))
    except Exception as error:  # noqa: BLE001 (whatever a task or the harness raises becomes a sentence of the parent)
        offline = isinstance(error, ConnectionError)
        advice = " It ran without a network; fetch the data first, or set HF_HUB_OFFLINE=0 and HF_DATASETS_OFFLINE=0."
        found = {"error": f"{type(error).__name__}: {brief(error)}", "advice": advice if offline else ""}
    answer.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]), Path(sys.argv[2]))
