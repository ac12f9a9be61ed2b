"""The commands that read a corpus: report, explain, what-if, diff."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from corpuskit.cli.common import Corpus, Gpus, Json, Price, Settings, said_plainly


@said_plainly()
def report(
    corpus: Corpus,
    form: Annotated[
        Literal["text", "md", "html", "json"], typer.Option("--format", help="text, md, html or json.")
    ] = "text",
    tokenizer: Annotated[
        list[str] | None,
        typer.Option(metavar="DIR|FILE|NAME", help="Count with this tokenizer too; may be given again."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="DIR|NAME", help="Cost a model: its folder, a config.json, or a name such as llama-3.1-8b."
        ),
    ] = None,
    method: Annotated[Literal["full", "lora", "embeddings"] | None, typer.Option(help="How to train it.")] = None,
    gpu: Annotated[str | None, typer.Option(metavar="NAME", help="On this GPU; part of its name does.")] = None,
    count: Annotated[int | None, typer.Option("--gpus", metavar="N", help="On so many of them.")] = None,
    price: Price = None,
    mfu: Annotated[
        float | None, typer.Option(metavar="SHARE", help="The share of the GPUs' peak that is used. Default: 0.4.")
    ] = None,
    epochs: Annotated[float | None, typer.Option(metavar="N", help="Passes over the corpus.")] = None,
    replay: Annotated[float | None, typer.Option(metavar="SHARE", help="General text's share of all tokens.")] = None,
    gpu_table: Gpus = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Of the programme, as in programme.more_seeds=4."),
    ] = None,
    length: Annotated[
        int | None, typer.Option("--sequence-length", metavar="N", help="Places of a sequence. Default: 2048.")
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(metavar="N", help="The money that was asked for, in USD: a gate holds it to the cost."),
    ] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Ask anew: forget what was asked before.")] = False,
    workers: Annotated[int | None, typer.Option(metavar="N", help="Processes that count tokens.")] = None,
    as_json: Json = False,
) -> None:
    """Print the token report of a corpus, and write CORPUS/report anew.

    What is asked about model, GPUs and price is remembered: the page and later reports answer it too.
    """
    from corpuskit.report import asked, counts, files, text
    from corpuskit.shard import manifest as manifests

    manifest = manifests.account(corpus)
    if forget:
        asked.forget(corpus)
    wanted_counts = list(tokenizer or [])
    if model and asked.has_another_tokenizer(model, manifest["tokenizer"]["digest"]):
        wanted_counts.append(model)
    if wanted_counts:
        counts.count(corpus, wanted_counts, workers)
    terms = {
        "gpu": gpu, "gpus": count, "price_per_gpu_hour": price, "mfu": mfu, "epochs": epochs, "replay": replay
    }  # fmt: skip
    given = {name: value for name, value in terms.items() if value is not None}
    if given or model or method or gpu_table or settings or length is not None or budget is not None:
        asked.ask(
            corpus,
            model=model,
            method=method,
            sequence_length=length,
            terms=given,
            table=gpu_table,
            settings=settings or [],
            budget=budget,
        )
    found, _ = files.publish(corpus)
    wanted = "json" if as_json else form
    if wanted == "text":
        told = [text.terminal(manifest, found["failures"]), *text.more(found), f"report     {corpus / files.PAGE}"]
        shown = "\n\n".join(told)
    else:
        shown = files.rendered(found)[files.FORMATS[wanted]]
    typer.echo(shown.rstrip("\n"))


@said_plainly()
def explain(
    corpus: Corpus,
    document: Annotated[str, typer.Argument(metavar="PATH|ID", help="A document's path (or its end), or its id.")],
    as_json: Json = False,
) -> None:
    """Say why a document is in the corpus or not: each step's verdict with rule, value and threshold."""
    from corpuskit.report import explain as explained
    from corpuskit.shard import manifest as manifests

    manifest = manifests.account(corpus)
    found = explained.find(corpus, document)
    shares = [explained.contained(corpus, one, manifest["recipe"]["dedupe"]["ngram"]) for one in found]
    if as_json:
        told = [one | {"containment": share} for one, share in zip(found, shares, strict=True)]
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for one, share in zip(found, shares, strict=True):
        others = explained.related(corpus, one)
        said = manifest.get("policy", {}).get("columns", [])
        typer.echo("\n".join(explained.lines(one, others, manifest["recipe"], said, share)))


@said_plainly()
def what_if(
    corpus: Corpus,
    settings: Settings = None,
    recipe: Annotated[
        Path | None,
        typer.Option("--recipe", metavar="FILE", help="Try this recipe's filter instead of the corpus's own."),
    ] = None,
    samples: Annotated[int, typer.Option(metavar="N", help="Documents named on each side.")] = 3,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the changed recipe there.")] = None,
    as_json: Json = False,
) -> None:
    """Try other rules on a corpus: documents and tokens lost and gained, by rule, source, language and format, with samples.

    Decided on the stored signals; nothing is built.
    """
    from corpuskit import recipe as recipes
    from corpuskit.report import what_if as tried
    from corpuskit.score.settings import Score
    from corpuskit.shard import manifest as manifests

    manifest = manifests.account(corpus)
    own = Score(**manifest["recipe"].get("score", {})).named()
    rules = recipes.other_rules(manifest["recipe"]["filter"], recipe, settings or [], own)
    found = tried.what_if(corpus, manifest, rules, max(0, samples))
    if save:
        recipes.save({**manifest["recipe"], "filter": rules}, save)
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(tried.lines(found)))


@said_plainly()
def diff(
    before: Annotated[Path, typer.Argument(metavar="CORPUS_A", help="A corpus.")],
    after: Annotated[Path, typer.Argument(metavar="CORPUS_B", help="Another, or a later state of it.")],
    as_json: Json = False,
) -> None:
    """Compare two corpora: documents that came, went or changed, verdicts, tokens, settings."""
    from corpuskit.report import diff as compared

    found = compared.diff(before, after)
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(compared.lines(found)))
