import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from corpuskit.assess import gap, reading
from corpuskit.assess.functions import FUNCTION_WORDS
from corpuskit.assess.lexical import _note, lexical
from corpuskit.assess.overlap import TOP, compare
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.score import tokens
from tests.assess.texts import TERMS, corpus, domain_text, general_text

CONTACT = "Write to jane.zwiebelfisch@sanitaer-huber.example or see https://quuxwibble.example/frobnication\n"


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    texts = [domain_text(seed, 700) + CONTACT for seed in range(40)]
    return corpus(tmp_path_factory.mktemp("domain"), texts, "shard.validation_share=0.2")


@pytest.fixture(scope="module")
def like_general(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus(tmp_path_factory.mktemp("general"), [general_text(seed, 1000) for seed in range(60)])


@pytest.fixture(scope="module")
def found(domain: Path) -> dict[str, Any]:
    return lexical(domain, tokens.load(None))


def test_tells_what_it_compared(found: dict[str, Any]) -> None:
    assert found["language"] == "en"
    assert found["language_share"] == 1.0
    assert found["general"] == {"kind": "bundled", "name": "WikiText-2", "language": "en", "words": 347_050}
    assert found["lexical"]["sample"]["documents"] == 40


def test_a_domain_of_unknown_words_is_far(found: dict[str, Any]) -> None:
    assert found["lexical"]["band"] == "far"
    assert found["lexical"]["oov"]["value"] == pytest.approx(1 / 2, abs=0.02)


def test_general_words_are_near(like_general: Path) -> None:
    measured = lexical(like_general, None)["lexical"]
    assert measured["band"] == "near"
    assert (
        -0.1 < measured["jsd_excess"] < 0.05
    )  # below the floor: articles have subjects, words drawn one by one do not
    assert measured["oov"]["value"] == 0.0


def test_a_corpus_against_itself_is_no_further_than_its_floor(like_general: Path) -> None:
    found = lexical(like_general, None, like_general)
    assert found["general"]["kind"] == "corpus"
    assert found["lexical"]["overlap_of_floor"] >= 1.0
    assert found["lexical"]["jsd_excess"] <= 0.0
    assert found["atlas"] == []  # measured against another reference


def test_equals_a_naive_computation_on_the_texts(like_general: Path, tmp_path: Path) -> None:
    mixed = corpus(tmp_path, [general_text(1000 + seed, 500) + domain_text(seed, 500) for seed in range(40)])
    pools = [reading.read(one, "en", 10**9).bags.lowered() for one in (mixed, like_general)]
    tops = []
    for one in (mixed, like_general):
        texts = pl.read_parquet(one / "documents" / "*.parquet").filter(verdict="kept")["text"].to_list()
        named = [word for text in texts for word in re.findall(r"\w\w+", text.lower())]
        counts = Counter(word for word in named if word not in FUNCTION_WORDS)
        tops.append([word for word, _ in counts.most_common()])
    size = min(TOP, *map(len, tops))
    naive = len(set(tops[0][:size]) & set(tops[1][:size])) / size
    assert compare(pools[0], pools[1], frozenset())[0] == pytest.approx(naive, abs=0.01)


def test_terms_are_those_of_the_domain(found: dict[str, Any]) -> None:
    assert found["terms"][0]["term"] == "nephropathy"
    assert {term["term"] for term in found["terms"]} <= set(TERMS) | {"write", "see"}
    assert found["terms"][0]["general_per_million"] == 0.0
    assert max(term["pieces"] for term in found["terms"]) > 2


def test_addresses_never_appear(found: dict[str, Any]) -> None:
    told = json.dumps(found).lower()
    assert not [word for word in ("zwiebelfisch", "jane", "huber", "quuxwibble", "frobnication") if word in told]


def test_domain_terms_break(found: dict[str, Any]) -> None:
    cut = found["fragmentation"]
    assert cut["tokenizer"] == "corpuskit-default-32k"
    assert cut["pieces_per_word"]["ratio"] > 1.2
    first = cut["broken"][0]
    assert len(first["pieces"]) > 2
    assert "".join(first["pieces"]) == first["term"]
    assert [len(one["pieces"]) for one in cut["broken"]] == sorted(
        (len(one["pieces"]) for one in cut["broken"]), reverse=True
    )


def test_without_a_tokenizer_there_is_no_fragmentation(domain: Path) -> None:
    measured = lexical(domain, None)
    assert measured["fragmentation"] is None
    assert measured["terms"][0]["pieces"] is None


def test_saturation_ends_with_the_training_text(domain: Path, found: dict[str, Any]) -> None:
    ledger = json.loads((domain / "corpus.json").read_text())["ledger"]
    last = found["saturation"]["points"][-1]
    assert last["tokens"] == ledger["splits"]["train"]["tokens"]
    assert last["term_share"] > 0.9
    assert 0 < found["saturation"]["heaps"]["beta"] < 1


def test_the_same_texts_give_the_same_figures_in_whatever_files(
    domain: Path, found: dict[str, Any], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(domain, other)
    manifest = json.loads((other / "corpus.json").read_text())
    rows = pl.read_parquet(other / "documents" / "*.parquet").sample(fraction=1, shuffle=True, seed=1)
    for file in (other / "documents").glob("*.parquet"):
        file.unlink()
    names = ["documents/00000-of-00002.parquet", "documents/00001-of-00002.parquet"]
    for name, part in zip(names, (rows.head(11), rows.slice(11)), strict=True):
        part.write_parquet(other / name)
    (other / "corpus.json").write_text(json.dumps(manifest | {"documents": [{"file": name} for name in names]}))
    assert json.dumps(lexical(other, tokens.load(None))) == json.dumps(found)


def test_documents_in_other_languages_are_left_out(tmp_path: Path) -> None:
    german = (
        "Die Kündigung des Mietvertrags bedarf der schriftlichen Form und muss dem Vermieter rechtzeitig zugehen. " * 6
    )
    mixed = corpus(tmp_path, [general_text(seed, 500) for seed in range(6)] + [german])
    measured = lexical(mixed, None)
    assert 0.9 < measured["language_share"] < 1.0
    assert measured["lexical"]["sample"]["documents"] == 6


def test_a_corpus_without_a_document_in_the_references_language_says_what_to_do(tmp_path: Path) -> None:
    german = (
        "Die Kündigung des Mietvertrags bedarf der schriftlichen Form und muss dem Vermieter rechtzeitig zugehen. " * 6
    )
    with pytest.raises(UsageError, match=r"\(en\); kept are de\. Name a finished corpus .* in de with --general"):
        lexical(corpus(tmp_path, [german]), None)


def test_a_corpus_without_a_kept_document_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no document was kept"):
        lexical(corpus(tmp_path, ["too short"]), None)


def test_an_empty_reference_is_refused(domain: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give --general a corpus with text"):
        lexical(domain, None, corpus(tmp_path, ["too short"]))


def test_few_words_are_measured_with_a_note(tmp_path: Path) -> None:
    measured = lexical(corpus(tmp_path, [domain_text(1, 300)]), tokens.load(None))["lexical"]
    assert measured["band"] is None
    assert re.fullmatch(r"\d{3} words are compared; below 2,000 the measures mean nothing\.", measured["note"])


def test_a_minority_s_words_are_measured_with_a_note(domain: Path) -> None:
    whole = reading.read(domain, "en", 10_000)
    assert [_note(20_000, replace(whole, share=share)) for share in (1.0, gap.LANGUAGE_SHARE)] == [None, None]
    assert _note(20_000, replace(whole, share=0.09)) == (
        "The language compared (en) is 9% of the tokens; below 50% it says nothing of the corpus, and its band decides nothing."
    )


def test_damaged_documents_are_named(domain: Path, tmp_path: Path) -> None:
    shutil.copytree(domain, tmp_path / "other")
    (file,) = (tmp_path / "other" / "documents").glob("*.parquet")
    file.write_bytes(b"PAR1")
    with pytest.raises(CorpuskitError, match=r"parquet: the documents cannot be read .* build again"):
        lexical(tmp_path / "other", None)


def test_words_are_measured_without_torch(domain: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from corpuskit.assess.lexical import lexical; "
        "lexical(Path(sys.argv[1]), None); print(sorted({'torch', 'transformers'} & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code, str(domain)], text=True) == "[]\n"
