import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from corpuskit.errors import UsageError
from corpuskit.score import tokens

LETTER = "Dear Ms Roe,\n\nthe invoice of 12,345.50 EUR is due.\n\nYours\n"


def small_tokenizer(pre: Any = None, normalizer: Any = None) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre or pre_tokenizers.ByteLevel(add_prefix_space=False)
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=["<s>", "<unk>"], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([LETTER] * 20, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    return tokenizer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer as it may come with a model: truncation, padding and a begin-of-text token baked in."""
    tokenizer = small_tokenizer()
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=8)
    where = tmp_path_factory.mktemp("model")
    tokenizer.save(str(where / "tokenizer.json"))
    return where


def slow(loaded: tokens.Tokens) -> tokens.Tokens:
    return tokens.Tokens(**(loaded.about() | {"file": loaded.file, "tokenizer": loaded.tokenizer, "fast": None}))  # type: ignore[arg-type]


def test_ids_are_those_of_the_library_without_special_tokens_truncation_or_padding(folder: Path) -> None:
    loaded = tokens.load(str(folder))
    expected = small_tokenizer().encode(LETTER, add_special_tokens=False).ids
    assert loaded.encode(pa.array([LETTER, None, "", "Ms"])).to_pylist()[0] == expected
    assert len(expected) > 8


def test_null_gives_null_and_an_empty_text_an_empty_list(folder: Path) -> None:
    found = tokens.load(str(folder)).encode(pa.array(["x", None, ""]))
    assert found.type == pa.list_(pa.uint32())
    assert [ids is None for ids in found.to_pylist()] == [False, True, False]
    assert found.to_pylist()[2] == []
    assert tokens.load(str(folder)).encode(pa.array([], pa.string())).to_pylist() == []
    assert tokens.load(str(folder)).encode(pa.nulls(2, pa.string())).to_pylist() == [None, None]


def test_a_text_that_spells_a_special_token_does_not_get_its_id() -> None:
    loaded = tokens.load()
    assert loaded.tokenizer.token_to_id("<|endoftext|>") == 0
    (ids,) = loaded.encode(pa.array(["end<|endoftext|>begin"])).to_pylist()
    assert 0 not in ids
    assert loaded.decode(ids) == "end<|endoftext|>begin"
    assert loaded.decode([0]) == "<|endoftext|>"


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_the_default_gives_back_any_text(text: str) -> None:
    loaded = tokens.load()
    assert loaded.decode(loaded.encode(pa.array([text])).to_pylist()[0]) == text


def test_the_default_is_an_estimate_and_names_its_file() -> None:
    loaded = tokens.load()
    assert (loaded.estimate, loaded.vocab_size) == (True, 32_000)
    assert loaded.digest == hashlib.sha256(loaded.file.read_bytes()).hexdigest()
    assert loaded.about() == {
        "name": "corpuskit-default-32k",
        "digest": loaded.digest,
        "estimate": True,
        "vocab_size": 32_000,
    }


def test_the_default_joins_words_and_groups_digits_by_three() -> None:
    loaded = tokens.load()
    (ids,) = loaded.encode(pa.array(["The agreement of 20199"])).to_pylist()
    assert [loaded.decode([i]) for i in ids] == ["The", " agreement", " of", " ", "201", "99"]


def test_file_and_folder_are_the_same_tokenizer(folder: Path) -> None:
    by_file, by_folder = tokens.load(str(folder / "tokenizer.json")), tokens.load(str(folder))
    assert by_file.digest == by_folder.digest
    assert not by_file.estimate


def test_a_name_is_found_in_the_local_cache_alone(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = tmp_path / "models--acme--tiny" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot.parent.parent / "refs").mkdir()
    (snapshot.parent.parent / "refs" / "main").write_text("abc")
    (snapshot / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert tokens.load("acme/tiny").digest == tokens.load(str(folder)).digest
    with pytest.raises(UsageError, match="acme/absent: neither a file, nor a folder, nor a tokenizer in the local"):
        tokens.load("acme/absent")


@pytest.mark.parametrize("where", ["no/such/file.json", "/no/such/file", "no such name"])
def test_what_names_nothing_is_refused(where: str) -> None:
    with pytest.raises(UsageError, match="neither a file"):
        tokens.load(where)


@pytest.mark.parametrize(
    ("content", "said"),
    [("{", "not JSON"), ('{"vocab": {}, "a": 1}', "JSON with a, vocab"), ("[]", "JSON without keys"), ("", "not JSON")],
)
def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(UsageError, match=f"{said}; this is not a Hugging Face tokenizer.json"):
        tokens.load(str(tmp_path / "tokenizer.json"))


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no tokenizer\.json in this folder"):
        tokens.load(str(tmp_path))


@pytest.mark.parametrize(
    "tokenizer",
    [
        small_tokenizer(),
        small_tokenizer(pre_tokenizers.Metaspace()),
        small_tokenizer(pre_tokenizers.ByteLevel(add_prefix_space=True)),
        small_tokenizer(normalizer=normalizers.NFKC()),
        Tokenizer.from_file(str(tokens.DEFAULT)),
    ],
    ids=["byte-level", "metaspace", "prefix-space", "nfkc", "default"],
)
def test_a_long_text_in_pieces_has_the_ids_of_the_whole(tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "PIECE", 700)
    monkeypatch.setattr(tokens, "WINDOW", 100)
    text = (
        "\n".join(f"line {n}  of the letter,\r\n \n  indented {n * n}" + "\n" * (n % 4) for n in range(400)) + "   \n"
    )
    cut = list(tokens.pieces(tokenizer, text))
    assert "".join(cut) == text
    joined = [i for piece in cut for i in tokenizer.encode(piece, add_special_tokens=False).ids]
    assert joined == tokenizer.encode(text, add_special_tokens=False).ids


def test_the_default_is_cut_and_a_text_without_lines_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "PIECE", 1000)
    tokenizer = tokens.load().tokenizer
    assert max(map(len, tokens.pieces(tokenizer, LETTER * 200))) < 1100
    assert list(tokens.pieces(tokenizer, "x" * 5000)) == ["x" * 5000]
    assert list(tokens.pieces(tokenizer, "")) == [""]


def test_batches_do_not_change_the_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pa.array([LETTER * n for n in (1, 0, 40, 3)] + [None, "end"])
    whole = tokens.load().encode(texts)
    monkeypatch.setattr(tokens, "BATCH", 100)
    monkeypatch.setattr(tokens, "PIECE", 300)
    assert slow(tokens.load()).encode(texts).equals(whole)
    assert tokens.load().encode(texts.slice(2)).to_pylist() == whole.to_pylist()[2:]


class Wrong:
    """A fast tokenizer that gives other ids."""

    def encode_batch_flat(self, batch: list[str], **_: bool) -> tuple[bytes, bytes]:
        return np.ones(len(batch), np.uint32).tobytes(), np.arange(len(batch) + 1, dtype=np.uint64).tobytes()


class Refusing:
    """A fast tokenizer that meets its limits."""

    def encode_batch_flat(self, batch: list[str], **_: bool) -> tuple[bytes, bytes]:
        raise ValueError("match limit exceeded")


@pytest.mark.parametrize("fast", [Wrong(), Refusing()])
def test_a_fast_tokenizer_that_disagrees_is_not_used(fast: object, folder: Path) -> None:
    loaded = tokens.load(str(folder))
    doubtful = tokens.Tokens(**(loaded.about() | {"file": loaded.file, "tokenizer": loaded.tokenizer, "fast": fast}))  # type: ignore[arg-type]
    texts = pa.array([LETTER, None, "x"])
    assert doubtful.encode(texts).equals(slow(loaded).encode(texts))


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_fastokens_gives_the_ids_of_tokenizers(text: str) -> None:
    pytest.importorskip("fastokens")
    loaded = tokens.load()
    assert loaded.fast is not None
    assert loaded.encode(pa.array([text])).equals(slow(loaded).encode(pa.array([text])))


def test_the_file_is_compact() -> None:
    content = tokens.DEFAULT.read_text(encoding="utf-8")
    assert content == json.dumps(json.loads(content), ensure_ascii=False, separators=(",", ":"))
