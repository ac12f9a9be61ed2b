"""Shards again, with other ids: the same documents in the same places, none longer, the manifest last."""

from pathlib import Path

import pyarrow as pa
import pytest

from corpuskit.errors import AccountingError, UsageError
from corpuskit.shard import reader
from corpuskit.shard.retokenise import retokenise
from tests.conftest import Builder

ABOUT = {"name": "other", "digest": "d", "estimate": False, "vocab_size": 1000}


@pytest.fixture
def corpus(built: Builder, tmp_path: Path) -> Path:
    """A corpus of about thirty documents."""
    built(tmp_path / "corpus", settings=("shard.validation_share=0.2",))
    return tmp_path / "corpus"


def one_token(texts: pa.Array) -> pa.ListArray:
    """A document's length is its only token."""
    return pa.array([[len(text)] for text in texts.to_pylist()], pa.list_(pa.uint32()))


def grown(texts: pa.Array) -> pa.ListArray:
    """More tokens than any tokenizer makes."""
    return pa.array([list(range(len(text) + 1)) for text in texts.to_pylist()], pa.list_(pa.uint32()))


def test_the_set_holds_the_same_documents_in_the_same_order(corpus: Path) -> None:
    tokenizer = corpus / "shards" / "tokenizer.json"
    found = retokenise(corpus, "shards-one", tokenizer, ABOUT, one_token)
    assert found.tokens == found.documents > 20
    for split in ("train", "validation"):
        old, new = reader.read(corpus, split), reader.read(corpus, split, "shards-one")
        new.verify()
        assert [Path(entry["file"]).name for entry in new.entries] == [
            Path(entry["file"]).name for entry in old.entries
        ]
        before, now = old.documents(), new.documents()
        assert now.names(range(len(now))) == before.names(range(len(before)))
        assert [now.sources[i] for i in now.source] == [before.sources[i] for i in before.source]
    assert new.tokenizer == ABOUT
    assert new.tokenizer_file.read_bytes() == tokenizer.read_bytes()
    assert sorted(path.name for path in (corpus / "shards-one").iterdir())[:2] == ["set.json", "tokenizer.json"]


def test_a_document_that_grows_stops_it_and_leaves_no_set(corpus: Path) -> None:
    tokenizer = corpus / "shards" / "tokenizer.json"
    retokenise(corpus, "shards-one", tokenizer, ABOUT, one_token)
    with pytest.raises(AccountingError, match="no document may grow"):
        retokenise(corpus, "shards-one", tokenizer, ABOUT, grown)
    with pytest.raises(UsageError, match="no shard set shards-one"):
        reader.read(corpus, "train", "shards-one")


def test_a_folder_of_other_files_is_left_alone(corpus: Path) -> None:
    (corpus / "shards-one").mkdir()
    (corpus / "shards-one" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"holds other files \(notes\.txt\)"):
        retokenise(corpus, "shards-one", corpus / "shards" / "tokenizer.json", ABOUT, one_token)
