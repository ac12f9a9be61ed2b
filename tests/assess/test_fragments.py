from pathlib import Path

import pytest

from corpuskit.assess.bags import bag
from corpuskit.assess.fragments import measure, pieces, spelled
from corpuskit.score import tokens
from corpuskit.score.tokens import Tokens
from tests.vocabulary import made


@pytest.fixture(scope="module")
def byte_level(tmp_path_factory: pytest.TempPathFactory) -> Tokens:
    return tokens.load(str(made.byte_level(tmp_path_factory.mktemp("byte-level"))))


def test_a_word_is_cut_as_after_a_space(byte_level: Tokens) -> None:
    (cut,) = pieces(["river"], byte_level)
    assert "".join(cut) == "river"
    assert len(cut) == len(byte_level.tokenizer.encode("the river", add_special_tokens=False).ids) - len(
        byte_level.tokenizer.encode("the", add_special_tokens=False).ids
    )


def test_an_unknown_word_is_in_more_pieces(byte_level: Tokens) -> None:
    known, unknown = pieces(["the", "nephropathy"], byte_level)
    assert len(known) == 1
    assert len(unknown) > 5


def test_every_word_counts_as_often_as_it_stands_there(byte_level: Tokens) -> None:
    many = len(pieces(["nephropathy"], byte_level)[0])
    found = measure(bag([["the", "the", "the", "nephropathy"]], [0]), byte_level)
    assert found.pieces_per_word == (3 + many) / 4
    assert found.three_or_more == 0.25


def test_case_is_kept(byte_level: Tokens) -> None:
    assert measure(bag([["the"]], [0]), byte_level).pieces_per_word == 1
    assert measure(bag([["THE"]], [0]), byte_level).pieces_per_word > 1


def test_numbers_are_left_out(byte_level: Tokens) -> None:
    assert measure(bag([["the", "12345678", "x9"]], [0]), byte_level).pieces_per_word == 1


def test_a_sample_without_words_measures_nothing(byte_level: Tokens) -> None:
    assert measure(bag([["4711"]], [0]), byte_level).pieces_per_word == 0


def test_words_are_shown_as_they_are_most_often_written() -> None:
    assert spelled(["borrower", "seal"], {"Borrower": 9, "borrower": 2, "BORROWER": 1}) == ["Borrower", "seal"]


def test_word_piece_shows_no_marks(tmp_path: Path) -> None:
    found = tokens.load(str(made.wordpiece(tmp_path)))
    for cut in pieces(["nephropathy", "river"], found):
        assert not any(piece.startswith("##") for piece in cut)
