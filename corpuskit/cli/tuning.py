"""The command of fine-tuning: finetune."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from corpuskit.cli.common import Json, Quiet, Settings, need_torch, said_plainly
from corpuskit.errors import UsageError

if TYPE_CHECKING:
    from corpuskit.finetune.prepare import Request

Kind = Literal["classification", "tagging", "extraction", "chat", "preference"]


@said_plainly()
def finetune(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA",
            help="Labelled examples: a file, a folder with train, dev and test files, a folder a class, or a corpus.",
        ),
    ],
    task: Annotated[Kind, typer.Option("--task", help="What is learned.")],
    model: Annotated[
        Path, typer.Option("--model", metavar="DIR", help="A model folder (safetensors), as save_pretrained makes it.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="RUN", help="The folder of the run: checkpoints, metrics, the model."),
    ] = None,
    recipe: Annotated[
        Path | None, typer.Option("--recipe", metavar="FILE", help="Settings of fine-tuning, a YAML file.")
    ] = None,
    settings: Settings = None,
    show: Annotated[
        int | None,
        typer.Option(metavar="N", help="Show N examples token by token, with what is asked, and train nothing."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Look through the data, and train nothing.")] = False,
    nproc: Annotated[int, typer.Option(metavar="N", help="Processes on this machine, one a GPU.")] = 1,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Fine-tune a model on labelled examples, from DATA to RUN/model, the best step on the development set.

    Run again, it goes on from the last checkpoint.
    """
    need_torch()
    from corpuskit.finetune import launch
    from corpuskit.finetune.prepare import Request
    from corpuskit.finetune.recipe import load

    if out is None and show is None and not check:
        raise UsageError("--out: name the folder of the run; --show N and --check need none.")
    request = Request(data, task, model, out or Path(), load(recipe, settings or []), quiet or as_json)
    if show is not None or check:
        _looked(request, show, as_json=as_json)
        return
    record = launch.launch(request, nproc)
    if as_json:
        typer.echo(json.dumps(record))
    elif not quiet:
        typer.echo("\n".join(launch.ended(record, request.out)))
    if record["ending"] == "stopped":
        raise KeyboardInterrupt


def _looked(request: "Request", show: int | None, *, as_json: bool) -> None:
    """The examples as the model sees them, or what the checks found."""
    from corpuskit.finetune import look

    prepared = look.prepared(request)
    if show is not None:
        typer.echo("\n".join(look.shown(prepared, show)))
    elif as_json:
        typer.echo(json.dumps(prepared.data.found, ensure_ascii=False))
    else:
        typer.echo("\n".join(look.lines(prepared)))
