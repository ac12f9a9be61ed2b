"""`corpuskit approve` as a person types it."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpuskit import approve
from corpuskit.approve.giving import LOCK
from corpuskit.cli import app
from corpuskit.parts import alone
from tests.approve.conftest import signers_file
from tests.approve.test_standing import flip
from tests.conftest import Builder

MONEY = ("--max-cost", "200", "--currency", "EUR", "--price-per-gpu-hour", "2.5")


def said(corpus: Path, *more: object) -> tuple[int, str, str]:
    """Exit code, output, errors."""
    done = CliRunner().invoke(app, ["approve", str(corpus), *map(str, more)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_it_says_in_plain_words_what_is_approved(corpus: Path, model: Path) -> None:
    more = ("--max-tokens", 45_000, "--model", model, "--note", "für März")
    code, out, err = said(corpus, "--by", "Ada Lovelace", *MONEY, *more)
    assert (code, err) == (0, "")
    found = approve.read(corpus)
    assert found is not None
    assert out.splitlines() == [
        "corpus      corpus: 10,000 tokens, 9,000 of them to train on",
        f"approved    by Ada Lovelace, {found.at}",
        "limit       200.00 EUR at 2.50 EUR a GPU hour: 80.00 GPU hours, all runs together",
        "            45,000 tokens a run, 5.0 times what there is",
        "spent       0.00 GPU hours",
        f"model       tiny-llama ({str(found.model_digest)[:12]}…)",
        "signed      no",
        "note        für März",
        "expiry      none; it ends when the corpus changes or another approval replaces it",
        f"written     {corpus / 'approval.json'}",
    ]
    assert (found.by, found.max_cost, found.currency, found.max_tokens) == ("Ada Lovelace", 200.0, "EUR", 45_000)
    assert datetime.fromisoformat(found.at).tzinfo is not None


def test_with_a_model_whose_cost_is_known_it_says_what_the_limit_buys(corpus: Path, model: Path) -> None:
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = {"model_type": "llama", "vocab_size": 100, "max_position_embeddings": 256} | sizes
    (model / "config.json").write_text(json.dumps(config))
    (model / "model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    out = said(corpus, "--by", "Ada", "--max-gpu-hours", 1, "--model", model)[1]
    assert " million tokens of full training on NVIDIA H100 80GB HBM3 at 40% of its peak" in out


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ((), "an approval has a name under it; give --by NAME"),
        (("--by", "Ada"), "an approval limits what may be spent; give --max-cost"),
        (("--by", "Ada", "--max-tokens", "5"), "an approval limits what may be spent; give --max-cost"),
        (("--by", "Ada", "--max-cost", "5"), "--max-cost needs --price-per-gpu-hour"),
        (("--by", " ", *MONEY), "by is empty"),
        (("--by", "A\x1b[1mda", *MONEY), "by holds line breaks, control characters"),
        (("--by", "Ada\nEve", *MONEY), "by holds line breaks, control characters"),
        (("--by", "Ada", "--max-gpu-hours", "nan"), "max_gpu_hours is nan; it is a number above 0"),
        (("--by", "Ada", "--max-gpu-hours", "-1"), "max_gpu_hours is -1.0; it is a number above 0"),
        (("--by", "Ada", "--max-gpu-hours", "inf"), "max_gpu_hours is inf"),
        (("--by", "Ada", *MONEY, "--max-tokens", "0"), "max_tokens is 0"),
        (("--by", "Ada", *MONEY, "--max-tokens", "9" * 400), "a number is too large"),
        (("--by", "Ada", *MONEY, "--currency", "euro\x1b"), r"--currency 'euro\x1b': write three capital letters"),
        (("--by", "Ada", *MONEY, "--model", "absent"), "absent: no readable model here"),
        (("--by", "Ada", *MONEY, "--sign", "absent"), "--sign absent: no such file"),
        (("--by", "Ada", *MONEY, "--signers", "x"), "--signers checks an approval"),
        (("--show", "--by", "Ada"), "--show prints the standing approval"),
    ],
)
def test_what_makes_no_approval_is_refused_in_one_sentence(corpus: Path, given: tuple[str, ...], sentence: str) -> None:
    code, out, err = said(corpus, *given)
    assert (code, out) == (2, "")
    assert sentence in err
    assert err.rstrip("\n").isprintable()
    assert not (corpus / "approval.json").exists()


def test_nobody_is_written_over_who_approves_at_the_same_time(corpus: Path) -> None:
    with alone(corpus, corpus / LOCK, "held"):
        code, _, err = said(corpus, "--by", "Eve", "--max-gpu-hours", 99)
    assert (code, "somebody else is approving this corpus right now" in err) == (1, True)
    assert not (corpus / "approval.json").exists()


def test_a_standing_approval_is_replaced_only_where_that_is_said(corpus: Path) -> None:
    assert said(corpus, "--by", "Ada", "--max-gpu-hours", 1)[0] == 0
    code, _, err = said(corpus, "--by", "Eve", "--max-gpu-hours", 99)
    assert code == 2
    assert "there is an approval already; look at it with --show, and replace it with --replace" in err
    assert "by Ada" in said(corpus, "--show")[1]
    assert said(corpus, "--by", "Eve", "--max-gpu-hours", 99, "--replace")[0] == 0
    assert "by Eve" in said(corpus, "--show")[1]


@pytest.mark.parametrize("split", ["train", "validation"])
def test_nobody_approves_damaged_data(corpus: Path, split: str) -> None:
    flip(corpus / "shards" / f"{split}-00000-of-00001.arrow")
    code, _, err = said(corpus, "--by", "Ada", "--max-gpu-hours", 1)
    assert code == 3
    assert f"{split}-00000-of-00001.arrow: damaged: its SHA-256" in err
    assert not (corpus / "approval.json").exists()


def test_a_folder_in_the_place_of_the_approval_is_said(corpus: Path) -> None:
    (corpus / "approval.json").mkdir()
    code, _, err = said(corpus, "--by", "Ada", "--max-gpu-hours", 1, "--replace")
    assert code == 2
    assert "approval.json: a folder; move it away" in err
    assert said(corpus, "--show")[0] == 3


def test_what_is_no_corpus_is_not_approved(tmp_path: Path) -> None:
    code, _, err = said(tmp_path, "--by", "Ada", "--max-gpu-hours", 1)
    assert code == 2
    assert "no corpus here" in err


def test_show_says_whether_it_holds(corpus: Path) -> None:
    code, _, err = said(corpus, "--show")
    assert (code, "nobody has approved training on this corpus" in err) == (3, True)
    said(corpus, "--by", "Ada", "--max-gpu-hours", 1)
    code, out, _ = said(corpus, "--show")
    assert (code, out.splitlines()[-1]) == (0, "holds       yes")
    flip(corpus / "shards" / "train-00000-of-00001.arrow")
    code, out, err = said(corpus, "--show")
    assert (code, "by Ada" in out, "damaged" in err) == (3, True, True)


@pytest.mark.parametrize("added", [" ", "}"], ids=["still JSON", "no JSON"])
def test_show_says_that_the_corpus_has_changed(corpus: Path, added: str) -> None:
    said(corpus, "--by", "Ada", "--max-gpu-hours", 1)
    manifest = corpus / "corpus.json"
    manifest.write_text(manifest.read_text() + added)
    code, out, err = said(corpus, "--show")
    assert (code, "by Ada" in out) == (3, True)
    assert "the approval of Ada is for another state of the corpus" in err
    shown = json.loads(said(corpus, "--show", "--json")[1])
    assert (shown["holds"], shown["approval"]["by"]) == (False, "Ada")
    assert "another state of the corpus" in shown["why_not"]


def test_show_says_what_is_spent(corpus: Path) -> None:
    said(corpus, "--by", "Ada", "--max-gpu-hours", 10)
    given = approve.read(corpus)
    assert given is not None
    approve.Account(corpus, given, "run").record(9000.0)
    assert "spent       2.50 GPU hours" in said(corpus, "--show")[1]
    assert json.loads(said(corpus, "--show", "--json")[1])["spent_gpu_hours"] == 2.5


def test_a_signed_approval_is_shown_with_its_signer(corpus: Path, key: Path, tmp_path: Path) -> None:
    code, out, _ = said(corpus, "--by", "Ada", "--max-gpu-hours", 1, "--sign", key)
    assert code == 0
    assert "signed      ED25519 key SHA256:" in out
    signers = signers_file(tmp_path / "signers", ("ada@example.com", key))
    code, out, _ = said(corpus, "--show", "--signers", signers)
    assert (code, ", of ada@example.com" in out) == (0, True)
    flip(corpus / "approval.json")
    code, _, err = said(corpus, "--show")
    assert (code, "its signature does not fit" in err or "not an approval" in err) == (3, True)


def test_the_report_shows_the_approval_and_looking_at_it_writes_nothing(tmp_path: Path, built: Builder) -> None:
    corpus = tmp_path / "out"
    built(corpus)
    page = corpus / "report" / "index.html"
    assert "Approved by Ada" not in page.read_text()
    code, _, err = said(corpus, "--by", "Ada", "--max-gpu-hours", 1)
    assert (code, err) == (0, "")
    assert "Approved by Ada" in page.read_text()
    page.write_text("edited")
    assert said(corpus, "--show")[0] == 0
    assert page.read_text() == "edited"


def test_a_report_that_cannot_be_written_leaves_the_approval_standing(tmp_path: Path, built: Builder) -> None:
    corpus = tmp_path / "out"
    built(corpus)
    page = corpus / "report" / "index.html"
    page.unlink()
    page.mkdir()
    code, out, err = said(corpus, "--by", "Ada", "--max-gpu-hours", 1, "--json")
    assert (code, json.loads(out)["holds"]) == (0, True)
    assert "the report does not show the approval yet: " in err
    assert approve.read(corpus) is not None
