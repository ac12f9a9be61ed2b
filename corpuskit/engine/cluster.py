"""Ray: the only file that imports it. RAY_ADDRESS names a cluster, as Ray does; else one is started here and stopped.

On a cluster, every node must see the sources and the corpus under the same paths, and have corpuskit installed.
"""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from corpuskit.engine import ONE_THREAD, cpus
from corpuskit.errors import CorpuskitError

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",  # no telemetry
    "RAY_worker_niceness": "0",  # Ray's default of 15 starves workers on a busy machine
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
    "RAY_DISABLE_IMPORT_WARNING": "1",
}
OBJECT_STORE_BYTES = 100 << 20  # jobs are paths; nothing big travels
AHEAD = 4  # tasks submitted for each processor of a cluster; --workers N is N tasks at a time


class Cluster:
    """Ray tasks over parts, paths in and paths out."""

    def __init__(self, workers: int | None) -> None:
        self._address = os.environ.get("RAY_ADDRESS")
        self._workers = workers
        self._started = False
        self.name = f"ray, {self._address}" if self._address else f"ray, {workers or cpus()} workers"

    def _start(self) -> None:
        if self._started:
            return
        os.environ.update({name: value for name, value in QUIET.items() if name not in os.environ})
        if not self._address:
            os.environ.setdefault("RAY_AUTH_MODE", "disabled")  # else a token is written to the home folder
        import ray

        try:
            ray.init(
                address=self._address,
                num_cpus=None if self._address else (self._workers or cpus()),
                object_store_memory=None if self._address else OBJECT_STORE_BYTES,
                include_dashboard=None if self._address else False,
                configure_logging=True,
                logging_level=logging.ERROR,
                log_to_driver=False,
                runtime_env={"env_vars": ONE_THREAD},
            )
        except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
            raise CorpuskitError(f"Ray did not start ({self._address or 'on this machine'}): {error}") from None
        self._started = True

    def map(self, function: Callable[[Any], Any], jobs: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """Yield (index, result) as tasks finish; an exception of a task is raised as itself."""
        if not jobs:
            return
        self._start()
        import ray

        task = ray.remote(max_retries=2)(function)
        limit = self._workers or AHEAD * int(ray.cluster_resources()["CPU"])  # type: ignore[no-untyped-call]
        waiting = list(enumerate(jobs))[::-1]
        running: dict[Any, int] = {}
        while waiting or running:
            while waiting and len(running) < limit:
                index, job = waiting.pop()
                running[task.remote(job)] = index
            done, _ = ray.wait(list(running))
            for reference in done:
                index = running.pop(reference)
                try:
                    yield index, ray.get(reference)
                except ray.exceptions.RayTaskError as error:
                    raise error.cause if isinstance(error.cause, Exception) else error from None
                except ray.exceptions.RayError as error:
                    raise CorpuskitError(
                        f"a Ray worker died ({type(error).__name__}). Finished parts are kept: run the command again."
                    ) from None

    def close(self, *, now: bool = False) -> None:  # noqa: ARG002 (Ray stops tasks that have begun either way)
        """Leave the cluster; one that was started here ends, with its workers."""
        if self._started:
            import ray

            ray.shutdown()
            self._started = False
