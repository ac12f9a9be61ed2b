import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from corpuskit.cli.quality import quality
from corpuskit.errors import UsageError
from corpuskit.finetune import copies
from corpuskit.score.quality import digest, figures, score, train
from corpuskit.score.quality.examples import read, split
from corpuskit.score.quality.reading import PIECE, PIECES, cut, line

SUBJECTS = ("The tenant", "The landlord", "Either party", "The agent", "The surety")
VERBS = ("shall pay", "may end", "must return", "shall repair", "may inspect")
OBJECTS = ("the rent", "the lease", "the keys", "the roof", "the premises")
MENUS = ("Sign in", "Accept cookies", "Share this page", "Subscribe now", "Read more")


def lease(number: int) -> str:
    """One of 120 different leases of two clauses."""
    return " ".join(
        f"{SUBJECTS[n % 5]} {VERBS[n // 5 % 5]} {OBJECTS[n // 25 % 5]} on day {number}." for n in (number, number * 7)
    )


def page(number: int) -> str:
    """One of as many menus."""
    return " | ".join(MENUS[(number * step + step) % 5] for step in (1, 2, 3, 4)) + f" | {OBJECTS[number % 5]} {number}"


LEASES, PAGES = ([made(number) for number in range(120)] for made in (lease, page))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classifier") / "model"
    train(LEASES, PAGES, folder)
    return folder


def test_good_texts_score_high_and_bad_ones_low(trained: Path) -> None:
    found = score(pa.array(["The tenant shall return the keys.", "Sign in | Subscribe now | Read more"]), trained)
    assert found.type == pa.float32()
    high, low = found.to_pylist()
    assert 0.9 < high <= 1
    assert 0 <= low < 0.1


def test_null_stays_null_and_no_word_is_a_half(trained: Path) -> None:
    assert score(pa.array([None, "", " \n\0"]), trained).to_pylist() == [None, 0.5, 0.5]


def test_scores_do_not_depend_on_neighbours(trained: Path) -> None:
    texts = [*LEASES[:5], None, *PAGES[:5]]
    apart = [score(pa.array([text], pa.string()), trained)[0] for text in texts]
    assert score(pa.array(texts), trained).to_pylist() == [one.as_py() for one in apart]


def test_the_same_examples_in_any_order_give_the_same_bytes(trained: Path, tmp_path: Path) -> None:
    again = train(LEASES[::-1], PAGES[60:] + PAGES[:60], tmp_path / "again")
    assert again == json.loads((trained / "quality.json").read_text())
    assert digest(tmp_path / "again") == digest(trained)


def test_the_account_says_what_was_held_out_and_how_well_it_is_told_apart(trained: Path) -> None:
    said = json.loads((trained / "quality.json").read_text())
    assert said["documents"] == {kind: {"training": 96, "held_out": 24} for kind in ("good", "bad")}
    assert said["held_out"]["accuracy"] == 1.0
    assert said["held_out"]["auc"] == 1.0
    assert said["held_out"]["calibration_error"] < 0.05
    assert sum(one["documents"] for one in said["held_out"]["calibration"]) == 48
    assert said["bytes"] == (trained / said["file"]).stat().st_size
    assert set(said["versions"]) == {"fasttext-community", "numpy"}


def test_telling_words_are_those_of_many_documents_with_the_sign_of_their_side(trained: Path) -> None:
    words = json.loads((trained / "quality.json").read_text())["held_out"]["words"]
    assert {word["word"] for word in words["good"]} & {"shall", "may", "."}
    assert words["bad"][0]["word"] == "|"
    assert all(word["worth"] > 0 for word in words["good"])
    assert all(max(word["good"], word["bad"]) >= 0.05 for side in words.values() for word in side)


def test_random_labels_are_told_apart_no_better_than_by_chance(tmp_path: Path) -> None:
    texts = [lease(number) for number in range(240)]
    said = train(texts[::2], texts[1::2], tmp_path / "none")
    assert abs(said["held_out"]["auc"] - 0.5) < 0.3


def test_a_changed_model_file_is_refused(trained: Path, tmp_path: Path) -> None:
    said = json.loads((trained / "quality.json").read_text())
    for name in ("quality.json", said["file"]):
        (tmp_path / name).write_bytes((trained / name).read_bytes())
    (tmp_path / said["file"]).write_bytes((trained / said["file"]).read_bytes() + b"x")
    with pytest.raises(UsageError, match="its sha256 differs"):
        score(pa.array(["x"]), tmp_path)


@pytest.mark.parametrize("content", [None, "", "{}", "[1]", '{"format": 99}'])
def test_a_folder_without_a_classifier_is_said(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "quality.json").write_text(content)
    with pytest.raises(UsageError, match="no classifier of `corpuskit quality train` here"):
        digest(tmp_path)


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(UsageError, match="holds something else"):
        train(LEASES, PAGES, tmp_path)


def test_a_fifth_is_held_out_by_document_and_copies_count_once() -> None:
    good, bad = split(LEASES[:100] * 3, [*PAGES[:50], *(page.upper() for page in PAGES[:50])])
    assert (len(good.training), len(good.held_out)) == (80, 20)
    assert (len(bad.training), len(bad.held_out)) == (40, 10)
    assert not {*good.training} & {*good.held_out}


def test_a_text_that_is_good_and_bad_is_not_learnt_from() -> None:
    good, bad = split(LEASES[:50], [*PAGES[:50], *LEASES[:5]])
    assert len(good.training) + len(good.held_out) == 45
    assert len(bad.training) + len(bad.held_out) == 50


def test_texts_that_are_alike_stand_on_one_side_of_the_split() -> None:
    versions = [f"{text} Signed on page {number}." for text in LEASES[:40] for number in range(3)]
    groups = [number // 3 for number in range(120)] + list(range(40, 90))
    good, _ = split(versions, PAGES[:50], groups)
    begins = [{text.split(" Signed")[0] for text in side} for side in (good.training, good.held_out)]
    assert not begins[0] & begins[1]
    assert (len(good.training), len(good.held_out)) == (96, 24)


def test_a_text_that_is_alike_to_one_of_the_other_kind_is_not_learnt_from() -> None:
    groups = [*range(50), 0, *range(50, 99)]
    good, bad = split(LEASES[:50], PAGES[:50], groups)
    assert (len(good.training) + len(good.held_out), len(bad.training) + len(bad.held_out)) == (49, 49)


def test_versions_of_one_document_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="all good documents are nearly the same"):
        train(LEASES, PAGES, tmp_path / "model", [0] * 120 + list(range(1, 121)))


def test_groups_join_texts_that_differ_in_a_word() -> None:
    text = " ".join(f"word{number}" for number in range(100))
    assert copies.groups([text, "another text of its own", f"{text} more", text]) == [0, 1, 0, 0]


@pytest.mark.parametrize(("count", "sentence"), [(19, "19 different good documents; at least 20 are needed"), (20, "")])
def test_twenty_documents_of_each_kind_are_needed(count: int, sentence: str) -> None:
    if not sentence:
        assert len(split(LEASES[:count], PAGES)[0].held_out) == 4
        return
    with pytest.raises(UsageError, match=sentence):
        split(LEASES[:count], PAGES)


def test_a_folder_of_texts_is_read_plainly(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "b.md").write_text("two", encoding="utf-8-sig")
    (tmp_path / "deep" / "a.TXT").write_text("one")
    (tmp_path / ".hidden").write_text("three")
    assert sorted(read(tmp_path)) == ["one", "two"]


def test_other_files_want_a_corpus(tmp_path: Path) -> None:
    for name in ("a.txt", "b.pdf", "c.PDF", "d.docx", "e"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(
        UsageError, match=r"holds 2 \.pdf, 1 \.docx, 1 no suffix, and only \.txt and \.md are read here; build a corpus"
    ):
        read(tmp_path)


def test_text_that_is_not_utf8_wants_a_corpus(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("Ärger".encode("latin-1"))
    with pytest.raises(UsageError, match="not UTF-8; build a corpus"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["none", "file"])
def test_a_path_that_is_no_folder_is_said(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="neither a folder nor a corpus"):
        read(tmp_path / name)


def test_of_a_corpus_the_kept_documents_are_read(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "corpus.json").write_text("{}")
    table = pa.table({"text": ["one", "two", None], "verdict": ["kept", "dropped", "failed"]})
    pq.write_table(table, tmp_path / "documents" / "00000-of-00001.parquet")
    assert read(tmp_path) == ["one"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pay 1,234.50 EUR!", "pay 0 , 00 . 00 eur !"),
        ("__LABEL__bad text </s>", "_ _ label _ _ bad text < / s >"),
        ("契約は2026年", "契 約 は 00 年"),
        ("ที่นี่", "ที่ นี่"),
        ("a\n\tb\0c", "a b c"),
        ("", ""),
    ],
)
def test_a_line_is_words_and_signs(text: str, expected: str) -> None:
    assert line(text) == expected


@given(st.text(max_size=200), st.integers(1, 100), st.sampled_from([0.0, 0.1, 0.5, 1.0]))
def test_no_more_is_read_than_eight_pieces(text: str, times: int, phase: float) -> None:
    assert len(cut(text * times, phase)) <= PIECES * PIECE + PIECES
    assert "\n" not in line(text * times, phase)


def test_the_area_under_the_curve_counts_pairs_and_ties_as_halves() -> None:
    good, bad = np.array([0.9, 0.5], dtype=np.float32), np.array([0.5, 0.1], dtype=np.float32)
    assert figures.auc(good, bad) == 3.5 / 4
    assert figures.accuracy(good, bad) == 0.75  # 0.5 is taken for good


def test_calibration_weighs_both_kinds_alike() -> None:
    bins = figures.calibration(np.full(1, 0.75, dtype=np.float32), np.full(9, 0.75, dtype=np.float32))
    assert bins == [{"from": 0.7, "documents": 10, "score": 0.75, "good": 0.5, "weight": 1.0}]
    assert figures.calibration_error(bins) == 0.25


def test_the_command_trains_and_tells_words_and_figures_alone(tmp_path: Path) -> None:
    for kind, texts in (("good", LEASES), ("bad", PAGES)):
        (tmp_path / kind).mkdir()
        for number, text in enumerate(texts):
            (tmp_path / kind / f"{number}.txt").write_text(text)
    app = typer.Typer()
    app.command()(quality)
    asked = ["train", "--good", str(tmp_path / "good"), "--bad", str(tmp_path / "bad"), "--out", str(tmp_path / "out")]
    told = CliRunner().invoke(app, asked).output
    assert "good  96 documents to learn from, 24 held out" in told
    assert "held out: accuracy 1.0000, AUC 1.0000" in told
    assert digest(tmp_path / "out")[:16] in told
