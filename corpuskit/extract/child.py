"""The process that reads files: ``python -m corpuskit.extract.child``, started by the sandbox and by nobody else.

Requests come in on what was standard input, frames go out on what was standard output. Libraries that print cannot
disturb them: the two descriptors are moved away before any library is imported.
"""

import os
import queue
import signal
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from corpuskit.extract import frames
from corpuskit.extract.found import MEGABYTE, Allowance, Failed, Limits, Opened

ALIVE = frames.pack({frames.ALIVE: True})


def main() -> None:
    """Read one file after the other until the parent closes the pipe or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business, which ends the child itself
    requests, answers = _moved_away()
    sys.excepthook = _Obituary(answers)
    from corpuskit.extract.legibility import legibility

    limits = frames.limits_in(_next(requests))
    legibility("é")  # imports numpy and builds its table, which every text needs, before memory is counted
    _restrict(limits.memory_mb)
    waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    _send(answers, frames.pack({frames.READY: os.getpid()}))
    while True:
        request = waiting.get()
        left_out = _read(request["path"], request["name"], limits, answers)
        _send(answers, frames.pack({frames.DONE: left_out}))


def _moved_away() -> tuple[BinaryIO, BinaryIO]:
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(null, descriptor)
    return requests, answers


def _listen(requests: BinaryIO, waiting: "queue.SimpleQueue[dict[str, Any]]") -> None:
    """Hand requests on; end the process the moment the parent's end closes, whatever a parser is doing."""
    while True:
        waiting.put(_next(requests))


def _next(requests: BinaryIO) -> dict[str, Any]:
    prefix = requests.read(frames.LENGTH.size)
    if len(prefix) < frames.LENGTH.size:
        os._exit(0)
    return frames.unpack(requests.read(frames.LENGTH.unpack(prefix)[0]))


def _read(path: str, name: str, limits: Limits, answers: BinaryIO) -> int:
    """Send what is in the file; how many files in it were passed over."""
    from corpuskit.extract.formats import documents

    left = Allowance(limits)
    try:
        with Path(path).open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            for found in documents(Opened(name, stream, size, limits, 0, left, lambda: _send(answers, ALIVE))):
                _send(answers, frames.found_frame(found))
    except MemoryError:  # in packing a text for its way out
        failed = Failed(
            "out_of_memory", f"its text takes more than {limits.memory_mb:,} MB of memory", "rest of the file"
        )
        _send(answers, frames.found_frame(failed))
    except OSError as error:
        failed = Failed("unreadable", f"the file cannot be read: {error.strerror or type(error).__name__}")
        _send(answers, frames.found_frame(failed))
    return left.left_out


def _send(answers: BinaryIO, frame: bytes) -> None:
    try:
        answers.write(frame)
        answers.flush()
    except BrokenPipeError:
        os._exit(0)


def _restrict(memory_mb: int) -> None:
    """No more memory than that beyond what the process has now, no core dumps, not a byte written to any file."""
    try:
        import resource
    except ImportError:  # not a POSIX system
        return
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:  # no /proc: the limit then counts the interpreter too
        pages = 0
    wanted = pages * resource.getpagesize() + memory_mb * MEGABYTE
    for limit, value in ((resource.RLIMIT_AS, wanted), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        hard = resource.getrlimit(limit)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (allowed, allowed))


class _Obituary:
    """Tells the parent which exception ended the child, and where; not its message, which may quote the document."""

    def __init__(self, answers: BinaryIO) -> None:
        self._answers = answers

    def __call__(self, kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
        place = ""
        while trace is not None:
            code = trace.tb_frame.f_code
            if "corpuskit" in code.co_filename:
                place = f" in {Path(code.co_filename).name}, line {trace.tb_lineno}"
            trace = trace.tb_next
        _send(self._answers, frames.pack({frames.DIED: f"{kind.__name__}{place}"}))


if __name__ == "__main__":
    main()
