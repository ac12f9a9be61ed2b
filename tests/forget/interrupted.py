"""Forgets a document and kills itself at a write: `python -m tests.forget.interrupted CORPUS DOCUMENT NUMBER`.

Every file that is opened for writing, made to be another, or deleted in the corpus folder is an event; it ends as `kill -9` does before
the event of this number, and prints all of them when it came to its end.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from corpuskit.forget.look import Request
from corpuskit.forget.step import forget

EVENTS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree"}


def main(corpus: Path, document: str, at: int) -> list[str]:
    """The events that there were."""
    seen: list[str] = []

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in EVENTS or not str(arguments[0]).startswith(str(corpus)):
            return
        if event == "open" and not (arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        if len(seen) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        seen.append(f"{event} {Path(str(arguments[0])).name}")

    sys.addaudithook(watch)
    forget(Request(corpus, (document,), "2026-01-31", sure=True), lambda _: None)
    return seen


if __name__ == "__main__":
    sys.stdout.write("\n".join(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
