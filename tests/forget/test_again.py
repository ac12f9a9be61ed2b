"""What a build does after something was forgotten, and what it does when a survivor goes."""

import json
import shutil
from pathlib import Path

import polars as pl

from corpuskit import forgotten as lists
from corpuskit.shard import manifest as manifests
from tests.conftest import fingerprint, prose
from tests.forget import made
from tests.forget.conftest import forgotten, rebuild


def kept(corpus: Path) -> set[str]:
    return set(made.documents(corpus).filter(verdict="kept")["path"])


def with_twins(share: Path) -> None:
    """Next to the long note an exact copy of it in other bytes, and one that is alike."""
    text = (share / "notes" / "long.txt").read_text()
    (share / "notes" / "long-copy.txt").write_text(text.replace("\n", "\n\n"))
    (share / "notes" / "long-draft.txt").write_text(text.replace("dusk", "dawn"))


def test_a_deleted_survivors_best_twin_comes_back(corpus: Path, share: Path) -> None:
    with_twins(share)
    rebuild(corpus, share, replace=True)
    (survivor,) = made.documents(corpus).filter(pl.col("path").str.contains("notes/long"), verdict="kept")["path"]
    (share.parent / survivor).unlink()
    rebuild(corpus, share)
    (second,) = made.documents(corpus).filter(pl.col("path").str.contains("notes/long"), verdict="kept")["path"]
    assert second != survivor
    assert kept(corpus) >= {second}


def test_a_forgotten_survivors_best_twin_comes_back_with_the_next_build(corpus: Path, share: Path) -> None:
    with_twins(share)
    rebuild(corpus, share, replace=True)
    (survivor,) = made.documents(corpus).filter(pl.col("path").str.contains("notes/long"), verdict="kept").to_dicts()
    answer = forgotten(corpus, survivor["id"])
    assert [one["verdict"] for one in answer.copies_left] == ["merged", "merged"]
    assert not any("notes/long" in path for path in kept(corpus))
    rebuild(corpus, share)
    (second,) = [path for path in kept(corpus) if "notes/long" in path]
    assert second != survivor["path"]


def test_copies_go_with_it_where_that_is_asked_and_stay_out(corpus: Path, share: Path) -> None:
    with_twins(share)
    rebuild(corpus, share, replace=True)
    answer = forgotten(corpus, "notes/long-draft.txt", copies=True)
    assert (len(answer.documents), answer.copies_left) == (3, [])
    rebuild(corpus, share)
    assert made.holding(corpus, made.WORDS["Text"]) == set()
    assert not any("notes/long" in path for path in kept(corpus))


def test_the_same_bytes_under_another_name_stay_out_and_another_text_comes_in(corpus: Path, share: Path) -> None:
    forgotten(corpus, "notes/long.txt")
    (share / "notes" / "long.txt").rename(share / "plain" / "moved.txt")
    (share / "notes" / "long.txt").write_text(prose(99))
    rebuild(corpus, share, replace=True)
    assert made.holding(corpus, made.WORDS["Text"]) == set()
    reasons = dict(made.documents(corpus).select("path", "reason").iter_rows())
    assert reasons["share/plain/moved.txt"] == "forgotten"
    assert reasons["share/notes/long.txt"] is None


def test_a_row_stays_out_of_a_file_that_grew(corpus: Path, share: Path) -> None:
    forgotten(corpus, made.name_of(corpus, "Row"))
    rows = share / "rows.jsonl"
    rows.write_text(json.dumps({"text": prose(98)}) + "\n" + rows.read_text())
    rebuild(corpus, share, replace=True)
    assert made.holding(corpus, made.WORDS["Row"]) == set()
    assert len(made.documents(corpus).filter(path="share/rows.jsonl")) == 6


def test_an_earlier_text_of_a_file_that_changed_goes_from_the_work_folder_too(corpus: Path, share: Path) -> None:
    note = share / "notes" / "long.txt"
    note.write_text(note.read_text().replace("heron", "stork"))
    rebuild(corpus, share, replace=True)
    assert made.holding(corpus, "heron of Textweir") != set()  # its part holds other files that live
    forgotten(corpus, "notes/long.txt")
    assert made.holding(corpus, made.WORDS["Text"]) == set()


def test_results_of_other_parts_are_used_again(corpus: Path, share: Path) -> None:
    (share / "plain" / "new.txt").write_text(prose(97))  # a part of its own
    rebuild(corpus, share, replace=True)
    forgotten(corpus, "notes/long.txt")
    held = {file.relative_to(corpus).as_posix() for file in (corpus / "work").rglob("*.arrow")}
    assert {name.split("/")[1] for name in held} >= {"extract", "score", "filter", "dedupe", "files.arrow"}
    files = sum(1 for file in share.rglob("*") if file.is_file())
    assert rebuild(corpus, share) == files - 1


def test_a_build_after_forgetting_equals_a_fresh_one_that_was_told_the_same(corpus: Path, share: Path) -> None:
    forgotten(corpus, "notes/long.txt", made.name_of(corpus, "Box"))
    rebuild(corpus, share, replace=True)
    fresh = corpus.with_name("fresh")
    fresh.mkdir()
    shutil.copy(corpus / lists.NAME, fresh)  # so that a new corpus leaves out what the old one had forgotten
    rebuild(fresh, share)
    assert fingerprint(fresh) == fingerprint(corpus)
    assert manifests.read(fresh)["ledger"]["dropped"]["forgotten"]["documents"] == 2


def test_another_recipe_does_not_bring_it_back(corpus: Path, share: Path) -> None:
    forgotten(corpus, "notes/long.txt")
    rebuild(corpus, share, "extract.quotes=keep", replace=True)
    assert made.holding(corpus, made.WORDS["Text"]) == set()


def test_the_work_folder_may_be_gone_and_the_originals_too(corpus: Path, share: Path) -> None:
    shutil.rmtree(corpus / "work")
    forgotten(corpus, "notes/long.txt")
    assert made.holding(corpus, made.WORDS["Text"]) == set()
    rebuild(corpus, share, "repair.keep_originals=false", replace=True)
    forgotten(corpus, "letters/memo.docx")
    assert made.holding(corpus, made.WORDS["Docx"]) == set()
