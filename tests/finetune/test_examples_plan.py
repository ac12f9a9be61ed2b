import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.finetune.encoded import Encoded
from corpuskit.finetune.plan import Examples


def encoded(count: int) -> list[Encoded]:
    """Example number i has i + 1 places."""
    nowhere = np.zeros(0, np.int64)
    return [Encoded(i, np.full(i + 1, i), (i + 1,), nowhere, nowhere, 1.0) for i in range(count)]


def plan(count: int = 10, epochs: float = 2.0, least: int = 1, per_step: int = 4, seed: int = 0) -> Examples:
    return Examples(encoded(count), epochs, least, per_step, seed)


@given(st.integers(1, 40), st.integers(1, 4), st.integers(1, 9), st.integers(1, 5))
def test_each_epoch_has_each_example_once_and_the_workers_share_every_step(
    count: int, epochs: int, per_step: int, world: int
) -> None:
    one = plan(count, epochs, per_step=per_step)
    seen: list[int] = []
    for step in range(one.steps):
        shares = [one.numbers(step, rank, world) for rank in range(world)]
        assert max(map(len, shares)) == len(shares[0])  # who has most says how many micro-batches all have
        numbers = sorted(number for share in shares for number in share)
        assert numbers == list(one.numbers(step))
        seen += [each.example for each in one.chosen(numbers)]
    for epoch in range(epochs):
        least = min(count, per_step)  # a run has one whole step at least
        assert len(set(seen[epoch * count : (epoch + 1) * count])) in {count, least}
    assert len(seen) == len(one) == max(epochs * count, per_step)


def test_two_epochs_are_two_orders_and_a_seed_is_others() -> None:
    order = plan().order.tolist()
    assert order[:10] != order[10:]
    assert plan().order.tolist() == order != plan(seed=1).order.tolist()


def test_few_examples_come_more_often_than_the_epochs_say() -> None:
    one = plan(count=3, epochs=1, least=5, per_step=4)
    assert (one.steps, len(one)) == (5, 20)
    assert np.bincount(one.order).tolist() in ([7, 7, 6], [7, 6, 7], [6, 7, 7])


def test_the_ledger_counts_the_places_of_what_was_seen() -> None:
    one = plan(count=4, epochs=1)
    assert one.ledger() == {"examples": {"train": 10}}
    first = int(one.order[0]) + 1
    assert one.places(1) == first
    assert one.ledger(1) == {"examples": {"train": first}}


@pytest.mark.parametrize("other", [plan(seed=1), plan(epochs=1.0), plan(per_step=5), plan(count=11)])
def test_another_input_has_another_digest(other: Examples) -> None:
    assert plan().digest() == plan().digest() != other.digest()


def test_what_the_starting_weights_say_does_not_change_the_plan() -> None:
    one = plan()
    known = one.with_numbers(encoded(10))
    assert known.digest() == one.digest()
    assert known.encoded is not one.encoded
