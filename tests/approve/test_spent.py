"""What is spent is counted under the approval, over all runs and starts."""

import json
import os
from pathlib import Path

import pytest

from corpuskit import approve
from corpuskit.approve import Account, Spent
from corpuskit.errors import GateError
from tests.approve.conftest import approval


def test_what_is_spent_may_reach_the_limit_and_not_pass_it(corpus: Path) -> None:
    given = approval(corpus, max_gpu_hours=None, max_cost=25.0, price_per_gpu_hour=2.5)
    spent = Spent().plus(9 * 3600).plus(3600)
    spent.check(given)
    with pytest.raises(GateError, match=r"Ada approved 10\.00 GPU hours \(25\.00 USD\); 10\.10 are spent\. Have more"):
        spent.plus(360).check(given)


def test_what_is_needed_next_counts_too(corpus: Path) -> None:
    with pytest.raises(GateError, match=r"approved 10\.00 GPU hours; 9\.00 are spent and 1\.50 more are needed") as no:
        Spent(9 * 3600).check(approval(corpus), needed_gpu_hours=1.5)
    assert no.value.exit_code == 3


def test_a_start_begins_with_what_the_others_spent(corpus: Path) -> None:
    given = approval(corpus)
    first = Account(corpus, given, "run")
    assert first.record(100.0) == Spent(100.0)
    second = Account(corpus, given, "run")
    assert second.others == Spent(100.0)
    assert second.record(7.0) == Spent(107.0)
    assert approve.spent(corpus, given) == Spent(107.0)


def test_two_runs_at_once_are_both_counted(corpus: Path) -> None:
    given = approval(corpus)
    one, other = Account(corpus, given, "a"), Account(corpus, given, "b")
    one.record(100.0)
    assert other.record(50.0) == Spent(150.0)
    assert one.record(110.0) == Spent(160.0)
    assert approve.spent(corpus, given) == Spent(160.0)


def test_another_approval_begins_at_nothing(corpus: Path) -> None:
    Account(corpus, approval(corpus), "run").record(100.0)
    assert approve.spent(corpus, approval(corpus, max_gpu_hours=20.0)) == Spent(0.0)


def test_a_file_says_whose_seconds_it_counts_and_names_no_place(corpus: Path) -> None:
    given = approval(corpus)
    Account(corpus, given, "run").record(3.5)
    (file,) = (corpus / "spent").iterdir()
    said = {"format": 1, "approval": given.digest, "run": "run", "gpu_seconds": 3.5}
    assert json.loads(file.read_text()) == said


@pytest.mark.parametrize(
    "found",
    [
        "",
        '{"format": 1',
        "[]",
        '{"format": 1, "approval": "x"}',
        '{"format": 1, "approval": "x", "gpu_seconds": -1}',
        '{"format": 1, "approval": "x", "gpu_seconds": NaN}',
        '{"format": 1, "approval": "x", "gpu_seconds": true}',
        '{"format": 1, "approval": "x", "gpu_seconds": "7"}',
        '{"format": 2, "approval": "x", "gpu_seconds": 7}',
    ],
)
def test_a_damaged_file_is_named_and_never_counted_as_nothing(corpus: Path, found: str) -> None:
    (corpus / "spent").mkdir()
    (corpus / "spent" / "a.json").write_text(found)
    with pytest.raises(GateError, match=r"spent/a\.json: damaged, so nobody knows what is spent"):
        Account(corpus, approval(corpus), "run")


def test_a_file_that_breaks_while_a_run_is_at_work_does_not_end_it(corpus: Path) -> None:
    given = approval(corpus)
    Account(corpus, given, "other").record(40.0)
    account = Account(corpus, given, "run")
    account.record(1.0)
    (corpus / "spent" / "a.json").write_text("{")
    assert account.record(2.0) == Spent(42.0)


def test_a_corpus_that_cannot_be_written_is_said_and_the_run_goes_on(corpus: Path) -> None:
    (corpus / "spent").write_text("in the way")
    account = Account(corpus, approval(corpus), "run")
    assert "what this run spends cannot be written down" in account.problem
    assert account.record(5.0) == Spent(5.0)


def test_what_could_be_written_before_is_not_counted_twice_after(corpus: Path) -> None:
    given = approval(corpus)
    account = Account(corpus, given, "run")
    account.record(5.0)
    (corpus / "spent").chmod(0o500)
    root = os.geteuid() == 0
    if root:
        os.chown(corpus / "spent", 65_534, 65_534)
        for folder in (corpus, *corpus.parents[:3]):
            folder.chmod(0o755)
        os.seteuid(65_534)
    try:
        assert account.record(8.0) == Spent(8.0)
        assert "Permission denied" in account.problem
    finally:
        if root:
            os.seteuid(0)
    (corpus / "spent").chmod(0o700)
    assert account.record(9.0) == Spent(9.0)
    assert account.problem == ""
