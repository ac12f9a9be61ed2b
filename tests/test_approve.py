import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from corpuskit import approve
from corpuskit.approve import Approval, Spent
from corpuskit.errors import GateError, UsageError

MANIFEST = '{"format": 1}\n'
AT = "2026-01-31T09:00:00+00:00"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "corpus.json").write_text(MANIFEST)
    return tmp_path


def signed(corpus: Path, **values: object) -> Approval:
    given: dict[str, object] = {"max_gpu_hours": 10.0} | values
    return Approval(by="Ada", at=AT, corpus=approve.manifest_digest(corpus), **given)  # type: ignore[arg-type]


def lay(corpus: Path, **values: object) -> None:
    """An approval.json as somebody might have edited it; a value of ... leaves the field out."""
    fields = {
        "format": 1,
        "by": "Ada",
        "at": AT,
        "corpus": approve.manifest_digest(corpus),
        "max_gpu_hours": 10,
    } | values
    (corpus / "approval.json").write_text(json.dumps({name: v for name, v in fields.items() if v is not ...}))


def test_an_approval_comes_back_as_it_was_written(corpus: Path) -> None:
    given = signed(corpus, max_cost=300.0, price_per_gpu_hour=2.5, currency="EUR", note="für März")
    approve.write(corpus, given)
    assert approve.read(corpus) == given


def test_the_digest_is_that_of_the_file(corpus: Path) -> None:
    given = signed(corpus)
    approve.write(corpus, given)
    assert given.digest == hashlib.sha256((corpus / "approval.json").read_bytes()).hexdigest()
    assert replace(given, max_gpu_hours=11.0).digest != given.digest


def test_a_corpus_that_nobody_approved_has_none(corpus: Path) -> None:
    assert approve.read(corpus) is None


def test_an_approval_does_not_outlive_a_change_of_the_corpus(corpus: Path) -> None:
    approve.write(corpus, signed(corpus))
    (corpus / "corpus.json").write_text(MANIFEST + "\n")
    with pytest.raises(UsageError, match=r"approval\.json: the approval of Ada is for another state of the corpus"):
        approve.read(corpus)


def test_an_approval_for_another_corpus_is_not_written(corpus: Path) -> None:
    with pytest.raises(UsageError, match="for another state of the corpus"):
        approve.write(corpus, Approval(by="Ada", at=AT, corpus="0" * 64, max_gpu_hours=1))
    assert not (corpus / "approval.json").exists()


def test_a_folder_without_a_manifest_is_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no corpus here \(there is no corpus\.json\)"):
        approve.manifest_digest(tmp_path)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"format": 2}, r"format 2, but this corpuskit reads format 1"),
        ({"by": ...}, r"not an approval; approve the corpus again"),
        ({"by": " "}, r"by is empty; an approval has a name under it"),
        ({"by": 7}, r"by is 7; approve the corpus again"),
        ({"at": "yesterday"}, r"at is yesterday; write an ISO 8601 time"),
        ({"at": "2026-01-31T09:00:00"}, r"with its offset, such as 2026"),
        ({"max_gpu_hours": ...}, r"neither max_cost nor max_gpu_hours is given"),
        ({"max_gpu_hours": 0}, r"max_gpu_hours is 0; it is a number above 0"),
        ({"max_gpu_hours": True}, r"max_gpu_hours is True"),
        ({"max_gpu_hours": float("inf")}, r"max_gpu_hours is inf; it is a number above 0"),
        ({"max_cost": 100}, r"max_cost is given without price_per_gpu_hour"),
        ({"max_cost": -1, "price_per_gpu_hour": 2}, r"max_cost is -1; it is a number above 0"),
        ({"max_costs": 100}, r"max_costs: an approval has no such field"),
    ],
)
def test_an_approval_that_cannot_be_checked_is_refused(corpus: Path, values: dict[str, object], sentence: str) -> None:
    lay(corpus, **values)
    with pytest.raises(UsageError, match=sentence):
        approve.read(corpus)


@pytest.mark.parametrize("text", ["", "{", "[]", '"yes"'])
def test_a_file_that_is_no_approval_is_refused(corpus: Path, text: str) -> None:
    (corpus / "approval.json").write_text(text)
    with pytest.raises(UsageError, match="not an approval; approve the corpus again"):
        approve.read(corpus)


@pytest.mark.parametrize(
    ("max_cost", "max_gpu_hours", "hours"),
    [(100.0, None, 40.0), (100.0, 30.0, 30.0), (100.0, 50.0, 40.0), (None, 30.0, 30.0)],
)
def test_the_smaller_limit_holds(
    corpus: Path, max_cost: float | None, max_gpu_hours: float | None, hours: float
) -> None:
    given = signed(corpus, max_cost=max_cost, max_gpu_hours=max_gpu_hours, price_per_gpu_hour=2.5)
    assert given.gpu_hours_limit == hours


def test_two_gpus_for_half_an_hour_cost_one_hour() -> None:
    assert approve.cost(2 * 1800, 2.5) == 2.5


def test_what_is_spent_may_reach_the_limit_and_not_pass_it(corpus: Path) -> None:
    given = signed(corpus, max_cost=25.0, price_per_gpu_hour=2.5)
    spent = Spent().plus(9 * 3600).plus(3600)
    spent.check(given)
    with pytest.raises(GateError, match=r"Ada approved 10\.00 GPU hours \(25\.00 USD\); 10\.10 are spent\. Have more"):
        spent.plus(360).check(given)


def test_what_is_needed_next_counts_too(corpus: Path) -> None:
    with pytest.raises(GateError, match=r"approved 10\.00 GPU hours; 9\.00 are spent and 1\.50 more are needed") as no:
        Spent(9 * 3600).check(signed(corpus), needed_gpu_hours=1.5)
    assert no.value.exit_code == 3
