"""The command line. Heavy packages are imported in the commands, so that --help answers at once."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from corpuskit import __version__
from corpuskit.cli import approval, assessment, curation, evaluation, forgetting, quality, reports, training, tuning
from corpuskit.cli.common import stop_on_sigterm

ABOUT = "Folders of company documents in, Arrow token shards and a token report out, and a model trained on them."

# In the order of the data's way.
COMMANDS: tuple[tuple[Callable[..., Any], str], ...] = (
    (curation.build, "corpuskit build contracts/ mail/ --out corpus --tokenizer models/llama"),
    (reports.report, "corpuskit report corpus --format md"),
    (reports.explain, "corpuskit explain corpus contracts/2019/lease.docx"),
    (reports.what_if, "corpuskit what-if corpus --set filter.min_words=20"),
    (quality.quality, "corpuskit quality train --good handbooks --bad saved-pages --out classifier"),
    (reports.diff, "corpuskit diff corpus-january corpus"),
    (forgetting.forget, "corpuskit forget corpus contracts/2019/lease.docx --copies --runs runs --yes"),
    (assessment.assess, "corpuskit assess corpus --model models/llama --general news --probe --test bar-exam.jsonl"),
    (
        training.vocabulary,
        "corpuskit vocabulary corpus --model models/llama --out models/llama-extended --general news",
    ),
    (
        approval.approve,
        "corpuskit approve corpus --by 'Ada Lovelace' --max-cost 200 --currency EUR --price-per-gpu-hour 2.5 --sign key",
    ),
    (training.train, "corpuskit train corpus --model models/llama --out run --replay news=0.05"),
    (
        tuning.finetune,
        "corpuskit finetune labels --task classification --model run/model --out classifier",
    ),
    (
        evaluation.evaluate,
        "corpuskit evaluate --base models/llama --adapted run/model --corpus corpus --task chat:questions --out proof",
    ),
    (
        training.residual,
        "corpuskit residual --adapted run/model --base models/llama --instruct models/llama-chat --out chat",
    ),
    (training.export, "corpuskit export corpus --to trl --out for-trl"),
)

app = typer.Typer(
    help=ABOUT,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command, example in COMMANDS:
    app.command(epilog=f"Example: {example}")(command)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"corpuskit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Folders of company documents in, Arrow token shards and a token report out, and a model trained on them."""


def main() -> None:
    """Run the command line."""
    stop_on_sigterm()
    app()
