"""The benchmark of training runs where there is no GPU."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "training.py"


@pytest.mark.slow
def test_the_benchmark_trains_a_tiny_model_and_says_how_fast(tmp_path: Path) -> None:
    out = tmp_path / "found.json"
    options = ["--tiny", "--only", "full", "--contestants", "ours", "--rounds", "1", "--json", str(out)]
    subprocess.run([sys.executable, str(BENCHMARK), "train", *options], check=True, capture_output=True)
    found = json.loads(out.read_text())
    (ours,) = found["cases"]["tiny/128/full"]["results"]["ours"]
    assert ours["attention"].startswith("packed")
    assert ours["tokens_per_second"] > 0
    assert 10.0 < ours["loss"] < 10.5  # ln(32,000) = 10.37: random weights know nothing
