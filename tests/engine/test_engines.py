import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpuskit.engine import choose, cpus
from corpuskit.engine.local import InProcess, Pool
from corpuskit.errors import CorpuskitError, UsageError

ROOT = str(Path(__file__).parents[2])
PARENT = """
import time
from corpuskit.engine.local import Pool
from tests.engine.test_engines import worker_pid

if __name__ == "__main__":
    pool = Pool(1)
    print(next(pool.map(worker_pid, [0]))[1], flush=True)
    time.sleep(60)
"""


def worker_pid(_: int) -> int:
    return os.getpid()


def double(number: int) -> int:
    return 2 * number


def fail(number: int) -> int:
    raise CorpuskitError(f"part {number} is wrong")


def die(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def threads(_: int) -> str | None:
    return os.environ.get("RAYON_NUM_THREADS")


def test_small_inputs_stay_in_this_process_and_large_ones_get_one_worker_a_processor() -> None:
    assert isinstance(choose("auto", None, 1000), InProcess)
    assert choose("auto", None, 1 << 30).name == ("local, in process" if cpus() == 1 else f"local, {cpus()} processes")
    assert isinstance(choose("local", 1, 1 << 30), InProcess)


def test_an_address_makes_auto_take_ray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    assert choose("auto", None, 1000).name == "ray, 10.0.0.1:6379"


def test_no_workers_is_refused() -> None:
    with pytest.raises(UsageError, match="--workers 0: there must be at least one"):
        choose("local", 0, 1)


@pytest.mark.parametrize("make", [InProcess, lambda: Pool(2)])
def test_every_job_is_done_and_named_by_its_index(make) -> None:  # type: ignore[no-untyped-def]
    engine = make()
    try:
        assert sorted(engine.map(double, [5, 6, 7])) == [(0, 10), (1, 12), (2, 14)]
        assert list(engine.map(double, [])) == []
        with pytest.raises(CorpuskitError, match="part 3 is wrong"):
            list(engine.map(fail, [3]))
    finally:
        engine.close()


def test_a_worker_that_is_killed_ends_the_run_with_a_sentence() -> None:
    pool = Pool(2)
    try:
        with pytest.raises(CorpuskitError, match=r"a worker process died .* run the same command again"):
            list(pool.map(die, [1, 2, 3]))
    finally:
        pool.close(now=True)


def test_a_worker_uses_one_thread() -> None:
    pool = Pool(1)
    try:
        assert [value for _, value in pool.map(threads, [1])] == ["1"]
    finally:
        pool.close()


def test_workers_do_not_outlive_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=dict(os.environ, PYTHONPATH=ROOT)
    )
    assert parent.stdout
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        if not Path(f"/proc/{worker}").exists():
            return
        time.sleep(0.1)  # until the operating system has reaped it
    pytest.fail("the worker is still there")
