"""The page can be read by everyone: structure, contrast, figures as words, charts with their words."""

import re
from itertools import pairwise, product
from typing import Any

import pytest
from lxml import etree, html

from corpuskit.report.page import charts, drawings, figures
from corpuskit.report.page.render import FOLDER, render
from tests.report.page_example import empty, example


def parsed(report: dict[str, Any]) -> Any:
    """The page as a browser's parser sees it."""
    return html.fromstring(render(report))


@pytest.fixture(scope="module")
def page() -> Any:
    return parsed(example(approval=True))


def test_every_table_has_a_caption_and_every_header_a_scope(page: Any) -> None:
    tables = page.xpath("//table")
    assert len(tables) > 20
    assert all(table.xpath("caption") and table.xpath("thead//th") for table in tables)
    assert {header.get("scope") for header in page.xpath("//th")} == {"col", "row"}


def test_every_row_has_as_many_cells_as_its_table_has_columns(page: Any) -> None:
    for table in page.xpath("//table"):
        columns = len(table.xpath("thead/tr/th"))
        assert {len(row) for row in table.xpath("tbody/tr")} <= {columns}, table.xpath("string(caption)")


def test_headings_leave_out_no_level(page: Any) -> None:
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_landmarks_and_the_way_past_the_header_exist(page: Any) -> None:
    assert [len(page.xpath(f"//{name}")) for name in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    assert page.xpath("//body/*[1]/@href") == ["#main"]
    assert page.get("lang") == "en"


def test_names_within_the_page_are_given_once_and_links_lead_somewhere(page: Any) -> None:
    names = page.xpath("//@id")
    assert len(names) == len(set(names))
    wanted = [target[1:] for target in page.xpath("//@href")] + page.xpath("//@aria-labelledby | //label/@for")
    assert set(wanted) <= set(names)


def test_every_control_has_a_label_and_is_hidden_until_the_script_runs(page: Any) -> None:
    [form] = page.xpath("//form")
    assert "hidden" in form.attrib
    controls = form.xpath(".//select/@id | .//input/@id")
    assert len(controls) == 8
    assert set(controls) == set(form.xpath(".//label/@for"))


def test_every_chart_says_what_it_shows(page: Any) -> None:
    shown = page.xpath("//figure/*[local-name()='svg']")
    assert len(shown) == 9
    assert all(chart.get("role") == "img" and len(chart.get("aria-label")) > 20 for chart in shown)
    assert all(chart.get("viewBox") or chart.get("viewbox") for chart in shown)
    assert shown[0].get("aria-label") == "Waterfall of tokens: extract: texts 110 million, kept 86.4 million."


def test_a_chart_has_no_colour_but_the_pages_own() -> None:
    drawn = drawings.draw(example())
    assert len(drawn) == 9
    colours = {
        value
        for chart in drawn.values()
        for element in etree.fromstring(chart).iter()
        for name, value in element.attrib.items()
        if name in {"fill", "stroke"}
    }
    assert colours == {"none", "var(--ink)", "var(--muted)", "var(--line)", "var(--bar)", "var(--loss)", "var(--kept)"}


def test_a_corpus_of_nothing_has_no_charts() -> None:
    assert drawings.draw(empty()) == {}


def test_a_label_loses_its_middle_and_what_xml_forbids() -> None:
    assert charts.cut("share/contracts/2019/annex.docx", 15) == "share/c…ex.docx"
    assert charts.cut("a\nb\x00", 15) == "a b\ufffd"


def test_names_of_lines_keep_apart() -> None:
    assert charts.apart([1.0, 1.0], 0.0, 1.0) == [1.0, 1.13]
    assert charts.apart([0.9, 0.1], 0.0, 1.0) == [0.9, 0.1]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


PALETTES = [
    dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block.replace("#fff;", "#ffffff;").replace("#000;", "#000000;")))
    for block in re.findall(r":root \{(.*?)\}", (FOLDER / "page.css").read_text(), flags=re.DOTALL)
]


@pytest.mark.parametrize(("palette", "paper"), list(product(PALETTES, ("paper", "card"))))
def test_text_stands_out_in_light_dark_and_print(palette: dict[str, str], paper: str) -> None:
    assert len(PALETTES) == 3
    for ink in ("ink", "muted", "link", "bar", "kept", "loss", "no"):
        assert contrast(palette[ink], palette[paper]) >= 4.5, ink


@pytest.mark.parametrize(
    ("way", "value", "text"),
    [
        ("count", 44046, "44,046"),
        ("short", 999_999, "999,999"),
        ("short", 86_412_337, "86.4 million"),
        ("short", 2e9, "2 billion"),
        ("real", 0.5, "0.5"),
        ("real", 0.000012345, "1.23e-05"),
        ("real", 12345.6, "12,346"),
        ("real", 0, "0"),
        ("share", 0.1234, "12.3\u00a0%"),
        ("share", 0.0001, "under 0.1\u00a0%"),
        ("percent", 0.4, "40\u00a0%"),
        ("money", 0.004, "under $0.01"),
        ("money", 0, "$0.00"),
        ("money", 1234.5, "$1,234"),
        ("gpu_hours", 6.388, "6.39\u00a0h"),
        ("gpu_hours", 0.0001, "under 0.001\u00a0h"),
        ("duration", 0.001, "3.6\u00a0s"),
        ("duration", 0.8, "48\u00a0min"),
        ("duration", 100, "4.2\u00a0days"),
        ("size", 165_111, "165.1 kB"),
        ("gib", 1 << 30, "1.0"),
        ("ceiling", 70.27, "71"),
        ("ceiling", 1234, "1300"),
        ("plain", 2.0, "2"),
    ],
)
def test_a_number_as_a_person_reads_it(way: str, value: float, text: str) -> None:
    assert figures.WAYS[way](value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "yes"),
        ({"gain": 0.03, "low": None}, "gain 0.03, low –"),
        ([0.411, "a"], "0.411, a"),
        ("x", "x"),
    ],
)
def test_anything_as_words(value: Any, text: str) -> None:
    assert figures.written(value) == text


def test_a_place_is_found_again() -> None:
    report = {"by": {"a.b~c": [{"n": 7}]}}
    place = figures.key("by", "a.b~c", 0, "n")
    assert place == "by.a~1b~0c.0.n"
    assert figures.look(report, place) == 7
    assert figures.Figures(report).figure("count", "by", "a.b~c", 0, "n") == (
        '<data value="7" data-key="by.a~1b~0c.0.n">7</data>'
    )
