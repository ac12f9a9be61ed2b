import json
from pathlib import Path

import pytest

from corpuskit.assess.leaks import NGRAM, leaks
from corpuskit.errors import UsageError
from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load
from tests.conftest import prose


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaks")
    (folder / "share").mkdir()
    for seed in range(6):
        (folder / "share" / f"{seed}.txt").write_text(prose(seed, 300))
    build(Build((str(folder / "share"),), folder / "corpus", load(None), "local", 1), Silence())
    return folder / "corpus"


def sentence(seed: int, first: int, count: int) -> str:
    return " ".join(prose(seed, 300).split()[first : first + count])


def test_items_of_the_corpus_are_found_whatever_their_case_and_punctuation(corpus: Path, tmp_path: Path) -> None:
    held = [sentence(2, 40, 20), sentence(3, 100, 30).upper().replace(" ", ", ")]
    fresh = [sentence(90 + n, 0, 25) for n in range(2)]
    file = tmp_path / "test.jsonl"
    file.write_text("\n".join(json.dumps({"text": text, "label": 1}) for text in [*held, *fresh, "too short"]))
    (found,) = leaks(corpus, [file])
    assert (found.items, found.leaked, found.short, found.share) == (4, 2, 1, 0.5)


def test_an_item_leaks_from_four_fifths_of_its_words_on(corpus: Path, tmp_path: Path) -> None:
    strange = [f"zq{n}" for n in range(20)]
    items = [
        " ".join([sentence(1, 10, 16), *strange[:4]]),  # 16 of 20 words
        " ".join([sentence(1, 10, 15), *strange[:5]]),  # 15 of 20
        " ".join([sentence(1, 10, NGRAM - 1), *strange[:1]]),  # no run is long enough
    ]
    file = tmp_path / "test.txt"
    file.write_text("\n".join(items))
    (found,) = leaks(corpus, [file])
    assert (found.items, found.leaked, found.short) == (3, 1, 0)


def test_each_file_is_read_as_what_it_is(corpus: Path, tmp_path: Path) -> None:
    text = sentence(0, 5, 12)
    (tmp_path / "a.csv").write_text(f"text,label\n{text},1\n")
    (tmp_path / "b.tsv").write_text(f"text\tlabel\n{text}\t1\n")
    (tmp_path / "c.txt").write_text(f"{text}\n")
    found = leaks(corpus, [tmp_path / name for name in ("a.csv", "b.tsv", "c.txt")])
    assert [(one.file, one.items, one.leaked) for one in found] == [("a.csv", 1, 1), ("b.tsv", 1, 1), ("c.txt", 1, 1)]


def test_several_sets_are_looked_for_at_once_and_apart(corpus: Path, tmp_path: Path) -> None:
    """Words repeat within and between the files, in the order of no hash."""
    rows = {
        "a.txt": [sentence(4, 0, 30), sentence(91, 0, 30), sentence(4, 0, 30)],
        "b.txt": [sentence(91, 0, 30), sentence(92, 0, 30)],
        "c.txt": [sentence(5, 200, 9), sentence(4, 0, 30)],
    }
    for name, items in rows.items():
        (tmp_path / name).write_text("\n".join(items))
    found = leaks(corpus, [tmp_path / name for name in rows])
    assert [(one.items, one.leaked) for one in found] == [(3, 2), (2, 0), (2, 2)]


def test_a_share_of_nothing_is_not_known(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("too short\n")
    (found,) = leaks(corpus, [tmp_path / "a.txt"])
    assert (found.short, found.share, found.plain()["share"]) == (1, None, None)


def test_a_large_test_set_takes_no_longer_for_each_batch(corpus: Path, tmp_path: Path) -> None:
    """300,000 runs against a small corpus: what is looked up are the corpus's runs, however many the test set has."""
    word = [f"w{n}" for n in range(300_000)]
    (tmp_path / "a.txt").write_text("\n".join(" ".join(word[at : at + 50]) for at in range(0, len(word), 43)))
    (found,) = leaks(corpus, [tmp_path / "a.txt"])
    assert (found.items, found.leaked) == (6977, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no items there"),
        (b"{\n", "not a test set"),
        (b"\xff\xfe\xff", "not a test set"),
        (None, "cannot be read"),
    ],
)
def test_a_test_set_that_is_none_is_refused(corpus: Path, tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "test.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=said):
        leaks(corpus, [file])
