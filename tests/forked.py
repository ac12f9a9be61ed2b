"""Training in processes that can be killed: forked from one that has imported everything, and not started from nothing each time.

The process that is forked imports `tests.warm` once; a forked one runs what `corpuskit` would run, with its own standard error.
"""

import multiprocessing
import os
import sys
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import torch

from corpuskit.cli import main

FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.warm"])


def corpuskit(arguments: list[str], said: Path) -> ForkServerProcess:
    """Begin `corpuskit` with these arguments; what it says on stderr goes into a file."""
    process = FORK.Process(target=_corpuskit, args=(arguments, said))
    process.start()
    return process


def _corpuskit(arguments: list[str], said: Path) -> None:
    with said.open("wb") as file, Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)
    sys.argv = ["corpuskit", *arguments]
    main()
