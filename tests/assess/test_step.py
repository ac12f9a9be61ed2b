"""The whole of `corpuskit assess`, on tiny corpora that are really built and models that are really loaded."""

import json
import shutil
from pathlib import Path

import pytest

from corpuskit.approve import manifest_digest
from corpuskit.assess.probe import LEAST, MOST
from corpuskit.assess.step import NAME, Assess, _by_names, assess
from corpuskit.assess.text import lines
from corpuskit.errors import UsageError
from corpuskit.parts import key
from corpuskit.report import files
from tests.assess import tiny
from tests.assess.texts import corpus, domain_text
from tests.assess.tiny import Tiny

SAMPLES = Path(__file__).parents[2] / "sample_data" / "share"
GERMAN = ("engineering/betriebsanleitung-vh-c40", "hr/urlaubsregelung", "engineering/sicherheitsunterweisung")


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
    kept = json.loads(written)
    assert kept.pop("digest") == key("assessment", kept)
    assert kept == json.loads(json.dumps(found))
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


@pytest.mark.parametrize("length", [LEAST // 2, 2 * MOST, LEAST + 1, -1])
def test_a_length_that_no_probe_has_is_refused_before_anything(length: int, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"at least 16,384 and at most 8,388,608; longer is a run"):
        assess(Assess(tmp_path / "nowhere", probe_tokens=length))


def unheld(small: Tiny, folder: Path) -> Path:
    """The corpus without its validation documents."""
    folder.mkdir()
    manifest = json.loads((small.corpus / "corpus.json").read_text())
    manifest["shards"] = [entry for entry in manifest["shards"] if entry["split"] == "train"]
    (folder / "corpus.json").write_text(json.dumps(manifest))
    for name in ("shards", "documents"):
        (folder / name).symlink_to(small.corpus / name)
    return folder


def test_a_corpus_that_holds_nothing_out_is_assessed_without_a_model_s_part(small: Tiny, tmp_path: Path) -> None:
    held = unheld(small, tmp_path / "corpus")
    found = assess(Assess(held, small.model))
    assert (held / NAME).exists()
    assert {one["what"] for one in found["left_out"]} == {"vocabulary", "bits", "probe"}
    assert all(one["why"].startswith("no validation documents") for one in found["left_out"])
    with pytest.raises(UsageError, match="--probe: no validation documents to measure on"):
        assess(Assess(held, small.model, probe_tokens=LEAST))
    with pytest.raises(UsageError, match="--probe: the general corpus has no validation documents"):
        assess(Assess(small.corpus, small.model, held, probe_tokens=LEAST))


def test_a_tokenizer_that_cannot_be_extended_leaves_out_the_vocabulary_alone(tmp_path: Path) -> None:
    made = tiny.unigram(tmp_path)
    found = assess(Assess(made.corpus, made.model))
    why = {one["what"]: one["why"] for one in found["left_out"]}
    assert why.keys() == {"vocabulary", "probe"}
    assert why["vocabulary"].startswith("model/tokenizer.json: ")
    assert (found["vocabulary"], found["bits"]["domain"]["mean"] > 0) == (None, True)
    assert str(tmp_path) not in json.dumps(found)


def test_what_a_saving_is_net_of_is_in_the_corpus_s_language(small: Tiny, tmp_path: Path) -> None:
    texts = [(SAMPLES / f"{name}.txt").read_text() for name in GERMAN]
    settings = (f"score.tokenizer={small.model}", "filter.min_words=1", "shard.validation_share=0.4")
    german = corpus(tmp_path / "german", [one for text in texts for one in text.split("\n\n")], *settings)
    model = shutil.copytree(small.model, tmp_path / "model", ignore=shutil.ignore_patterns("*.safetensors"))
    english = corpus(tmp_path / "english", [domain_text(1, 300), domain_text(2, 300)])
    for general in (None, english):
        found = assess(Assess(german, model, general))
        assert found["vocabulary"]["domain_saving"] > 0
        assert [found["vocabulary"][name] for name in ("control", "general_saving", "net")] == [None] * 3
        why = {one["what"]: one["why"] for one in found["left_out"]}["vocabulary, net"]
        assert why == "the bundled general text is in en, the corpus is mainly in de; --general names a corpus in that"
        assert "net of general text is not known" in "\n".join(lines(found))
    assert assess(Assess(german, model, german))["vocabulary"]["control"] == "corpus"


def test_no_path_of_this_machine_is_written(small: Tiny, domain: Path) -> None:
    found = assess(Assess(domain, small.model))
    assert str(small.model.parent) not in json.dumps(found)
    assert found["left_out"][0]["why"].endswith("build with --tokenizer model")
    request = Assess(Path("/data/my share/corpus"), Path("../models/llama"))
    said = (
        f"/data/my share/corpus: and/or {Path('../models/llama').resolve()}/x, ../models/llama; /etc/y (https://a.b/c)"
    )
    assert _by_names(said, request) == "corpus: and/or llama/x, llama; y (https://a.b/c)"


def test_items_that_are_too_short_to_look_for_make_no_set_clean(domain: Path, tmp_path: Path) -> None:
    file = tmp_path / "short.txt"
    file.write_text("only a few words\n" * 30)
    found = assess(Assess(domain, tests=(file,)))
    assert found["leaks"] == [{"file": "short.txt", "items": 0, "leaked": 0, "short": 30, "share": None}]
    assert found["left_out"][-1] == {
        "what": "test set short.txt",
        "why": "30 of 30 items are too short to look for (under 8 words)",
    }
    assert found["verdict"]["path"][1]["answer"] == "unknown"
    assert "0 of 0 items stand in the corpus, 30 too short to look for" in "\n".join(lines(found))
    assert files.publish(domain)[1]


def test_a_folder_that_is_no_model_is_refused(domain: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no config\.json there"):
        assess(Assess(domain, tmp_path))


def test_a_test_set_that_the_corpus_holds_stops_everything(domain: Path, tmp_path: Path) -> None:
    file = tmp_path / "exam.txt"
    file.write_text("\n".join(" ".join(domain_text(seed, 600).split()[20:60]) for seed in range(3)))
    found = assess(Assess(domain, tests=(file,)))
    assert found["leaks"] == [{"file": "exam.txt", "items": 3, "leaked": 3, "short": 0, "share": 1.0}]
    assert found["verdict"]["branch"] == "fix_data"


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


def test_english_in_a_german_corpus_decides_no_band_and_general_text_in_another_language_is_no_reference(
    domain: Path, tmp_path: Path
) -> None:
    texts = [(SAMPLES / f"{name}.txt").read_text() for name in GERMAN]
    mixed = corpus(tmp_path, [*texts, domain_text(3, 100)])
    for request in (Assess(mixed), Assess(mixed, general=domain)):
        found = assess(request)
        assert (found["language"], found["general"]["kind"]) == ("en", "bundled")
        assert found["language_share"] < 0.5
        assert next(one for one in found["verdict"]["path"] if one["question"].startswith("Can"))["answer"] == "yes"
        assert found["verdict"]["branch"] == "prompt_or_retrieve"


def test_a_corpus_of_which_nothing_was_kept_is_to_be_mended(tmp_path: Path) -> None:
    empty = corpus(tmp_path, [domain_text(1, 60)], "filter.min_words=1000")
    found = assess(Assess(empty))
    assert (found["verdict"]["branch"], found["lexical"]) == ("fix_data", None)
    assert files.publish(empty)[1]
