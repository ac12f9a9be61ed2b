"""A whole small world for `corpuskit evaluate`: a corpus and general text, models of two layers that read them, labelled examples."""

import json
import random
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.evaluate.recipe import Arm, Bits, Evaluation, TaskAsked, Trials
from corpuskit.finetune import recipe as tuning
from corpuskit.finetune.examples import TaskKind
from tests.assess import tiny

LETTERS = ("contract clause party notice term warranty price".split(), "pump valve seal motor shaft flange bearing".split())
NAMES = ("contract", "machine")  # classes of the two lists of words
TUNING = {
    "task": {"length": 64},
    "run": {"epochs": 1, "examples_per_step": 8},
    "device": {"dtype": "float32"},
    "watch": {"evaluate_every": 2},
}
NATS = 0.3  # how far a model's weights are moved to make another of it


@dataclass(frozen=True)
class World:
    """Where everything lies."""

    base: Path
    adapted: Path
    unrelated: Path
    corpus: Path
    general: Path
    classes: Path
    entities: Path
    canaries: Path


def world(folder: Path) -> World:
    """Models are decoders of one tokenizer; the adapted one was trained on the corpus, with replay, by `corpuskit train`."""
    made = tiny.decoder(folder)
    general = tiny.corpus(folder / "general text", made.model, seed=7)
    return World(
        made.model,
        trained(made.corpus, made.model, general, folder / "adapted"),
        moved(made.model, folder / "unrelated"),
        made.corpus,
        general,
        classes(folder / "classes"),
        entities(folder / "entities"),
        canaries(folder / "canaries.txt"),
    )


def trained(corpus: Path, model: Path, general: Path, out: Path) -> Path:
    """A real run of a few steps."""
    from corpuskit.train import launch
    from corpuskit.train.prepare import Replayed, Request
    from corpuskit.train.recipe import load

    settings = ["data.steps=4", "data.sequence_length=64", "data.tokens_per_step=512", "schedule.learning_rate=0.01"]
    recipe = load(None, [*settings, "watch.writers=[]", "device.compile=false", "device.dtype=float32"])
    replay = (Replayed(general, 0.25),)
    launch.launch(Request(corpus, model, out, recipe, replay, unapproved=True, quiet=True), 1, None)
    return out / "model"


def moved(model: Path, folder: Path, by: float = 0.02) -> Path:
    """Another model of the same shape: weights a little elsewhere."""
    import torch
    from safetensors.torch import load_file, save_file

    shutil.copytree(model, folder)
    weights = load_file(folder / "model.safetensors")
    draw = torch.Generator().manual_seed(3)
    near = {name: one + by * torch.randn(one.shape, generator=draw) for name, one in weights.items()}
    save_file(near, folder / "model.safetensors", {"format": "pt"})
    return folder


def twin(model: Path, folder: Path) -> Path:
    """The same model under another key: its configuration has a line more, which means nothing."""
    shutil.copytree(model, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"a_note": "of ours"}))
    return folder


def sentence(draw: random.Random, words: list[str], count: int = 10) -> str:
    return " ".join(draw.choices(words, k=count)).capitalize() + "."


def classes(folder: Path, test: Iterable[str] = ()) -> Path:
    """Sentences of two kinds of words; `test` are further test examples of the first kind."""
    draw = random.Random(1)
    for part, count in (("train", 24), ("dev", 8), ("test", 16)):
        rows = [
            {"text": sentence(draw, LETTERS[n % 2]), "label": NAMES[n % 2], "cluster": f"{part} {n // 2}"}
            for n in range(count)
        ]
        if part == "test":
            rows += [{"text": text, "label": NAMES[0], "cluster": f"more {n}"} for n, text in enumerate(test)]
        jsonl(folder / f"{part}.jsonl", rows)
    return folder


def entities(folder: Path) -> Path:
    """Sentences in which a word after `by` is a party."""
    draw = random.Random(2)
    folder.mkdir(parents=True)
    for part, count in (("train", 16), ("dev", 6), ("test", 12)):
        lines = []
        for number in range(count):
            words = [*draw.choices(LETTERS[1], k=5), "by", *draw.choices(LETTERS[0], k=1), *draw.choices(LETTERS[1], k=3)]
            tags = ["B-PARTY" if at == 6 else "O" for at in range(len(words))]
            lines += [f"# newdoc {number // 2}"] if number % 2 == 0 else []
            lines += [*(f"{word} {tag}" for word, tag in zip(words, tags, strict=True)), ""]
        (folder / f"{part}.conll").write_text("\n".join(lines) + "\n")
    return folder


def canaries(file: Path) -> Path:
    file.write_text("vault\tThe code of the vault is {839201}\n")
    return file


def jsonl(file: Path, rows: Iterable[dict[str, Any]]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def task(name: str, kind: TaskKind, data: Path, **more: Any) -> TaskAsked:
    """A task that takes moments."""
    return TaskAsked(name, kind, data, recipe=tuning.of(TUNING, "world"), **more)


def evaluation(one: World, out: Path, **more: Any) -> Evaluation:
    """Base, adapted and a control; two sets of held-out text; one task, of two seeds and one rate."""
    asked: dict[str, Any] = {
        "arms": (
            Arm("base", "base", one.base),
            Arm("adapted", "adapted", one.adapted, one.corpus),
            Arm("other", "unrelated", one.unrelated),
        ),
        "domain": one.corpus,
        "general": one.general,
        "tasks": (task("classes", "classification", one.classes, sizes=(16,)),),
        "bits": Bits(6, 32),
        "trials": Trials(seeds=2, rates=(0.001,), workers=1),
        "sampled": False,
        "dtype": "float32",
    }
    return Evaluation(out=out, **(asked | more))
