"""What the budget is asked for, through the command that asks it."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpuskit.budget.models import presets
from tests.assess.tiny import encoder
from tests.conftest import Builder
from tests.test_cli import corpuskit
from tests.train import small

H100, A100 = "NVIDIA H100 80GB HBM3", "NVIDIA A100-SXM4-80GB"


def budget(corpus: Path, *asked: object) -> dict[str, Any]:
    code, out, err = corpuskit("report", corpus, "--json", *asked)
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)["budget"]
    return found


def test_what_was_asked_is_answered_and_remembered(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "corpus")
    asked = ("--model", "llama-3.1-8b", "--gpu", "a100-sxm4-80gb", "--price", "2", "--epochs", "3", "--mfu", "0.5")
    found = budget(tmp_path / "corpus", *asked)
    assert found["defaults"] | {"gpus": None} == {
        "model": "llama-3.1-8b",
        "gpu": A100,
        "method": "full",
        "gpus": None,
        "mfu": 0.5,
        "price_per_gpu_hour": 2.0,
        "epochs": 3.0,
        "replay": 0.0,
        "fits": True,
    }
    assert budget(tmp_path / "corpus") == found
    later = budget(tmp_path / "corpus", "--price", "4")
    assert later["run"]["cost"] == pytest.approx(2 * found["run"]["cost"])
    assert later["defaults"]["gpu"] == A100
    built(tmp_path / "corpus")
    assert budget(tmp_path / "corpus") == later


def test_a_price_alone_changes_nothing_but_the_price(ready: Path) -> None:
    before = budget(ready)
    after = budget(ready, "--price", before["defaults"]["price_per_gpu_hour"])
    assert (after["defaults"], after["run"]) == (before["defaults"], before["run"])


def test_what_was_asked_can_be_forgotten(ready: Path) -> None:
    before = budget(ready)
    budget(ready, "--model", "mistral-7b-v0.3", "--gpus", "16", "--sequence-length", "512")
    assert budget(ready, "--forget") == before


def test_a_plan_that_no_gpu_holds_is_said(ready: Path) -> None:
    asked = ("--model", "llama-3.1-70b", "--method", "full", "--gpus", "1")
    assert budget(ready, *asked)["defaults"]["fits"] is False
    assert "DOES NOT FIT: llama-3.1-70b by full on 1 x" in corpuskit("report", ready)[1]


def test_the_price_of_an_approval_is_used_where_no_other_is_asked(ready: Path) -> None:
    limits = ("--max-cost", "5", "--price-per-gpu-hour", "2.25")
    assert corpuskit("approve", ready, "--by", "Ada", *limits)[0] == 0
    assert budget(ready)["defaults"]["price_per_gpu_hour"] == 2.25
    assert budget(ready, "--price", "3")["defaults"]["price_per_gpu_hour"] == 3.0


def test_a_budget_far_beyond_its_run_fails_its_gate(ready: Path) -> None:
    found = budget(ready, "--budget", "5000")["gates"][-1]
    assert (found["name"], found["passed"]) == ("budget asked for, in costs of its run", False)


def test_a_model_of_512_places_is_costed_with_such_sequences(ready: Path) -> None:
    found = budget(ready, "--model", "bert-base")
    lengths = {model["name"]: model["sequence_length"] for model in found["models"]}
    assert (lengths["bert-base"], lengths["llama-3.1-8b"]) == (512, 2048)


def test_a_model_with_another_tokenizer_is_counted_by_its_own(tmp_path: Path, ready: Path) -> None:
    model = encoder(tmp_path / "model").model
    found = budget(ready, "--model", model)
    whole = json.loads((ready / "report" / "report.json").read_text())
    own = whole["tokenizers"][1]
    assert own["tokens"] != whole["tokenizers"][0]["tokens"]
    assert found["work"]["places"] == pytest.approx(own["by"]["split"]["train"], abs=1)
    kinds = {one["what"]: one["kind"] for one in found["assumptions"]}
    assert kinds["places and squared lengths"] == "measured"
    by_name = budget(ready, "--model", "llama-3.2-1b")
    kinds = {one["what"]: one["kind"] for one in by_name["assumptions"]}
    assert kinds["places and squared lengths"] == "convention"


def test_as_many_gpus_as_hold_the_training_unless_a_number_is_given(ready: Path) -> None:
    assert budget(ready, "--model", "llama-3.1-8b", "--gpu", H100)["defaults"]["gpus"] == 4
    assert budget(ready, "--method", "lora")["defaults"]["gpus"] == 1
    assert budget(ready, "--gpus", "8")["defaults"]["gpus"] == 8


def test_a_table_of_ones_own_and_the_programme_are_remembered(tmp_path: Path, ready: Path) -> None:
    table = tmp_path / "gpus.yaml"
    table.write_text("gpus:\n  Ours: {bf16_tflops: 100, memory_gb: 64, bandwidth_gb_s: 1000}\n")
    found = budget(ready, "--gpu", "Ours", "--gpu-table", table, "--set", "programme.more_seeds=9")
    table.unlink()
    assert budget(ready) == found
    assert found["defaults"]["gpu"] == "Ours"
    assert found["run"]["cost"] is None  # nobody gave a price
    assert {line["what"]: line["runs"] for line in found["programme"]["lines"]}["other seeds"] == 9


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--gpu", "h100"], "several GPUs are called so"),
        (["--gpu", "abacus"], "no figures of such a GPU"),
        (["--model", "lama-3.1-8b"], "did you mean llama-3.1-8b?"),
        (["--mfu", "1.5"], "mfu is 1.5"),
        (["--replay", "1"], "replay is 1"),
        (["--epochs", "0"], "epochs is 0"),
        (["--gpu-table", "none.yaml"], "none.yaml: no such file"),
        (["--set", "programme.seeds=3"], "did you mean more_seeds?"),
        (["--tokenizer", "nowhere"], "nowhere"),
        (["--sequence-length", "700"], "packed at 512, 1024"),
        (["--budget", "-1"], "budget -1"),
        (["--epochs", "1e308"], "no finite figures"),
        (["--set", "programme.reserved_gpu_hours=1e308"], "no finite figures"),
    ],
)
def test_what_cannot_be_is_refused_and_not_remembered(ready: Path, asked: list[str], said: str) -> None:
    code, out, err = corpuskit("report", ready, *asked)
    assert (code, out) == (2, "")
    assert said in err
    assert not (ready / "report" / "asked.json").exists()


def test_a_damaged_memory_says_what_to_do(ready: Path) -> None:
    budget(ready, "--gpu", H100, "--model", "llama-3.2-1b")
    whole = json.loads((ready / "report" / "asked.json").read_text())
    edits: list[dict[str, Any]] = [
        {"terms": "x"},
        {"terms": {"gpu": "abacus"}},
        {"terms": {"mfu": "x"}},
        {"terms": {"unheard": 1}},
        {"method": ["full"]},
        {"sequence_length": {}},
        {"model": {"name": "x", "tokenizer": None, "shape": whole["model"]["shape"] | {"layers": "x"}}},
    ]
    for damage in ("{", "[]", '{"model": null}', *(json.dumps(whole | edit) for edit in edits)):
        (ready / "report" / "asked.json").write_text(damage)
        code, _, err = corpuskit("report", ready)
        assert (code, "asked.json: damaged; `corpuskit report" in err) == (2, True)


def test_a_dry_run_and_the_page_give_the_same_cost(tmp_path: Path) -> None:
    made = small.trainable(tmp_path)
    config = json.loads((made.model / "config.json").read_text()) | {"max_position_embeddings": 2048}
    (made.model / "config.json").write_text(json.dumps(config))
    for asked in (("--gpu", H100, "--price", "2.5"), ("--gpu", A100)):
        code, out, err = corpuskit(
            "train", made.corpus, "--model", made.model, "--out", tmp_path / "run", "--dry-run", "--json", *asked
        )
        assert (code, err) == (0, "")
        dry = json.loads(out)
        page = budget(made.corpus, "--model", made.model, *asked)
        assert dry["sequence_length"] == page["work"]["sequence_length"] == 2048
        assert (dry["flops"], dry["device_hours"]) == (page["run"]["flops"], page["run"]["gpu_hours"])
        if "--price" in asked:
            assert dry["cost"] == page["run"]["cost"] > 0
        else:
            assert (dry["cost_low"], dry["cost_high"]) == (page["run"]["cost_low"], page["run"]["cost_high"])


def test_presets_are_what_the_help_names() -> None:
    assert "llama-3.1-8b" in presets()
    assert "llama-3.1-8b" in corpuskit("report", "--help")[1]
