"""The command quality: a classifier of one's own."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from corpuskit.cli.common import Json, said_plainly

Examples = "a folder of .txt and .md, or a corpus"


@said_plainly()
def quality(
    _what: Annotated[Literal["train"], typer.Argument(metavar="train", help="What to do: train.")],
    good: Annotated[Path, typer.Option(metavar="PATH", help=f"Good documents, or a domain's: {Examples}.")],
    bad: Annotated[Path, typer.Option(metavar="PATH", help=f"Bad documents, or general ones: {Examples}.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the classifier goes.")],
    as_json: Json = False,
) -> None:
    """Train a classifier on good and bad examples; its score is then a signal of every document."""
    from corpuskit.finetune import copies
    from corpuskit.score.quality import text, train
    from corpuskit.score.quality.examples import read

    goods, bads = read(good), read(bad)
    found = train(goods, bads, out, copies.groups([*goods, *bads]))
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(text.lines(found, out)))
