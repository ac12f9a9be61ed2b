"""An export is opened as its tool opens it, and held against the corpus token by token."""

import hashlib
import json
import struct
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow as pa
import pytest
import yaml
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer

from corpuskit import parts
from corpuskit.errors import AccountingError, CorpuskitError, UsageError
from corpuskit.shard.exports import rows, stream
from corpuskit.shard.exports.export import NAME, TOOLS, Export, export, terminal
from corpuskit.shard.reader import digest, read
from corpuskit.shard.writer import SHARD
from tests.conftest import Builder, prose

END = 0
LENGTH = 16
# Documents of each shard by their tokens: with the separator one fills a row, one leaves a token alone, one has nothing to say.
TRAIN = ((15, 16, 1, 0, 40), (100, 31))
VALIDATION = ((20, 3),)

Corpus = Callable[..., Path]


def tokenizer(folder: Path, *special: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    made = Tokenizer(BPE())
    made.pre_tokenizer = ByteLevel()
    made.train_from_iterator([prose(1)], BpeTrainer(vocab_size=300, special_tokens=list(special), show_progress=False))
    made.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Makes a corpus of given documents, by hand, so that their lengths are the test's."""

    def make(
        train: Any = TRAIN,
        validation: Any = VALIDATION,
        vocab_size: int = 300,
        estimate: bool = False,
        end: str = "</s>",
    ) -> Path:
        root = tmp_path / "corpus"
        file = tokenizer(root / "shards", end) / "tokenizer.json"
        draw, entries = np.random.default_rng(7), []
        for split, shards in (("train", train), ("validation", validation)):
            for number, lengths in enumerate(shards):
                name = f"shards/{split}-{number:05d}-of-{len(shards):05d}.arrow"
                ids = [draw.integers(1, vocab_size, length).astype(np.uint32) for length in lengths]
                columns = [
                    [f"{split}{number}{i}" for i in range(len(ids))],
                    ids,
                    *([word] * len(ids) for word in ("s", "en", split)),
                ]
                table = pa.table(
                    [pa.array(column, field.type) for column, field in zip(columns, SHARD, strict=True)], SHARD
                )
                parts.write_arrow(root / name, SHARD, table.to_batches(max_chunksize=2))
                entries.append(
                    {
                        "file": name,
                        "split": split,
                        "rows": len(ids),
                        "tokens": sum(lengths),
                        "bytes": (root / name).stat().st_size,
                        "sha256": digest(root / name),
                    }
                )
        about = {"name": "ours", "digest": digest(file), "estimate": estimate, "vocab_size": vocab_size}
        parts.write_json(root / "corpus.json", {"format": 1, "tokenizer": about, "shards": entries})
        return root

    return make


def documents(corpus: Path, split: str, end: int = END) -> list[list[int]]:
    """Every document that holds a token, with its separator."""
    found = read(corpus, split).documents()
    return [[*found.ids(i).tolist(), end] for i in range(len(found)) if found.lengths[i]]


def flat(lists: list[list[int]]) -> list[int]:
    return [token for one in lists for token in one]


def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_axolotl_gets_ids_mask_and_labels_of_every_document(corpus: Corpus, tmp_path: Path) -> None:
    export(Export(corpus(), "axolotl", out(tmp_path), length=LENGTH))
    found = datasets.load_from_disk(str(out(tmp_path) / "data"))
    assert list(found) == ["train", "validation"]
    for split in found:
        rows = found[split][:]
        assert flat(rows["input_ids"]) == flat(documents(tmp_path / "corpus", split))
        assert rows["labels"] == rows["input_ids"]
        assert rows["attention_mask"] == [[1] * len(row) for row in rows["input_ids"]]
        assert all(2 <= len(row) <= LENGTH for row in rows["input_ids"])


def test_llamafactory_gets_no_labels_because_its_collator_makes_them(corpus: Corpus, tmp_path: Path) -> None:
    export(Export(corpus(), "llamafactory", out(tmp_path), length=LENGTH))
    found = datasets.load_from_disk(str(out(tmp_path) / "data"))
    assert found["train"].column_names == ["input_ids", "attention_mask"]
    for split in found:
        assert flat(found[split][:]["input_ids"]) == flat(documents(tmp_path / "corpus", split))


def test_trl_gets_parquet_that_load_dataset_splits_by_name(corpus: Corpus, tmp_path: Path) -> None:
    export(Export(corpus(), "trl", out(tmp_path), length=LENGTH))
    datasets.disable_progress_bars()
    found = datasets.load_dataset(str(out(tmp_path) / "data"), cache_dir=str(tmp_path / "cache"))
    for split in ("train", "validation"):
        assert flat(found[split][:]["input_ids"]) == flat(documents(tmp_path / "corpus", split))


def megatron(prefix: Path) -> list[list[int]]:
    """An indexed data set, read by the layout in Megatron's megatron/core/datasets/indexed_dataset.py."""
    index, data = prefix.with_suffix(".idx").read_bytes(), prefix.with_suffix(".bin").read_bytes()
    assert index[:9] == b"MMIDIDX\x00\x00"
    version, code, sequences, bounds = struct.unpack_from("<QBQQ", index, 9)
    assert (version, bounds) == (1, sequences + 1)
    kind = {1: "u1", 2: "i1", 3: "i2", 4: "i4", 5: "i8", 6: "f8", 7: "f4", 8: "u2"}[code]
    at = 34
    lengths = np.frombuffer(index, "<i4", sequences, at)
    pointers = np.frombuffer(index, "<i8", sequences, at + 4 * sequences)
    ends = np.frombuffer(index, "<i8", bounds, at + 12 * sequences)
    assert len(index) == at + 12 * sequences + 8 * bounds
    assert ends.tolist() == list(range(sequences + 1))
    return [
        np.frombuffer(data, f"<{kind}", length, start).tolist() for length, start in zip(lengths, pointers, strict=True)
    ]


@pytest.mark.parametrize(("vocab_size", "token_bytes"), [(300, 2), (65_499, 2), (65_500, 4), (70_000, 4)])
def test_megatron_gets_a_sequence_for_each_document(
    corpus: Corpus, tmp_path: Path, vocab_size: int, token_bytes: int
) -> None:
    export(Export(corpus(vocab_size=vocab_size), "megatron", out(tmp_path)))
    for split in ("train", "validation"):
        wanted = documents(tmp_path / "corpus", split)
        assert megatron(out(tmp_path) / split) == wanted
        assert (out(tmp_path) / f"{split}.bin").stat().st_size == token_bytes * len(flat(wanted))


@pytest.mark.parametrize(("vocab_size", "token_bytes"), [(300, 2), (65_535, 2), (65_536, 4)])
def test_nanotron_gets_a_token_file_its_index_and_its_metadata(
    corpus: Corpus, tmp_path: Path, vocab_size: int, token_bytes: int
) -> None:
    export(Export(corpus(vocab_size=vocab_size), "nanotron", out(tmp_path)))
    for split in ("train", "validation"):
        (file,) = (out(tmp_path) / split).glob("*.ds")
        wanted = documents(tmp_path / "corpus", split)
        assert np.memmap(file, dtype=f"<u{token_bytes}", mode="r").tolist() == flat(wanted)
        ends = np.fromfile(file.with_name(f"{file.name}.index"), dtype="<u8")
        assert ends.tolist() == np.cumsum([len(one) for one in wanted]).tolist()
        name, size = file.with_name(f"{file.name}.metadata").read_text().split("\n")[:2]
        assert (name, size) == (f"ours|{token_bytes}", str(len(flat(wanted))))


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_gets_the_same_tokens_and_they_are_counted(corpus: Corpus, tmp_path: Path, tool: str) -> None:
    made = export(Export(corpus(), tool, out(tmp_path), length=LENGTH))
    train = made.splits["train"]
    assert (train.documents, train.tokens, train.separators, train.empty) == (6, 203, 6, 1)
    tokens = read(tmp_path / "corpus").documents()
    whole = np.concatenate([tokens.ids(i) for i in range(len(tokens))])
    assert made.about["splits"]["train"]["tokens_sha256"] == hashlib.sha256(whole.tobytes()).hexdigest()
    assert made.about["corpus"]["manifest"] == digest(tmp_path / "corpus" / "corpus.json")
    assert made.about["separator"] == {"token": "</s>", "id": 0, "found": "the tokenizer's only token for an end"}
    assert json.loads((out(tmp_path) / "export.json").read_text()) == made.about
    for name, entry in made.about["files"].items():
        assert digest(out(tmp_path) / name) == entry["sha256"]


@pytest.mark.parametrize(
    ("document", "expected"),
    [(2, [2]), (16, [16]), (17, [15, 2]), (18, [16, 2]), (32, [16, 16]), (33, [16, 15, 2]), (41, [16, 16, 9])],
)
def test_rows_are_full_and_none_is_a_single_token(document: int, expected: list[int]) -> None:
    assert rows.cut(np.array([document]), 16).tolist() == expected


def test_cut_documents_are_counted(corpus: Corpus, tmp_path: Path) -> None:
    made = export(Export(corpus(), "trl", out(tmp_path), length=LENGTH))
    assert (made.splits["train"].cut, made.splits["train"].rows) == (4, 16)
    assert "4 documents are longer than 16 tokens and lie in several rows" in "\n".join(terminal(made))


def test_memory_holds_some_documents_at_a_time(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BATCH", 20)
    found = [chunk.lengths.tolist() for chunk in stream.chunks(read(corpus()), 0, END)]
    assert found == [[16], [17], [2], [41]]


def test_the_settings_name_the_data_relative_to_themselves(corpus: Corpus, tmp_path: Path) -> None:
    made = {tool: export(Export(corpus(), tool, tmp_path / tool, length=LENGTH)).out for tool in TOOLS}
    axolotl = yaml.safe_load((made["axolotl"] / "axolotl.yaml").read_text())
    assert axolotl["datasets"] == [{"path": "data", "split": "train", "type": None}]
    assert axolotl["test_datasets"] == [{"path": "data", "split": "validation", "type": None}]
    assert (axolotl["sequence_len"], axolotl["excess_length_strategy"]) == (LENGTH, "raise")
    assert yaml.safe_load((made["llamafactory"] / "llamafactory.yaml").read_text())["tokenized_path"] == "data"
    assert yaml.safe_load((made["trl"] / "trl.yaml").read_text())["packing_strategy"] == "bfd_split"
    stage = yaml.safe_load((made["nanotron"] / "nanotron.yaml").read_text())["data_stages"][0]
    assert stage["data"]["dataset"] == {"dataset_folder": ["train"]}
    said = subprocess.run(
        ["bash", "-c", 'source "$0"; printf "%s\\n" "${DATA[@]}"', str(made["megatron"] / "megatron.sh")],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert said[:4] == [
        "--train-data-path",
        f"{made['megatron']}/train",
        "--valid-data-path",
        f"{made['megatron']}/validation",
    ]


def test_a_corpus_without_validation_names_none(corpus: Corpus, tmp_path: Path) -> None:
    export(Export(corpus(validation=()), "axolotl", out(tmp_path)))
    assert "validation" not in (out(tmp_path) / "axolotl.yaml").read_text()
    assert list(datasets.load_from_disk(str(out(tmp_path) / "data"))) == ["train"]


def test_the_same_export_is_not_written_twice(corpus: Corpus, tmp_path: Path) -> None:
    request = Export(corpus(), "megatron", out(tmp_path))
    first = export(request)
    written = (out(tmp_path) / "train.bin").stat().st_mtime_ns
    again = export(request)
    assert (again.reused, again.about, again.notes) == (True, first.about, first.notes)
    assert (out(tmp_path) / "train.bin").stat().st_mtime_ns == written


def test_an_export_is_replaced_by_another_and_mended_when_a_file_is_gone(corpus: Corpus, tmp_path: Path) -> None:
    export(Export(corpus(), "axolotl", out(tmp_path)))
    export(Export(tmp_path / "corpus", "megatron", out(tmp_path)))
    assert not (out(tmp_path) / "axolotl.yaml").exists()
    (out(tmp_path) / "train.bin").unlink()
    assert not export(Export(tmp_path / "corpus", "megatron", out(tmp_path))).reused
    assert (out(tmp_path) / "train.bin").is_file()


def test_nobody_elses_files_are_touched(corpus: Corpus, tmp_path: Path) -> None:
    export(Export(corpus(), "axolotl", out(tmp_path)))
    (out(tmp_path) / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"out: holds other files \(mine.txt\); name a new or empty folder"):
        export(Export(tmp_path / "corpus", "trl", out(tmp_path)))
    assert (out(tmp_path) / "axolotl.yaml").is_file()


def test_an_export_that_fails_leaves_nothing(corpus: Corpus, tmp_path: Path) -> None:
    root = corpus()
    shard = root / "shards" / "train-00000-of-00002.arrow"
    shard.write_bytes(shard.read_bytes()[:-1] + b"x")
    with pytest.raises(CorpuskitError, match="damaged"):
        export(Export(root, "trl", out(tmp_path)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["corpus"]


def test_an_id_that_does_not_fit_is_found_when_the_export_is_read_back(corpus: Corpus, tmp_path: Path) -> None:
    root = corpus(vocab_size=70_000)
    manifest = json.loads((root / "corpus.json").read_text())
    manifest["tokenizer"]["vocab_size"] = 300  # a lie
    parts.write_json(root / "corpus.json", manifest)
    with pytest.raises(AccountingError, match="or they are not the same"):
        export(Export(root, "nanotron", out(tmp_path)))
    assert not out(tmp_path).exists()


@pytest.mark.parametrize("found", [[1, 2, 0, 3], [1, 2, 3, 0, 0], [1, 0, 2, 3, 0], [9, 2, 0, 3, 0]])
def test_lost_added_and_moved_tokens_are_all_noticed(corpus: Corpus, found: list[int]) -> None:
    shards = read(corpus(train=((2, 1),)))
    ids = np.array(found, dtype=np.uint32)
    real = shards.documents()
    names = {1: int(real.ids(0)[0]), 2: int(real.ids(0)[1]), 3: int(real.ids(1)[0]), 0: 0, 9: 299}
    good = np.array([names[i] for i in (1, 2, 0, 3, 0)], dtype=np.uint32)
    assert len(stream.compare(shards, iter([good[:2], good[2:]]), END)) == 64
    with pytest.raises(AccountingError, match="bug in corpuskit"):
        stream.compare(shards, iter([np.array([names[int(i)] for i in ids], dtype=np.uint32)]), END)


def test_the_separator_is_what_the_tokenizers_configuration_says(corpus: Corpus, tmp_path: Path) -> None:
    root = corpus(end="<stop>")
    with pytest.raises(UsageError, match=r"which token ends a document\? it has none of the usual ones"):
        export(Export(root, "trl", out(tmp_path)))
    assert export(Export(root, "trl", tmp_path / "a", separator="<stop>")).about["separator"]["id"] == 0
    (root / "shards" / "tokenizer_config.json").write_text(json.dumps({"eos_token": {"content": "<stop>"}}))
    assert (
        export(Export(root, "trl", out(tmp_path))).about["separator"]["found"] == "eos_token of tokenizer_config.json"
    )
    with pytest.raises(UsageError, match="--separator <nothing>: the tokenizer ours has no such token"):
        export(Export(root, "trl", out(tmp_path), separator="<nothing>"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"tool": "axolotle"}, "--to: axolotle: no such tool; did you mean axolotl?"),
        ({"length": 15}, "--length 15: at least 16 tokens make a row"),
        ({"shards": "shards-other"}, "no shard set shards-other"),
    ],
)
def test_a_wrong_command_gets_a_sentence(corpus: Corpus, tmp_path: Path, change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as error:
        export(replace(Export(corpus(), "trl", out(tmp_path)), **change))
    assert sentence in str(error.value)


def test_estimated_ids_are_not_exported(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="its token ids are estimates"):
        export(Export(corpus(estimate=True), "trl", out(tmp_path)))


def test_a_file_in_the_place_of_the_folder_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    out(tmp_path).write_text("a file")
    with pytest.raises(UsageError, match="not a folder"):
        export(Export(corpus(), "trl", out(tmp_path)))


def test_a_place_that_cannot_be_written_to_is_said(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(UsageError, match="out: cannot be written to: Not a directory"):
        export(Export(corpus(), "trl", tmp_path / "file" / "out"))


def test_a_built_corpus_is_exported(built: Builder, tmp_path: Path) -> None:
    model = tokenizer(tmp_path / "model", "</s>", "<|endoftext|>")
    (model / "tokenizer_config.json").write_text('{"eos_token": "</s>"}')
    built(tmp_path / "built", settings=(f"score.tokenizer={model}",))
    made = export(Export(tmp_path / "built", "megatron", out(tmp_path)))
    manifest = json.loads((tmp_path / "built" / "corpus.json").read_text())
    for split, counts in made.splits.items():
        assert counts.tokens == manifest["ledger"]["splits"][split]["tokens"]
        assert flat(megatron(out(tmp_path) / split)) == flat(documents(tmp_path / "built", split))
    assert NAME in {path.name for path in out(tmp_path).iterdir()}
