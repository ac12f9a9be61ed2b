"""The command line. Heavy packages are imported in the commands, so that --help answers at once."""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from corpuskit import __version__
from corpuskit.errors import CorpuskitError, DiskFullError, is_disk_full

if TYPE_CHECKING:
    from corpuskit.pipeline import Show

INTERRUPTED = 130  # as shells say of Ctrl-C

app = typer.Typer(
    help="Folders of company documents in, Arrow token shards and a token report out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Corpus = Annotated[Path, typer.Argument(metavar="CORPUS", help="A corpus that `corpuskit build` made.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def _show(*, quiet: bool) -> "Show":
    from corpuskit import progress

    if quiet:
        return progress.Silence()
    return progress.Bars() if sys.stderr.isatty() else progress.Lines()


def _stop(_number: int, _frame: FrameType | None) -> Any:
    raise KeyboardInterrupt


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Every foreseeable failure ends as one sentence on stderr, with its exit code."""
    try:
        yield
    except CorpuskitError as error:
        _end(str(error), error.exit_code)
    except KeyboardInterrupt:
        _end("stopped. Finished parts are kept: run the same command again to go on.", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        full = is_disk_full(error)
        _end(
            str(DiskFullError.at(error.filename or "corpus"))
            if full
            else f"{error.filename or 'corpuskit'}: {error.strerror or error}.",
            1,
        )


def _end(sentence: str, code: int) -> None:
    typer.echo(f"corpuskit: {sentence}", err=True)
    sys.exit(code)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"corpuskit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Folders of company documents in, Arrow token shards and a token report out."""


@app.command(epilog="Example: corpuskit build contracts/ mail/ --out corpus --tokenizer models/llama")
@_said_plainly()
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
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="One setting, as in filter.min_words=50; may be given again."),
    ] = None,
    engine: Annotated[
        Literal["auto", "local", "ray"], typer.Option(help="Where to work. Ray: RAY_ADDRESS names a cluster.")
    ] = "auto",
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="How many processes. Default: one a processor.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Build over a corpus of another recipe or source.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
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


@app.command(epilog="Example: corpuskit report corpus --format md")
@_said_plainly()
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


@app.command(epilog="Example: corpuskit explain corpus contracts/2019/lease.docx")
@_said_plainly()
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


def main() -> None:
    """Run the command line."""
    signal.signal(signal.SIGTERM, _stop)
    app()


if __name__ == "__main__":
    main()
