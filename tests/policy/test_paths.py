import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.policy.mapping import Mapping, Row
from corpuskit.policy.paths import applied
from corpuskit.policy.patterns import expression

PATHS = [
    "share/legal/a.pdf",
    "share/legal/old/b.pdf",
    "share/hr/Legal.md",
    "share/legal.md",
    "share/mail/x.eml/plan [1].pdf",
]


def fitting(pattern: str, paths: list[str] = PATHS) -> list[str]:
    table, _ = applied(Mapping("m", "", ("a",), (Row(pattern, 1, ("x",)),)), paths)
    return table["path"].filter(table["a"] == "x").to_list()


@pytest.mark.parametrize(
    ("pattern", "places"),
    [
        ("share/legal/a.pdf", [0]),
        ("share/legal", [0, 1]),
        ("share/legal/", [0, 1]),
        ("/share/legal", [0, 1]),
        ("share/legal/*", [0, 1]),
        ("share/legal/*.pdf", [0]),
        ("share/legal/**/*.pdf", [0, 1]),
        ("share/**", [0, 1, 2, 3, 4]),
        ("**/*.pdf", [0, 1, 4]),
        ("*.pdf", [0, 1, 4]),
        ("legal", [0, 1]),
        ("legal/", [0, 1]),
        ("/legal", []),
        ("old/b.pdf", []),
        ("**/old/b.pdf", [1]),
        ("share/*/[A-M]*.md", [2]),
        ("share/*/[!A-M]*.pdf", [0]),
        ("share/hr/?egal.md", [2]),
        ("x.eml", [4]),
        ("plan [[]1].pdf", [4]),
        ("share/leg", []),
        ("*", [0, 1, 2, 3, 4]),
        ("nothing", []),
    ],
)
def test_a_pattern_fits(pattern: str, places: list[int]) -> None:
    assert fitting(pattern) == [PATHS[place] for place in places]


def test_the_last_row_that_says_something_decides_column_by_column() -> None:
    rows = (
        Row("share", 2, ("internal", "7")),
        Row("*.pdf", 3, ("public", None)),
        Row("share/legal/old", 4, (None, "30")),
    )
    table, idle = applied(Mapping("m", "", ("confidentiality", "retention"), rows), PATHS)
    assert table.rows()[:4] == [
        ("share/legal/a.pdf", "public", "7"),
        ("share/legal/old/b.pdf", "public", "30"),
        ("share/hr/Legal.md", "internal", "7"),
        ("share/legal.md", "internal", "7"),
    ]
    assert idle == []


def test_rows_that_fit_nothing_are_named_and_paths_without_a_row_have_nothing() -> None:
    table, idle = applied(Mapping("m", "", ("licence",), (Row("lega", 2, ("mit",)),)), PATHS)
    assert (table["licence"].null_count(), [row.line for row in idle]) == (5, [2])


def test_without_paths_every_row_is_idle() -> None:
    table, idle = applied(Mapping("m", "", ("licence",), (Row("**/legal", 2, ("mit",)),)), [])
    assert (table.height, len(idle)) == (0, 1)


NAMES = st.lists(st.text("ab.*?[]", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join)
WILD = st.lists(st.text("ab.*?", min_size=1, max_size=4), min_size=1, max_size=3).map("/".join)


@given(st.lists(NAMES, unique=True, max_size=6), WILD)
def test_the_index_finds_what_the_expression_alone_finds(paths: list[str], pattern: str) -> None:
    one = re.compile(expression(pattern.strip("/"), anchored="/" in pattern).replace("(?s)", ""), re.DOTALL)
    assert fitting(pattern, paths) == [path for path in paths if one.search(path)]


@given(
    st.text("ab.", min_size=1, max_size=5), st.text("ab.*?", min_size=1, max_size=4).filter(lambda one: "**" not in one)
)
def test_within_a_name_patterns_are_those_of_the_shell(name: str, pattern: str) -> None:
    assert (fitting(pattern, [name]) == [name]) == fnmatchcase(name, pattern)
