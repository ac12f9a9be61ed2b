"""What the commands share: how a failure ends, and the arguments that several take."""

import importlib.util
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from corpuskit.errors import CorpuskitError, UsageError, sentence

INTERRUPTED = 130  # as shells say of Ctrl-C

Corpus = Annotated[Path, typer.Argument(metavar="CORPUS", help="A corpus that `corpuskit build` made.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="One setting, as in filter.min_words=50; may be given again."),
]
Price = Annotated[
    float | None,
    typer.Option("--price", metavar="N", help="USD per GPU hour. Default: the approval's, else the GPU's range."),
]
Gpus = Annotated[
    Path | None, typer.Option("--gpu-table", metavar="FILE", help="Your own GPUs and prices, YAML (docs/budget.md).")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]


@contextmanager
def said_plainly() -> Iterator[None]:
    """Every foreseeable failure ends as one sentence on stderr, with its exit code."""
    try:
        yield
    except CorpuskitError as error:
        end(str(error), error.exit_code)
    except KeyboardInterrupt:
        end("stopped. Finished parts are kept: run the same command again to go on.", INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        end(sentence(error, "this machine"), 1)


def need_torch() -> None:
    """Raise UsageError where what models need is not installed."""
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("transformers") is None:
        raise UsageError("training needs PyTorch and transformers: pip install 'corpuskit-cpt[train]'.")


def end(sentence: str, code: int) -> None:
    """Say why it ends, and end."""
    typer.echo(f"corpuskit: {sentence}", err=True)
    sys.exit(code)


def stop_on_sigterm() -> None:
    """SIGTERM ends a command as Ctrl-C does."""

    def stop(_number: int, _frame: FrameType | None) -> Any:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
