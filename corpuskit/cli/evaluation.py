"""The command of the proof: evaluate."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from corpuskit.cli.common import Json, Quiet, Settings, need_torch, said_plainly
from corpuskit.errors import UsageError

if TYPE_CHECKING:
    from corpuskit.evaluate.recipe import Arm, Evaluation


@said_plainly()
def evaluate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder of the proof: proof.json, index.html.")],
    base: Annotated[Path | None, typer.Option(metavar="DIR", help="The model that training began from.")] = None,
    adapted: Annotated[Path | None, typer.Option(metavar="DIR", help="The model after it.")] = None,
    arm: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME:ROLE=DIR",
            help="Another model; ROLE is adapted, unrelated, general, near (controls) or other. May be given again.",
        ),
    ] = None,
    corpus: Annotated[
        Path | None, typer.Option(metavar="CORPUS", help="What the adapted model was trained on.")
    ] = None,
    general: Annotated[
        Path | None, typer.Option(metavar="CORPUS", help="General text, to measure forgetting on.")
    ] = None,
    task: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND:DATA",
            help="Labelled examples to fine-tune each model on, such as classification:labels. May be given again.",
        ),
    ] = None,
    canaries: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Planted secrets, one a line, each in braces.")
    ] = None,
    benchmark: Annotated[
        list[str] | None, typer.Option(metavar="TASK", help="A task of lm-evaluation-harness, where it is installed.")
    ] = None,
    include: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A folder with your own tasks for lm-evaluation-harness.")
    ] = None,
    recipe: Annotated[
        Path | None,
        typer.Option(
            "--recipe", metavar="FILE", help="An experiment: corpora, arms and tasks (pipelines/experiments)."
        ),
    ] = None,
    data: Annotated[Path | None, typer.Option(metavar="DIR", help="Where the recipe's paths begin.")] = None,
    model: Annotated[
        Path | None, typer.Option("--model", metavar="DIR", help="The model that a recipe's arms begin from.")
    ] = None,
    size: Annotated[
        Literal["cpu", "gpu"] | None,
        typer.Option(help="How large a recipe's experiment is: its table gpu, or without it (cpu)."),
    ] = None,
    settings: Settings = None,
    price: Annotated[float | None, typer.Option("--price", metavar="N", help="Price of a device hour.")] = None,
    currency: Annotated[str, typer.Option(metavar="CODE", help="Of the price.")] = "USD",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Prove whether the adapted model is better, by how much, and how sure that is: DIR/index.html and proof.json.

    Before anything is trained it says how small a difference each test set can show. Run again, it does only what is missing.
    """
    need_torch()
    from dataclasses import replace

    from corpuskit.evaluate import step, text

    def say(line: str) -> None:
        if not (quiet or as_json):
            typer.echo(line, err=True)

    making = step.Making()
    if recipe is not None:
        if model is None or any((base, adapted, arm, corpus, general, task, canaries, benchmark, include)):
            raise UsageError(
                "--recipe: an experiment says itself what is compared; it goes with --data, --model, --size, --set, --price and --out."
            )
        from corpuskit import experiment

        one = experiment.load(recipe, settings or [], data or Path(), model, out, size or "cpu")
        asked, making = experiment.evaluation(one), experiment.making(one)
    else:
        if model or data or size:
            raise UsageError("--model, --data and --size belong to an experiment; name it with --recipe.")
        asked = _asked(out, _arms(base, adapted, arm or [], corpus), corpus, general, task or [], settings or [])
        asked = replace(asked, canaries=canaries)
        if benchmark or include:
            tasks = tuple(benchmark or ()) or asked.benchmarks.tasks
            asked = replace(asked, benchmarks=replace(asked.benchmarks, tasks=tasks, include=include))
    proof = step.evaluate(replace(asked, price=price, currency=currency), say, making)
    if as_json:
        typer.echo(json.dumps(proof, ensure_ascii=False))
    elif not quiet:
        typer.echo("\n".join(["", *text.lines(proof), "", f"proof      {out / step.PAGE}"]))


def _arms(base: Path | None, adapted: Path | None, others: list[str], corpus: Path | None) -> "tuple[Arm, ...]":
    """The arms that the flags name."""
    from corpuskit.evaluate.recipe import Arm

    if base is None or adapted is None:
        raise UsageError("name the models with --base and --adapted, or an experiment with --recipe.")
    return (Arm("base", "base", base), Arm("adapted", "adapted", adapted, corpus), *(_other(one) for one in others))


def _other(given: str) -> "Arm":
    from corpuskit.evaluate.recipe import Arm

    name, colon, rest = given.partition(":")
    role, equals, folder = rest.partition("=")
    roles = ("adapted", "unrelated", "general", "near", "other")
    if not (name and colon and equals and folder) or role not in roles:
        raise UsageError(f"--arm {given}: write NAME:ROLE=DIR; the role is one of {', '.join(roles)}.")
    return Arm(name, role, Path(folder))  # type: ignore[arg-type]


def _asked(
    out: Path, arms: "tuple[Arm, ...]", corpus: Path | None, general: Path | None, tasks: list[str], settings: list[str]
) -> "Evaluation":
    """What the flags ask for. `--set` reaches trials, bits, and the tables of every task's fine-tuning."""
    from corpuskit.evaluate.recipe import TUNED, Benchmarks, Bits, Evaluation, Trials, asked, named
    from corpuskit.settings import lay, table

    tables: dict[str, dict[str, object]] = {}
    lay(tables, None, settings, ["trials", "bits", "benchmarks", "tasks", "data", *TUNED], "trials.seeds=3")
    every = {name: tables[name] for name in TUNED if name in tables}
    found = []
    for one in tasks:
        kind, path = named(one)
        own = {"kind": kind, "data": tables.get("data", {}) | {"path": str(path)}, **tables.get("tasks", {}), **every}
        found.append(asked("--task", path.resolve().name, own, Path()))
    return Evaluation(
        arms,
        out,
        corpus,
        general,
        tuple(found),
        table("--set", "bits", Bits, tables.get("bits", {})),
        table("--set", "trials", Trials, tables.get("trials", {})),
        table("--set", "benchmarks", Benchmarks, tables.get("benchmarks", {})),
    )
