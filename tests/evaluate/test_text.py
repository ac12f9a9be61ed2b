"""The proof in a terminal: aligned, narrow, its sentence last."""

from typing import Any

import pytest

from corpuskit.evaluate.text import before, lines
from tests.evaluate.proof_example import EVERY, bare, leaking, renamed, win

EVIL = "</script>\x1b[31m\x00\ud800\u202e\n# long " * 40


def test_a_task_shows_arms_differences_and_labels() -> None:
    shown = lines(win())
    start = next(at for at, line in enumerate(shown) if line.startswith("clauses"))
    assert shown[start : start + 8] == [
        "clauses        macro F1; 1,200 labels, 427 test examples, 5 seeds; could show 2.4 points",
        "  base                            78.3",
        "  contracts                       81.4       +3.1 (+1.9 to +4.4)        better, 5-0-0",
        "  novels                          78.7       +0.4 (−0.9 to +1.7)        no difference shown, 3-1-1",
        "  replay                          78.9       +0.6 (−0.7 to +1.8)        no difference shown, 3-1-1",
        "  contracts against novels                   +2.7 (+1.5 to +4.0)        better, 5-0-0",
        "  contracts against replay                   +2.5 (+1.3 to +3.8)        better, 5-0-0",
        "  labels       contracts needs 642 for the full score of base: 46% saved (33% to 60%), beside 301 to",
    ]


def test_the_sentence_comes_last_under_the_verdict() -> None:
    shown = lines(win())
    at = shown.index("BETTER")
    assert " ".join(shown[at + 1 :]) == win()["sentence"].replace("\u00a0", " ")


def test_a_leaking_test_set_is_said_and_counted_without() -> None:
    shown = "\n".join(lines(leaking()))
    assert "  LEAKS: 58 test examples stand in a corpus; their scores do not count" in shown
    assert "    without leaked examples                  +3.2 (+2.0 to +4.5)        better\n" in shown
    assert "too few are left" in "\n".join(lines(leaking(clean=False)))


def test_what_was_not_measured_is_said() -> None:
    assert "memorised      not measured" in lines(bare())


@pytest.mark.parametrize("proof", EVERY.values(), ids=EVERY)
@pytest.mark.parametrize("ends", ["", EVIL], ids=["plain", "evil"])
def test_no_line_is_wider_than_a_hundred_or_steers_a_terminal(proof: dict[str, Any], ends: str) -> None:
    shown = lines(renamed(proof, ends)) + before(renamed(proof, ends)["tasks"])
    assert all(len(line) <= 100 and line.isprintable() for line in shown)


def test_before_the_run_each_task_says_what_it_could_show() -> None:
    assert before(win()["tasks"][:1], runs=120) == [
        "clauses        classification, macro F1; 1,200 train, 301 dev, 427 test examples in 77 clusters; 64,",
        "               256, 1,200 labels, 5 seeds; smallest difference that it can show: 2.4 points (80 %",
        "               power, 12 % of the answers differ)",
        "to do          120 runs of fine-tuning",
    ]
