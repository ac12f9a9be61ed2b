"""Bits per byte, held against training's own and against each document alone; their mean, median, trimmed mean and interval."""

import math
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
import torch.nn.functional as F  # noqa: N812 (its usual name)

from corpuskit.assess.bits import DRAWS, bits, drawn, figures, interval, ratio
from corpuskit.errors import UsageError
from corpuskit.shard import reader
from corpuskit.train import devices, heldout
from corpuskit.train.attention import NAME
from corpuskit.train.devices import Place
from corpuskit.train.learner import Learner
from corpuskit.train.objectives import Asking
from corpuskit.train.objectives.causal import Causal
from corpuskit.train.per_document import Excerpts, Scored, excerpts, score
from corpuskit.train.tensors import to_device
from tests.assess.tiny import Tiny, decoder, encoder
from tests.train.conftest import tiny
from tests.train.plain import BYTE_LEVEL_IDS, CAUSAL, CPU, LENGTH, MASKED, WORDPIECE_IDS

BEGUN = Causal((5,), (0,))  # with a token before each document, so that the first is asked too
HERE = Place(0, 1, CPU)


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return decoder(tmp_path_factory.mktemp("decoder"))


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return encoder(tmp_path_factory.mktemp("encoder"))


def scored(learner: Learner, held: Excerpts) -> Scored:
    asking: Any = learner.asking
    return score(learner, asking, CPU, held, partial(devices.precision, "float32", HERE, sharded=False))


def by_training(corpus: Path, learner: Learner, asking: Asking) -> heldout.Score:
    """What `heldout` makes of the first LENGTH places of each document."""
    held = heldout.prepare("domain", corpus, "shards", asking, LENGTH, 50 * (LENGTH - asking.frame.overhead))
    assert held is not None
    (part,) = held.parts
    nats, targets = 0.0, 0
    with torch.no_grad():
        for one in heldout.batches(part, 1, asking, 0, 1):
            nats, targets = nats + learner(to_device(one, CPU)).item(), targets + one.targets
    return heldout.score(part, nats, targets, asking.kind == "masked")


@pytest.mark.parametrize("asking", [CAUSAL, BEGUN], ids=["bare", "begun"])
def test_the_same_tokens_have_the_bits_per_byte_of_training(llama: Tiny, asking: Causal) -> None:
    learner = Learner(tiny("llama", BYTE_LEVEL_IDS, NAME), asking)
    wanted = by_training(llama.corpus, learner, asking)
    found = scored(learner, excerpts(llama.corpus, asking.frame, llama.held, LENGTH, LENGTH))
    assert (len(found.nats), found.bytes.sum()) == (wanted.targets, wanted.bytes)
    assert figures(found)["mean"] == pytest.approx(wanted.bits_per_byte, rel=1e-6)


def test_hidden_tokens_are_those_that_training_hides(bert: Tiny) -> None:
    learner = Learner(tiny("bert", WORDPIECE_IDS, NAME), MASKED).eval()
    wanted = by_training(bert.corpus, learner, MASKED)
    found = scored(learner, excerpts(bert.corpus, MASKED.frame, bert.held, LENGTH, LENGTH))
    assert len(found.nats) == wanted.targets
    assert found.nats.sum() == pytest.approx(wanted.nats, rel=1e-5)
    assert figures(found)["mean"] == pytest.approx(wanted.bits_per_byte, rel=0.01)  # bytes by document, not by set


def test_each_token_s_loss_is_that_of_its_document_alone(llama: Tiny) -> None:
    learner = Learner(tiny("llama", BYTE_LEVEL_IDS, NAME), CAUSAL)
    held = excerpts(llama.corpus, CAUSAL.frame, llama.held, LENGTH, 4 * LENGTH)  # several documents in a sequence
    found = scored(learner, held)
    model, documents = tiny("llama", BYTE_LEVEL_IDS), reader.read(llama.corpus, "validation").documents()
    order = np.argsort(documents.names(range(len(documents))))
    assert len(held.plan) < llama.held
    for number, document in enumerate(order.tolist()):
        stream = torch.tensor([*documents.ids(document, 0, LENGTH + 1).astype(int), 0][: LENGTH + 1])
        with torch.no_grad():
            logits = model(input_ids=stream[None, :-1]).logits[0]
        alone = F.cross_entropy(logits, stream[1:], reduction="none").double().numpy()
        assert found.nats[found.stretch == number] == pytest.approx(alone, rel=1e-4)


def test_bytes_of_whole_documents_are_those_of_their_texts(bert: Tiny) -> None:
    held = excerpts(bert.corpus, MASKED.frame, bert.held, 10_000, 10_002)
    documents = reader.read(bert.corpus, "validation").documents()
    texts = pl.read_parquet(bert.corpus / "documents" / "*.parquet").filter(
        pl.col("id").is_in(documents.names(range(len(documents))))
    )
    assert [int(sizes.sum()) for sizes in held.sizes] == texts.sort("id")["text"].str.len_bytes().to_list()
    assert "ß" in texts["text"][0]


def test_too_few_documents_give_further_stretches_all_over_them(llama: Tiny) -> None:
    held = excerpts(llama.corpus, CAUSAL.frame, llama.held + 3, 16, LENGTH)
    assert np.bincount(held.document).tolist() == [2, 2, 2, *[1] * (llama.held - 3)]
    assert held.start[:2].tolist() == [0, held.start[1]]
    assert held.start[1] >= 16
    learner = Learner(tiny("llama", BYTE_LEVEL_IDS, NAME), CAUSAL)
    assert np.bincount(scored(learner, held).stretch).tolist() == [16] * (llama.held + 3)


def made(nats: list[list[float]]) -> Scored:
    """Documents of tokens with these losses in bits, a byte each."""
    document = np.arange(len(nats))
    flat = np.array([value for one in nats for value in one]) * math.log(2)
    return Scored(flat, np.ones(len(flat)), np.repeat(document, [len(one) for one in nats]), document)


def test_a_mean_is_over_bytes_a_median_over_documents() -> None:
    found = figures(made([[1.0] * 10, [2.0] * 10, [9.0] * 100]))
    assert found["mean"] == pytest.approx((10 + 20 + 900) / 120)
    assert found["median"] == pytest.approx(2.0)
    assert (found["documents"], found["targets"], found["bytes"]) == (3, 120, 120)


def test_a_trimmed_mean_is_without_the_hardest_hundredth() -> None:
    found = figures(made([[1.0] * 99 + [101.0]] * 10))
    assert (found["mean"], found["trimmed"]) == (pytest.approx(2.0), pytest.approx(1.0))


def test_documents_that_are_alike_leave_no_doubt_and_others_do() -> None:
    same, mixed = figures(made([[2.0] * 5] * 8)), figures(made([[1.0] * 5] * 4 + [[3.0] * 5] * 4))
    assert [same[name] for name in ("low", "mean", "high")] == pytest.approx([2.0, 2.0, 2.0])
    assert 1.0 < mixed["low"] < 2.0 < mixed["high"] < 3.0
    assert same["interval_over"] == "documents"


def test_few_documents_are_drawn_by_their_stretches() -> None:
    one = made([[1.0] * 5, [3.0] * 5])
    found = figures(Scored(one.nats, one.bytes, one.stretch, np.zeros(2, np.int64)))
    assert found["interval_over"] == "stretches"
    assert (found["documents"], found["stretches"]) == (1, 2)
    assert (found["low"], found["high"]) == (pytest.approx(1.0), pytest.approx(3.0))


def test_intervals_are_the_middle_of_the_draws() -> None:
    assert interval(np.arange(1001.0)) == pytest.approx((25.0, 975.0))
    assert drawn(7).shape == (DRAWS, 7)
    assert ratio(np.array([math.log(2), math.log(2)]), np.array([1.0, 3.0])) == pytest.approx(0.5)


def test_a_model_is_scored_on_domain_and_general_text(llama: Tiny) -> None:
    found = bits(llama.corpus, llama.model, llama.corpus, documents=9, tokens=32)
    assert found == bits(llama.corpus, llama.model, llama.corpus, documents=9, tokens=32)
    assert found["domain"] == found["general"]
    assert (found["model"], found["objective"], found["dtype"]) == ("model", "causal", "float32")
    assert found["domain"]["stretches"] == 9
    assert found["domain"]["low"] <= found["domain"]["mean"] <= found["domain"]["high"]


def test_a_masked_model_says_so(bert: Tiny) -> None:
    found = bits(bert.corpus, bert.model, documents=4, tokens=32)
    assert (found["objective"], found["general"]) == ("masked", None)
    assert found["domain"]["targets"] < 0.25 * 4 * 32


def test_shards_of_another_tokenizer_are_refused(llama: Tiny, bert: Tiny) -> None:
    with pytest.raises(UsageError, match=r"which is not the model's .* Build again with --tokenizer"):
        bits(bert.corpus, llama.model)


def test_nothing_held_out_is_nothing_to_measure_on(llama: Tiny, tmp_path: Path) -> None:
    (tmp_path / "corpus.json").write_text((llama.corpus / "corpus.json").read_text().replace('"validation"', '"else"'))
    for name in ("shards", "documents"):
        (tmp_path / name).symlink_to(llama.corpus / name)
    with pytest.raises(UsageError, match=r"no validation documents to measure on; build with shard\.validation_share"):
        bits(tmp_path, llama.model)


def test_without_torch_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from pathlib import Path; from corpuskit.assess import saving; from corpuskit.assess.bits import bits\n"
        "from corpuskit.assess.probe import probe\n"
        "for one in (bits, probe):\n"
        "    try: one(Path('a'), Path('b'))\n"
        "    except Exception as error: print(type(error).__name__, error)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == 2 * (
        "UsageError bits per byte and the probe need PyTorch and transformers: pip install 'corpuskit-cpt[train]'.\n"
    )


def test_a_head_that_would_be_drawn_at_random_is_refused(tmp_path: Path) -> None:
    from transformers import AutoModel

    small = encoder(tmp_path)
    AutoModel.from_pretrained(small.model).save_pretrained(small.model)  # as sentence encoders are published
    with pytest.raises(UsageError, match="its head is not in the folder"):
        bits(small.corpus, small.model)
