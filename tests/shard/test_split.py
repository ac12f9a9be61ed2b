import hashlib

import polars as pl

from corpuskit.shard.split import sides


def ids(count: int) -> pl.Series:
    return pl.Series(
        [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(count)], dtype=pl.String
    )


def split(leaders: pl.Series, share: float, tokens: list[int] | None = None) -> pl.Series:
    return sides(leaders, pl.Series(tokens or [100] * len(leaders), dtype=pl.Int64), share)


def test_a_share_of_the_groups_is_validation() -> None:
    assert 900 < (split(ids(10_000), 0.1) == "validation").sum() < 1100


def test_a_group_stays_on_its_side_when_others_come() -> None:
    assert split(ids(2000), 0.1).to_list() == split(ids(3000), 0.1)[:2000].to_list()


def test_documents_of_one_group_share_a_side() -> None:
    both = split(pl.concat([ids(500), ids(500)]), 0.3)
    assert both[:500].to_list() == both[500:].to_list()


def test_a_small_corpus_has_a_validation_set_too() -> None:
    assert sorted(split(ids(3), 1e-9).to_list()) == ["train", "train", "validation"]


def test_a_group_that_is_most_of_the_corpus_is_train_whatever_its_id() -> None:
    for giant in ids(200):
        leaders = pl.concat([pl.Series([giant] * 98), ids(202)[200:]])
        assert set(split(leaders, 0.05)[:98].to_list()) == {"train"}


def test_one_group_is_never_split_and_no_share_is_no_validation() -> None:
    assert split(ids(1), 0.5).to_list() == ["train"]
    assert set(split(ids(50), 0.0).to_list()) == {"train"}
    assert split(ids(0), 0.1).to_list() == []
