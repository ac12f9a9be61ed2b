"""Source code, notebooks, LaTeX and reStructuredText; headings of DocBook and JATS."""

import json

import pytest

from corpuskit.extract import code
from corpuskit.extract.markup.latex import plain
from tests.extract.made import failed, text


def test_code_stays_as_it_is_and_says_its_language() -> None:
    one = text(b"def f():\n\treturn 1\n", "tools/f.py")
    assert (one.text, one.media_type) == ("def f():\n\treturn 1", "text/x-python")


def test_no_suffix_stands_for_two_languages() -> None:
    suffixes = [suffix for line in code._LANGUAGES.values() for suffix in line.split()]
    assert len(suffixes) == len(set(suffixes))
    assert len(code._LANGUAGES) >= 40


def notebook(*cells: dict[str, object]) -> bytes:
    return json.dumps({"nbformat": 4, "metadata": {"kernelspec": {"language": "python"}}, "cells": cells}).encode()


def test_a_notebook_is_its_cells_and_what_they_printed() -> None:
    data = notebook(
        {"cell_type": "markdown", "source": ["# Plan\n", "text"]},
        {
            "cell_type": "code",
            "source": "1 + 1",
            "outputs": [{"data": {"text/plain": ["2"], "image/png": "AAAA"}}, {"text": "hi\n"}, {"traceback": ["no"]}],
        },
    )
    assert text(data, "a.ipynb").text == "# Plan\ntext\n\n```python\n1 + 1\n```\n\n```\n2\n```\n\n```\nhi\n```"


def test_a_long_output_is_cut_and_says_so() -> None:
    data = notebook({"cell_type": "code", "source": "f()", "outputs": [{"text": "x\n" * 1000}]})
    assert text(data, "a.ipynb").text.count("x") == 40
    assert text(data, "a.ipynb").text.endswith("x\n...\n```")


@pytest.mark.parametrize("data", [b"{", b"[1, 2]", b'{"cells": 7}', b'{"cells": [1, null, {"outputs": 3}]}'])
def test_a_damaged_notebook_fails_alone(data: bytes) -> None:
    assert failed(data, "a.ipynb").reason in {"corrupt", "no_text"}


def test_latex_is_text_without_its_preamble() -> None:
    source = (
        rb"\documentclass{article}\title{The \emph{plan}}\author{Ada}\begin{document}\maketitle\section{First \textbf{part}}"
        b"\n" + rb"M\"uller \& caf\'e --- 50\% of $x_1^2$~here.% comment" + b"\n"
        rb"See~\cite{a}\href{http://x}{the site}\footnote{A note.}.\begin{itemize}\item one\item[b] two\end{itemize}"
        b"\n" + rb"\begin{verbatim}" + b"\n{x} % kept\n" + rb"\end{verbatim}\end{document} after"
    )
    one = text(source, "a.tex")
    assert one.text == (
        "## First part\n\nMüller & café — 50% of $x_1^2$ here.See the site (A note.).\n- one\n- b two\n\n{x} % kept"
    )
    assert (one.title, one.author) == ("The plan", "Ada")


def test_formulas_of_latex_stay_as_they_stand() -> None:
    assert plain("\\begin{align}\na &= b \\\\\n\\end{align}").strip() == "\\begin{align}\na &= b \\\\\n\\end{align}"


@pytest.mark.parametrize(
    "source", ["$" * 50_001, "\\(" * 50_000, "{" * 100_000, "\\begin{align}" * 20_000, "\\emph{" * 9_000 + "}" * 9_000]
)
def test_latex_that_never_closes_is_read_in_time(source: str) -> None:
    assert "calm" in plain(source + "\n\ncalm")


def test_headings_of_restructured_text_are_those_of_markdown() -> None:
    source = b"====\nPlan\n====\n\nPart\n----\nSee :ref:`the end <end>` and `us <http://x>`_.\n\n"
    source += b".. a comment\n   of two\n\n.. note:: Kept\n"
    one = text(source, "a.rst")
    assert one.text == "# Plan\n\n## Part\n\nSee the end and us.\n\n.. note:: Kept"
    assert one.title == "Plan"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "=====  =====\na      b\n=====  =====\n1      2\n       more\n=====  =====\n\nEnd",
            "a | b\n1 | 2 more\n\nEnd",
        ),
        (
            "+---+-----+\n| a | b   |\n+===+=====+\n| 1 | two |\n|   | and |\n+---+-----+\nEnd",
            "a | b\n1 | two and\nEnd",
        ),
        ("=====  =====\nnever  ends", "=====  =====\nnever  ends"),
    ],
)
def test_tables_of_restructured_text_are_rows(source: str, expected: str) -> None:
    assert text(source.encode(), "a.rst").text == expected


def test_code_of_restructured_text_is_fenced_and_what_only_arranges_goes() -> None:
    source = (
        ".. contents::\n   :depth: 2\n\nPlan :mod:`x`\n=============\n\n.. _there: https://a.example\n\nSee `that page`_:\n\n"
        ".. code-block:: sh\n   :linenos:\n\n   ls -l\n     | wc\n\n"
        "Use ``wc``, :class:`~a.B`, :manual:`the\nbook <b(7)>` and :var:`A_<B>`.\n"
    )
    one = text(source.encode(), "a.rst")
    assert one.title == "Plan x"
    assert one.text == "# Plan x\n\nSee that page:\n\n```sh\nls -l\n  | wc\n```\n\nUse `wc`, a.B, the\nbook and A_<B>."


@pytest.mark.parametrize("piece", [":", ":a:`", "`", "`a ", ":a:` " + " " * 9, ".. a::\n ", "== ==\n", "+-+\n", "| "])
def test_restructured_text_that_never_ends_is_read_in_time(piece: str) -> None:
    assert "calm" in text(f"calm\n\n{piece * 20_000}".encode(), "a.rst").text


def test_an_outline_is_a_list() -> None:
    inner = '<outline text="Data"><outline text="Derived&#10;data"/></outline><outline text="End"/>'
    opml = f'<opml version="1.0"><head><title>Curation</title></head><body>{inner}</body></opml>'
    one = text(opml.encode(), "a.opml")
    assert (one.title, one.text) == ("Curation", "Curation\n\n- Data\n  - Derived data\n- End")


def test_sections_of_docbook_have_headings_by_their_depth() -> None:
    data = b"<book><info><title>B</title></info><chapter><title>C</title><section>"
    data += b"<title>S</title><para>p</para></section></chapter></book>"
    assert text(data, "a.xml").text == "# B\n\n## C\n\n### S\n\np"


def test_of_jats_the_journal_and_the_references_are_left_out() -> None:
    data = (
        b"<article><front><journal-meta><journal-title>J</journal-title></journal-meta><article-meta><article-id>7</article-id>"
        b"<title-group><article-title>T</article-title></title-group><abstract><p>short</p></abstract>"
        b"</article-meta></front>"
        b"<body><sec><title>Intro</title><p>See <xref>1</xref>.</p></sec></body>"
        b"<back><ref-list><ref>R</ref></ref-list></back></article>"
    )
    one = text(data, "a.xml")
    assert (one.text, one.title) == ("# T\n\nshort\n\n## Intro\n\nSee 1.", "T")
