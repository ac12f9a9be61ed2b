"""Nobody trains what was not approved: every way that a run is refused, said, and counted."""

import json
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corpuskit import approve
from corpuskit.approve import Account, Approval, base
from corpuskit.approve.standing import sets
from corpuskit.budget import gpus
from corpuskit.cli import app
from corpuskit.errors import CorpuskitError, GateError, UsageError
from corpuskit.train import checkpoint
from corpuskit.train.card import card
from corpuskit.train.dryrun import Dry, elsewhere
from corpuskit.train.launch_ray import refused as refused_on_ray
from corpuskit.train.prepare import Prepared, Replayed, Request, prepare
from corpuskit.train.recipe import load
from corpuskit.train.runner import run
from corpuskit.train.sizes import Machine
from tests.approve.conftest import AT, signers_file, ssh_key
from tests.approve.test_standing import flip
from tests.forked import corpuskit
from tests.train.conftest import saved

CPU = Machine("cpu", "CPU", 1, 1 << 34, "float32")
SETTINGS = {
    "data.sequence_length": 64,
    "data.tokens_per_step": 256,
    "data.steps": 4,
    "watch.heldout_tokens": 100,
    "watch.writers": "[]",
    "device.kind": "cpu",
}


@pytest.fixture(scope="module")
def model(byte_level: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A llama of two layers."""
    return saved("llama", byte_level, tmp_path_factory.mktemp("approval") / "model")


@pytest.fixture
def ours(corpus: Path, tmp_path: Path) -> Path:
    """A copy of the corpus, to be changed."""
    return shutil.copytree(corpus, tmp_path / "corpus")


def approved(corpus: Path, key: Path | None = None, **values: Any) -> Approval:
    """Ten hours of Ada's, with other values where given."""
    limits = {"max_gpu_hours": 10.0} | values
    given = Approval(by="Ada", at=AT, corpus=approve.manifest_digest(corpus), **limits)
    approve.write(corpus, given, key)
    return given


def asked(corpus: Path, model: Path, **more: Any) -> Request:
    """What a person asks for, of four steps."""
    recipe = load(None, [f"{name}={value}" for name, value in SETTINGS.items()])
    given: dict[str, Any] = {"out": corpus.parent / "run", "recipe": recipe, "quiet": True} | more
    return Request(corpus, model, **given)


def refused(corpus: Path, model: Path, **more: Any) -> str:
    """The sentence that a run is refused with, by exit code 3 and before anything is written."""
    with pytest.raises(GateError) as error:
        run(asked(corpus, model, **more))
    assert error.value.exit_code == 3
    assert not (corpus.parent / "run").exists()
    return str(error.value)


def test_an_approved_run_is_prepared_with_its_approval(ours: Path, model: Path) -> None:
    assert "nobody has approved training on this corpus" in refused(ours, model)
    given = approved(ours, max_tokens=10**6, model="model", model_digest=base.digest(model))
    assert prepare(asked(ours, model), CPU).approval == given


@pytest.mark.parametrize("split", ["train", "validation"])
def test_one_changed_byte_of_a_shard_is_refused_and_named(ours: Path, model: Path, split: str) -> None:
    approved(ours)
    shard = next((ours / "shards").glob(f"{split}-*.arrow"))
    flip(shard, shard.stat().st_size // 2)
    assert f"{shard.name}: damaged: its SHA-256 is" in refused(ours, model)


@pytest.mark.parametrize("at", [0, 20, -2])
def test_one_changed_byte_of_the_manifest_is_refused(ours: Path, model: Path, at: int) -> None:
    approved(ours)
    flip(ours / "corpus.json", at)
    assert "the approval of Ada is for another state of the corpus" in refused(ours, model)


def test_shards_in_another_folder_are_not_trained_on_and_a_set_only_as_it_was_approved(ours: Path, model: Path) -> None:
    about = json.loads((ours / "corpus.json").read_text())
    made = {"format": 1, "corpus": approve.manifest_digest(ours), "tokenizer": about["tokenizer"]}
    for name in ("other", "shards-law"):
        shutil.copytree(ours / "shards", ours / name)
        (ours / name / "set.json").write_text(json.dumps(made | {"shards": about["shards"]}))
    approved(ours)
    assert "says nothing of shards-law" in refused(ours, model, shards="shards-law")
    approved(ours, sets={})
    assert "made or changed after Ada approved" in refused(ours, model, shards="shards-law")
    with pytest.raises(UsageError, match="no shard set other; there are: shards, shards-law"):
        run(asked(ours, model, shards="other"))
    approved(ours, sets=sets(ours))
    assert prepare(asked(ours, model, shards="shards-law"), CPU).approval is not None


@pytest.mark.parametrize("at", [0, 60, -2])
def test_one_changed_byte_of_a_signed_approval_is_refused(ours: Path, model: Path, tmp_path: Path, at: int) -> None:
    key = ssh_key(tmp_path / "key")
    approved(ours, key)
    signers = signers_file(tmp_path / "signers", ("ada@example.com", key))
    assert prepare(asked(ours, model, signers=signers), CPU).approval is not None
    flip(ours / "approval.json", at)
    assert "its signature does not fit" in refused(ours, model)
    assert "its signature does not fit" in refused(ours, model, signers=signers)


def test_an_unsigned_approval_is_refused_where_signers_are_named(ours: Path, model: Path, tmp_path: Path) -> None:
    signers = signers_file(tmp_path / "signers", ("ada@example.com", ssh_key(tmp_path / "key")))
    approved(ours)
    assert "not signed, and --signers asks for a signature" in refused(ours, model, signers=signers)


def test_an_approval_that_cannot_be_read_is_refused(ours: Path, model: Path) -> None:
    approved(ours)
    flip(ours / "approval.json", 0)
    assert "not an approval; approve the corpus again" in refused(ours, model)


def test_another_model_than_approved_is_refused(ours: Path, model: Path, tmp_path: Path) -> None:
    approved(ours, model="model", model_digest=base.digest(model))
    other = shutil.copytree(model, tmp_path / "other")
    assert prepare(asked(ours, other), CPU).approval is not None
    flip(other / "model.safetensors", -1)
    assert "not the model that Ada approved (model)" in refused(ours, other)


def test_weights_that_would_be_loaded_from_elsewhere_are_refused(ours: Path, model: Path, tmp_path: Path) -> None:
    other = shutil.copytree(model, tmp_path / "other")
    approved(ours, model="other", model_digest=base.digest(other))
    (other / base.ADAPTER).write_text(json.dumps({"base_model_name_or_path": str(model)}))
    with pytest.raises(UsageError, match="an adapter, whose base lies elsewhere"):
        run(asked(ours, other))


def planned(prepared: Prepared) -> int:
    return sum(sum(sources.values()) for sources in prepared.plan.ledger().values())


def test_more_tokens_than_approved_are_refused_and_as_many_are_not(ours: Path, model: Path) -> None:
    tokens = planned(prepare(asked(ours, model, unapproved=True), CPU))
    approved(ours, max_tokens=tokens)
    assert prepare(asked(ours, model), CPU).approval is not None
    approved(ours, max_tokens=tokens - 1)
    assert f"Ada approved {tokens - 1:,} tokens a run; this one plans {tokens:,}" in refused(ours, model)


def test_a_dry_run_says_what_would_be_refused(ours: Path, model: Path) -> None:
    def notes() -> str:
        return " ".join(prepare(asked(ours, model), CPU, gate=False).notes)

    assert "nobody has approved training on this corpus" in notes()
    approved(ours, max_tokens=1)
    assert "Ada approved 1 tokens a run" in notes()
    approved(ours, model="other", model_digest="0" * 64)
    assert "not the model that Ada approved (other)" in notes()


def test_a_dry_run_says_when_less_is_left_than_the_run_takes(ours: Path, model: Path) -> None:
    def notes() -> str:
        machine = elsewhere("NVIDIA H100 80GB HBM3", 1, gpus.gpus())
        return " ".join(Dry(prepare(asked(ours, model), machine, gate=False)).plain()["notes"])

    approved(ours, max_gpu_hours=1.0)
    assert "are needed" not in notes()
    Account(ours, approved(ours, max_gpu_hours=1.0), "other").record(3600.0)
    assert "Ada approved 1.00 GPU hours; 1.00 are spent and 0.00 more are needed" in notes()


def command(corpus: Path, model: Path, *more: str) -> tuple[int, str]:
    """`corpuskit train` and what it says on stderr."""
    settings = [part for name, value in SETTINGS.items() for part in ("--set", f"{name}={value}")]
    where = ["train", str(corpus), "--model", str(model), "--out", str(corpus.parent / "run")]
    done = CliRunner().invoke(app, [*where, *settings, *more])
    return done.exit_code, done.stderr


def test_the_command_ends_with_3_and_unapproved_is_loud_and_left_in_the_run_and_its_card(
    ours: Path, model: Path
) -> None:
    assert command(ours, model)[0] == 3
    code, said = command(ours, model, "--unapproved")
    assert code == 0
    assert f"UNAPPROVED: nobody has approved training on {ours}" in said
    record = json.loads((ours.parent / "run" / "run.json").read_text())
    assert (record["unapproved"], record["approval"], record["approved_by"]) == (True, None, None)
    assert "**UNAPPROVED: nobody approved training" in (ours.parent / "run" / "model" / "README.md").read_text()
    assert not (ours / "spent").exists()


@pytest.mark.parametrize("more", ["--quiet", "--json"])
def test_a_run_that_nobody_approved_is_never_silent(ours: Path, model: Path, more: str) -> None:
    code, said = command(ours, model, "--unapproved", more)
    assert code == 0
    sentence = f"UNAPPROVED: nobody has approved training on {ours}; run.json and the model card say so."
    assert said.splitlines().count(sentence) == 1


def test_what_is_replayed_stands_in_the_run_and_its_card_as_not_approved(
    ours: Path, general: Path, model: Path, tmp_path: Path
) -> None:
    approved(ours)
    other = shutil.copytree(general, tmp_path / "[web](x)")
    record = run(asked(ours, model, replay=(Replayed(other, 0.25),))).record
    digest = approve.manifest_digest(general)
    assert record["replayed"] == [{"corpus": "[web](x)", "manifest": digest, "share": 0.25}]
    said = (ours.parent / "run" / "model" / "README.md").read_text()
    assert "The approval does not cover what was replayed:" in said
    assert f"- &#91;web&#93;&#40;x&#41;, 25.0% of the tokens, manifest (SHA-256 of its corpus.json): `{digest}`" in said
    assert "UNAPPROVED" not in said
    assert "Replayed with it:" in card(record | {"unapproved": True, "approval": None})


def test_a_killed_run_has_put_down_what_its_last_checkpoint_knows(ours: Path, model: Path) -> None:
    given = approved(ours)
    settings = SETTINGS | {"data.steps": 5000, "save.every": 1, "watch.evaluate_every": 5000}
    said = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    out = ours.parent / "run"
    called = ["train", str(ours), "--model", str(model), "--out", str(out), "--quiet", *said]
    process = corpuskit(called, ours.parent / "said")
    deadline = time.monotonic() + 120
    while process.is_alive() and len(checkpoint.whole(out / "checkpoints")) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.005)  # another process is awaited
    process.kill()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    known = checkpoint.position(checkpoint.whole(out / "checkpoints")[-1]).device_seconds
    assert approve.spent(ours, given).gpu_seconds >= known > 0


def test_a_refusal_of_a_ray_worker_is_a_refusal_and_a_word_of_one_is_not() -> None:
    pytest.importorskip("ray")
    from ray.exceptions import RayTaskError
    from ray.train import ControllerError, WorkerGroupError
    from ray.train.v2._internal.exceptions import UserExceptionWithTraceback

    no, other = GateError("nobody has approved"), CorpuskitError("GateError: is what somebody's file is called")
    assert refused_on_ray(WorkerGroupError("", {1: UserExceptionWithTraceback(no, "")}))
    failed = RayTaskError("run", "", no, "ray", 1, "127.0.0.1")  # type: ignore[no-untyped-call]
    assert refused_on_ray(ControllerError(failed.as_instanceof_cause()))  # type: ignore[no-untyped-call]
    assert not refused_on_ray(WorkerGroupError(str(other), {0: UserExceptionWithTraceback(other, str(other))}))


def test_an_approved_run_names_who_approved_it_and_counts_what_it_spent(ours: Path, model: Path) -> None:
    given = approved(ours)
    record = run(asked(ours, model)).record
    assert (record["unapproved"], record["approval"], record["approved_by"]) == (False, given.digest, "Ada")
    said = (ours.parent / "run" / "model" / "README.md").read_text()
    assert f"Training was approved by Ada, {AT} (SHA-256 of the approval: `{given.digest}`)." in said
    assert approve.spent(ours, given).gpu_hours == pytest.approx(record["device_hours"], rel=1e-9)


def test_a_name_in_the_card_is_text(ours: Path, model: Path) -> None:
    approved(ours)
    record = run(asked(ours, model)).record | {"approved_by": "<script>[x](y)"}
    assert "by &#60;script&#62;&#91;x&#93;&#40;y&#41;, " in card(record)


def test_a_new_run_begins_with_what_others_spent(ours: Path, model: Path) -> None:
    given = approved(ours, max_gpu_hours=1.0)
    other = Account(ours, given, "other")
    other.record(3601.0)
    assert "Ada approved 1.00 GPU hours; 1.00 are spent. Have more approved" in refused(ours, model)
    other.record(3600.0)
    record = run(asked(ours, model)).record
    assert (record["ending"], record["steps"]) == ("limit", 1)


def test_a_run_that_goes_on_is_counted_once_and_a_new_approval_counts_anew(ours: Path, model: Path) -> None:
    old = approved(ours, max_gpu_hours=1e-9)
    first = run(asked(ours, model)).record
    spent = approve.spent(ours, old).gpu_seconds
    assert spent == pytest.approx(first["device_hours"] * 3600)
    assert run(asked(ours, model)).record["steps"] == 1
    assert approve.spent(ours, old).gpu_seconds == pytest.approx(spent)
    new = approved(ours, max_gpu_hours=1.0)
    last = run(asked(ours, model)).record
    assert (last["ending"], last["steps"]) == ("finished", 4)
    assert 0 < approve.spent(ours, new).gpu_seconds < last["device_hours"] * 3600
    assert approve.spent(ours, old).gpu_seconds == pytest.approx(spent)


def test_what_cannot_be_written_down_is_said_and_the_run_counts_its_own_time(
    ours: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    approved(ours, max_gpu_hours=1e-9)
    (ours / "spent").write_text("in the way")
    for _ in range(2):
        record = run(asked(ours, model, quiet=False)).record
        assert (record["ending"], record["steps"]) == ("limit", 1)
        assert "what this run spends cannot be written down" in capsys.readouterr().err


def test_what_is_spent_and_damaged_stops_a_run_before_it_begins(ours: Path, model: Path) -> None:
    approved(ours)
    (ours / "spent").mkdir()
    (ours / "spent" / "a.json").write_text("{")
    assert "spent/a.json: damaged, so nobody knows what is spent" in refused(ours, model)
