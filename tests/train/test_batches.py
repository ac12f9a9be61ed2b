import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from corpuskit.shard import reader
from corpuskit.train.batches import IGNORED, Batch, ahead, batch, empty
from corpuskit.train.feed import feed
from corpuskit.train.objectives import Asking
from corpuskit.train.objectives.causal import Causal
from corpuskit.train.objectives.masked import Masked
from corpuskit.train.plan import Amount, Plan

LENGTH, SEQUENCES = 64, 5
MASK = 4
CAUSAL = [Causal((), (0,)), Causal((5,), (0,)), Causal((5, 6), (7, 0))]
MASKED = Masked((2,), (3,), MASK, 0.15, np.arange(5, 110))


def planned(corpus: Path, asking: Asking, *replayed: Path, epochs: float = 1.0) -> Plan:
    feeds = [feed("domain", reader.read(corpus), asking.frame, LENGTH, seed=0)]
    feeds += [feed(one.parent.name, reader.read(one), asking.frame, LENGTH, 0, share=0.3) for one in replayed]
    return Plan(feeds, Amount(epochs), 4)


def groups(plan: Plan) -> Iterator[range]:
    numbers = range(len(plan))
    return (numbers[at : at + SEQUENCES] for at in numbers[::SEQUENCES])


def laid(plan: Plan, asking: Asking) -> list[tuple[range, Batch]]:
    return [(numbers, batch(plan, numbers, SEQUENCES, asking)) for numbers in groups(plan)]


def segments(plan: Plan, numbers: range, one: Batch) -> Iterator[tuple[int, int, int, int]]:
    """Document, where in it, and places of each piece in a batch of the first corpus; places by the ends of the segments."""
    ends = pairwise(np.unique(one.ends).tolist())
    for row, (_, sequence) in enumerate(plan.sequences(numbers)):
        packed = plan.feeds[0].packed
        for piece in range(packed.first[sequence], packed.first[sequence + 1]):
            start, stop = next(ends)
            assert row * LENGTH <= start < stop <= (row + 1) * LENGTH
            yield int(packed.document[piece]), int(packed.start[piece]), start, stop
        if stop < (row + 1) * LENGTH:
            assert next(ends) == (stop, (row + 1) * LENGTH)


def content_hash(documents: list[list[int]]) -> str:
    return hashlib.sha256(repr(sorted(documents)).encode()).hexdigest()


@pytest.mark.parametrize("asking", CAUSAL)
def test_each_token_is_input_once_and_asked_at_the_place_before_it(corpus: Path, asking: Causal) -> None:
    plan, frame = planned(corpus, asking), asking.frame
    found: dict[int, list[tuple[int, list[int], list[int]]]] = defaultdict(list)
    for numbers, one in laid(plan, asking):
        for document, begin, start, stop in segments(plan, numbers, one):
            found[document].append((begin, one.input_ids[start:stop].tolist(), one.labels[start:stop].tolist()))
    again = []
    for pieces in found.values():
        ordered = sorted(pieces)
        for (_, _, labels), (_, inputs, _) in pairwise(ordered):
            assert labels[-1] == inputs[0]  # the first token of a piece is asked for at the end of the piece before
        inputs = [token for _, piece, _ in ordered for token in piece]
        labels = [token for _, _, piece in ordered for token in piece]
        assert labels[:-1] == inputs[1:]
        assert labels[-1] == 0
        again.append([*inputs, 0])
    documents = plan.feeds[0].documents
    whole = [[*frame.before, *documents.ids(i).tolist(), *frame.after] for i in range(len(documents))]
    assert content_hash(again) == content_hash(whole)


@pytest.mark.parametrize("asking", CAUSAL)
def test_an_epoch_s_inputs_are_the_corpus_s_tokens(corpus: Path, asking: Causal) -> None:
    plan, frame = planned(corpus, asking), asking.frame
    documents = plan.feeds[0].documents
    tokens = np.concatenate([documents.ids(i).astype(np.int64) for i in range(len(documents))])
    batches = [one for _, one in laid(plan, asking)]
    inputs = np.concatenate([one.input_ids[one.labels != IGNORED] for one in batches])
    labels = np.concatenate([one.labels[one.labels != IGNORED] for one in batches])
    around = len(documents) * [*frame.before, *frame.after[:-1]]
    assert sum(int(one.seen.sum()) for one in batches) == reader.read(corpus).tokens == len(tokens)
    assert sorted(inputs.tolist()) == sorted([*tokens.tolist(), *around])
    assert len(labels) == sum(one.targets for one in batches) == len(inputs)


def test_hidden_tokens_put_back_give_the_documents(encoder_corpus: Path) -> None:
    plan, asking = planned(encoder_corpus, MASKED), MASKED
    found: dict[int, list[list[int]]] = defaultdict(list)
    for numbers, one in laid(plan, asking):
        assert one.target is not None
        ids = one.input_ids.copy()
        ids[one.target[: one.targets]] = one.labels[: one.targets]
        assert (one.labels[one.targets :] == IGNORED).all()
        for document, _, start, stop in segments(plan, numbers, one):
            assert ids[start] == 2
            assert ids[stop - 1] == 3
            found[document].append(ids[start + 1 : stop - 1].tolist())
    documents = plan.feeds[0].documents
    for document, pieces in found.items():
        ids = documents.ids(document).tolist()
        cuts = [ids[at : at + LENGTH - 2] for at in range(0, len(ids), LENGTH - 2)]
        assert content_hash(pieces) == content_hash(cuts)
    assert len(found) == len(documents)


def test_what_is_hidden_is_another_choice_in_the_next_epoch(encoder_corpus: Path) -> None:
    plan = planned(encoder_corpus, MASKED, epochs=2)
    count = len(plan) // 2
    sequences = plan.sequences(range(len(plan)))
    first = next(number for number in range(count) if sequences[number][1] == 0)
    second = next(number for number in range(count, len(plan)) if sequences[number][1] == 0)
    one, other, again = (batch(plan, [number], 1, MASKED) for number in (first, second, first))
    assert one.target is not None
    assert other.target is not None
    assert again.target is not None
    assert one.target.tolist() != other.target.tolist()
    assert one.target.tolist() == again.target.tolist()
    assert one.input_ids.tolist() == again.input_ids.tolist()


@pytest.mark.parametrize("asking", [CAUSAL[0], MASKED], ids=["causal", "masked"])
def test_a_sequence_is_laid_the_same_beside_any_other(corpus: Path, encoder_corpus: Path, asking: Asking) -> None:
    plan = planned(corpus if asking.kind == "causal" else encoder_corpus, asking)
    both, alone = batch(plan, [4, 5], 2, asking), batch(plan, [5], 1, asking)
    assert both.input_ids[LENGTH:].tolist() == alone.input_ids.tolist()
    assert both.position_ids[LENGTH:].tolist() == alone.position_ids.tolist()


def test_what_batches_saw_is_the_ledger_to_the_token(corpus: Path, general: Path) -> None:
    asking = CAUSAL[0]
    plan = planned(corpus, asking, general, epochs=1.5)
    seen, done = np.zeros(len(plan.sources), np.int64), 0
    for numbers, one in laid(plan, asking):
        seen += one.seen
        done += len(numbers)
        assert plan.named(seen) == plan.ledger(done)
    assert plan.named(seen) == plan.ledger()


@pytest.mark.parametrize("asking", [CAUSAL[1], MASKED], ids=["causal", "masked"])
def test_few_shapes_differ_and_positions_begin_anew_in_each_segment(
    corpus: Path, encoder_corpus: Path, asking: Asking
) -> None:
    plan = planned(corpus if asking.kind == "causal" else encoder_corpus, asking)
    blank = empty(plan, SEQUENCES, asking)
    not_full = batch(plan, range(2), SEQUENCES, asking)
    for one in [not_full, *(one for _, one in laid(plan, asking))]:
        segments = len(np.unique(one.ends)) - 1
        assert len(one.ends) in {len(blank.ends), (1 << segments.bit_length()) + 1}
        assert one.longest >= np.diff(one.ends).max()
        for name in ("input_ids", "position_ids"):
            assert getattr(one, name).shape == getattr(blank, name).shape
            assert getattr(one, name).dtype == getattr(blank, name).dtype
        assert (one.ends[0], one.ends[-1], len(one.input_ids)) == (0, SEQUENCES * LENGTH, SEQUENCES * LENGTH)
        sizes = np.diff(one.ends)
        assert (sizes >= 0).all()
        assert sizes.max() <= one.longest == LENGTH
        assert one.position_ids.tolist() == [at for size in sizes.tolist() for at in range(size)]


def test_filled_places_and_squares_are_those_of_the_pieces(corpus: Path) -> None:
    plan, asking = planned(corpus, CAUSAL[0]), CAUSAL[0]
    for numbers, one in laid(plan, asking):
        sizes = [stop - start for _, _, start, stop in segments(plan, numbers, one)]
        assert one.filled == sum(sizes) == one.targets
        assert one.squares == sum(size * size for size in sizes)


def test_a_worker_without_sequences_has_a_batch_of_padding(corpus: Path) -> None:
    one = batch(planned(corpus, CAUSAL[0]), [], 2, CAUSAL[0])
    assert (one.targets, one.filled, int(one.seen.sum())) == (0, 0, 0)
    assert (one.labels == IGNORED).all()
    assert np.unique(one.ends).tolist() == [0, LENGTH, 2 * LENGTH]


def workers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "batches"]


def test_what_is_made_ahead_comes_in_order() -> None:
    assert list(ahead(lambda: iter(range(20)))) == list(range(20))
    assert workers() == []


def test_an_error_while_making_is_raised_after_what_was_made() -> None:
    def make() -> Iterator[int]:
        yield 1
        raise KeyError("a bug")

    taken = ahead(make)
    assert next(taken) == 1
    with pytest.raises(KeyError, match="a bug"):
        next(taken)
    assert workers() == []


def test_nothing_more_is_made_once_nobody_takes_it() -> None:
    made: list[int] = []

    def make() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    for number in ahead(make, depth=2):
        if number == 3:
            break
    assert workers() == []
    assert len(made) <= 3 + 1 + 2 + 2  # taken, waiting in line, in the thread's hands
