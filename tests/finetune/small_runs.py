"""Labelled data on the disk for each task, models of two layers that read it, and runs in processes that can be killed."""

import json
import os
import random
import signal
import socket
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

from corpuskit.finetune.examples import TaskKind
from corpuskit.finetune.prepare import Request
from corpuskit.finetune.recipe import load
from corpuskit.finetune.runner import run
from corpuskit.finetune.template import CHATML
from tests.conftest import WORDS
from tests.finetune import talking, tiny_heads
from tests.forked import FORK

PARTS = {"train": 48, "dev": 12, "test": 12}
CLASSES = {"fault": WORDS[:6], "trade": WORDS[6:12]}  # a text is of the class whose words it holds
OTHERS = WORDS[12:]
SETTINGS: dict[str, Any] = {
    "run.epochs": 4,
    "run.examples_per_step": 16,
    "schedule.learning_rate": 0.005,
    "watch.log_every": 1,
    "watch.evaluate_every": 4,
    "watch.patience": 100,
    "watch.writers": "[]",
    "device.kind": "cpu",
    "save.every": 100,
}
ENCODED: tuple[TaskKind, ...] = ("classification", "tagging", "extraction")
TASKS: tuple[TaskKind, ...] = (*ENCODED, "chat", "preference")
DEADLINE = 120  # seconds


def encoder(folder: Path, name: str = "bert", **config: Any) -> Path:
    """A masked language model of two layers with its tokenizer."""
    tiny_heads.wordpiece(folder)
    return _random(AutoModelForMaskedLM, tiny_heads.config(name, config), folder)


def decoder(folder: Path, name: str = "llama") -> Path:
    """A causal language model of two layers."""
    tiny_heads.byte_level(folder)
    return _random(AutoModelForCausalLM, tiny_heads.config(name), folder)


def _random(auto: Any, config: Any, folder: Path) -> Path:
    """Weights that are large enough to learn something from in a few steps."""
    torch.manual_seed(1)
    model = auto.from_config(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.2 * torch.randn_like(parameter))
    model.save_pretrained(folder)
    return folder


def talker(folder: Path, template: str | None = CHATML) -> Path:
    """A decoder whose tokenizer knows a few words and how to lay out a conversation."""
    talking.tokenizer(folder, template)
    talking.llama().save_pretrained(folder)
    return folder


def rows(task: TaskKind, *, several: bool = False) -> dict[str, list[dict[str, Any]]]:
    """The rows of each part; no two are copies of each other."""
    draw, found = random.Random(0), {}
    for part, count in PARTS.items():
        found[part] = [_row(task, draw, number, several=several) for number in range(count)]
    return found


def _row(task: TaskKind, draw: random.Random, number: int, *, several: bool) -> dict[str, Any]:
    name = list(CLASSES)[number % 2]
    words = draw.sample(OTHERS, 5)
    words[draw.randrange(5)] = draw.choice(CLASSES[name])
    text = " ".join(words)
    match task:
        case "classification":
            return {"text": text} | ({"labels": [name, "odd"][: number % 3]} if several else {"label": name})
        case "tagging":
            kinds = {word: kind for kind, own in CLASSES.items() for word in own}
            return {"words": words, "tags": [f"B-{kinds[word]}" if word in kinds else "O" for word in words]}
        case "extraction":
            (answer,) = (word for word in words if word in CLASSES[name])
            return {"question": f"{OTHERS[0]} {number}", "context": text, "answers": [_span(text, answer)]}
        case "chat":
            said = [{"role": "user", "content": f"{text}?"}, {"role": "assistant", "content": f"check {words[0]}"}]
            return {"messages": said}
        case "preference":
            return {"prompt": f"{text}?", "chosen": f"check {words[0]}", "rejected": f"thank {words[1]}"}


def _span(text: str, answer: str) -> list[int]:
    return [text.index(answer), text.index(answer) + len(answer)]


def written(folder: Path, parts: dict[str, list[dict[str, Any]]]) -> Path:
    """The rows as files."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, some in parts.items():
        (folder / f"{part}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in some))
    return folder


def request(task: TaskKind, data: Path, model: Path, out: Path, *more: str) -> Request:
    """A run of 12 steps, with other settings where given."""
    recipe = load(None, [*(f"{name}={value}" for name, value in SETTINGS.items()), *more])
    return Request(data, task, model, out, recipe, quiet=True)


def begun(asked: Request, environment: dict[str, str] | None = None) -> ForkServerProcess:
    """The run in a process of its own."""
    process = FORK.Process(target=_do, args=(asked, environment or {}))
    process.start()
    return process


def _do(asked: Request, environment: dict[str, str]) -> None:
    os.environ.update(environment)
    torch.set_num_threads(1)
    run(asked)


def finished(asked: Request) -> Path:
    """Do what is left of a run, in a process of its own."""
    process = begun(asked)
    process.join(DEADLINE)
    assert process.exitcode == 0
    return asked.out


def signalled(asked: Request, step: int, number: signal.Signals) -> int | None:
    """Begin a run, send the signal once a row of `step` or later is logged, and return the exit code."""
    process = begun(asked)
    deadline = time.monotonic() + DEADLINE
    while process.is_alive() and last_step(asked.out) < step:
        assert time.monotonic() < deadline
        time.sleep(0.002)  # another process is awaited
    assert process.pid is not None
    os.kill(process.pid, number)
    process.join(DEADLINE)
    return process.exitcode


def together(asked: Request, world: int) -> Path:
    """The run in several processes that talk over gloo."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {"WORLD_SIZE": str(world), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    processes = [begun(asked, shared | {"RANK": str(rank), "LOCAL_RANK": str(rank)}) for rank in range(world)]
    for process in processes:
        process.join(DEADLINE)
    assert [process.exitcode for process in processes] == [0] * world
    return asked.out


def logged(out: Path) -> list[dict[str, Any]]:
    """The rows of metrics.jsonl, without what a clock says."""
    lines = (out / "metrics.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines if line.endswith("}")]
    return [{name: row[name] for name in row if name not in {"tokens_per_second", "device_hours"}} for row in found]


def last_step(out: Path) -> int:
    try:
        return max((row["step"] for row in logged(out)), default=-1)
    except (OSError, ValueError):
        return -1


def weights(folder: Path) -> dict[str, bytes]:
    """The tensors of an exported model, byte for byte."""
    return {name: one.numpy().tobytes() for name, one in load_file(folder / "model.safetensors").items()}


def record(out: Path) -> dict[str, Any]:
    """What run.json holds."""
    found: dict[str, Any] = json.loads((out / "run.json").read_text())
    return found


def best(out: Path) -> dict[str, float]:
    """The development set's scores of the step whose weights are exported, as run.json has them."""
    about = record(out)
    scores: dict[str, float] = next(
        one["sets"]["dev"] for one in about["evaluations"] if one["step"] == about["best_step"]
    )
    return scores
