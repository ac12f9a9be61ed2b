"""What is asked of an evaluation is looked at when it is asked."""

from pathlib import Path
from typing import Any

import pytest

from corpuskit.errors import UsageError
from corpuskit.evaluate.recipe import Arm, Bits, Evaluation, TaskAsked, Trials, asked, named
from corpuskit.finetune.recipe import Tuning

BASE = Arm("base", "base", Path("a"))
ADAPTED = Arm("adapted", "adapted", Path("b"))
PLAIN = {"kind": "tagging", "data": "labels"}


def evaluation(*arms: Arm, **more: Any) -> Evaluation:
    return Evaluation(arms, Path("out"), **more)


def test_the_adapted_arms_come_first_and_the_base_apart() -> None:
    other = Arm("other", "unrelated", Path("c"))
    one = evaluation(other, BASE, ADAPTED)
    assert one.base is BASE
    assert one.others == [ADAPTED, other]


def test_arms_and_tasks_have_names_of_their_own_and_one_base() -> None:
    with pytest.raises(UsageError, match="arms base, base: each needs a name of its own"):
        evaluation(BASE, BASE)
    for arms in ((ADAPTED,), (BASE, Arm("more", "base", Path("c")))):
        with pytest.raises(UsageError, match="one arm, and only one, is the base"):
            evaluation(*arms)
    task = TaskAsked("labels", "tagging", Path("labels"))
    with pytest.raises(UsageError, match="tasks labels, labels: each needs a name of its own"):
        evaluation(BASE, tasks=(task, task))


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        (Trials, {"seeds": 0}, "seeds must be at least 1"),
        (Trials, {"rates": ()}, "rates must be learning rates"),
        (Trials, {"rates": (0.1, 1.5)}, "rates must be learning rates"),
        (Trials, {"workers": 0}, "workers must be at least 1"),
        (Bits, {"documents": 1}, "documents must be at least 2 and tokens at least 8"),
        (Bits, {"tokens": 7}, "documents must be at least 2 and tokens at least 8"),
    ],
)
def test_settings_that_cannot_be_are_refused(kind: Any, values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        kind(**values)


def test_a_task_of_a_recipe_is_its_own_settings_and_those_of_fine_tuning() -> None:
    found = asked("r.yaml", "diseases", PLAIN | {"sizes": [8, 16], "run": {"epochs": 2}}, Path("data"))
    assert (found.name, found.kind, found.data, found.sizes) == ("diseases", "tagging", Path("data/labels"), (8, 16))
    assert (found.recipe.run.epochs, found.recipe.method) == (2, Tuning().method)
    columns = asked("r.yaml", "x", {"kind": "tagging", "data": {"path": "rows", "tags": "ner"}}, Path("data"))
    assert (columns.data, columns.recipe.data.tags) == (Path("data/rows"), "ner")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "tagging"}, r"tasks.x: it needs kind .* and data"),
        ({"kind": "ranking", "data": "labels"}, r"tasks.x: it needs kind \(classification, tagging, extraction, chat"),
        (PLAIN | {"exampels": 3}, r"tasks.x.exampels: no such setting; did you mean examples\?"),
        (PLAIN | {"run": {"epoch": 3}}, r"run.epoch: no such setting; did you mean epochs\?"),
        (PLAIN | {"data": {"path": "a", "lable": "b"}}, r"data.lable: no such setting; did you mean label\?"),
        (PLAIN | {"method": {"kind": "head"}}, "method.kind head is not for fine-tuning"),
        (PLAIN | {"examples": "many"}, "tasks.x.examples: 'many'"),
    ],
)
def test_what_a_task_does_not_know_is_refused_with_its_place(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        asked("r.yaml", "x", values, Path())


def test_a_flag_names_kind_and_path() -> None:
    assert named("classification:a:b") == ("classification", Path("a:b"))
    for given in ("classification", "classification:", "ranking:labels", ":labels"):
        with pytest.raises(UsageError, match="write one of classification, tagging"):
            named(given)
