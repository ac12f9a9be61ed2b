from pathlib import Path

import numpy as np
import pytest
import torch

from corpuskit.finetune import predict
from corpuskit.finetune.examples import TaskKind
from corpuskit.finetune.prepare import prepare
from corpuskit.train.devices import Place
from corpuskit.train.runner import assembled
from corpuskit.train.sizes import Machine
from corpuskit.train.watch import Silence
from tests.finetune import small_runs

CPU = Machine("cpu", "CPU", 1, 1 << 34, "float32")
HERE = Place(0, 1, torch.device("cpu"))


@pytest.mark.parametrize(
    ("task", "width"), [("classification", 2), ("tagging", 5), ("extraction", 2), ("chat", 1), ("preference", 1)]
)
def test_what_is_said_of_an_example_does_not_depend_on_its_company(task: TaskKind, width: int, tmp_path: Path) -> None:
    """Each example has its own rows, in its place; the learner is as it was, dropout and all."""
    data = small_runs.written(tmp_path / "data", small_runs.rows(task))
    kind = small_runs.encoder if task in small_runs.ENCODED else small_runs.talker
    prepared = prepare(small_runs.request(task, data, kind(tmp_path / "model"), tmp_path / "run"), CPU)
    learner, _ = assembled(prepared, HERE, Silence())
    learner.train()
    some = prepared.dev[:5]
    found = predict.outputs(prepared, prepared.asking, learner, HERE, some)
    rows = [2 if task == "preference" else len(one.target) for one in some]
    assert [one.shape for one in found] == [(count, width) for count in rows]
    for one, together in zip(some, found, strict=True):
        (alone,) = predict.outputs(prepared, prepared.asking, learner, HERE, [one])
        assert np.allclose(alone, together, rtol=1e-5, atol=1e-5)
    assert learner.training
    assert learner.asking is prepared.asking
    assert predict.outputs(prepared, prepared.asking, learner, HERE, []) == []
