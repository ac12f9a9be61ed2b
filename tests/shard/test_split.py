import hashlib

import polars as pl

from corpuskit.shard.split import sides


def ids(count: int) -> pl.Series:
    return pl.Series([hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(count)])


def test_a_share_of_the_groups_is_validation() -> None:
    chosen = sides(ids(10_000), 0.1)
    assert 900 < (chosen == "validation").sum() < 1100


def test_a_group_stays_on_its_side_when_others_come() -> None:
    before, after = sides(ids(2000), 0.1), sides(ids(3000), 0.1)
    assert before.to_list() == after[:2000].to_list()


def test_documents_of_one_group_share_a_side() -> None:
    leaders = ids(500)
    both = sides(pl.concat([leaders, leaders]), 0.3)
    assert both[:500].to_list() == both[500:].to_list()


def test_a_small_corpus_has_a_validation_set_too() -> None:
    assert sorted(sides(ids(3), 1e-9).to_list()) == ["train", "train", "validation"]


def test_one_group_is_never_split_and_no_share_is_no_validation() -> None:
    assert sides(ids(1), 0.5).to_list() == ["train"]
    assert set(sides(ids(50), 0.0).to_list()) == {"train"}
