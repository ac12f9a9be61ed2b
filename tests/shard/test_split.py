import hashlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.documents import KEPT
from corpuskit.errors import UsageError
from corpuskit.shard import groups as grouping
from corpuskit.shard import split
from corpuskit.shard.groups import Groups
from corpuskit.shard.writer import Shard
from tests.conftest import Builder, prose


def ids(count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest()[:32] for number in range(count)]


def sides(leaders: list[str], share: float, by: dict[str, list[str | None]] | None = None) -> list[str]:
    """The side of each document of 100 tokens; `by` has for each key the documents' values."""
    found = groups(leaders, by or {})
    return ["validation" if held else "train" for held in split.drawn(found, share)[found.of]]


def groups(leaders: list[str], by: dict[str, list[str | None]]) -> Groups:
    columns = {{"folder": "path"}.get(key, key): values for key, values in by.items()}
    documents = pl.DataFrame({"leader": leaders, **columns}, {"leader": pl.String, **dict.fromkeys(columns, pl.String)})
    documents = documents.with_columns(tokens=pl.lit(100, pl.Int64))
    return grouping.grouped(documents, grouping.tables(documents, list(by)))


def test_a_share_of_the_groups_is_validation() -> None:
    assert 900 < sides(ids(10_000), 0.1).count("validation") < 1100


def test_a_share_of_the_folders_is_validation_however_many_documents_are_in_each() -> None:
    paths: list[str | None] = [f"share/{folder}/{number}.txt" for folder in range(2000) for number in range(5)]
    assert 830 < sides(ids(10_000), 0.1, {"folder": paths}).count("validation") < 1170


def test_a_group_stays_on_its_side_when_others_come() -> None:
    assert sides(ids(2000), 0.1) == sides(ids(3000), 0.1)[:2000]
    authors: list[str | None] = [f"author {number % 300}" for number in range(3000)]
    assert sides(ids(2000), 0.1, {"author": authors[:2000]}) == sides(ids(3000), 0.1, {"author": authors})[:2000]


def test_documents_of_one_cluster_share_a_side() -> None:
    both = sides([*ids(500), *ids(500)], 0.3)
    assert both[:500] == both[500:]


def test_a_cluster_joins_what_two_folders_hold() -> None:
    one, two, three = ids(3)
    found = groups([one, two, two, three], {"author": ["a", "a", "b", None]})
    assert found.of.tolist() == [0, 0, 0, 1]
    assert found.tokens.tolist() == [300, 100]


def test_documents_without_a_value_are_joined_to_none() -> None:
    assert groups(ids(4), {"author": ["", "", None, None]}).of.tolist() == [0, 1, 2, 3]


values = st.sampled_from(["a", "b", "c", "d", "e", None])
rows = st.lists(st.tuples(st.integers(0, 30), values, values), min_size=1, max_size=60)


@given(rows, st.randoms(use_true_random=False), st.integers(1, 9))
def test_no_value_of_a_key_stands_on_both_sides_and_no_order_changes_a_side(
    drawn: list[tuple[int, str | None, str | None]], random: "np.random.Generator", tenths: int
) -> None:
    leaders = ids(31)

    def of(rows: list[tuple[int, str | None, str | None]]) -> list[str]:
        author, source = [row[1] for row in rows], [row[2] for row in rows]
        return sides([leaders[row[0]] for row in rows], tenths / 10, {"author": author, "source": source})

    found = of(drawn)
    for column in range(3):
        seen = {(row[column], side) for row, side in zip(drawn, found, strict=True) if row[column] is not None}
        assert len(seen) == len({value for value, _ in seen})
    order = list(range(len(drawn)))
    random.shuffle(order)
    assert of([drawn[place] for place in order]) == [found[place] for place in order]


def test_a_folder_is_the_one_that_a_file_lies_in() -> None:
    paths: list[str | None] = ["s/a/1.txt", "s/a/2.txt", "s/a/b/3.txt", "s/4.txt", "s/5.txt"]
    assert groups(ids(5), {"folder": paths}).of.tolist() == [0, 0, 1, 2, 2]


def threads(keys: list[list[str]], sources: list[str] | None = None) -> list[int]:
    documents = pl.DataFrame(
        {"thread": keys, "source": sources or ["s"] * len(keys), "leader": ids(len(keys)), "tokens": [1] * len(keys)},
        {"thread": pl.List(pl.String), "source": pl.String, "leader": pl.String, "tokens": pl.Int64},
    )
    return [*map(int, grouping.grouped(documents, grouping.tables(documents, ["thread"])).of)]


def test_letters_that_name_each_other_are_one_thread_over_any_number_of_others() -> None:
    assert threads([["id:1"], ["id:1", "id:2"], ["id:3"], ["id:2", "id:4"], []]) == [0, 0, 1, 0, 2]


def test_a_subject_joins_letters_of_one_source_where_one_of_them_answers_it() -> None:
    keys = [["id:1", "subject:x"], ["id:2", "answer:x"], ["id:3", "subject:x"]]
    assert threads(keys) == [0, 0, 0]
    assert threads(keys, ["s", "s", "t"]) == [0, 0, 1]
    assert threads([["id:1", "subject:x"], ["id:2", "subject:x"]]) == [0, 1]


def test_a_small_corpus_has_a_validation_set_too() -> None:
    assert sorted(sides(ids(3), 1e-9)) == ["train", "train", "validation"]


def test_where_every_folder_is_large_the_one_nearest_to_the_share_is_validation() -> None:
    authors = ["a"] * 40 + ["b"] * 45 + ["c"] * 15
    found = sides(ids(100), 0.02, {"author": list(authors)})
    assert {author for author, side in zip(authors, found, strict=True) if side == "validation"} == {"c"}


def test_a_group_that_is_most_of_the_corpus_is_train_whatever_its_id() -> None:
    for giant in ids(200):
        assert set(sides([giant] * 98 + ids(202)[200:], 0.05)[:98]) == {"train"}


def test_one_group_is_never_split_and_no_share_is_no_validation() -> None:
    assert sides(ids(1), 0.5) == ["train"]
    assert set(sides(ids(50), 0.0)) == {"train"}
    assert sides([], 0.1) == []


def test_a_key_that_nobody_knows_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match=r"shard\.split_by\.foldr: no such key; did you mean folder\?"):
        split.check(Shard(split_by=("cluster", "foldr")), ())
    split.check(Shard(split_by=("client",)), ("client",))


def kept(corpus: Path) -> pl.DataFrame:
    return pl.read_parquet(corpus / "documents" / "*.parquet").filter(pl.col("verdict") == KEPT)


def test_a_build_keeps_folders_whole_and_says_what_train_knows(share: Path, tmp_path: Path, built: Builder) -> None:
    for number in range(100, 140):
        file = share / f"case-{number // 4}" / f"{number}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(prose(number))
    out = tmp_path / "out"
    manifest = built(out, settings=("shard.split_by=[folder]", "shard.validation_share=0.2")).manifest
    folders = kept(out).with_columns(pl.col("path").str.replace("/[^/]*$", ""))
    assert (folders.group_by("path").agg(pl.col("split").n_unique())["split"] == 1).all()
    said = manifest["split"]
    assert said["validation"]["documents"] == manifest["ledger"]["splits"]["validation"]["documents"] > 0
    assert (said["by"], said["known"], said["worst"]) == (["folder"], 0.0, [])
    assert not built(out, settings=("shard.split_by=[folder]", "shard.validation_share=0.2")).changed


LETTER = "From: a@b.example\nSubject: {}\nMessage-ID: <{}@b.example>\n{}\n{}"


def test_letters_of_one_thread_stay_on_one_side(tmp_path: Path, built: Builder) -> None:
    mail = tmp_path / "mail"
    mail.mkdir()
    for number in range(60):
        before = f"In-Reply-To: <{number - 1}@b.example>\n" if number % 3 else ""
        (mail / f"{number}.eml").write_text(LETTER.format(f"Order {number}", number, before, prose(number)))
    out = tmp_path / "out"
    built(out, mail, settings=("shard.split_by=[thread]", "shard.validation_share=0.3"))
    side = {int(Path(row["path"]).stem): row["split"] for row in kept(out).to_dicts()}
    assert all(side[number] == side[number + 1] == side[number + 2] for number in range(0, 60, 3))
    assert set(side.values()) == {"train", "validation"}
