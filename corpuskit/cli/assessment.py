"""The command of assessment: assess."""

import json
from pathlib import Path
from typing import Annotated

import typer

from corpuskit.cli.common import Corpus, Json, Quiet, Settings, said_plainly


@said_plainly()
def assess(
    corpus: Corpus,
    model: Annotated[
        Path | None,
        typer.Option("--model", metavar="DIR", help="The model to adapt. Without one, only the words are measured."),
    ] = None,
    general: Annotated[
        Path | None,
        typer.Option(metavar="CORPUS", help="General text to measure forgetting on, replayed in the probe."),
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(metavar="CORPUS", help="General text to compare words with. Default: bundled English counts."),
    ] = None,
    probe: Annotated[
        bool, typer.Option("--probe", help="Train for a moment and measure what it takes off the loss.")
    ] = False,
    probe_tokens: Annotated[int | None, typer.Option(metavar="N", help="How long the probe is, in tokens.")] = None,
    test: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A test set (JSONL, CSV, text) that the corpus must not hold."),
    ] = None,
    facts: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What only you know: target and scores so far, YAML.")
    ] = None,
    settings: Settings = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Say whether continued pretraining on this corpus is worth it, and which kind; "don't" is a possible answer.

    Everything measured goes into CORPUS/report. Nothing is trained but the probe, which is thrown away.
    """
    from corpuskit.assess import facts as told
    from corpuskit.assess.probe import PROBE
    from corpuskit.assess.step import Assess
    from corpuskit.assess.step import assess as assessed
    from corpuskit.assess.text import lines
    from corpuskit.report import files

    def say(line: str) -> None:
        if not (quiet or as_json):
            typer.echo(line, err=True)

    wanted = probe_tokens if probe_tokens is not None else (PROBE if probe else 0)
    task = told.load(facts, settings or [])
    found = assessed(Assess(corpus, model, general, reference, tuple(test or []), task, wanted), say)
    files.publish(corpus)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
    elif not quiet:
        typer.echo("\n".join([*lines(found), "", f"report         {corpus / 'report' / 'index.html'}"]))
