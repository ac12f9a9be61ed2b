"""The command that takes documents out of a corpus: forget."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from corpuskit.cli.common import Corpus, Json, Quiet, said_plainly
from corpuskit.errors import GateError


@said_plainly()
def forget(
    corpus: Corpus,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH|ID...", help="Files, folders or ids. None: finish what was interrupted."),
    ] = None,
    copies: Annotated[bool, typer.Option("--copies", help="Their copies too, exact and near ones.")] = False,
    paths: Annotated[
        bool, typer.Option("--paths", help="Do not keep their paths either, of files of which nothing is left.")
    ] = False,
    run: Annotated[
        list[Path] | None,
        typer.Option("--runs", metavar="FOLDER", help="Look there for runs that trained on them; may be given again."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without, only what would go is listed.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Take documents out of a corpus for good: texts, tokens, report and work files. Later builds leave them out.

    The sources are not touched, and need not be there. Exits with 3 unless --yes is said.
    """
    from corpuskit.forget.look import Request
    from corpuskit.forget.step import forget as forgotten
    from corpuskit.forget.text import lines

    def say(line: str) -> None:
        if not (quiet or as_json):
            typer.echo(line, err=True)

    day = datetime.now().astimezone().date().isoformat()
    answer = forgotten(Request(corpus, tuple(names or ()), day, copies, paths, tuple(run or ()), yes), say)
    if as_json:
        typer.echo(json.dumps(asdict(answer), ensure_ascii=False))
    elif not quiet:
        typer.echo("\n".join(lines(corpus, answer)))
    if not yes:
        raise GateError("nothing was forgotten; say --yes to do it. What is forgotten does not come back.")
