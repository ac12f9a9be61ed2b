"""The commands of curation: build, report, explain."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from corpuskit.cli.common import Corpus, Json, Quiet, Settings, said_plainly

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
    """Extract, score, filter, dedupe and shard documents into a corpus, and report on every file and token.

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
        typer.echo(
            json.dumps({"corpus": str(out), "run": work} | json.loads(text.as_json(built.manifest, built.failures)))
        )
    elif not quiet:
        typer.echo("\n" + text.terminal(built.manifest, built.failures))
        typer.echo(
            f"\n{out}  {'written' if built.changed else 'stands as it was'} in {time.monotonic() - started:.1f} s: "
            f"{built.files_extracted:,} files extracted, {built.files_reused:,} reused"
        )
        typer.echo(f"report     {out / 'report' / 'report.md'}")


@said_plainly()
def report(
    corpus: Corpus,
    form: Annotated[Literal["text", "md", "json"], typer.Option("--format", help="text, md or json.")] = "text",
    as_json: Json = False,
) -> None:
    """Print the token report of a corpus."""
    from corpuskit.report import text
    from corpuskit.shard import manifest as manifests

    manifest = manifests.read(corpus)
    failures = manifests.failures(corpus)
    render = {"text": text.terminal, "md": text.markdown, "json": text.as_json}
    typer.echo(render["json" if as_json else form](manifest, failures).rstrip("\n"))


@said_plainly()
def explain(
    corpus: Corpus,
    document: Annotated[str, typer.Argument(metavar="PATH|ID", help="A document's path (or its end), or its id.")],
    as_json: Json = False,
) -> None:
    """Say why a document is in the corpus or not: each step's verdict with rule, value and threshold."""
    from corpuskit.report import explain as explained
    from corpuskit.shard import manifest as manifests

    manifest = manifests.read(corpus)
    found = explained.find(corpus, document)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for one in found:
        typer.echo("\n".join(explained.lines(one, explained.related(corpus, one), manifest["recipe"])))
