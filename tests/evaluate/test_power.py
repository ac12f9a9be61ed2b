"""The smallest difference that a test set can show: published figures and limits."""

import numpy as np
import pytest

from corpuskit.evaluate.power import Layout, layout, minimal_detectable


@pytest.mark.parametrize(("examples", "points"), [(139, 8.2), (476, 4.4), (974, 3.1), (1861, 2.2), (3469, 1.6)])
def test_it_gives_the_figures_of_well_known_test_sets(examples: int, points: float) -> None:
    """ACL-ARC, FOMC, SciERC, SciCite, ChemProt: 80 % power, 12 % discordance, no luck of seeds."""
    found = minimal_detectable(examples, 1, 5, seed_sd=0)
    assert round(100 * found.value, 1) == points


def test_the_luck_of_seeds_adds_to_it_and_more_seeds_take_it_away() -> None:
    points = [round(100 * minimal_detectable(1861, 1, seeds).value, 1) for seeds in (1, 5, 1000)]
    assert points == [4.6, 2.9, 2.3]


def test_examples_of_the_same_cluster_tell_less() -> None:
    alone, together = minimal_detectable(500, 1, 5), minimal_detectable(100, 5, 5)
    assert together.units == alone.units == 500
    assert together.value > alone.value
    assert together.value == minimal_detectable(500 / 1.4, 1, 5).value  # type: ignore[arg-type] # design effect 1 + 4 x 0.1
    assert minimal_detectable(100, 5, 5, uneven=1.0).value > together.value


def test_a_difference_is_not_above_the_share_of_examples_that_differ() -> None:
    assert minimal_detectable(20, 1, 5, seed_sd=0).value > 0.12
    assert minimal_detectable(3, 1, 5).value == 1.0
    assert minimal_detectable(0, 0, 5).value == 1.0


def test_more_power_needs_a_greater_difference() -> None:
    assert minimal_detectable(500, 1, 5, power=0.9).value > minimal_detectable(500, 1, 5, power=0.8).value


def test_a_layout_counts_clusters_and_what_is_in_them() -> None:
    assert layout(np.array([4, 4, 9, 9])) == Layout(2, 2.0, 0.0)
    entities = layout(np.array([0, 0, 1, 2]), [3, 1, 2, 0])
    assert (entities.clusters, entities.per_cluster, round(entities.uneven, 3)) == (3, 2.0, 0.816)


def test_what_was_assumed_is_said() -> None:
    told = minimal_detectable(100, 5, 5).assumed
    assert told == (
        "arms that disagree on 12 % of the test set, scores of seeds 1 points apart (sd; published: 0.1 to 5.8), "
        "correlation within clusters 0.1 (design effect 1.4)"
    )
    assert minimal_detectable(139, 1, 1, seed_sd=0).assumed.endswith("no luck of seeds: optimistic")
