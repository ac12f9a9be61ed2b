"""A whole small world for `corpuskit evaluate`: a corpus and general text, models of two layers that read them, labelled examples."""

import json
import random
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.evaluate import step
from corpuskit.evaluate.recipe import Arm, Bits, Evaluation, TaskAsked, Trials
from corpuskit.finetune import recipe as tuning
from corpuskit.finetune.examples import TaskKind
from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load
from tests.assess import tiny
from tests.train.conftest import texts

LEGAL = ["contract", "clause", "party", "notice", "term", "warranty", "price"]
MACHINES = ["pump", "valve", "seal", "motor", "shaft", "flange", "bearing"]
DOMAIN = {"reports": tuple(range(40, 130, 3)), "letters": (40, 60, 50, 45)}  # words of each document
GENERAL = {"web": tuple(range(35, 105, 5))}
TUNING: dict[str, dict[str, Any]] = {
    "task": {"length": 64},
    "run": {"epochs": 1, "examples_per_step": 8},
    "device": {"dtype": "float32"},
    "watch": {"evaluate_every": 2},
}


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


@dataclass(frozen=True)
class Proved:
    """An evaluation, what it said on the way, and what came of it."""

    asked: Evaluation
    said: list[str]
    proof: dict[str, Any]


def made(folder: Path) -> World:
    """Models are decoders of one tokenizer; the adapted one read the corpus in `corpuskit train`, the general text replayed."""
    model = tiny.decoder(folder / "tiny").model
    domain = corpus(folder / "domain", model, DOMAIN, 0)
    general = corpus(folder / "general", model, GENERAL, 7)
    return World(
        model,
        trained(domain, model, general, folder / "adapted"),
        moved(model, folder / "unrelated"),
        domain,
        general,
        classes(folder / "classes"),
        entities(folder / "entities"),
        canaries(folder / "canaries.txt"),
    )


def proved_of(world: World, out: Path) -> Proved:
    """Two tasks, one of them of general text, two rates to search, two seeds, all that can be looked for."""
    entities = task("entities", "tagging", world.entities, general=True, sizes=(16,))
    asked = evaluation(
        world,
        out,
        tasks=(task("classes", "classification", world.classes, sizes=(8, 24)), entities),
        trials=Trials(seeds=2, rates=(0.001, 0.003), workers=1),
        canaries=world.canaries,
        sampled=True,
        price=2.0,
    )
    said: list[str] = []
    return Proved(asked, said, step.evaluate(asked, said.append))


def evaluation(one: World, out: Path, **more: Any) -> Evaluation:
    """Base, adapted and a control; held-out text of both corpora; one task, of two seeds and one rate."""
    asked: dict[str, Any] = {
        "arms": arms(one),
        "domain": one.corpus,
        "general": one.general,
        "tasks": (task("classes", "classification", one.classes, sizes=(24,)),),
        "bits": Bits(24, 32),
        "trials": Trials(seeds=2, rates=(0.003,), workers=1),
        "sampled": False,
        "dtype": "float32",
    }
    return Evaluation(out=out, **(asked | more))


def arms(one: World) -> tuple[Arm, ...]:
    return (
        Arm("base", "base", one.base),
        Arm("adapted", "adapted", one.adapted, one.corpus),
        Arm("other", "unrelated", one.unrelated),
    )


def task(name: str, kind: TaskKind, data: Path, **more: Any) -> TaskAsked:
    """A task that takes moments."""
    return TaskAsked(name, kind, data, recipe=tuning.of(TUNING, "world"), **more)


def corpus(folder: Path, model: Path, words: Mapping[str, tuple[int, ...]], seed: int) -> Path:
    """Documents of such lengths in the model's tokens, four tenths of them held out. Each has a number that stands nowhere else."""
    draw = random.Random(seed)
    for name, text in texts(words, seed):
        file = folder / "texts" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{text} The order has the number {draw.randrange(10**7, 10**8)}.", encoding="utf-8")
    settings = (f"score.tokenizer={model}", "filter.min_words=1", "shard.validation_share=0.4", "dedupe.near=false")
    sources = tuple(str(folder / "texts" / source) for source in words)
    build(Build(sources, folder / "corpus", load(None, settings), "local", 1), Silence())
    return (folder / "corpus").rename(folder / folder.name)


def trained(corpus: Path, model: Path, general: Path, out: Path) -> Path:
    """A real run of a few steps."""
    from corpuskit.train import launch
    from corpuskit.train.prepare import Replayed, Request
    from corpuskit.train.recipe import load as training

    settings = ["data.steps=4", "data.sequence_length=64", "data.tokens_per_step=512", "schedule.learning_rate=0.01"]
    recipe = training(None, [*settings, "watch.writers=[]", "device.compile=false", "device.dtype=float32"])
    replay = (Replayed(general, 0.25),)
    launch.launch(Request(corpus, model, out, recipe, replay, unapproved=True, quiet=True), 1, None)
    return out / "model"


def moved(model: Path, folder: Path, by: float = 0.02) -> Path:
    """Another model of the same shape: its weights lie a little elsewhere."""
    import torch
    from safetensors.torch import load_file, save_file

    shutil.copytree(model, folder)
    draw = torch.Generator().manual_seed(3)
    near = {
        name: one + by * torch.randn(one.shape, generator=draw)
        for name, one in sorted(load_file(folder / "model.safetensors").items())
    }
    save_file(near, folder / "model.safetensors", {"format": "pt"})
    return folder


def twin(model: Path, folder: Path) -> Path:
    """The same model by another name: its configuration has a line more, which means nothing."""
    shutil.copytree(model, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"a_note": "of ours"}))
    return folder


def sentence(draw: random.Random, words: Sequence[str], count: int = 10) -> str:
    return " ".join(draw.choices(words, k=count)).capitalize() + "."


def classes(folder: Path, more: Iterable[str] = ()) -> Path:
    """Sentences of two kinds of words; `more` are further test examples of the first kind, each a cluster of its own."""
    draw = random.Random(1)
    kinds = (("legal", LEGAL), ("machine", MACHINES))
    for part, count in (("train", 24), ("dev", 8), ("test", 16)):
        rows = [
            {"text": sentence(draw, kinds[n % 2][1]), "label": kinds[n % 2][0], "cluster": f"{part} {n // 2}"}
            for n in range(count)
        ]
        if part == "test":
            rows += [{"text": text, "label": "legal", "cluster": f"more {n}"} for n, text in enumerate(more)]
        jsonl(folder / f"{part}.jsonl", rows)
    return folder


def entities(folder: Path) -> Path:
    """Sentences in which the word after `by` is a party; two of them are a document."""
    draw = random.Random(2)
    folder.mkdir(parents=True)
    for part, count in (("train", 16), ("dev", 6), ("test", 14)):
        lines = []
        for number in range(count):
            words = [*draw.choices(MACHINES, k=5), "by", draw.choice(LEGAL), *draw.choices(MACHINES, k=3)]
            lines += [f"# newdoc {number // 2}"] if number % 2 == 0 else []
            lines += [f"{word} {'B-PARTY' if at == 6 else 'O'}" for at, word in enumerate(words)] + [""]
        (folder / f"{part}.conll").write_text("\n".join(lines) + "\n")
    return folder


def canaries(file: Path) -> Path:
    file.write_text("vault\tThe code of the vault is {839201}\n")
    return file


def jsonl(file: Path, rows: Iterable[dict[str, Any]]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file
