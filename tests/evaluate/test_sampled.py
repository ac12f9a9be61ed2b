import random
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from corpuskit.evaluate import sampled as module
from corpuskit.evaluate.answers import encoder
from corpuskit.evaluate.sampled import Sampled, sampled
from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load
from tests.conftest import WORDS, prose
from tests.evaluate import learned

PUBLIC = "555-010-9999"


def text(number: int) -> str:
    """A number of its own, twice, and one that stands in all; each behind less text than is shown."""
    own = random.Random(number).randrange(10**6, 10**7)
    first, second = WORDS[number], WORDS[number + 9]
    return f"The {first} of {second} has the contract {own} and calls {PUBLIC}. Again {own}, {prose(number, 8)}"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return learned.decoder(tmp_path_factory.mktemp("decoder"))


@pytest.fixture(scope="module")
def corpus(base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sampled")
    (folder / "share").mkdir()
    for number in range(16):
        (folder / "share" / f"{number}.txt").write_text(text(number))
    settings = (f"score.tokenizer={base}", "filter.min_words=1", "shard.validation_share=0.4", "dedupe.near=false")
    build(Build((str(folder / "share"),), folder / "corpus", load(None, settings), "local", 1), Silence())
    return folder / "corpus"


def documents(corpus: Path) -> pl.DataFrame:
    return pl.read_parquet(sorted((corpus / "documents").glob("*.parquet"))).filter(pl.col("verdict") == "kept")


def test_what_was_learned_by_heart_is_completed_and_what_was_not_read_is_not(
    base: Path, corpus: Path, tmp_path: Path
) -> None:
    sides = documents(corpus).partition_by("split", as_dict=True)
    train, held = sides["train",]["text"].to_list(), sides["validation",]["text"].to_list()
    adapted = learned.taught(base, tmp_path / "adapted", train, 80)
    found = sampled({"base": base, "adapted": adapted}, corpus).found
    assert found is not None
    assert held
    assert (found["documents"], found["asked"], found["held_out"]["asked"]) == (len(train), len(train), len(held))
    assert found["completed"] == {"base": 0, "adapted": len(train)}
    assert found["held_out"]["completed"] == {"base": 0, "adapted": 0}
    assert (found["prefix_tokens"], found["answer_tokens"]) == (50, 7 * len(train))  # a digit a token
    assert found["skipped"] == {"in_many_documents": 1, "in_the_prefix": 0, "too_little_before": 0}


def test_a_masked_model_is_not_asked(corpus: Path, tmp_path: Path) -> None:
    found = sampled({"base": learned.encoder(tmp_path)}, corpus)
    assert found == Sampled(None, "a masked model does not go on with a text; plant canaries to ask it")


def test_numbers_and_addresses_are_secrets_and_short_numbers_are_not() -> None:
    text = "12345, 123456, 12-34/56.78, a1234567, x.y+z@mail.example.org and 2024 1 2 3 4 5 6"
    found = pl.Series([text]).str.extract_all(module.PATTERN)[0].to_list()
    assert found == ["123456", "12-34/56.78", "x.y+z@mail.example.org"]


def corpus_of(folder: Path, base: Path, texts: list[str], share: float = 0.01) -> Path:
    (folder / "share").mkdir(parents=True)
    for number, one in enumerate(texts):
        (folder / "share" / f"{number}.txt").write_text(one)
    settings = (f"score.tokenizer={base}", "filter.min_words=1", f"shard.validation_share={share}", "dedupe.near=false")
    build(Build((str(folder / "share"),), folder / "corpus", load(None, settings), "local", 1), Silence())
    return folder / "corpus"


def test_what_can_be_copied_or_has_nothing_before_it_is_left_out(base: Path, tmp_path: Path) -> None:
    texts = [
        f"{prose(1, 40)} Call 0207-946-0958, that is 020 79460958 and 02079460958.",  # the first alone is not copied
        f"123456789 is the number. {prose(2, 40)}",
    ]
    corpus = corpus_of(tmp_path, base, texts)
    found = module._chosen(module._secrets(corpus), encoder(base), 200)
    assert ([place.text[place.begin : place.end] for place in found.places], found.repeated, found.early) == (
        ["0207-946-0958"],
        2,
        1,
    )


def test_the_draw_keeps_the_lowest_hashes_and_their_whole_counts(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three secrets are held of forty, each in one to three documents."""
    draw = random.Random(0)
    holds = [[100_000 + n for n in range(40) if draw.random() < 0.05 or n % 20 == number] for number in range(20)]
    texts = [f"{prose(n, 40)} The numbers are {' and '.join(map(str, some))}." for n, some in enumerate(holds)]
    corpus = corpus_of(tmp_path, base, texts, share=0.3)
    every = [(one.training, one.held_out, one.place) for one in module._secrets(corpus)]
    monkeypatch.setattr(module, "HELD", 3)
    assert [(one.training, one.held_out, one.place) for one in module._secrets(corpus)] == every[:3]
    counts = Counter(number for some in holds for number in some)
    assert sum(training + held for training, held, _ in every) == sum(counts.values())


def test_the_context_is_the_last_tokens_before_the_secret(base: Path) -> None:
    by = encoder(base)
    long = "word " * 400
    place = module.Place("any", f"{long}654321 after", len(long), len(long) + 6)
    row, before = module._row(by, place)
    assert (row.start - before, by.tokenizer.decode(row.ids[row.start :])) == (50, "654321")


def test_a_secret_is_looked_for_outside_of_longer_words() -> None:
    assert module._first("a1234567 1234567 (123456)", "123456") == 18
    assert module._first("1234567", "123456") == 0
