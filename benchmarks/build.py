"""Whole builds of a folder, measured from outside: wall time, CPU seconds and peak memory of every process involved.

    python benchmarks/build.py FOLDER [--runs 3]

Interleaves the engines (local with one and two workers, Ray with two), each from nothing, and ends with a second run
over the unchanged corpus. CPU and memory are sampled for all processes that carry the run's mark in their environment, Ray's
daemons included: usual accounting misses those. Memory is the proportional set size, so mapped files count once.
"""

import argparse
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

import corpuskit

TICKS = os.sysconf("SC_CLK_TCK")
ENGINES = {
    "local, 1": ["--engine", "local", "--workers", "1"],
    "local, 2": ["--engine", "local", "--workers", "2"],
    "ray, 2": ["--engine", "ray", "--workers", "2"],
}


@dataclass
class Cost:
    """Seconds and megabytes of one run."""

    wall: float
    cpu: float
    peak_mb: float


def marked(mark: bytes) -> list[Path]:
    """The processes whose environment holds the mark."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (process / "environ").read_bytes():
                found.append(process)
    return found


def measured(command: list[str]) -> Cost:
    """Run a command to its end and add up what its processes took."""
    mark = f"CORPUSKIT_BENCHMARK={uuid.uuid4()}"
    name, value = mark.split("=")
    started = time.monotonic()
    running = subprocess.Popen(
        command, env=os.environ | {name: value}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    spent: dict[str, float] = {}
    peak = 0
    while running.poll() is None:
        memory = 0
        for process in marked(mark.encode()):
            with contextlib.suppress(OSError, IndexError):
                fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
                born = fields[19]
                spent[f"{process.name}:{born}"] = (int(fields[11]) + int(fields[12])) / TICKS
                rollup = (process / "smaps_rollup").read_text()
                memory += int(rollup.split("Pss:")[1].split()[0])
        peak = max(peak, memory)
        time.sleep(0.1)
    wall = time.monotonic() - started
    if running.returncode:
        sys.exit(
            f"{' '.join(command)}: exit {running.returncode}: {running.stderr.read().decode() if running.stderr else ''}"
        )
    return Cost(wall, sum(spent.values()), peak / 1024)


def main() -> None:
    """Print one line a run, and the least of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=2)
    arguments = parser.parse_args()
    files = [file for file in arguments.folder.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files)
    print(f"corpuskit {corpuskit.__version__}, Python {platform.python_version()}, {os.cpu_count()} cores")
    print(f"{len(files):,} files, {size / 1e6:.1f} MB\n{'':<22}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for run in range(arguments.runs):
            for name, options in ENGINES.items():
                out = Path(folder) / "corpus"
                shutil.rmtree(out, ignore_errors=True)
                command = [
                    sys.executable,
                    "-m",
                    "corpuskit",
                    "build",
                    str(arguments.folder),
                    "--out",
                    str(out),
                    *options,
                ]
                cost = measured(command)
                print(f"{name + f' (run {run + 1})':<22}{cost.wall:9.1f}{cost.cpu:9.1f}{cost.peak_mb:9.0f}", flush=True)
        again = measured(command)
        print(f"{'again, unchanged':<22}{again.wall:9.1f}{again.cpu:9.1f}{again.peak_mb:9.0f}")


if __name__ == "__main__":
    main()
