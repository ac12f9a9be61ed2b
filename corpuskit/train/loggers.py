"""Where a run's numbers go: metrics.jsonl always, TensorBoard, W&B and MLflow where they are asked for.

After a resume every writer begins at the checkpoint's step, so that no step is told twice. W&B and MLflow keep what they were
once told: there the steps after the checkpoint stand twice, and the later row is the true one. Nothing leaves the machine unless
WANDB_MODE=online or MLFLOW_TRACKING_URI say so.
"""

import json
import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from corpuskit import parts
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.settings import check_name

Values = Mapping[str, float | int | str]
METRICS = "metrics.jsonl"
PROJECT = "corpuskit"


class Writer(Protocol):
    """Takes the values of a step."""

    def write(self, step: int, values: Values) -> None:
        """Keep the values; steps never go back."""

    def close(self) -> None:
        """Nothing comes after this."""


class JsonLines:
    """A JSON object a line, flushed line by line: {"step": 10, "loss": 2.5}. What isn't a finite number is null.

    `after` is the step of the checkpoint that the run goes on from: rows of later steps are removed, as is a last line torn by a
    kill. None begins with an empty file. Raises CorpuskitError when a line before the last is damaged.
    """

    def __init__(self, path: Path, after: int | None = None) -> None:
        parts.write_text(path, "" if after is None else "".join(_rows_until(path, after)))
        self._stream = path.open("a", encoding="utf-8")

    def write(self, step: int, values: Values) -> None:
        """Append a row."""
        row = {"step": step} | {name: _finite(value) for name, value in values.items()}
        self._stream.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def _finite(value: float | str) -> float | str | None:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _rows_until(path: Path, step: int) -> list[str]:
    lines = path.read_bytes().split(b"\n") if path.is_file() else []
    kept = []
    for number, line in enumerate(lines[:-1], start=1):  # what follows the last newline was torn, or is nothing
        try:
            if json.loads(line)["step"] <= step:
                kept.append(line.decode() + "\n")
        except (ValueError, KeyError, TypeError):
            raise CorpuskitError(
                f"{path}: line {number} is damaged; move the file away, and the run begins a new one."
            ) from None
    return kept


class TensorBoard:
    """Event files for TensorBoard. After a resume it is told to forget the later steps."""

    def __init__(self, folder: Path, after: int | None = None) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise _missing("TensorBoard", "tensorboard") from None
        self._writer: Any = SummaryWriter(str(folder), purge_step=0 if after is None else after + 1)

    def write(self, step: int, values: Values) -> None:
        """Numbers become curves, words become texts."""
        for name, value in values.items():
            if isinstance(value, str):
                self._writer.add_text(name, value, step)
            else:
                self._writer.add_scalar(name, value, step)
        self._writer.flush()

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()


class WandB:
    """Weights & Biases, into RUN/wandb: offline unless WANDB_MODE=online is set. `wandb sync` sends an offline run later."""

    def __init__(self, run_dir: Path, config: Mapping[str, Any]) -> None:
        mode = os.environ.get("WANDB_MODE", "offline")
        if mode not in {"online", "disabled"}:
            mode = "offline"
            os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # read when wandb is imported
        try:
            import wandb
        except ImportError:
            raise _missing("W&B", "wandb") from None
        run_dir.mkdir(parents=True, exist_ok=True)
        self._run: Any = wandb.init(
            project=PROJECT,
            name=run_dir.name,
            id=_identity(run_dir),
            resume="allow",
            dir=str(run_dir),
            mode=mode,
            config=dict(config),
            settings=wandb.Settings(silent=True, console="off", disable_git=True, disable_code=True),
        )
        self._run.define_metric("*", step_metric="step")

    def write(self, step: int, values: Values) -> None:
        """Log the values with their step as the axis: wandb's own step counter refuses to go back after a resume."""
        self._run.log({"step": step, **values})

    def close(self) -> None:
        """Finish the run."""
        self._run.finish()


class MLflow:
    """MLflow, into RUN/mlruns unless MLFLOW_TRACKING_URI is set. One run per run folder, found again after a resume."""

    def __init__(self, run_dir: Path, config: Mapping[str, Any]) -> None:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read when mlflow is imported
        try:
            from mlflow.entities import Metric
            from mlflow.tracking import MlflowClient
        except ImportError:
            raise _missing("MLflow", "mlflow") from None
        folder = run_dir.resolve() / "mlruns"
        address = os.environ.get("MLFLOW_TRACKING_URI")
        if not address:
            folder.mkdir(parents=True, exist_ok=True)
            address = f"sqlite:///{folder / 'mlflow.db'}"  # MLflow 3 refuses its old file store
        self._metric = Metric
        self._client: Any = MlflowClient(tracking_uri=address)
        self._run = self._find(_identity(run_dir), run_dir.name, folder, config)

    def _find(self, identity: str, name: str, folder: Path, config: Mapping[str, Any]) -> str:
        experiment = self._client.get_experiment_by_name(PROJECT)
        local = None if os.environ.get("MLFLOW_TRACKING_URI") else folder.as_uri()
        number = (
            experiment.experiment_id if experiment else self._client.create_experiment(PROJECT, artifact_location=local)
        )
        found = self._client.search_runs([number], filter_string=f"tags.corpuskit_run = '{identity}'")
        if found:
            return str(found[0].info.run_id)
        run = str(self._client.create_run(number, run_name=name, tags={"corpuskit_run": identity}).info.run_id)
        for key, value in config.items():
            self._client.log_param(run, key, str(value)[:6000])  # MLflow's limit
        return run

    def write(self, step: int, values: Values) -> None:
        """Numbers become metrics, words become tags."""
        now = int(time.time() * 1000)
        numbers = {name: value for name, value in values.items() if not isinstance(value, str)}
        self._client.log_batch(
            self._run, [self._metric(name, float(value), now, step) for name, value in numbers.items()]
        )
        for name, value in values.items():
            if isinstance(value, str):
                self._client.set_tag(self._run, name, value)

    def close(self) -> None:
        """Mark the run as finished."""
        self._client.set_terminated(self._run)


def _identity(run_dir: Path) -> str:
    """The same for the same run folder, before and after a resume."""
    return parts.key("run", str(run_dir.resolve()))[:16]


def _missing(name: str, package: str) -> UsageError:
    return UsageError(f"{name} is asked for, but {package} is not installed: pip install {package}, or do without it.")


Make = Callable[[Path, Mapping[str, Any], int | None], Writer]
WRITERS: dict[str, Make] = {
    "tensorboard": lambda run_dir, _, after: TensorBoard(run_dir / "tensorboard", after),
    "wandb": lambda run_dir, config, _: WandB(run_dir, config),
    "mlflow": lambda run_dir, config, _: MLflow(run_dir, config),
}


def writers(names: Sequence[str], run_dir: Path, config: Mapping[str, Any], after: int | None = None) -> list[Writer]:
    """metrics.jsonl and the writers named, in this order. `after` is the checkpoint's step, None for a new run.

    Raises UsageError for a name that there isn't, and for a package that isn't installed, before metrics.jsonl is touched.
    """
    for name in names:
        check_name("loggers", "logger", name, list(WRITERS))
    asked = [WRITERS[name](run_dir, config, after) for name in dict.fromkeys(names)]
    return [JsonLines(run_dir / METRICS, after), *asked]
