"""The sentence claims what was shown and no more."""

from typing import Any

import pytest

from corpuskit.evaluate.sentence import sentence, verdict
from tests.evaluate.proof_example import (
    EVERY,
    arm,
    bare,
    bits_task,
    canary,
    controls_too,
    forgotten,
    leaking,
    no_difference,
    win,
)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("win", "better"),
        ("no difference", "no difference shown"),
        ("worse and forgotten", "worse"),
        ("controls win too", "better, not by the domain"),
        ("bare", "not measured"),
        ("leaking, clean part", "better"),
        ("leaking, no clean part", "not measured"),
        ("bits task", "better"),
    ],
)
def test_the_verdict_of_each_example(name: str, told: str) -> None:
    assert verdict(EVERY[name]) == told


def test_a_win_has_its_figures_its_control_and_its_price() -> None:
    assert sentence(win()).replace("\u00a0", " ") == (
        "Adapted on 30.1 million tokens of contracts, the model needs 11.9 % fewer bits for held-out text "
        "(95 % interval 11.2 to 12.7) and beats its base on 2 of 3 tasks (least: clauses +3.1 points, +1.9 to +4.4, 5 seeds), "
        "undecided on 1; as many tokens of general text gained 0.6 points there; general (replayed) text costs 0.3 % more bits."
    )


def test_no_difference_says_what_could_have_been_shown() -> None:
    told = sentence(no_difference())
    assert (
        ", but no difference to its base was shown on any of 2 tasks (clauses +0.6 points, −0.7 to +1.9, 5 seeds); "
        "the smallest difference this test set could show is 1.8 points;"
    ) in told


def test_what_a_control_gains_too_is_not_the_domains() -> None:
    told = sentence(controls_too())
    assert (
        "; but as many tokens of unrelated text gained 2.9 points there, so the gain is not shown to be the domain's;"
        in told
    )


def test_as_many_is_said_of_as_many_tokens_alone() -> None:
    proof = controls_too()
    proof["arms"][2]["tokens"] = 1_000_000
    assert "; but a model trained on unrelated text gained 2.9 points there" in sentence(proof)


def test_without_a_control_the_gain_may_be_more_training() -> None:
    proof = win()
    proof["arms"] = proof["arms"][:2]
    assert verdict(proof) == "better"
    assert "no control was fine-tuned, so the gain may be nothing but more training" in sentence(proof)


def test_a_gain_on_some_tasks_beyond_the_controls_says_on_how_many() -> None:
    proof = win()
    proof["tasks"][0] = controls_too()["tasks"][0]
    assert verdict(proof) == "better"
    assert "on 1 of the 2 won it is also better than the controls" in sentence(proof)


def test_a_near_domain_is_no_control() -> None:
    proof = controls_too()
    proof["arms"][2]["role"] = "near"
    assert verdict(proof) == "better"


def test_a_gain_with_general_text_forgotten_is_mixed() -> None:
    proof = win()
    proof["forgetting"]["outcome"]["contracts"] = "forgotten"
    worse = {"value": -0.03, "low": -0.05, "high": -0.01, "outcome": "worse"}
    proof["forgetting"]["tasks"] = [{"task": "news", "arm": "contracts", **worse}]
    assert verdict(proof) == "mixed"
    assert "but general tasks lost too much" in sentence(proof)
    assert sentence(forgotten()).endswith("general (replayed) text costs 4.2\u00a0% more bits: too much was forgotten.")


def test_better_on_one_and_worse_on_another_is_mixed() -> None:
    proof = win()
    proof["tasks"][1] = forgotten()["tasks"][0]
    assert verdict(proof) == "mixed"
    assert (
        "beats its base on 1 of 3 tasks (clauses +3.1 points, +1.9 to +4.4, 5 seeds) but is worse on 1 ("
        in sentence(proof)
    )


def test_a_general_task_is_not_among_those_won() -> None:
    proof = win()
    for task in proof["tasks"]:
        task["general"] = True
    assert verdict(proof) == "not measured"


def test_a_marked_test_set_counts_without_its_leaked_examples_or_not_at_all() -> None:
    assert "clauses +3.2 points, +2.0 to +4.5, 5 seeds, leaked examples left out" in sentence(leaking())
    without = sentence(leaking(clean=False))
    assert "its test set leaks into the corpus and cannot be used" in without
    assert "9.1" not in without
    assert "as many tokens of unrelated text changed those bits by −1.2\u00a0%" in without


def test_bits_saved_are_better_where_the_score_is_bits() -> None:
    assert "answers +0.0312 bits per byte saved, +0.0186 to +0.0438" in sentence(bits_task())


def test_a_planted_secret_that_is_found_is_said() -> None:
    assert sentence(canary()).endswith("; it gives a planted secret away (0.01 by chance).")
    assert "secret" not in sentence(win())


def test_bits_within_their_interval_show_nothing() -> None:
    proof = win()
    proof["bits"]["sets"][0]["changes"]["contracts"] = {"value": -0.002, "low": -0.008, "high": 0.004}
    assert "shows no difference in bits for held-out text (95\u00a0% interval −0.8\u00a0% to +0.4\u00a0%)" in sentence(
        proof
    )


def test_nothing_is_shown_without_an_adapted_arm_or_without_measurements() -> None:
    proof = bare()
    assert sentence(proof).startswith(
        "Adapted on text that is not named, the model was compared with its base on no task;"
    )
    proof["arms"] = [arm("base", "base")]
    assert sentence(proof) == "No adapted model was measured, so nothing is shown."
    assert verdict(proof) == "not measured"


@pytest.mark.parametrize("proof", EVERY.values(), ids=EVERY)
def test_it_is_one_sentence_of_some_sixty_words(proof: dict[str, Any]) -> None:
    told = sentence(proof)
    assert told.endswith(".")
    assert ". " not in told
    assert len(told.split(" ")) <= 70


def test_without_held_out_text_the_sentence_still_has_a_verb() -> None:
    proof = no_difference() | {"bits": None}
    assert ", the model shows no difference to its base on " in sentence(proof)
