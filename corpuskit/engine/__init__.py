"""Where work is done: in this process, in a pool of processes, or on Ray. The functions are the same everywhere."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, Protocol

from corpuskit.errors import UsageError

Kind = Literal["auto", "local", "ray"]
SMALL_BYTES = 8 << 20  # below this, starting workers costs more than they save


class Engine(Protocol):
    """Maps a function over jobs. Results come as they are done, each with the index of its job."""

    name: str

    def map(self, function: Callable[[Any], Any], jobs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """Yield (index, result) as jobs finish; the first exception of a job is raised here."""
        ...

    def close(self, *, now: bool = False) -> None:
        """Stop the workers; with `now`, without waiting for jobs that have begun."""
        ...


def choose(kind: Kind, workers: int | None, total_bytes: int) -> Engine:
    """The engine for an input of `total_bytes`.

    `auto` takes Ray where RAY_ADDRESS names a cluster. On one machine it takes processes, which start in a fraction of
    Ray's time, and for less than 8 MB none.
    """
    if workers is not None and workers < 1:
        raise UsageError(f"--workers {workers}: there must be at least one.")
    if kind == "ray" or (kind == "auto" and os.environ.get("RAY_ADDRESS")):
        from corpuskit.engine.cluster import Cluster

        return Cluster(workers)
    from corpuskit.engine.local import InProcess, Pool

    count = workers or (1 if kind == "auto" and total_bytes < SMALL_BYTES else cpus())
    return InProcess() if count == 1 else Pool(count)


def cpus() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


POOLS = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "ARROW_NUM_THREADS")
ONE_THREAD = dict.fromkeys(POOLS, "1") | {"TOKENIZERS_PARALLELISM": "false"}
"""The environment of a worker: parallelism is between workers, so none inside."""
