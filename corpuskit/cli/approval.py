"""The command of approval: approve."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from corpuskit.cli.common import Corpus, Json, said_plainly
from corpuskit.errors import CorpuskitError, GateError, UsageError, sentence

Signers = Annotated[
    Path | None,
    typer.Option("--signers", metavar="FILE", help="Who may sign: ssh-keygen's allowed signers, or a minisign key."),
]


@said_plainly()
def approve(
    corpus: Corpus,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Who approves.")] = None,
    max_cost: Annotated[float | None, typer.Option(metavar="N", help="Money that all runs may spend.")] = None,
    currency: Annotated[str | None, typer.Option(metavar="EUR", help="Of both prices. Default: USD.")] = None,
    price_per_gpu_hour: Annotated[float | None, typer.Option(metavar="N", help="What a GPU hour costs.")] = None,
    max_gpu_hours: Annotated[float | None, typer.Option(metavar="N", help="GPU hours that all runs may take.")] = None,
    max_tokens: Annotated[int | None, typer.Option(metavar="N", help="Tokens that a run may train on.")] = None,
    model: Annotated[
        Path | None, typer.Option("--model", metavar="DIR", help="The base model. Default: any may be trained.")
    ] = None,
    sign: Annotated[
        Path | None, typer.Option("--sign", metavar="KEY", help="Sign with this SSH or minisign key.")
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="A line to keep with it.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of an earlier approval.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Print the standing approval, and whether it holds.")] = False,
    signers: Signers = None,
    as_json: Json = False,
) -> None:
    """Approve training on a corpus as it is now, within limits; or show what is approved.

    Every shard is compared with its SHA-256 before. `train` exits with 3 without an approval, beyond it, or for another corpus.
    """
    limits = {"max_cost": max_cost, "price_per_gpu_hour": price_per_gpu_hour, "max_gpu_hours": max_gpu_hours}
    texts = {"currency": currency, "note": note}
    given = {name: value for name, value in (limits | texts).items() if value is not None}
    if show:
        if by or given or max_tokens or model or sign or replace:
            raise UsageError("--show prints the standing approval; leave out what makes one.")
        _show(corpus, signers, as_json=as_json)
        return
    if signers is not None:
        raise UsageError("--signers checks an approval; say it with --show, or to train.")
    if by is None:
        raise UsageError("an approval has a name under it; give --by NAME, or look at the standing one with --show.")
    from corpuskit.approve import Wanted, give

    at = datetime.now().astimezone().isoformat(timespec="seconds")
    wanted: Any = {"max_tokens": max_tokens, "model": model, "key": sign, "replace": replace} | given
    give(corpus, Wanted(by, **wanted), at)
    _tell(corpus, None, model=model, as_json=as_json)
    _publish(corpus)
    if not as_json:
        typer.echo(f"written     {corpus / 'approval.json'}")


def _publish(corpus: Path) -> None:
    """Write the report anew where there is one: it shows who approved. The approval stands, whether that can be done or not."""
    from corpuskit.report import files

    if not any((corpus / name).exists() for name in files.FORMATS.values()):
        return
    try:
        files.publish(corpus)
    except (CorpuskitError, OSError) as error:
        why = sentence(error, corpus / "report") if isinstance(error, OSError) else str(error)
        typer.echo(f"corpuskit: the report does not show the approval yet: {why}", err=True)


def _tell(
    corpus: Path, refusal: str | None, *, signers: Path | None = None, model: Path | None = None, as_json: bool
) -> None:
    """Print the approval, and why it does not hold if it does not."""
    from corpuskit import approve as room
    from corpuskit.approve.text import lines

    approval = room.written(corpus)
    if approval is None:
        raise GateError(f"{corpus}: nobody has approved training on this corpus.")
    try:
        signature = room.signed(corpus, signers)
    except GateError:
        signature = None
    spent = room.spent(corpus, approval)
    if as_json:
        about = {"holds": refusal is None, "why_not": refusal, "signed": signature and signature.key}
        typer.echo(json.dumps({"approval": asdict(approval)} | about | {"spent_gpu_hours": spent.gpu_hours}))
    else:
        typer.echo("\n".join(lines(corpus, approval, signature, spent, model)))


def _show(corpus: Path, signers: Path | None, *, as_json: bool) -> None:
    from corpuskit import approve as room

    refusal = None
    try:
        approval = room.read(corpus, signers)
        if approval is not None:
            room.check_shards(corpus, ("shards", *(approval.sets or {})))
            for name in approval.sets or {}:
                room.check_set(approval, corpus, name)
    except GateError as error:
        refusal = str(error)
    _tell(corpus, refusal, signers=signers, as_json=as_json)
    if refusal is not None:
        raise GateError(refusal)
    if not as_json:
        typer.echo("holds       yes")
