"""A task before its runs and after: sizes, what is searched by what, what is held against what, what leaks."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpuskit.errors import UsageError
from corpuskit.evaluate import power, results, runs, tasks
from corpuskit.evaluate.arms import Digests
from corpuskit.evaluate.contamination import Touched
from corpuskit.evaluate.jobs import Result
from corpuskit.evaluate.recipe import Arm, Evaluation, Trials
from corpuskit.evaluate.tasks import Asking
from corpuskit.finetune import checks, metrics
from corpuskit.finetune.examples import Asked, Classified, Data, Example, Message, Pair, Tagged, Talk
from tests.evaluate.world import World, classes, evaluation, jsonl, task

ARMS = (
    Arm("base", "base", Path("a")),
    Arm("adapted", "adapted", Path("b")),
    Arm("other", "unrelated", Path("c")),
    Arm("close", "near", Path("d")),
    Arm("further", "other", Path("e")),
)
MODELS = {arm.name: Digests(arm.name, "t") for arm in ARMS}
RATES = (0.001, 0.003)


def examples(count: int, part: str = "test", clusters: int = 0) -> tuple[Example, ...]:
    return tuple(
        Example(
            f"{part}.jsonl:{n}",
            str(n % clusters) if clusters else f"{part} {n}",
            Classified(f"{part} {n}", ("ab"[n % 2],)),
        )
        for n in range(count)
    )


def asking(sizes: tuple[int, ...] = (8, 16), **more: Any) -> Asking:
    """Sixteen examples to learn from and twelve to test on, in six clusters."""
    data = Data("classification", "x", examples(16, "train"), examples(4, "dev"), examples(12, clusters=6), ("a", "b"))
    found: dict[str, Any] = {
        "task": task("x", "classification", Path("x")),
        "data": data,
        "sizes": sizes,
        "digest": "d",
    }
    cluster = np.arange(12) % 6
    return Asking(**(found | {"cluster": cluster, "touched": {}, "found": checks.check(found["data"])} | more))


def asked(arms: tuple[Arm, ...] = ARMS, **trials: Any) -> Evaluation:
    settings: dict[str, Any] = {"seeds": 2, "rates": RATES} | trials
    return Evaluation(arms, Path("out"), trials=Trials(**settings))


def result(dev: float, right: list[int]) -> Result:
    """A result by which of the twelve test examples are right; they alternate between two classes."""
    each = np.zeros((12, 6))
    for n, good in enumerate(right):
        own = n % 2
        each[n, 3 * own] = good  # true positives, false positives, false negatives of each class
        each[n, 3 * (1 - own) + 1] = each[n, 3 * own + 2] = 1 - good
    return Result(dev, "macro F1", each, {}, 1, 36.0)


@pytest.mark.parametrize(
    ("count", "more", "sizes"),
    [
        (320, {}, (20, 40, 80, 160, 320)),
        (100, {}, (16, 25, 50, 100)),
        (10, {}, (10,)),
        (320, {"examples": 64}, (16, 32, 64)),
        (320, {"sizes": (50, 10)}, (10, 50, 320)),
        (320, {"sizes": (50, 10), "examples": 50}, (10, 50)),
        (30, {"sizes": (10, 500)}, (10, 30)),
    ],
)
def test_a_curve_is_five_halvings_or_what_was_asked_up_to_all(
    count: int, more: dict[str, Any], sizes: tuple[int, ...]
) -> None:
    data = Data("classification", "x", examples(count, "train"), (), (), ("a", "b"))
    assert tasks._sizes(task("x", "classification", Path("x"), **more), data) == sizes


def test_every_arm_searches_the_same_with_all_labels_and_a_seed_that_does_not_count() -> None:
    found = runs.searches(asking(), ARMS, MODELS, RATES)
    assert set(found) == {(arm.name, rate) for arm in ARMS for rate in RATES}
    assert {(job.examples, job.seed) for job in found.values()} == {(16, runs.SEARCH_SEED)}
    assert runs.searches(asking(), ARMS, MODELS, RATES[:1]) == {}
    assert runs.chosen({}, ARMS, RATES[:1]) == dict.fromkeys(MODELS, 0.001)
    assert runs.SEARCH_SEED not in range(1000)


def test_a_rate_is_chosen_on_the_development_set_and_never_on_the_test_set() -> None:
    poor, good = [0] * 12, [1] * 12
    found = {("base", 0.001): result(0.7, poor), ("base", 0.003): result(0.6, good)}
    assert runs.chosen(found, ARMS[:1], RATES) == {"base": 0.001}
    equal = {("base", 0.001): result(0.7, poor), ("base", 0.003): result(0.7, good)}
    assert runs.chosen(equal, ARMS[:1], (0.003, 0.001)) == {"base": 0.001}


def test_the_label_curve_is_the_base_s_and_the_adapted_arm_s() -> None:
    rates = dict.fromkeys(MODELS, 0.001)
    found = runs.counting(asking(), asked(), MODELS, rates)
    by = {(arm, size) for arm, size, _ in found}
    assert by == {("base", 8), ("adapted", 8)} | {(arm.name, 16) for arm in ARMS}
    assert {seed for *_, seed in found} == {0, 1}
    every = runs.counting(asking(), asked(curve_for_all=True), MODELS, rates)
    assert {(arm, size) for arm, size, _ in every} == {(arm.name, size) for arm in ARMS for size in (8, 16)}
    assert runs.count(asking(), asked()) == len(found) + len(ARMS) * 2


def test_all_are_held_against_the_base_and_the_adapted_against_the_controls() -> None:
    one, every = asking((16,)), asked()
    right = {"base": [1] * 6 + [0] * 6, "adapted": [1] * 12, "other": [0] * 12, "close": [1] * 12, "further": [1] * 12}
    found = {(name, 16, seed): result(0.5, good) for name, good in right.items() for seed in (0, 1)}
    told = results.after(one, every, found, {}, dict.fromkeys(MODELS, 0.001))
    pairs = {(row["arm"], row["against"]): row for row in told["differences"]}
    assert list(pairs) == [
        ("adapted", "base"), ("other", "base"), ("close", "base"), ("further", "base"),
        ("adapted", "other"), ("adapted", "close"),
    ]  # fmt: skip
    assert (pairs["adapted", "other"]["value"], pairs["adapted", "other"]["outcome"]) == (1.0, "better")
    assert (pairs["adapted", "close"]["value"], pairs["adapted", "close"]["ties"]) == (0.0, 2)
    assert told["arms"]["base"]["device_hours"] == pytest.approx(2 * 36 / 3600)
    assert told["saving"] == []  # one size is no curve


def test_before_a_run_the_smallest_difference_is_that_of_clusters_and_seeds() -> None:
    row = tasks.before(asking(), 5)
    least = power.minimal_detectable(6, 2, 5)
    assumed = f"{least.assumed}, as accuracy: macro F1 of uneven classes needs more"
    assert row["detectable"] == {"value": least.value, "clusters": 6, "seeds": 5, "assumed": assumed}
    assert (row["train"], row["dev"], row["test"], row["clusters"], row["labels"]) == (16, 4, 12, 6, 2)
    assert row["contamination"] == {"corpora": {}, "leaked": 0, "marked": False}


def test_tagging_is_counted_in_entities() -> None:
    tagged = tuple(Example(f"test:{n}", str(n), Tagged(("a", "b", "c"), ("B-X", "I-X", "B-Y"))) for n in range(12))
    data = replace(asking().data, kind="tagging", test=tagged)
    assert tasks.before(asking(data=data, cluster=np.arange(12)), 5)["detectable"]["value"] == (
        power.minimal_detectable(12, 2, 5).value
    )


def test_of_bits_per_byte_nothing_is_foretold() -> None:
    data = replace(asking().data, kind="chat")
    told = tasks.before(asking(data=data), 5)
    assert (told["metric"], told["higher_is_better"], told["detectable"]["value"]) == (
        metrics.BITS_PER_BYTE.name,
        False,
        None,
    )


def test_leaked_examples_and_copies_of_train_are_left_out_of_the_clean_difference() -> None:
    leaked = np.arange(12) < 4
    one = asking((16,), touched={"corpus": Touched(leaked, np.zeros(12, bool))})
    right = {"base": [0] * 12, "adapted": [1] * 4 + [0] * 8}
    found = {(name, 16, seed): result(0.5, good) for name, good in right.items() for seed in (0, 1)}
    told = results.after(one, asked(ARMS[:2]), found, {}, dict.fromkeys(MODELS, 0.001))
    (row,) = told["differences"]
    assert row["value"] > 0.2
    assert row["clean"] == {"examples_left": 8, "value": 0, "low": 0, "high": 0, "outcome": "no difference shown"}
    copied = replace(one.data, train=one.data.train + one.data.test[:6])
    assert asking(data=copied).clean.tolist() == [False] * 6 + [True] * 6


def test_where_one_cluster_is_left_nothing_is_said_of_the_clean_ones() -> None:
    one = asking((16,), touched={"corpus": Touched(np.arange(12) % 6 > 0, np.zeros(12, bool))})
    found = {(name, 16, seed): result(0.5, [1] * 12) for name in ("base", "adapted") for seed in (0, 1)}
    (row,) = results.after(one, asked(ARMS[:2]), found, {}, dict.fromkeys(MODELS, 0.001))["differences"]
    assert row["clean"] is None


def test_what_an_example_could_leak_is_its_text_or_what_the_assistant_says() -> None:
    said = (Message("user", "ask"), Message("assistant", "one"), Message("assistant", "two"))
    assert tasks.text(Classified("text", ("a",))) == "text"
    assert tasks.text(Tagged(("one", "two"), ("O", "O"))) == "one two"
    assert tasks.text(Asked("question", "text", ())) == "text"
    assert tasks.text(Talk(said)) == "one two"
    assert tasks.text(Pair(said[:1], (Message("assistant", "good"),), (Message("assistant", "bad"),))) == "good"


def test_a_task_without_a_test_set_is_refused(world: World, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "labels" / "train.jsonl", [{"text": "a pump", "label": "x"}] * 3)
    with pytest.raises(UsageError):
        tasks.prepared(task("labels", "classification", file.parent), evaluation(world, tmp_path / "out"))


def test_the_digest_is_of_what_is_learned_and_asked(world: World, tmp_path: Path) -> None:
    def digest(folder: Path) -> str:
        return tasks.prepared(task("x", "classification", folder), evaluation(world, tmp_path)).digest

    same, more = classes(tmp_path / "same"), classes(tmp_path / "more", ["A further one."])
    assert digest(same) == digest(world.classes) != digest(more)
