import json
from pathlib import Path

import polars as pl
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.report import counts
from corpuskit.report.gather import gather
from tests.conftest import Builder, prose
from tests.wordpiece import wordpiece


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    """Two tokenizers: bytes in pairs, and words in pieces with a normaliser, truncation and padding baked in."""
    pairs = Tokenizer(models.BPE())
    pairs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    pairs.train_from_iterator(
        [prose(1)], trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False)
    )
    pieces = wordpiece([prose(2)], 90, ["[UNK]", "[PAD]"])
    pieces.enable_truncation(16)
    pieces.enable_padding()
    for name, tokenizer in (("pairs", pairs), ("pieces", pieces)):
        (tmp_path / name).mkdir()
        tokenizer.save(str(tmp_path / name / "tokenizer.json"))
    return [str(tmp_path / "pairs"), str(tmp_path / "pieces")]


def by_hand(corpus: Path, folder: str) -> pl.DataFrame:
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    kept = pl.read_parquet(corpus / "documents" / "*.parquet").filter(verdict="kept")
    lengths = [len(one.ids) for one in tokenizer.encode_batch(kept["text"].to_list(), add_special_tokens=False)]
    return kept.with_columns(counted=pl.Series(lengths))


def test_counts_are_those_of_the_tokenizers_on_the_kept_texts(
    tmp_path: Path, built: Builder, folders: list[str]
) -> None:
    built(tmp_path / "out", settings=("shard.validation_share=0.2",))
    found = counts.count(tmp_path / "out", folders)
    for row, folder in zip(found, folders, strict=True):
        table = by_hand(tmp_path / "out", folder)
        assert row["tokens"] == table["counted"].sum()
        sides = table.group_by("split").agg(pl.sum("counted")).rows()
        assert row["by"]["split"] == dict(sides)
    assert [row["name"] for row in found] == ["pairs", "pieces"]


def test_the_corpus_own_tokenizer_gives_the_corpus_own_counts(ready: Path) -> None:
    own = gather(ready)["tokenizers"][0]
    (found,) = counts.count(ready, [str(ready / "shards" / "tokenizer.json")])
    assert {name: found[name] for name in ("tokens", "by", "fertility")} == {
        name: own[name] for name in ("tokens", "by", "fertility")
    }
    assert len(gather(ready)["tokenizers"]) == 1


def test_pieces_files_and_workers_change_no_count(
    tmp_path: Path, built: Builder, folders: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpuskit.products.DOCUMENTS_BYTES", 8000)
    built(tmp_path / "out")
    assert len(list((tmp_path / "out" / "documents").iterdir())) > 2
    whole = counts.count(tmp_path / "out", folders, workers=1)
    monkeypatch.setattr("corpuskit.report.counts.PIECE_BYTES", 2000)
    monkeypatch.setattr("corpuskit.report.counts.BATCH_BYTES", 900)
    assert counts.count(tmp_path / "out", folders, workers=1) == whole
    assert counts.count(tmp_path / "out", folders, workers=2) == whole


def test_fertility_is_tokens_by_words_and_bytes_by_tokens(ready: Path, folders: list[str]) -> None:
    (found,) = counts.count(ready, folders[:1])
    table = by_hand(ready, folders[0])
    counted, words, size = (int(table[name].sum()) for name in ("counted", "words", "bytes"))
    assert found["fertility"] == {
        "en": {"tokens_per_word": round(counted / words, 4), "bytes_per_token": round(size / counted, 4)}
    }


def test_what_was_counted_stands_in_the_report_until_the_corpus_changes(
    share: Path, tmp_path: Path, built: Builder, folders: list[str]
) -> None:
    built(tmp_path / "out")
    found = counts.count(tmp_path / "out", folders[::-1])
    assert gather(tmp_path / "out")["tokenizers"][1:] == found[::-1]
    (share / "new.txt").write_text(prose(77))
    report = built(tmp_path / "out").report
    assert [row["name"] for row in report["tokenizers"]] == ["corpuskit-default-32k"]


def test_no_path_of_this_machine_is_stored(tmp_path: Path, ready: Path, folders: list[str]) -> None:
    counts.count(ready, [f"{folders[0]}/tokenizer.json"])
    (stored,) = (ready / "report").glob("tokens-*.json")
    assert str(tmp_path) not in stored.read_text()
    assert json.loads(stored.read_text())["digest"].startswith(stored.stem.removeprefix("tokens-"))


def test_a_cut_off_count_is_as_none(ready: Path, folders: list[str]) -> None:
    counts.count(ready, folders[:1])
    (stored,) = (ready / "report").glob("tokens-*.json")
    for content in (stored.read_text()[:50], "[]", "{}", "null"):
        stored.write_text(content)
        assert len(gather(ready)["tokenizers"]) == 1


def test_a_corpus_that_kept_nothing_has_no_tokens(tmp_path: Path, built: Builder, folders: list[str]) -> None:
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "empty.txt").write_text("")
    built(tmp_path / "out", tmp_path / "junk")
    found = counts.count(tmp_path / "out", folders)
    assert [(row["tokens"], row["fertility"]) for row in found] == [(0, {}), (0, {})]
    assert counts.count(tmp_path / "out", []) == []


def test_what_cannot_be_counted_is_said(tmp_path: Path, ready: Path, folders: list[str]) -> None:
    with pytest.raises(UsageError, match=r"no tokenizer\.json in this folder"):
        counts.count(ready, [str(tmp_path)])
    (file,) = (ready / "documents").iterdir()
    file.write_bytes(file.read_bytes()[:-300])
    with pytest.raises(CorpuskitError, match=r"cannot be read .* run the build again"):
        counts.count(ready, folders)
