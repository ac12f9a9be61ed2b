import numpy as np
import polars as pl
import pyarrow as pa

from corpuskit.dedupe.quoted import columns, homes

MAIL = "message/rfc822"


def test_a_mail_and_the_quote_of_it_say_the_same_and_nothing_else_says_anything() -> None:
    texts = ["Subject: a\nFrom: b\n\nShall  we?\nYes.", "Shall we? Yes.", "Shall we? Yes.", "Subject: a", None]
    members = ["message 1", "message 2 / quoted 1", "", "", ""]
    said, quoted = columns(pa.array(texts), pa.array([MAIL, MAIL, "text/plain", MAIL, MAIL]), pa.array(members))
    assert said[0] == said[1]
    assert [one.is_valid for one in said] == [True, True, False, False, False]
    assert quoted.to_pylist() == [False, True, False, False, False]


def test_only_quotes_go_to_the_best_mail_that_says_their_words() -> None:
    said = pl.Series([b"x", b"x", b"x", None, b"y"], dtype=pl.Binary)
    quoted = pl.Series([False, False, True, False, True])
    assert homes(np.arange(5), said, quoted).tolist() == [0, 1, 0, 3, 4]


def test_a_copy_of_a_quote_follows_it_to_the_survivor_of_its_letter() -> None:
    said = pl.Series(
        [None, b"x", b"x", None], dtype=pl.Binary
    )  # a text, a letter that is its copy, a quote, the quote's copy
    quoted = pl.Series([False, False, True, False])
    assert homes(np.array([0, 0, 2, 2]), said, quoted).tolist() == [0, 0, 0, 0]
