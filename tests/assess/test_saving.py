"""What a larger vocabulary would save: the figures of `corpuskit vocabulary`, and nothing written."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from corpuskit.assess.saving import saving, spoken
from corpuskit.errors import UsageError
from corpuskit.vocabulary.step import Extend, extend, measured
from tests.vocabulary import made
from tests.vocabulary.test_rows import bert, llama
from tests.vocabulary.test_step import corpus


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models with a domain corpus each, and general text for the decoder."""
    root = tmp_path_factory.mktemp("saving")
    llama(made.byte_level(root / "llama"), tied=True, vocab_size=332)
    bert(made.wordpiece(root / "bert"), vocab_size=260)
    corpus(root / "domain", made.DOMAIN, root / "llama")
    corpus(root / "general", made.GENERAL, root / "llama")
    corpus(root / "encoded", made.DOMAIN, root / "bert")
    return root


def files(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(file), file.stat().st_mtime_ns) for file in folder.rglob("*"))


def test_a_saving_is_what_extending_finds_and_nothing_is_written(root: Path, tmp_path: Path) -> None:
    before = files(root)
    found = saving(root / "domain" / "corpus", root / "llama", root / "general" / "corpus")
    assert files(root) == before
    copy = shutil.copytree(root / "domain" / "corpus", tmp_path / "corpus")
    wanted = extend(Extend(copy, root / "llama", tmp_path / "out", root / "general" / "corpus"))
    assert (found["added"], found["net"]) == (wanted.added, wanted.net)
    assert found["domain_saving"] == wanted.domain.share > 0.3
    assert found["general_saving"] == pytest.approx(found["domain_saving"] - found["net"])
    assert (found["control"], found["documents"]) == ("corpus", wanted.domain.documents)


def test_without_general_text_nothing_is_net(root: Path) -> None:
    found = saving(root / "domain" / "corpus", root / "llama")
    assert (found["control"], found["general_saving"]) == (None, None)
    assert found["net"] is None
    assert found["domain_saving"] > 0.3


def test_words_with_counts_do_for_a_control(root: Path) -> None:
    plain, dialysis = (
        saving(root / "domain" / "corpus", root / "llama", control=dict.fromkeys([*made.GENERAL, *more], 100))
        for more in ((), ("dialysis", "angioplasty"))
    )
    assert plain["control"] == "words"
    assert plain["general_saving"] == pytest.approx(0.0, abs=0.1)
    assert dialysis["net"] < plain["net"]


@pytest.mark.parametrize("kind", ["byte_level", "metaspace", "wordpiece"])
def test_control_words_are_cut_as_in_a_text(kind: str, tmp_path: Path) -> None:
    base = made.base(kind, tmp_path)
    found = spoken(base, {"river": 3, "don't": 2})
    in_text = made.counted(base, ["x river river river don't don't"])
    assert found.counts == {word: count for word, count in in_text.counts.items() if word in found.counts}
    assert sum(found.counts.values()) >= 5


def test_an_encoder_s_words_are_measured_too(root: Path) -> None:
    found = saving(root / "encoded" / "corpus", root / "bert")
    assert found["added"] > 0
    assert found["domain_saving"] > 0.1


def test_less_text_to_learn_from_finds_no_more(root: Path) -> None:
    """By their ids, some documents are left out; what is held out is measured all the same."""
    all_of_it, some = (
        saving(root / "domain" / "corpus", root / "llama", most_bytes=count) for count in (10**9, 25_000)
    )
    assert some["documents"] == all_of_it["documents"]
    assert some["candidates"] != all_of_it["candidates"]
    assert 0 < some["domain_saving"] <= all_of_it["domain_saving"] + 0.02


def test_shards_of_another_tokenizer_are_refused(root: Path) -> None:
    with pytest.raises(UsageError, match="its shards were made with another tokenizer"):
        saving(root / "encoded" / "corpus", root / "llama")


def test_measuring_wants_no_folder_and_extending_does(root: Path) -> None:
    request = Extend(root / "domain" / "corpus", root / "llama")
    assert measured(request).rows is None
    with pytest.raises(UsageError, match="--out: name a folder for the extended model"):
        extend(request)


def test_torch_is_not_needed(root: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from pathlib import Path; from corpuskit.assess.saving import saving\n"
        f"print(saving(Path({str(root / 'domain' / 'corpus')!r}), Path({str(root / 'llama')!r}))['added'] > 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"
