"""The commands of training: vocabulary, train, residual, export."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from corpuskit.cli.approval import Signers
from corpuskit.cli.common import Corpus, Gpus, Json, Price, Quiet, Settings, need_torch, said_plainly
from corpuskit.errors import UsageError

Model = Annotated[
    Path, typer.Option("--model", metavar="DIR", help="A model folder (safetensors), as save_pretrained makes it.")
]
Shards = Annotated[str, typer.Option("--shards", metavar="NAME", help="The shard set: shards, or shards-NAME.")]


@said_plainly()
def train(
    corpus: Corpus,
    model: Model,
    out: Annotated[
        Path, typer.Option("--out", metavar="RUN", help="The folder of the run: checkpoints, metrics, the model.")
    ],
    recipe: Annotated[
        Path | None, typer.Option("--recipe", metavar="FILE", help="Training settings, a YAML file.")
    ] = None,
    settings: Settings = None,
    replay: Annotated[
        list[str] | None,
        typer.Option(metavar="CORPUS[=SHARE]", help="General text to mix in, with its share of all tokens (0.05)."),
    ] = None,
    general: Annotated[
        list[Path] | None,
        typer.Option(metavar="CORPUS", help="General text to measure forgetting on; so is what is replayed."),
    ] = None,
    shards: Shards = "shards",
    nproc: Annotated[int, typer.Option(metavar="N", help="Processes on this machine, one a GPU.")] = 1,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Train on a Ray cluster (auto, local, or its address) with --nproc workers."
        ),
    ] = None,
    unapproved: Annotated[
        bool, typer.Option("--unapproved", help="Train without an approval; it is recorded.")
    ] = False,
    signers: Signers = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print plan, memory and cost, and train nothing.")] = False,
    gpu: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --dry-run: on this GPU, not on what is here.")
    ] = None,
    price: Price = None,
    gpu_table: Gpus = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Continue a model's pretraining on a corpus: from shards to RUN/model, exact to the token.

    Run again, it goes on from the last checkpoint: after Ctrl-C, SIGTERM or a crash, on as many processes as you like.
    """
    need_torch()
    from corpuskit.train import launch
    from corpuskit.train.prepare import Request
    from corpuskit.train.recipe import load

    request = Request(
        corpus=corpus,
        model=model,
        out=out,
        recipe=load(recipe, settings or []),
        replay=tuple(launch.replayed(one) for one in replay or []),
        general=tuple(general or []),
        shards=shards,
        unapproved=unapproved,
        signers=signers,
        quiet=quiet or as_json,
    )
    if dry_run:
        found = launch.dry_run(request, nproc, gpu, price, gpu_table)
        typer.echo(json.dumps(found.plain()) if as_json else "\n".join(found.lines()))
        return
    if gpu or price is not None or gpu_table:
        raise UsageError("--gpu, --price and --gpu-table go with --dry-run; the approval says what a run may cost.")
    record = launch.launch(request, nproc, ray)
    if as_json:
        typer.echo(json.dumps(record))
    elif not quiet:
        typer.echo("\n".join(launch.ended(record, out)))
    if record["ending"] == "stopped":
        raise KeyboardInterrupt


@said_plainly()
def vocabulary(
    corpus: Corpus,
    model: Model,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder of the extended model.")],
    general: Annotated[
        Path | None,
        typer.Option(metavar="CORPUS", help="General text, the control: what it saves too is not the domain's."),
    ] = None,
    tokens: Annotated[
        int | None, typer.Option(metavar="N", help="Add N tokens, whatever they save. Default: as many as pay.")
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="The shard set will be shards-NAME.")] = None,
    quiet: Quiet = False,
) -> None:
    """Extend a model's vocabulary by the corpus's words, and write the corpus's tokens anew beside the old."""
    need_torch()
    from corpuskit.vocabulary.step import Extend, extend
    from corpuskit.vocabulary.text import lines

    def say(line: str) -> None:
        if not quiet:
            typer.echo(line, err=True)

    found = extend(Extend(corpus, model, out, general, tokens, name), say)
    if not quiet:
        typer.echo("\n".join(lines(found)))


@said_plainly()
def residual(
    adapted: Annotated[Path, typer.Option(metavar="DIR", help="The base after continued pretraining.")],
    base: Annotated[Path, typer.Option(metavar="DIR", help="The base.")],
    instruct: Annotated[Path, typer.Option(metavar="DIR", help="The base's instruct model, made by somebody else.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder of the result.")],
    scale: Annotated[float, typer.Option(help="How much of the difference to add.")] = 1.0,
    quiet: Quiet = False,
) -> None:
    """Give an adapted base the chat ability of its instruct model: adapted + scale x (instruct - base)."""
    need_torch()
    from corpuskit.train.residual import Residual, terminal
    from corpuskit.train.residual import residual as made

    found = made(Residual(adapted, base, instruct, out, scale))
    if not quiet:
        typer.echo("\n".join(terminal(found)))


@said_plainly()
def export(
    corpus: Corpus,
    tool: Annotated[
        Literal["axolotl", "llamafactory", "trl", "megatron", "nanotron"],
        typer.Option("--to", help="Who shall train from it."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write.")],
    shards: Shards = "shards",
    length: Annotated[
        int, typer.Option(metavar="N", help="The longest row, in tokens; longer documents take several.")
    ] = 2048,
    separator: Annotated[
        str | None,
        typer.Option(metavar="TOKEN", help="The token after each document. Default: the tokenizer's end of text."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Lay a corpus's tokens down for another training tool, and check that none is missing."""
    from corpuskit.shard.exports.export import Export, terminal
    from corpuskit.shard.exports.export import export as exported

    found = exported(Export(corpus, tool, out, shards, length, separator))
    if not quiet:
        typer.echo("\n".join(terminal(found)))
