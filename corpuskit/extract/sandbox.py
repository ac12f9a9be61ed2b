"""Files read in a child process that may crash, hang or swell without harm to anyone."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from corpuskit.errors import CorpuskitError
from corpuskit.extract import frames
from corpuskit.extract.found import Failed, Limits, Text

_READ_BYTES = 1 << 18
_START_SECONDS = 60
_REST = "rest of the file"
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")  # each reserves memory


class Sandbox:
    """Reads files in one long-lived child; a context manager.

    A child that dies, says nothing for ``timeout_seconds`` or is waited for longer than ``max_file_seconds`` in all costs
    that one file: what came before stays, the rest is one Failed ``crashed`` or ``timed_out``, and the next file gets a
    fresh child, as it does after ``out_of_memory``.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._child: _Child | None = None
        self._left_out = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child, if there is one, and wait until it is gone."""
        if self._child is not None:
            self._child.end()
            self._child = None

    @property
    def pid(self) -> int | None:
        """The process id of the child; none before the first file and after close."""
        return self._child.pid if self._child else None

    @property
    def left_out(self) -> int:
        """How many files were passed over in all that was read (``Allowance.left_out``); none where the child was lost."""
        return self._left_out

    def read(self, path: str, name: str) -> Iterator[Text | Failed]:
        """Every document of a local file, at least one, as they come; one file at a time.

        ``name`` is what the file is called, for its suffix. Leaving the iterator early ends the child.
        """
        if self._child is None:
            self._child = _started(self._limits)
        child, finished, swollen, count = self._child, False, False, 0
        try:
            child.ask(path, name)
            for found in child.answers(self._limits.timeout_seconds, self._limits.max_file_seconds):
                yield found
                count += 1
                swollen = swollen or (isinstance(found, Failed) and found.reason == "out_of_memory")
            self._left_out += child.left_out
            finished = not swollen
        except _Gone as gone:
            yield Failed(gone.reason, gone.detail, _REST if count else "")
        finally:
            if not finished:
                self.close()


def _started(limits: Limits) -> "_Child":
    """A child; one that is killed while it starts, by a machine short of memory, gets a second chance."""
    try:
        return _Child(limits)
    except CorpuskitError:
        return _Child(limits)


class _Gone(Exception):  # noqa: N818 - an event, which read() turns into a Failed
    """The child died or hung."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class _Child:
    """The process and its two pipes."""

    def __init__(self, limits: Limits) -> None:
        root = str(Path(__file__).parents[2])
        inherited = os.environ.get("PYTHONPATH")
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "corpuskit.extract.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **_ONE_THREAD, "PYTHONPATH": root + os.pathsep + inherited if inherited else root},
            bufsize=0,
        )
        if self._process.stdin is None or self._process.stdout is None:  # cannot be: both are pipes
            raise CorpuskitError("The process that reads files has no pipes.")
        self._requests, self._answers = self._process.stdin, self._process.stdout
        self._poll = select.poll()
        self._poll.register(self._answers, select.POLLIN)
        self._buffer = bytearray()
        self._left_seconds = float(_START_SECONDS)
        self.left_out = 0  # of the last file that is done
        try:
            self._send(asdict(limits))
            self._frame(_START_SECONDS)
        except _Gone as gone:
            self.end()
            raise CorpuskitError(
                f"The process that reads files did not start: {gone.detail}. "
                f"`{sys.executable} -m corpuskit.extract.child < /dev/null` shows why."
            ) from gone
        except BaseException:
            self.end()
            raise

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def ask(self, path: str, name: str) -> None:
        """Have a file read."""
        self._send({"path": path, "name": name})

    def answers(self, timeout_seconds: float, in_all_seconds: float) -> Iterator[Text | Failed]:
        """What is found in the file, as it comes; _Gone when the child dies, is silent for too long or is never done."""
        self._left_seconds = in_all_seconds
        while frames.DONE not in (value := self._frame(timeout_seconds)):
            if frames.DIED in value:
                raise _Gone("crashed", f"the parser failed with {value[frames.DIED]}")
            if frames.ALIVE not in value:
                yield frames.found_in(value)
        self.left_out = int(value[frames.DONE])

    def end(self) -> None:
        """Kill the process, which has nothing to lose, and wait for it."""
        self._process.kill()
        self._process.wait()
        self._requests.close()
        self._answers.close()

    def _send(self, value: dict[str, Any]) -> None:
        left = memoryview(frames.pack(value))
        try:
            while left:
                left = left[self._requests.write(left) or 0 :]
        except BrokenPipeError as error:
            raise self._death() from error

    def _frame(self, timeout_seconds: float) -> dict[str, Any]:
        prefix = frames.LENGTH.size
        while len(self._buffer) < prefix:
            self._fill(timeout_seconds)
        end = prefix + frames.LENGTH.unpack_from(self._buffer)[0]
        while len(self._buffer) < end:
            self._fill(timeout_seconds)
        body = self._buffer[prefix:end]
        del self._buffer[:end]
        return frames.unpack(body)

    def _fill(self, timeout_seconds: float) -> None:
        began = time.monotonic()
        spoke = self._poll.poll(1000 * min(timeout_seconds, max(0.0, self._left_seconds)))
        self._left_seconds -= time.monotonic() - began
        if not spoke:
            was = (
                "not done in the time for one file"
                if self._left_seconds <= 0
                else f"silent for {timeout_seconds:g} seconds"
            )
            raise _Gone("timed_out", f"the parser was {was}")
        data = self._answers.read(_READ_BYTES)
        if not data:
            raise self._death()
        self._buffer += data

    def _death(self) -> _Gone:
        self._process.kill()  # it closed its pipe, so it is dead or dying
        code = self._process.wait()
        if code >= 0:
            return _Gone("crashed", f"the parser ended with exit code {code}")
        return _Gone("crashed", f"the parser died with signal {-code} ({signal.Signals(-code).name})")
