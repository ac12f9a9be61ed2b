from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpuskit.errors import UsageError
from corpuskit.shard import reader
from corpuskit.train.feed import Feed, Frame, feed
from corpuskit.train.plan import Amount, Plan

LENGTH = 64
END = Frame((), (0,), shifted=True)


def fed(corpus: Path, name: str = "domain", share: float | None = None, frame: Frame = END, seed: int = 0) -> Feed:
    return feed(name, reader.read(corpus), frame, LENGTH, seed, share)


def planned(feeds: list[Feed], per_step: int = 4, **amount: Any) -> Plan:
    return Plan(feeds, Amount(**amount), per_step)


def tokens(ledger: dict[str, dict[str, int]], name: str = "domain") -> int:
    return sum(ledger[name].values())


@pytest.mark.parametrize(
    "frame", [END, Frame((5,), (0,), shifted=True), Frame((5, 6), (7, 0), shifted=True), Frame((2,), (3,), False)]
)
def test_an_epoch_holds_every_token_of_every_source(corpus: Path, frame: Frame) -> None:
    plan = planned([fed(corpus, frame=frame)])
    documents = reader.read(corpus).documents()
    by_source = {
        name: int(documents.lengths[documents.source == number].sum()) for number, name in enumerate(documents.sources)
    }
    assert plan.ledger() == {"domain": by_source}
    assert tokens(plan.ledger()) == reader.read(corpus).tokens
    assert int(plan.feeds[0].tokens.sum()) == reader.read(corpus).tokens


def test_an_epoch_holds_every_sequence_once(corpus: Path) -> None:
    plan = planned([fed(corpus)], epochs=3)
    count = len(plan.feeds[0].packed)
    found = [sequence for _, sequence in plan.sequences(range(len(plan)))]
    epochs = [found[i * count : (i + 1) * count] for i in range(3)]
    assert [sorted(one) for one in epochs] == [list(range(count))] * 3
    assert len({tuple(one) for one in epochs}) == 3


@pytest.mark.parametrize("world", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("left", [1, 4])
def test_workers_share_each_step_out_the_last_partial_one_too(corpus: Path, world: int, left: int) -> None:
    count = len(fed(corpus).packed)
    plan = planned([fed(corpus)], per_step=7, epochs=(7 * 3 + left) / count)
    assert (plan.steps, len(plan) % 7) == (4, left)
    found: list[int] = []
    for step in range(plan.steps):
        shares = [list(plan.numbers(step, rank, world)) for rank in range(world)]
        assert max(map(len, shares)) == len(shares[0])
        assert max(map(len, shares)) - min(map(len, shares)) <= 1
        found += sorted(number for share in shares for number in share)
    assert found == list(range(len(plan)))


def test_the_plan_is_the_same_function_of_the_same_numbers(corpus: Path, general: Path) -> None:
    one, other = (planned([fed(corpus), fed(general, "general", 0.25)], epochs=2) for _ in range(2))
    assert one.digest() == other.digest()
    assert one.sequences(range(len(one))) == other.sequences(range(len(other)))


def test_another_seed_share_or_step_is_another_plan(corpus: Path, general: Path) -> None:
    plans = [
        planned([fed(corpus)]),
        planned([fed(corpus, seed=1)]),
        planned([fed(corpus)], per_step=5),
        planned([fed(corpus)], epochs=2),
        planned([fed(corpus, frame=Frame((), (1,), shifted=True))]),
        planned([fed(corpus), fed(general, "general", 0.1)]),
        planned([fed(corpus), fed(general, "general", 0.2)]),
    ]
    assert len({plan.digest() for plan in plans}) == len(plans)


def test_another_seed_gives_another_order(corpus: Path) -> None:
    one, other = planned([fed(corpus, seed=0)]), planned([fed(corpus, seed=1)])
    assert one.sequences(range(len(one))) != other.sequences(range(len(other)))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_replay_has_its_share_of_the_tokens_within_a_sequence_at_any_time(
    corpus: Path, general: Path, share: float
) -> None:
    plan = planned([fed(corpus), fed(general, "general", share)], epochs=2)
    for upto in range(1, len(plan) + 1):
        ledger = plan.ledger(upto)
        replayed, total = tokens(ledger, "general"), tokens(ledger) + tokens(ledger, "general")
        assert abs(replayed - share * total) <= LENGTH


def test_two_replayed_corpora_have_their_shares(corpus: Path, general: Path) -> None:
    plan = planned([fed(corpus), fed(general, "one", 0.2), fed(general, "two", 0.1, seed=1)], epochs=3)
    ledger = plan.ledger()
    total = sum(tokens(ledger, name) for name in ledger)
    assert [tokens(ledger, name) / total for name in ("one", "two")] == pytest.approx(
        [0.2, 0.1], abs=2 * LENGTH / total
    )
    assert plan.sources == [("domain", "letters"), ("domain", "reports"), ("one", "web"), ("two", "web")]
    assert plan.first_source == [0, 2, 3, 4]


def test_a_replayed_corpus_that_is_too_small_comes_again_whole(corpus: Path, general: Path) -> None:
    plan = planned([fed(corpus), fed(general, "general", 0.5)], epochs=2)
    count = len(plan.feeds[1].packed)
    found = [sequence for corpus_number, sequence in plan.sequences(range(len(plan))) if corpus_number == 1]
    assert len(found) > 2 * count
    assert sorted(found[:count]) == sorted(found[count : 2 * count]) == list(range(count))
    assert found[:count] != found[count : 2 * count]


def test_the_domain_is_counted_in_epochs_whatever_is_replayed(corpus: Path, general: Path) -> None:
    plan = planned([fed(corpus), fed(general, "general", 0.5)], epochs=1)
    assert tokens(plan.ledger()) == reader.read(corpus).tokens


def test_an_epoch_may_be_a_fraction(corpus: Path) -> None:
    count = len(fed(corpus).packed)
    assert [len(planned([fed(corpus)], epochs=epochs)) for epochs in (0.5, 1.5, 2.25, 1e-9)] == [
        round(0.5 * count),
        round(1.5 * count),
        round(2.25 * count),
        1,
    ]


def test_a_run_of_tokens_ends_with_the_sequence_that_reaches_them(corpus: Path, general: Path) -> None:
    plan = planned([fed(corpus), fed(general, "general", 0.3)], tokens=3000)
    before, after = (
        sum(tokens(plan.ledger(upto), name) for name in ("domain", "general")) for upto in (len(plan) - 1, len(plan))
    )
    assert before < 3000 <= after < 3000 + LENGTH


def test_a_run_of_steps_has_so_many_full_steps(corpus: Path) -> None:
    plan = planned([fed(corpus)], steps=50)
    assert (plan.steps, len(plan)) == (50, 200)
    assert len(plan) > len(plan.feeds[0].packed)


def test_steps_come_before_tokens_before_epochs(corpus: Path) -> None:
    assert planned([fed(corpus)], steps=2, tokens=10, epochs=5).digest() == planned([fed(corpus)], steps=2).digest()
    assert planned([fed(corpus)], tokens=900, epochs=5).digest() == planned([fed(corpus)], tokens=900).digest()


@pytest.mark.parametrize("amount", [{"epochs": 0}, {"tokens": 0}, {"steps": -1}])
def test_no_amount_is_refused(amount: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(amount))} must be above 0"):
        Amount(**amount)


@pytest.mark.parametrize("shares", [[1.0], [0.6, 0.4], [-0.1]])
def test_replay_leaves_some_for_the_corpus(corpus: Path, general: Path, shares: list[float]) -> None:
    with pytest.raises(UsageError, match="leave some for the corpus"):
        planned([fed(corpus), *(fed(general, str(share), share) for share in shares)])


def test_a_corpus_without_a_token_is_refused(corpus: Path, tmp_path: Path) -> None:
    empty = reader.read(corpus, split="test")
    with pytest.raises(UsageError, match="no test documents; there is nothing to train on"):
        feed("domain", empty, END, LENGTH, 0)


def test_what_was_seen_is_named_like_the_ledger(corpus: Path, general: Path) -> None:
    plan = planned([fed(corpus), fed(general, "general", 0.1)])
    assert plan.named(np.array([3, 4, 5])) == {"domain": {"letters": 3, "reports": 4}, "general": {"web": 5}}


@pytest.mark.parametrize("frame", [END, Frame((5,), (0,), shifted=True), Frame((5, 6, 7), (8, 9, 0), shifted=True)])
def test_a_stream_is_the_document_within_its_frame(corpus: Path, frame: Frame) -> None:
    one = fed(corpus, frame=frame)
    for document in range(len(one.documents)):
        whole = [*frame.before, *one.documents.ids(document).tolist(), *frame.after]
        size = len(whole)
        for start, stop in (
            (0, size),
            (0, 1),
            (1, 3),
            (2, 9),
            (size - 1, size),
            (size - 4, size),
            (size - 3, size - 1),
        ):
            assert one.stream(document, start, stop).tolist() == whole[start:stop]
