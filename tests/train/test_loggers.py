import json
import math
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.train.loggers import JsonLines, TensorBoard, writers


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def log(path: Path, *steps: int, after: int | None = None) -> None:
    lines = JsonLines(path, after)
    for step in steps:
        lines.write(step, {"loss": step / 2})
    lines.close()


def test_a_row_is_on_the_disk_before_the_next_one_comes(tmp_path: Path) -> None:
    lines = JsonLines(tmp_path / "metrics.jsonl")
    lines.write(10, {"loss": 2.5, "tokens": 640, "source": "é"})
    assert (tmp_path / "metrics.jsonl").read_text() == '{"step": 10, "loss": 2.5, "tokens": 640, "source": "é"}\n'
    lines.close()


def test_what_is_no_finite_number_is_null(tmp_path: Path) -> None:
    lines = JsonLines(tmp_path / "metrics.jsonl")
    lines.write(1, {"loss": math.nan, "norm": math.inf})
    lines.close()
    assert (tmp_path / "metrics.jsonl").read_text() == '{"step": 1, "loss": null, "norm": null}\n'


def test_a_resume_forgets_the_steps_after_its_checkpoint(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    log(file, 1, 2, 3, 4)
    log(file, 3, 4, 5, after=2)
    assert [row["step"] for row in rows(file)] == [1, 2, 3, 4, 5]


def test_a_line_torn_by_a_kill_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    log(file, 1, 2)
    with file.open("a") as stream:
        stream.write('{"step": 3, "lo')
    log(file, 3, after=2)
    assert [row["step"] for row in rows(file)] == [1, 2, 3]


def test_a_row_without_its_newline_was_torn_too(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    file.write_text('{"step": 1}\n{"step": 2}')
    log(file, after=2)
    assert file.read_text() == '{"step": 1}\n'


def test_a_new_run_begins_with_an_empty_file(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    log(file, 1, 2)
    log(file, 1)
    assert [row["step"] for row in rows(file)] == [1]


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "metrics.jsonl"
    file.write_text('{"step": 1}\nnonsense\n{"step": 3}\n')
    with pytest.raises(CorpuskitError, match=r"metrics\.jsonl: line 2 is damaged"):
        JsonLines(file, after=3)
    assert file.read_text().endswith("nonsense\n" + '{"step": 3}\n')


def test_tensorboard_forgets_the_steps_after_the_checkpoint(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for after, steps, value in ((None, (1, 2, 3, 4), 1.0), (2, (3, 4), 2.0)):
        board = TensorBoard(tmp_path, after)
        for step in steps:
            board.write(step, {"heldout/domain": value, "phase": "warm-up"})
        board.close()
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("heldout/domain")] == [(1, 1), (2, 1), (3, 2), (4, 2)]


def test_importing_tensorboard_warns_of_nothing() -> None:
    code = "import sys; from torch.utils.tensorboard import SummaryWriter; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_metrics_are_written_whatever_else_is_asked_for(tmp_path: Path) -> None:
    for writer in writers(["tensorboard"], tmp_path, {"seed": 1}):
        writer.write(1, {"loss": 2.0})
        writer.close()
    assert rows(tmp_path / "metrics.jsonl") == [{"step": 1, "loss": 2.0}]
    assert len(list((tmp_path / "tensorboard").glob("events.out.tfevents.*"))) == 1


def test_an_unknown_logger_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="tensorbord: no such logger; did you mean tensorboard"):
        writers(["tensorbord"], tmp_path, {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "called"), [("wandb", "W&B"), ("mlflow", "MLflow")])
def test_a_logger_that_is_not_installed_says_what_to_install(tmp_path: Path, name: str, called: str) -> None:
    if find_spec(name):
        pytest.skip(f"{name} is installed")
    with pytest.raises(UsageError, match=f"{called} is asked for, but {name} is not installed: pip install {name}"):
        writers([name], tmp_path, {})
    assert not (tmp_path / "metrics.jsonl").exists()
