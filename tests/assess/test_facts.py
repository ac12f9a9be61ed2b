from pathlib import Path

import pytest

from corpuskit.assess.facts import Task, load
from corpuskit.errors import UsageError


def test_facts_come_from_a_file_with_settings_over_it(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text("task:\n  target: 0.9\n  prompted: 0.7\n  labels: 1200\n")
    assert load(file, ["task.prompted=0.75"]) == Task(target=0.9, prompted=0.75, labels=1200)
    assert load(None) == Task()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("task:\n  goal: fame\n", "task.goal: 'fame'"),
        ("task:\n  prompted: 0.7\n", "prompted is given without target"),
        ("task:\n  target: .nan\n", "a score is a finite number"),
        ("task:\n  target: 1\n  prompted: .inf\n", "a score is a finite number"),
        ("task:\n  labels: -1\n", "labels must be at least 0"),
        ("task:\n  promted: 0.7\n", "did you mean prompted?"),
        ("tsk:\n  target: 1\n", "did you mean task?"),
    ],
)
def test_facts_that_make_no_sense_are_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"facts\.yaml") as raised:
        load(file)
    assert said in str(raised.value)
