from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from tokenizers import Tokenizer

from corpuskit.errors import UsageError
from corpuskit.shard import reader
from corpuskit.train.attention import NAME
from corpuskit.train.batches import IGNORED, Batch, Piece
from corpuskit.train.heads import masked_head
from corpuskit.train.learner import Learner
from corpuskit.train.objectives import Objective
from corpuskit.train.objectives.masked import Masked
from tests.train.conftest import tiny
from tests.train.plain import BYTE_LEVEL_IDS, CAUSAL, MASKED, WORDPIECE_IDS, assert_equal, ours, step, theirs

MASK, TOKENS = 4, 100
ORDINARY = np.arange(5, WORDPIECE_IDS)


@pytest.mark.parametrize("name", ["llama", "llama-tied", "qwen3", "cohere", "granite"])
def test_a_causal_step_is_that_of_transformers_with_labels(corpus: Path, name: str) -> None:
    one = step(corpus, CAUSAL)
    learner = Learner(tiny(name, BYTE_LEVEL_IDS, NAME), CAUSAL)
    assert_equal(ours(learner, one), theirs(tiny(name, BYTE_LEVEL_IDS), one))


@pytest.mark.parametrize("name", ["bert", "roberta", "modernbert"])
def test_a_masked_step_is_that_of_transformers_with_labels(encoder_corpus: Path, name: str) -> None:
    one = step(encoder_corpus, MASKED)
    learner = Learner(tiny(name, WORDPIECE_IDS, NAME), MASKED)
    assert_equal(ours(learner, one), theirs(tiny(name, WORDPIECE_IDS), one))


def test_a_batch_of_padding_has_no_loss_and_no_gradient(corpus: Path) -> None:
    one = step(corpus, CAUSAL)
    one.labels[:] = IGNORED
    loss, gradients = ours(Learner(tiny("llama", BYTE_LEVEL_IDS, NAME), CAUSAL), one)
    assert loss == 0.0
    assert all(not gradient.any() for gradient in gradients.values())


def test_an_encoder_whose_head_is_not_known_is_refused() -> None:
    with pytest.raises(
        UsageError, match="llama: masked language modelling is not known for this architecture; known are bert,"
    ):
        masked_head(tiny("llama", 20))


def filled(
    asking: Masked, ids: npt.NDArray[np.int64], seed: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """What the model sees of a piece, and which of its tokens it is asked for."""
    places = len(ids) + 2
    one = Batch(
        input_ids=np.zeros(places, np.int64),
        position_ids=np.zeros(places, np.int64),
        ends=np.array([0, places], np.int32),
        labels=np.full(asking.most_targets(places, 1), IGNORED),
        target=np.zeros(asking.most_targets(places, 1), np.int64),
        seen=np.zeros(1, np.int64),
        longest=places,
    )
    asking.fill(one, Piece(ids, places), 0, lambda: np.random.default_rng(seed))
    assert one.target is not None
    asked = one.target[: one.targets] - 1
    assert one.labels[: one.targets].tolist() == ids[asked].tolist()
    return one.input_ids[1:-1], asked


def within(count: int, total: int, share: float) -> bool:
    """Within four standard deviations of a binomial count."""
    return bool(abs(count - share * total) <= 4 * np.sqrt(total * share * (1 - share)))


def test_of_the_chosen_tokens_eight_tenths_are_hidden_one_is_random_and_one_stays() -> None:
    draw, kinds = np.random.default_rng(0), np.zeros(3, np.int64)
    drawn, places = [], np.zeros(TOKENS, np.int64)
    for seed in range(400):
        ids = draw.integers(5, WORDPIECE_IDS, TOKENS)
        shown, asked = filled(MASKED, ids, seed)
        assert len(asked) == 15
        assert (np.delete(shown, asked) == np.delete(ids, asked)).all()
        hidden, stays = shown[asked] == MASK, shown[asked] == ids[asked]
        kinds += [int(hidden.sum()), int((~hidden & ~stays).sum()), int(stays.sum())]
        drawn += shown[asked][~hidden & ~stays].tolist()
        places[asked] += 1
    by_chance = 0.1 / len(ORDINARY)  # a random token may be the one that stood there
    total = 400 * 15
    assert kinds.sum() == total
    assert within(int(kinds[0]), total, 0.8)
    assert within(int(kinds[1]), total, 0.1 - by_chance)
    assert within(int(kinds[2]), total, 0.1 + by_chance)
    assert all(within(int(count), 400, 0.15) for count in places)
    assert set(drawn) <= set(ORDINARY.tolist())
    assert len(set(drawn)) > 0.9 * len(ORDINARY)


@pytest.mark.parametrize(
    ("share", "tokens", "asked"), [(0.15, 100, 15), (0.3, 100, 30), (0.15, 10, 2), (0.15, 3, 1), (0.15, 1, 1)]
)
def test_a_share_of_each_piece_is_asked_but_at_least_one_token(share: float, tokens: int, asked: int) -> None:
    asking = Masked((2,), (3,), MASK, share, ORDINARY)
    assert len(filled(asking, np.arange(5, 5 + tokens), 0)[1]) == asked


def test_special_ids_are_never_drawn() -> None:
    asking = Masked((2,), (3,), MASK, 0.9, np.array([50, 51]))
    found = [filled(asking, np.full(TOKENS, 60), seed)[0] for seed in range(20)]
    assert set(np.concatenate(found).tolist()) == {MASK, 50, 51, 60}


def test_all_pieces_of_a_chosen_word_are_chosen(encoder_corpus: Path) -> None:
    documents = reader.read(encoder_corpus).documents()
    vocab = Tokenizer.from_file(str(reader.read(encoder_corpus).tokenizer_file)).get_vocab()
    continues = np.zeros(WORDPIECE_IDS, bool)
    continues[[at for token, at in vocab.items() if token.startswith("##")]] = True
    asking = Masked((2,), (3,), MASK, 0.15, ORDINARY, continues)
    several = 0
    for seed in range(20):
        ids = documents.ids(0, 100 * seed, 100 * seed + 62).astype(np.int64)
        _, asked = filled(asking, ids, seed)
        assert 0 < len(asked) <= round(0.15 * len(ids))
        for token in asked.tolist():
            first, last = token, token
            while continues[ids[first]] and first > 0:
                first -= 1
            while last + 1 < len(ids) and continues[ids[last + 1]]:
                last += 1
            assert set(range(first, last + 1)) <= set(asked.tolist())
            several += last > first
    assert several > 20


def test_a_piece_in_which_no_word_fits_is_asked_for_one_token() -> None:
    continues = np.zeros(WORDPIECE_IDS, bool)
    continues[10:] = True
    asking = Masked((2,), (3,), MASK, 0.15, ORDINARY, continues)
    assert len(filled(asking, np.array([5, 11, 12, 13]), 0)[1]) == 1


@pytest.mark.parametrize("share", [0.15, 0.3])
@pytest.mark.parametrize("sizes", [[1] * 40, [3, 4, 10, 20], [62], [17, 17, 17], [10] * 5])
def test_there_is_room_for_all_questions_of_a_sequence(share: float, sizes: list[int]) -> None:
    asking = Masked((2,), (3,), MASK, share, ORDINARY)
    asked = sum(len(filled(asking, np.arange(5, 5 + size), 0)[1]) for size in sizes)
    assert asked <= asking.most_targets(sum(sizes) + 2 * len(sizes), len(sizes))


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1])
def test_a_mask_of_nothing_or_everything_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="mask_share must be above 0 and below 1"):
        Objective(mask_share=share)
