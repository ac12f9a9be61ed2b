"""What an approval says, and what is none."""

import hashlib
import json
import os
import resource
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from corpuskit import approve
from corpuskit.approve import Approval
from corpuskit.errors import GateError, UsageError
from tests.approve.conftest import AT, approval, lay


def test_an_approval_comes_back_as_it_was_written(corpus: Path) -> None:
    given = approval(
        corpus,
        max_cost=300.0,
        price_per_gpu_hour=2.5,
        currency="EUR",
        note="für März",
        max_tokens=10**9,
        model="llama",
        model_digest="a" * 64,
        sets={"shards-law": "b" * 64},
    )
    approve.write(corpus, given)
    assert approve.read(corpus) == given


def test_the_digest_is_that_of_the_file(corpus: Path) -> None:
    given = approval(corpus, max_tokens=5)
    approve.write(corpus, given)
    assert given.digest == hashlib.sha256((corpus / "approval.json").read_bytes()).hexdigest()
    assert replace(given, max_gpu_hours=11.0).digest != given.digest


def test_an_approval_from_before_there_were_models_and_tokens_in_it_keeps_its_digest(corpus: Path) -> None:
    old = """{
  "at": "2026-01-31T09:00:00+00:00",
  "by": "Ada",
  "corpus": "DIGEST",
  "currency": "USD",
  "format": 1,
  "max_cost": null,
  "max_gpu_hours": 10.0,
  "note": "",
  "price_per_gpu_hour": null
}
""".replace("DIGEST", approve.manifest_digest(corpus))
    (corpus / "approval.json").write_text(old)
    found = approve.read(corpus)
    assert found == approval(corpus)
    assert found is not None
    assert found.digest == hashlib.sha256(old.encode()).hexdigest()


def test_a_corpus_that_nobody_approved_has_none(corpus: Path) -> None:
    assert approve.read(corpus) is None
    assert approve.written(corpus) is None
    assert approve.signed(corpus) is None


def test_an_approval_does_not_outlive_a_change_of_the_corpus(corpus: Path) -> None:
    approve.write(corpus, approval(corpus))
    manifest = corpus / "corpus.json"
    manifest.write_text(manifest.read_text() + "\n")
    with pytest.raises(GateError, match=r"approval\.json: the approval of Ada is for another state of the corpus"):
        approve.read(corpus)
    assert approve.written(corpus) is not None


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
        ({"format": "\x1b[2J"}, r"format \?\[2J, but"),
        ({"by": ...}, r"not an approval; approve the corpus again"),
        ({"by": " "}, r"by is empty; an approval has a name under it"),
        ({"by": 7}, r"by is 7; approve the corpus again"),
        ({"by": "Ada\nLovelace"}, r"by holds line breaks, control characters or invisible ones"),
        ({"by": "Ada\x1b[31m"}, r"by holds line breaks, control characters"),
        ({"note": "paid \u202eton"}, r"note holds line breaks, control characters"),
        ({"model": "a\rb", "model_digest": "0" * 64}, r"model holds line breaks"),
        ({"currency": "\ud800"}, r"currency holds line breaks"),
        ({"at": "yesterday"}, r"at is yesterday; write an ISO 8601 time"),
        ({"at": "2026-01-31T09:00:00"}, r"with its offset, such as 2026"),
        ({"corpus": "abc"}, r"corpus is not a SHA-256"),
        ({"max_gpu_hours": ...}, r"neither max_cost nor max_gpu_hours is given"),
        ({"max_gpu_hours": 0}, r"max_gpu_hours is 0; it is a number above 0"),
        ({"max_gpu_hours": True}, r"max_gpu_hours is True"),
        ({"max_gpu_hours": float("inf")}, r"max_gpu_hours is inf; it is a number above 0"),
        ({"max_gpu_hours": float("nan")}, r"max_gpu_hours is nan; it is a number above 0"),
        ({"max_gpu_hours": 10**400}, r"a number is too large"),
        ({"max_cost": 100}, r"max_cost is given without price_per_gpu_hour"),
        ({"max_cost": -1, "price_per_gpu_hour": 2}, r"max_cost is -1; it is a number above 0"),
        ({"max_cost": 1e308, "price_per_gpu_hour": 1e-9, "max_gpu_hours": ...}, r"no finite number of GPU hours"),
        ({"max_tokens": 0}, r"max_tokens is 0; it is a number above 0"),
        ({"max_tokens": 1.5}, r"max_tokens is 1\.5; approve the corpus again"),
        ({"model": "llama"}, r"model and model_digest are given together"),
        ({"model": "llama", "model_digest": "latest"}, r"model_digest is not a SHA-256"),
        ({"sets": {"shards-law": 7}}, r"sets is .*; approve the corpus again"),
        ({"sets": {"a\x1b": "0" * 64}}, r"a\? is not a SHA-256"),
        ({"max_costs": 100}, r"max_costs: an approval has no such field"),
        ({"\x1b]0;": 1}, r"\?\]0;: an approval has no such field"),
    ],
)
def test_an_approval_that_cannot_be_checked_is_refused(corpus: Path, values: dict[str, object], sentence: str) -> None:
    lay(corpus, **values)
    with pytest.raises(GateError, match=sentence) as refused:
        approve.read(corpus)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "found",
    [
        b"",
        b"{",
        b"[]",
        b'"yes"',
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"by": "Ada", "by": "Eve"}',
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
    ids=["empty", "torn", "list", "text", "not UTF-8", "deep", "twice", "digits"],
)
def test_a_file_that_is_no_approval_is_refused(corpus: Path, found: bytes) -> None:
    (corpus / "approval.json").write_bytes(found)
    with pytest.raises(GateError, match="not an approval; approve the corpus again"):
        approve.read(corpus)


def a_folder(file: Path) -> None:
    file.mkdir()


def a_pipe(file: Path) -> None:
    os.mkfifo(file)


def a_link_to_nowhere(file: Path) -> None:
    file.symlink_to("nowhere")


def a_link_to_a_device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def a_hundred_megabytes(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(100_000_000)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (a_folder, "not a file; move it away"),
        (a_pipe, "not a file; move it away"),
        (a_link_to_nowhere, "cannot be read: No such file"),
        (a_link_to_a_device, "not a file; move it away"),
        (a_hundred_megabytes, r"more than 65,536 bytes"),
    ],
)
def test_what_is_no_small_file_is_refused_at_once(corpus: Path, made: Callable[[Path], None], sentence: str) -> None:
    made(corpus / "approval.json")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(GateError, match=sentence):
        approve.read(corpus)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KiB


def test_a_file_that_may_not_be_read_is_refused(corpus: Path) -> None:
    approve.write(corpus, approval(corpus))
    (corpus / "approval.json").chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65_534)  # nobody: to root everything is readable
    try:
        with pytest.raises(GateError, match=r"approval\.json: cannot be read: Permission denied"):
            approve.read(corpus)
    finally:
        if root:
            os.seteuid(0)


def test_an_approval_behind_a_link_is_read_and_replacing_it_leaves_the_target_alone(
    corpus: Path, tmp_path: Path
) -> None:
    approve.write(corpus, approval(corpus))
    elsewhere = (corpus / "approval.json").rename(tmp_path / "elsewhere.json")
    (corpus / "approval.json").symlink_to(elsewhere)
    assert approve.read(corpus) == approval(corpus)
    approve.write(corpus, approval(corpus, max_gpu_hours=20.0))
    assert not (corpus / "approval.json").is_symlink()
    assert json.loads(elsewhere.read_text())["max_gpu_hours"] == 10.0


def test_an_approval_is_not_written_over_a_folder(corpus: Path) -> None:
    (corpus / "approval.json").mkdir()
    with pytest.raises(UsageError, match="a folder; move it away"):
        approve.write(corpus, approval(corpus))
    assert sorted(entry.name for entry in corpus.iterdir()) == ["approval.json", "corpus.json", "shards"]


def test_a_note_longer_than_an_approval_is_refused(corpus: Path) -> None:
    with pytest.raises(UsageError, match=r"at most 65,536 bytes; write a shorter --note"):
        approve.write(corpus, approval(corpus, note="x" * 70_000))


@pytest.mark.parametrize(
    ("max_cost", "max_gpu_hours", "hours"),
    [(100.0, None, 40.0), (100.0, 30.0, 30.0), (100.0, 50.0, 40.0), (None, 30.0, 30.0)],
)
def test_the_smaller_limit_holds(
    corpus: Path, max_cost: float | None, max_gpu_hours: float | None, hours: float
) -> None:
    given = approval(corpus, max_cost=max_cost, max_gpu_hours=max_gpu_hours, price_per_gpu_hour=2.5)
    assert given.gpu_hours_limit == hours


def test_two_gpus_for_half_an_hour_cost_one_hour() -> None:
    assert approve.cost(2 * 1800, 2.5) == 2.5
