"""The proof page says what proof.json says, needs nothing from outside, and takes text for text."""

import copy
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from lxml import etree, html

from corpuskit.evaluate import figures
from corpuskit.evaluate.page.drawings import draw
from corpuskit.evaluate.page.render import TITLES, render
from corpuskit.report.page.charts import MUTED
from corpuskit.report.page.figures import count, look, percent, plain, short
from corpuskit.report.page.render import policy
from tests.evaluate.proof_example import EVERY, bare, bits_task, canary, leaking, renamed, win

SCHEMA = json.loads((files("corpuskit.evaluate") / "schema.json").read_text())
EVIL = "\"'</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> \x00\x1b\ud800 &amp; {{ 7*7 }}"
NUMBER = re.compile(r"\d(?:[\d,]*\d)?(?:\.\d+)?(?:e-?\d+)?")
WRITTEN = (
    figures.points,
    figures.score,
    figures.moved,
    percent,
    count,
    plain,
    short,
)  # in sentence, chart and label; others are `data`
FEW = ("win", "bare", "leaking, clean part", "leaking, no clean part", "bits task")


HUGE = pytest.param("huge", marks=pytest.mark.slow)
NAMES = [HUGE if name == "huge" else name for name in EVERY]


def parsed(text: str) -> Any:
    """The page as a browser's parser sees it."""
    return html.fromstring(text)


@cache
def page(name: str) -> str:
    return render(EVERY[name])


@pytest.fixture(params=NAMES)
def pair(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Any]:
    return EVERY[request.param], parsed(page(request.param))


def words(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())


def leaves(value: Any) -> Iterator[Any]:
    """All that stands in a JSON value, and the lengths of its lists."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from leaves(inner)
    elif isinstance(value, list):
        yield len(value)
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def strangers(proof: dict[str, Any], found: Any) -> set[str]:
    """Numbers of the page that do not stand in the proof: `data` is compared with its place, the rest with all figures as written."""
    held = list(leaves({key: value for key, value in proof.items() if key != "sentence"}))
    numbers = [one for one in held if isinstance(one, int | float) and not isinstance(one, bool)]
    known = {piece for one in numbers for way in WRITTEN for piece in NUMBER.findall(way(one))} | {"95", "100"}
    won = [row["outcome"] for task in proof["tasks"] for row in task["differences"]]
    known |= {str(number) for number in range(len(won and proof["tasks"]) + 1)}  # how many tasks ended how
    names = sorted({one for one in held if isinstance(one, str) and NUMBER.search(one)}, key=len, reverse=True)
    left = set()
    for text in seen(found):
        for name in [*names, *(name[:8] for name in names if len(name) == 64)]:
            text = text.replace(name, " ")  # noqa: PLW2901
        left |= set(NUMBER.findall(text)) - known
    return left


def seen(found: Any) -> Iterator[str]:
    """Every text of the page but figures and the labels of axes, which are muted; and what charts say to who does not see them."""
    for element in found.iter():
        if element.tag in {"style", "script", "data"} or not isinstance(element.tag, str):
            yield element.tail or ""
            continue
        axis = element.tag.endswith("text") and element.get("fill") == MUTED
        yield from ("" if axis else element.text or "", element.tail or "", element.get("aria-label") or "")


def test_every_number_on_the_page_is_in_the_proof(pair: tuple[dict[str, Any], Any]) -> None:
    proof, found = pair
    assert strangers(proof, found) == set()
    for figure in found.findall(".//data"):
        value = look(proof, figure.get("data-key"))
        assert type(value)(figure.get("value")) == value
        assert figure.text_content()


def test_a_number_that_is_not_in_the_proof_is_noticed() -> None:
    text = page("win").replace("2 of 3 won", "2 of 777 won").replace("+3.1 better", "+666.6 better")
    assert strangers(win(), parsed(text)) == {"777", "666.6"}


@pytest.mark.parametrize("proof", EVERY.values(), ids=EVERY)
def test_a_proof_keeps_to_its_schema(proof: dict[str, Any]) -> None:
    jsonschema.validate(proof, SCHEMA)


def test_a_proof_with_more_than_the_schema_names_is_none() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(bare() | {"more": 1}, SCHEMA)


def test_no_part_of_a_proof_takes_more_than_the_schema_names() -> None:
    def objects(node: Any) -> Iterator[dict[str, Any]]:
        for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from objects(inner)
        if isinstance(node, dict) and "properties" in node and node.get("type") == "object":
            yield node

    assert all(node["additionalProperties"] is False for node in objects(SCHEMA))


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_and_the_sentence_come_first(name: str) -> None:
    found = parsed(page(name))
    assert words(found.xpath("//h1")[0]) in TITLES.values()
    assert words(found.xpath("//header/p[2]")[0]) == " ".join(EVERY[name]["sentence"].split())


def test_the_page_asks_nothing_of_anybody(pair: tuple[dict[str, Any], Any]) -> None:
    _, found = pair
    assert not found.xpath(
        "//script | //link | //img | //iframe | //object | //embed | //base | //form | //@src | //@style | //use | //image"
    )
    assert all(target.startswith("#") for target in found.xpath("//@href"))
    assert not any(name.startswith("on") for element in found.iter() for name in element.attrib)
    [style] = found.xpath("//style")
    [allowed] = found.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert allowed == policy(style.text_content(), "")
    assert not re.search(r"url\(|@import|https?:", style.text_content())


@pytest.mark.parametrize("name", FEW)
def test_what_a_name_says_stays_text(name: str) -> None:
    text = render(renamed(EVERY[name], EVIL))
    found = parsed(text)
    assert not found.xpath("//script | //img")
    assert not any(one.startswith("on") for element in found.iter() for one in element.attrib)
    text.encode()  # halves of surrogates are gone


def test_a_long_name_is_cut() -> None:
    found = parsed(render(renamed(leaking(), " x" * 5000)))
    assert max(len(words(one)) for one in found.xpath("//th | //td | //h3 | //caption")) < 300
    assert max(len(label) for label in found.xpath("//@aria-label")) < 400


def test_the_same_proof_gives_the_same_page_and_is_left_as_it_was() -> None:
    proof = win()
    before = copy.deepcopy(proof)
    assert render(proof) == page("win")
    assert proof == before


def test_every_table_has_a_caption_and_rows_as_wide_as_its_head(pair: tuple[dict[str, Any], Any]) -> None:
    _, found = pair
    for table in found.xpath("//table"):
        assert table.xpath("caption"), words(table)
        assert {len(row) for row in table.xpath("tbody/tr")} <= {len(table.xpath("thead/tr/th"))}, words(table)
    assert {header.get("scope") for header in found.xpath("//th")} <= {"col", "row"}


def test_names_within_the_page_are_given_once_links_lead_somewhere_and_headings_leave_out_no_level(
    pair: tuple[dict[str, Any], Any],
) -> None:
    _, found = pair
    names = found.xpath("//@id")
    assert len(names) == len(set(names))
    assert {target[1:] for target in found.xpath("//@href")} | set(found.xpath("//@aria-labelledby")) <= set(names)
    levels = [int(heading.tag[1]) for heading in found.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_charts_say_what_they_show_in_the_pages_colours() -> None:
    charts = draw(win())
    assert len(charts["forests"]) == len(charts["curves"]) == 4
    for chart in [*charts["forests"], *charts["curves"], charts["frontier"]]:
        root: Any = etree.fromstring(chart)
        assert root.get("role") == "img"
        assert len(root.get("aria-label")) > 60
        colours = {one.get(name) for one in root.iter() for name in ("fill", "stroke")} - {None, "none"}
        assert all(colour.startswith("var(--") for colour in colours)
    assert etree.fromstring(charts["forests"][0]).get("aria-label") == (
        "clauses: difference to base with all labels. contracts +3.1 better; novels +0.4 not shown; replay +0.6 not shown. "
        "The table beside it has the intervals."
    )


def test_what_is_absent_has_no_chart_and_is_said() -> None:
    assert draw(bare()) == {"forests": [], "curves": [], "frontier": None}
    found = parsed(page("bare"))
    assert words(found.get_element_by_id("tasks")) == "Tasks Not measured: no task was given."
    assert words(found.get_element_by_id("text")) == "Held-out text Not measured."
    assert words(found.get_element_by_id("benchmarks")) == "Public benchmarks Not measured."
    assert "No control was trained" in words(found.get_element_by_id("arms"))
    assert words(found.xpath("//footer")[0]).startswith(
        "Not measured: bits per byte of held-out text, tasks, a control,"
    )


def test_a_leaking_test_set_is_drawn_without_what_leaked_or_not_at_all() -> None:
    assert "+3.2 better" in str(draw(leaking())["forests"][0])
    assert draw(leaking(clean=False))["forests"] == [None]
    for name in ("leaking, clean part", "leaking, no clean part"):
        said = words(parsed(page(name)).get_element_by_id("tasks"))
        assert "58 test examples stand in a corpus: their scores do not count." in said
        assert "counts not" in said
        assert "saved" not in said  # labels are counted on scores that do not count


def test_a_found_canary_is_said() -> None:
    assert canary()["memorised"]["canaries"][1]["found"]
    said = [words(row) for row in parsed(page("canary")).xpath("//table[contains(caption, 'Planted')]/tbody/tr")]
    assert said == [
        "account base 519,212 1,048,576 1.01 no not found",
        "account contracts 1 1,048,576 20 yes found",
    ]


def test_bits_saved_are_differences_turned_and_their_seeds_too() -> None:
    assert "+0.0312 better" in str(draw(bits_task())["forests"][0])
    assert "bits per byte saved" in page("bits task")


def test_a_task_with_one_size_has_no_curve() -> None:
    proof = win()
    proof["tasks"][0]["sizes"] = [1200]
    assert draw(proof)["curves"][0] is None


@pytest.mark.slow
def test_twelve_arms_and_six_tasks_stay_below_two_megabytes() -> None:
    assert len(page("huge").encode()) < 2_000_000
