"""The command of curation: build."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from corpuskit.cli.common import Json, Quiet, Settings, said_plainly

if TYPE_CHECKING:
    from corpuskit.pipeline import Show


def _show(*, quiet: bool) -> "Show":
    from corpuskit import progress

    if quiet:
        return progress.Silence()
    return progress.Bars() if sys.stderr.isatty() else progress.Lines()


@said_plainly()
def build(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Folders, files, globs or fsspec URLs; NAME=SOURCE gives one a name."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="CORPUS", help="The folder to write the corpus to.")],
    recipe: Annotated[Path | None, typer.Option("--recipe", metavar="FILE", help="Settings, a YAML file.")] = None,
    tokenizer: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|FILE|NAME", help="A Hugging Face tokenizer.json, its folder, or a cached model's name."
        ),
    ] = None,
    settings: Settings = None,
    engine: Annotated[
        Literal["auto", "local", "ray"], typer.Option(help="Where to work. Ray: RAY_ADDRESS names a cluster.")
    ] = "auto",
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="How many processes. Default: one a processor.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Build over a corpus of another recipe or source.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Extract, repair, score, filter, dedupe and shard documents into a corpus, and report on every file and token.

    Run again, it does only what is missing: after Ctrl-C, a crash, or changed files.
    """
    started = time.monotonic()
    from corpuskit import pipeline
    from corpuskit.recipe import load
    from corpuskit.report import text

    chosen = load(recipe, [*(settings or []), *([f"score.tokenizer={json.dumps(tokenizer)}"] if tokenizer else [])])
    request = pipeline.Build(tuple(sources), out, chosen, engine, workers, replace)
    built = pipeline.build(request, _show(quiet=quiet or as_json))
    if as_json:
        work = {"files_extracted": built.files_extracted, "files_reused": built.files_reused, "changed": built.changed}
        told = {name: built.report[name] for name in ("inputs", "tokenizer", "ledger", "shards", "failures")}
        typer.echo(json.dumps({"corpus": str(out), "run": work} | told, ensure_ascii=False))
    elif not quiet:
        typer.echo("\n" + text.terminal(built.manifest, built.report["failures"]))
        typer.echo(
            f"\n{out}  {'written' if built.changed else 'stands as it was'} in {time.monotonic() - started:.1f} s: "
            f"{built.files_extracted:,} files extracted, {built.files_reused:,} reused"
        )
        typer.echo(f"report     {out / 'report' / 'index.html'}")
