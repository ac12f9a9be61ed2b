import json
import sys
from pathlib import Path

import pytest

from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.evaluate import harness
from tests.evaluate import learned

# What lm_eval 0.4.13 returns as `results`, figures shortened.
RESULTS = {
    "ours_choice": {
        "name": "ours_choice",
        "alias": "ours_choice",
        "sample_len": 6,
        "acc,none": 0.25,
        "acc_stderr,none": 0.1,
        "acc_norm,none": 0.5,
        "acc_norm_stderr,none": 0.2,
    },
    "ours_words": {
        "alias": " - ours_words",
        "exact_match,strict-match": 0.0,
        "exact_match_stderr,strict-match": "N/A",
    },
}


def test_each_metric_of_each_task_is_a_row_of_all_arms() -> None:
    better = RESULTS | {"ours_choice": {"acc,none": 1.0, "acc_stderr,none": 0.0}}
    found = harness.benchmarks(
        {"base": {"version": "0.4.13", "results": RESULTS}, "adapted": {"version": "0.4.13", "results": better}}
    )
    assert found == {
        "harness": "lm_eval 0.4.13",
        "tasks": [
            {
                "task": "ours_choice",
                "metric": "acc",
                "arms": {"base": {"value": 0.25, "stderr": 0.1}, "adapted": {"value": 1.0, "stderr": 0.0}},
            },
            {"task": "ours_choice", "metric": "acc_norm", "arms": {"base": {"value": 0.5, "stderr": 0.2}}},
            {
                "task": "ours_words",
                "metric": "exact_match (strict-match)",
                "arms": {"base": {"value": 0.0, "stderr": None}, "adapted": {"value": 0.0, "stderr": None}},
            },
        ],
    }


def test_the_harness_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "lm_eval", None)
    with pytest.raises(UsageError, match=r"pip install lm_eval\."):
        harness.run({"base": tmp_path}, ["hellaswag"])


def test_what_the_other_process_cannot_do_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without lm_eval its import fails there; with it, there is no such model."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "lm_eval.py").write_text("raise ConnectionError('no way to the hub')")
    with pytest.raises(
        CorpuskitError, match=r"benchmarks of base: lm_eval failed: ConnectionError: no way to the hub\. It ran without"
    ):
        harness._child({"model": str(tmp_path), "tasks": []}, "base")


def test_a_process_that_dies_is_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "lm_eval.py").write_text("import os; os._exit(7)")
    with pytest.raises(CorpuskitError, match="ended with exit code 7 and said nothing"):
        harness._child({"model": str(tmp_path), "tasks": []}, "base")


def test_a_masked_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the harness asks decoders"):
        harness._check([learned.encoder(tmp_path)])


@pytest.mark.slow
def test_own_tasks_are_run_for_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("lm_eval")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    rows = [{"q": f"Two and {n} is", "choices": [str(2 + n), "blue"], "gold": 0} for n in range(6)]
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    task = {
        "task": "ours",
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": str(tmp_path / "rows.jsonl")},
        "output_type": "multiple_choice",
        "test_split": "train",
        "doc_to_text": "{{q}}",
        "doc_to_choice": "choices",
        "doc_to_target": "gold",
        "metric_list": [{"metric": "acc"}],
    }
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "ours.yaml").write_text(json.dumps(task))
    found = harness.run({"base": learned.decoder(tmp_path / "model")}, ["ours"], tmp_path / "tasks", limit=4)
    assert found["harness"].startswith("lm_eval 0.4")
    (row,) = found["tasks"]
    assert (row["task"], row["metric"]) == ("ours", "acc")
    assert 0 <= row["arms"]["base"]["value"] <= 1
    with pytest.raises(CorpuskitError, match="lm_eval failed"):
        harness.run({"base": tmp_path / "model" / "model"}, ["no such task"], tmp_path / "tasks")
