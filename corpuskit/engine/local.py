"""This machine: the calling process, or a pool of processes."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from typing import Any

from corpuskit.engine import ONE_THREAD
from corpuskit.errors import CorpuskitError


class InProcess:
    """One job after the other, here."""

    name = "local, in process"

    def map(self, function: Callable[[Any], Any], jobs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """Yield (index, result) in order."""
        for index, job in enumerate(jobs):
            yield index, function(job)

    def close(self, *, now: bool = False) -> None:
        """Nothing to stop."""


def begin_worker() -> None:
    """Ctrl-C is the parent's to handle, and a worker must not outlive a parent that was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            connection.wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


class Pool:
    """`workers` processes, started when the first job comes."""

    def __init__(self, workers: int) -> None:
        self.name = f"local, {workers} processes"
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            os.environ.update(ONE_THREAD)  # spawned workers inherit it; this process has its threads already
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, mp_context=context, initializer=begin_worker)
        return self._pool

    def map(self, function: Callable[[Any], Any], jobs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """Yield (index, result) as jobs finish. Raises CorpuskitError when a worker dies."""
        if not jobs:
            return
        futures: dict[Future[Any], int] = {}
        try:
            futures.update((self._started().submit(function, job), index) for index, job in enumerate(jobs))
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool:
            raise CorpuskitError(
                "a worker process died (out of memory, or killed). Finished parts are kept: "
                "run the same command again, with fewer --workers if memory is short."
            ) from None
        finally:
            for future in futures:
                future.cancel()

    def close(self, *, now: bool = False) -> None:
        """Stop the workers; with `now`, kill them."""
        if self._pool is None:
            return
        processes = list((self._pool._processes or {}).values())  # noqa: SLF001 (kill_workers() is 3.14's)
        if now:
            for process in processes:
                process.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None
