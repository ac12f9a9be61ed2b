"""Manual pages: what a terminal would show, as light Markdown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.extract.made import found, text

PAGE = r"""'\" t
.\" A comment
.de Kept
.B \\$1 \\$2
..
.TH FOLD 1 2024-05-06
.SH NAME
fold \- wrap each line
.SH "SEE ALSO"
.nf
\fBfold\fR [\fIfile\fR]
    indented
.fi
.SS Options
Text goes on\c
, in one
line.
.TP
\fB\-w\fR, \fB\-\-width\fR=\fIN\fR
use
.IR N " columns"
.IP \(bu 2
first
.IP \(bu
second
.IP 1.
one
.sp
.RS 4
.ie n \{\
\h'-04'\(bu\h'+03'\c
.\}
.el \{\
.IP \(bu 2.3
.\}
drawn
.RE
.PP
.Kept own macro
.if t not on a terminal
.TS
allbox tab(:);
lb lb
l l.
Name:Size
T{
a long
name
T}:1
.TE
.UR https://a.example
.UE .
"""


def test_a_manual_page_is_headings_definitions_lists_examples_and_tables() -> None:
    one = text(PAGE.encode(), "fold.1")
    assert (one.media_type, one.title, one.created) == ("text/troff", "FOLD(1)", "2024-05-06")
    assert one.text == (
        "# NAME\n\nfold - wrap each line\n\n# SEE ALSO\n\nfold [file]\n    indented\n\n## Options\n\nText goes on, in one line.\n\n"
        "-w, --width=N\nuse N columns\n\n- first\n- second\n1. one\n- drawn\n\nown macro\n\nName | Size\na long name | 1\n\n"
        "https://a.example."
    )


BSD = r""".Dd May 6, 2024
.Dt FOLD 1
.Os
.Sh NAME
.Nm fold
.Nd wrap each line
.Sh SYNOPSIS
.Nm
.Op Fl sb
.Op Fl w Ar width
.Ar
.Sh DESCRIPTION
.Nm
reads
.Pa /dev/null ,
see
.Xr cut 1 .
.Bl -tag -width 2n
.It Fl w Ar width , Fl -width
Said by
.Dq someone .
.El
.Bl -bullet
.It
one
.It
two
.El
.Bd -literal
$ fold  -w 8
.Ed
.Ft int
.Fn open "const char *path" "int flags"
.Ex -std
"""


def test_a_manual_page_of_bsd_says_what_its_macros_mean() -> None:
    one = text(BSD.encode())
    assert (one.media_type, one.title, one.created) == ("text/troff", "FOLD(1)", "May 6, 2024")
    assert one.text == (
        "# NAME\n\nfold – wrap each line\n\n# SYNOPSIS\n\nfold [-sb] [-w width] file ...\n\n# DESCRIPTION\n\n"
        "fold reads /dev/null, see cut(1).\n\n-w width, --width\nSaid by “someone”.\n\n- one\n- two\n\n$ fold  -w 8\n\n"
        "int\nopen(const char *path, int flags) The fold utility exits 0 on success, and >0 if an error occurs."
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (r"\(lqquoted\(rq \[u00E9] \[:a] \(co", "“quoted” é ä ©"),
        (r"a\ b\~c\&d\-e \e.", "a b cd-e \\."),
        (r"\s+2large\s0 \f(CWcode\fP \m[red]red\m[]", "large code red"),
        (r"\*(lqstring\*(rq", "“string”"),
        (r"text \" comment", "text"),
        (r"\h'1i'\v'2'\w'x'done", "done"),
    ],
)
def test_escapes_become_characters(line: str, expected: str) -> None:
    assert text(f".TH A 1\n.SH B\n{line}\n".encode()).text == f"# B\n\n{expected}"


def test_macros_and_strings_that_grow_without_end_are_cut() -> None:
    macro = ".de X\n.X \\$1\\$1\n\\$1\n..\n.X ab\n"
    strings = ".ds a xxxxxxxxxx\n" + ".ds a \\*a\\*a\\*a\\*a\n" * 30 + "\\*a\n"
    assert len(text(f".TH A 1\n.SH B\nwords\n{macro.replace(chr(92) * 2, chr(92))}{strings}".encode()).text) < 1 << 25


@pytest.mark.parametrize("piece", ["\\[", "\\*[", "\\h'", "\\s[", '"', "\\\\", "\\{"])
def test_escapes_that_never_end_are_read_in_time(piece: str) -> None:
    assert "calm" in text(f".TH A 1\n.SH B\ncalm\n{piece * 50_000}\n.B {piece * 50_000}\n".encode()).text


@pytest.mark.parametrize(
    "words", [".TH is a line of text\nlike this one", "'quoted' words\n.SH is not here", ".5 and\n.7 are numbers"]
)
def test_a_text_that_begins_with_a_dot_is_a_text(words: str) -> None:
    assert text(words.encode()).media_type == "text/plain"


@given(st.lists(st.sampled_from(PAGE.splitlines() + BSD.splitlines()), max_size=30))
def test_any_order_of_lines_is_read(lines: list[str]) -> None:
    assert len(found("\n".join([".TH A 1", ".SH B", *lines]).encode())) == 1
