"""The whole of `corpuskit assess`, on tiny corpora that are really built and models that are really loaded."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpuskit.approve import manifest_digest
from corpuskit.assess.facts import Task
from corpuskit.assess.situation import Interval
from corpuskit.assess.step import NAME, Assess, assess, situation
from corpuskit.assess.text import lines
from corpuskit.errors import UsageError
from corpuskit.report import files
from corpuskit.shard import manifest as manifests
from tests.assess import tiny
from tests.assess.texts import corpus, domain_text
from tests.assess.tiny import Tiny

SAMPLES = Path(__file__).parents[2] / "sample_data" / "share"


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus(tmp_path_factory.mktemp("domain"), [domain_text(seed, 600) for seed in range(12)])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return tiny.decoder(tmp_path_factory.mktemp("small"))


def test_without_a_model_the_words_are_measured_and_the_rest_says_why_not(domain: Path) -> None:
    found = assess(Assess(domain))
    assert found["lexical"]["band"] in {"near", "moderate", "far"}
    assert [found[name] for name in ("model", "vocabulary", "bits", "probe", "leaks")] == [None] * 5
    assert {one["what"]: one["why"] for one in found["left_out"]} == dict.fromkeys(
        ("vocabulary", "bits", "probe"), "it takes a model (--model)"
    )
    assert found["verdict"]["branch"] == "prompt_or_retrieve"  # far below 500,000 tokens


def test_what_was_found_is_written_beside_the_corpus_and_is_the_same_each_time(domain: Path) -> None:
    found = assess(Assess(domain))
    written = (domain / NAME).read_bytes()
    assert json.loads(written) == json.loads(json.dumps(found))
    assert found["corpus"] == manifest_digest(domain)
    assess(Assess(domain))
    assert (domain / NAME).read_bytes() == written


def test_with_a_model_everything_is_measured(small: Tiny, tmp_path: Path) -> None:
    general = tiny.corpus(tmp_path / "general", small.model, seed=77)
    found = assess(Assess(small.corpus, small.model, general, probe_tokens=16_384))
    assert found["model"]["shape"]["parameters"] > 0
    assert found["bits"]["domain"]["mean"] > 0
    assert found["probe"]["tokens"] == 16_384
    assert found["vocabulary"]["control"] == "corpus"
    assert found["left_out"] == []
    said = "\n".join(lines(found))
    for what in ("bits per byte", "probe", "forgetting", "vocabulary", found["verdict"]["title"].upper()):
        assert what in said


def test_a_model_that_the_shards_were_not_made_for_is_said(domain: Path, small: Tiny) -> None:
    found = assess(Assess(domain, small.model))
    assert {one["what"] for one in found["left_out"]} == {"vocabulary", "bits", "probe"}
    assert found["left_out"][0]["why"].startswith("the shards were made with another tokenizer")
    assert found["fragmentation"]["tokenizer"] == small.model.name
    with pytest.raises(UsageError, match="--probe: the shards were made with another tokenizer"):
        assess(Assess(domain, small.model, probe_tokens=16_384))


def test_a_probe_without_a_model_is_refused(domain: Path) -> None:
    with pytest.raises(UsageError, match=r"--probe: it takes a model \(--model\)"):
        assess(Assess(domain, probe_tokens=16_384))


def test_a_folder_that_is_no_model_is_refused(domain: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no config\.json there"):
        assess(Assess(domain, tmp_path))


def test_a_test_set_that_the_corpus_holds_stops_everything(domain: Path, tmp_path: Path) -> None:
    file = tmp_path / "exam.txt"
    file.write_text("\n".join(" ".join(domain_text(seed, 600).split()[20:60]) for seed in range(3)))
    found = assess(Assess(domain, tests=(file,)))
    assert found["leaks"] == [{"file": "exam.txt", "items": 3, "leaked": 3, "short": 0, "share": 1.0}]
    assert found["verdict"]["branch"] == "fix_data"


def test_the_situation_is_what_was_measured(domain: Path) -> None:
    found: dict[str, Any] = assess(Assess(domain))
    ledger = manifests.read(domain)["ledger"]
    trial = {
        "gain": {"value": 0.1, "low": 0.08, "high": 0.12},
        "forgetting": {"value": 0.0, "low": -0.01, "high": 0.01},
    }
    found |= {"probe": trial, "vocabulary": {"net": 0.03}, "leaks": [{"share": 0.01}, {"share": 0.2}]}
    ledger = ledger | {"failed": {"needs_ocr": 3, "corrupt": 1}, "documents": ledger["documents"] | {"seen": 12}}
    at = situation(ledger, found, Task(labels=7), encoder=True)
    assert at == replace(
        at,
        tokens=ledger["kept"]["tokens"],
        unreadable=0.25,
        band=found["lexical"]["band"],
        gain=Interval(0.1, 0.08, 0.12),
        forgetting=Interval(0.0, -0.01, 0.01),
        saving=0.03,
        leaked=0.2,
        encoder=True,
        task=Task(labels=7),
    )


GERMAN = ("engineering/betriebsanleitung-vh-c40", "hr/urlaubsregelung", "engineering/sicherheitsunterweisung")


def test_words_in_another_language_than_the_bundled_ones_are_left_out_and_said(tmp_path: Path) -> None:
    texts = [(SAMPLES / f"{name}.txt").read_text() for name in GERMAN]
    german = corpus(tmp_path / "german", texts)
    found = assess(Assess(german))
    assert (found["lexical"], found["left_out"][-1]["what"]) == (None, "words")
    assert "the corpus is in de; --reference names a corpus" in found["left_out"][-1]["why"]
    assert "the bundled general text is in en" in "\n".join(lines(found))
    assert files.publish(german)[1]
    for request in (Assess(german, reference=german), Assess(german, general=german)):
        found = assess(request)
        assert (found["language"], found["lexical"]["overlap"]["value"]) == ("de", 1.0)


def test_a_corpus_of_which_nothing_was_kept_is_to_be_mended(tmp_path: Path) -> None:
    empty = corpus(tmp_path, [domain_text(1, 60)], "filter.min_words=1000")
    found = assess(Assess(empty))
    assert (found["verdict"]["branch"], found["lexical"]) == ("fix_data", None)
    assert files.publish(empty)[1]
