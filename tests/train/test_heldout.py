"""Bits per byte, held against a computation by hand: each document alone, and bytes counted in the tokens themselves."""

import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 (its usual name)
from tokenizers import Tokenizer

from corpuskit.errors import CorpuskitError
from corpuskit.shard import reader
from corpuskit.train.attention import NAME
from corpuskit.train.heldout import HeldOut, Part, Score, batches, prepare, score, total
from corpuskit.train.learner import Learner
from corpuskit.train.objectives import Asking
from corpuskit.train.objectives.causal import Causal
from corpuskit.train.tensors import to_device
from tests.train.conftest import tiny
from tests.train.plain import BYTE_LEVEL_IDS, CAUSAL, CPU, LENGTH, MASKED, WORDPIECE_IDS

ALL = 100_000
BEGUN = Causal((5,), (0,))  # with a token before each document, so that the first is asked too


def held_out(corpus: Path, asking: Asking, tokens: int = ALL) -> HeldOut:
    found = prepare("domain", corpus, "shards", asking, LENGTH, tokens)
    assert found is not None
    return found


def scored(part: Part, learner: Learner, sequences: int = 3, world: int = 1) -> Score:
    asking: Any = learner.asking
    nats, targets = 0.0, 0
    with torch.no_grad():
        for rank in range(world):
            for one in batches(part, sequences, asking, rank, world):
                nats += learner(to_device(one, CPU)).item()
                targets += one.targets
    return score(part, nats, targets, learner.asking.kind == "masked")


def by_hand(corpus: Path, asking: Causal, cap: int | None = None) -> dict[str, Score]:
    """Scores by source: documents cut after `cap` places, pieces of at most LENGTH places."""
    model = tiny("llama", BYTE_LEVEL_IDS)
    shards = reader.read(corpus, "validation")
    documents, before = shards.documents(), asking.frame.before
    spelt = {at: len(token) for token, at in Tokenizer.from_file(str(shards.tokenizer_file)).get_vocab().items()}
    found = {source: Score(0.0, 0, 0.0) for source in documents.sources}
    for number in range(len(documents)):
        ids = documents.ids(number).tolist()
        stream = [*before, *ids, 0]
        places = len(stream) - 1 if cap is None else min(cap, len(stream) - 1)
        nats = 0.0
        for start in range(0, places, LENGTH):
            piece = torch.tensor(stream[start : min(start + LENGTH, places) + 1])
            with torch.no_grad():
                logits = model(input_ids=piece[None, :-1]).logits[0]
            nats += F.cross_entropy(logits, piece[1:], reduction="sum").item()
        asked = ids[1 - len(before) : places + 1 - len(before)]  # the end of text stands for no bytes
        size = sum(spelt[token] for token in asked)  # a byte-level token is spelt with a letter for each byte
        found[documents.sources[int(documents.source[number])]] += Score(nats, places, size)
    return found


@pytest.mark.parametrize("asking", [CAUSAL, BEGUN], ids=["bare", "begun"])
def test_bits_per_byte_are_those_of_each_document_alone(corpus: Path, asking: Causal) -> None:
    held, learner = held_out(corpus, asking), Learner(tiny("llama", BYTE_LEVEL_IDS, NAME), asking)
    wanted = by_hand(corpus, asking)
    found = {part.source: scored(part, learner) for part in held.parts}
    assert list(found) == ["letters", "reports"] == list(wanted)
    for source, one in wanted.items():
        assert (found[source].targets, found[source].bytes) == (one.targets, one.bytes)
        assert found[source].bits_per_byte == pytest.approx(one.bits_per_byte, rel=1e-5)
    both = total(found)
    assert both.bits_per_byte == pytest.approx(total(wanted).bits_per_byte, rel=1e-5)
    assert both.loss == pytest.approx(sum(one.nats for one in wanted.values()) / both.targets, rel=1e-5)
    assert held.tokens == reader.read(corpus, "validation").tokens


def test_bytes_of_whole_documents_are_those_of_their_texts(corpus: Path) -> None:
    names = reader.read(corpus, "validation").documents()
    table = pl.read_parquet(corpus / "documents" / "*.parquet")
    kept = table.filter(pl.col("id").is_in(names.names(range(len(names)))))
    assert sum(part.bytes for part in held_out(corpus, BEGUN).parts) == kept["text"].str.len_bytes().sum()


def test_longer_documents_are_cut_so_that_others_have_room(corpus: Path) -> None:
    shards = reader.read(corpus, "validation")
    assert max(shards.documents().lengths) > LENGTH
    tokens = LENGTH * len(shards.documents())  # each document's first sequence
    held, learner = held_out(corpus, CAUSAL, tokens), Learner(tiny("llama", BYTE_LEVEL_IDS, NAME), CAUSAL)
    found = total({part.source: scored(part, learner) for part in held.parts})
    wanted = total(by_hand(corpus, CAUSAL, cap=LENGTH))
    assert (found.targets, found.bytes) == (wanted.targets, wanted.bytes)
    assert found.bits_per_byte == pytest.approx(wanted.bits_per_byte, rel=1e-5)


def test_no_more_documents_are_held_out_than_asked_for(corpus: Path) -> None:
    few, all_ = held_out(corpus, CAUSAL, LENGTH), held_out(corpus, CAUSAL)
    assert len(few.parts) == 1
    assert 0 < few.tokens <= LENGTH < all_.tokens


@pytest.mark.parametrize("world", [2, 3, 7])
def test_workers_score_together_what_one_scores(corpus: Path, world: int) -> None:
    learner = Learner(tiny("llama", BYTE_LEVEL_IDS, NAME), CAUSAL)
    for part in held_out(corpus, CAUSAL).parts:
        one, several = scored(part, learner), scored(part, learner, sequences=2, world=world)
        assert several.targets == one.targets
        assert several.bits_per_byte == pytest.approx(one.bits_per_byte, rel=1e-6)
        counts = {len(batches(part, 2, CAUSAL, rank, world)) for rank in range(world)}
        assert len(counts) == 1


def test_what_is_held_out_is_the_same_each_time(encoder_corpus: Path) -> None:
    learner = Learner(tiny("bert", WORDPIECE_IDS, NAME), MASKED).eval()
    one, other = (
        total({part.source: scored(part, learner) for part in held_out(encoder_corpus, MASKED).parts}) for _ in range(2)
    )
    assert one == other


def test_masked_targets_stand_for_their_share_of_the_text(encoder_corpus: Path) -> None:
    learner = Learner(tiny("bert", WORDPIECE_IDS, NAME), MASKED).eval()
    (part, _) = held_out(encoder_corpus, MASKED).parts
    found = scored(part, learner)
    assert found.targets / part.tokens == pytest.approx(0.15, abs=0.01)
    assert found.bytes == pytest.approx(part.bytes * found.targets / part.tokens)
    assert found.bits_per_byte == pytest.approx(found.nats / math.log(2) / found.bytes)


def test_bytes_of_an_encoder_s_whole_documents_are_those_of_their_texts(encoder_corpus: Path) -> None:
    names = reader.read(encoder_corpus, "validation").documents()
    table = pl.read_parquet(encoder_corpus / "documents" / "*.parquet")
    kept = table.filter(pl.col("id").is_in(names.names(range(len(names)))))
    assert sum(part.bytes for part in held_out(encoder_corpus, MASKED).parts) == kept["text"].str.len_bytes().sum()


def test_no_validation_documents_are_no_held_out_set(corpus: Path, tmp_path: Path) -> None:
    copy = tmp_path / "corpus"
    copy.mkdir()
    manifest = (corpus / "corpus.json").read_text().replace('"validation"', '"elsewhere"')
    (copy / "corpus.json").write_text(manifest)
    assert prepare("domain", copy, "shards", CAUSAL, LENGTH, ALL) is None


def test_a_document_without_its_text_is_refused(corpus: Path, tmp_path: Path) -> None:
    for name in ("corpus.json", "shards"):
        (tmp_path / name).symlink_to(corpus / name)
    (tmp_path / "documents").mkdir()
    for file in (corpus / "documents").iterdir():
        pl.read_parquet(file).clear().write_parquet(tmp_path / "documents" / file.name)
    with pytest.raises(CorpuskitError, match=r"has no text in documents/; build the corpus again"):
        prepare("domain", tmp_path, "shards", CAUSAL, LENGTH, ALL)


def test_scores_add_up() -> None:
    both = Score(math.log(2) * 6, 2, 4.0) + Score(math.log(2) * 2, 2, 4.0)
    assert both.bits_per_byte == pytest.approx(1.0)
    assert both.loss == pytest.approx(2 * math.log(2))
