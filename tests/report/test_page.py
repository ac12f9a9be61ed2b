"""The page says what the report says, needs nothing from outside, and takes text for text."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from corpuskit import approve
from corpuskit.report.gather import gather
from corpuskit.report.page.calculator import proposal
from corpuskit.report.page.figures import look
from corpuskit.report.page.render import FOLDER, data, policy, render
from tests.conftest import Builder
from tests.report.page_example import empty, example, hostile, many

EVIL = "\"'</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> \x00\ud800 &amp; {{ 7*7 }}"
REPORTS = {
    "everything": example(approval=True),
    "no assessment": example(assessment=False),
    "no budget": example(budget=False),
    "neither, and no texts": example(budget=False, assessment=False, texts=False),
    "nothing kept": empty(),
}


def parsed(report: dict[str, Any]) -> Any:
    """The page as a browser's parser sees it."""
    return html.fromstring(render(report))


@pytest.fixture(scope="module", params=list(REPORTS))
def pair(request: pytest.FixtureRequest) -> tuple[dict[str, Any], Any]:
    report = REPORTS[request.param]
    return report, parsed(report)


@pytest.fixture(scope="module")
def page() -> Any:
    return parsed(example())


def words(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())


def test_every_figure_is_the_one_in_the_report(pair: tuple[dict[str, Any], Any]) -> None:
    report, found = pair
    figures = found.findall(".//data")
    assert len(figures) > 10
    for figure in figures:
        value = look(report, figure.get("data-key"))
        assert type(value)(figure.get("value")) == value
        assert figure.text_content()


def test_a_figure_is_rounded_for_the_eye_and_whole_in_its_value(page: Any) -> None:
    [tokens, *_] = page.xpath("//data[@data-key='ledger.kept.tokens']")
    assert (tokens.get("value"), tokens.text) == ("86412337", "86.4 million")
    [overlap, *_] = page.xpath("//data[@data-key='assessment.lexical.overlap.value']")
    assert (overlap.get("value"), overlap.text) == ("0.411", "0.411")


def test_a_name_with_a_dot_keeps_its_place(page: Any) -> None:
    [figure] = page.xpath("//data[@data-key='tokenizers.1.by.source.share/v1~12']")
    assert figure.text == "482,699"


def test_the_page_asks_nothing_of_anybody(pair: tuple[dict[str, Any], Any]) -> None:
    _, found = pair
    assert not found.xpath(
        "//link | //img | //iframe | //object | //embed | //base | //@src | //@style | //use | //image"
    )
    assert all(target.startswith("#") for target in found.xpath("//@href"))
    assert not any(name.startswith("on") for element in found.iter() for name in element.attrib)
    style, script = ((FOLDER / name).read_text() for name in ("page.css", "sliders.js"))
    assert not re.search(r"url\(|@import|https?:", style)
    assert not re.search(r"fetch\(|import\(|XMLHttp|innerHTML|eval\(|https?:", script)


def test_only_its_own_style_and_script_are_allowed(page: Any) -> None:
    [allowed] = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert allowed.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in allowed
    [style] = page.xpath("//style")
    [script] = page.xpath("//script[not(@type)]")
    assert policy(style.text_content(), script.text_content()) == allowed


def test_what_a_document_says_stays_text() -> None:
    text = render(hostile(EVIL))
    found: Any = html.fromstring(text)
    assert len(found.xpath("//script")) == 2
    assert not found.xpath("//img")
    assert "<script>alert" not in text
    assert "onerror=alert(2)&gt;" in text
    assert not any(name.startswith("on") for element in found.iter() for name in element.attrib)
    assert "{{ 7*7 }}" in words(found)
    text.encode()  # halves of surrogates are gone


def test_what_a_chart_is_labelled_with_stays_text() -> None:
    report = example()
    report["waterfall"][1]["what"] = "<script>x\x00\x1b</script>"
    report["assessment"]["atlas"][0]["name"] = "</svg><script>\ufffe"
    found = parsed(report)
    assert len(found.xpath("//script")) == 2
    assert "<script>x\ufffd\ufffd</script>" in found.xpath("//*[local-name()='text']/text()")
    assert "</svg><script>\ufffd" in found.xpath("//*[local-name()='text']/text()")


def test_numbers_for_the_sliders_cannot_end_their_element() -> None:
    assert data({"name": "</script><!-- &\u2028"}) == '{"name":"\\u003c/script\\u003e\\u003c!-- \\u0026\\u2028"}'
    found = parsed(hostile("</script><!--"))
    [numbers] = found.xpath("//script[@id='numbers']")
    assert json.loads(numbers.text_content())["models"][0]["name"] == "SmolLM2-135M</script><!--"


def test_the_same_report_gives_the_same_page() -> None:
    assert render(example()) == render(example())


def test_the_report_is_left_as_it_was() -> None:
    report = example()
    render(report)
    assert report == example()


def test_the_verdict_comes_first_and_what_to_run_where_there_is_none() -> None:
    with_verdict, without = (parsed(report) for report in (example(), example(assessment=False)))
    assert words(with_verdict.xpath("//h1")[0]) == "Shallow continued pretraining (LoRA)"
    assert words(with_verdict.xpath("//header/p[2]")[0]).startswith("Train a LoRA for two epochs")
    assert words(without.xpath("//h1")[0]) == "No verdict yet"
    assert "corpuskit assess CORPUS" in words(without.xpath("//header/p[2]")[0])


def test_gates_say_how_many_hold_and_which_do_not(page: Any) -> None:
    assert (
        words(page.xpath("//dl[@class='headline']/div[5]")[0]) == "Gates 2 of 3 passed not passed: cost of a run, USD"
    )


def test_an_approval_names_its_limits_and_a_missing_one_its_command() -> None:
    given, missing = (parsed(example(approval=held)).get_element_by_id("approval") for held in (True, False))
    assert words(given).startswith(
        "Approval Approved by Ada Okafor , 2026-11-20T09:12:00+00:00. Signature: none. max cost 400 currency USD"
    )
    asked = 'corpuskit approve CORPUS --by "NAME" --max-gpu-hours 29 --max-cost 73 --price-per-gpu-hour 2.5'
    assert words(missing).endswith(f"{asked} Name Date Limit")


def test_what_is_proposed_are_the_hours_of_the_programme_not_its_storage_and_management() -> None:
    report = example()
    programme, price = report["budget"]["programme"], report["budget"]["defaults"]["price_per_gpu_hour"]
    programme["lines"].append({"what": "storage, network, management", "runs": None, "gpu_hours": 0.0, "cost": 999.0})
    programme["cost"] += 999.0
    limits = proposal(report["budget"]).split()
    hours, cost = float(limits[1]), float(limits[3])
    assert programme["gpu_hours"] <= hours < programme["gpu_hours"] * 1.1
    given = approve.Approval("Ada", "2026-01-31T09:00:00+00:00", "0" * 64, cost, "USD", hours, price)
    assert given.gpu_hours_limit == hours


def test_without_a_price_or_a_gpu_only_what_is_known_is_proposed() -> None:
    budget = example()["budget"]
    budget["defaults"]["price_per_gpu_hour"] = None
    assert proposal(budget) == "--max-gpu-hours 29"
    budget["programme"] |= {"gpu_hours": None, "cost": None}
    assert proposal(budget) == proposal(None) == "--max-gpu-hours HOURS"


@pytest.mark.parametrize(
    ("signed", "said"),
    [
        (False, "none"),
        pytest.param(
            True,
            "beside it, not checked here",
            marks=pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed"),
        ),
    ],
    ids=["unsigned", "signed"],
)
def test_a_corpus_that_was_approved_says_by_whom_and_whether_a_signature_lies_there(
    tmp_path: Path, built: Builder, signed: bool, said: str
) -> None:
    corpus, key = tmp_path / "out", tmp_path / "key"
    built(corpus)
    if signed:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    shards = {"shards-extended": "a" * 64}
    given = approve.Approval(
        "Ada", "2026-01-31T09:00:00+00:00", approve.manifest_digest(corpus), max_gpu_hours=5.0, sets=shards
    )
    approve.write(corpus, given, key if signed else None)
    shown = words(parsed(gather(corpus)).get_element_by_id("approval"))
    assert shown == (
        f"Approval Approved by Ada , 2026-01-31T09:00:00+00:00. Signature: {said}. currency USD max gpu hours 5 "
        "other shard sets shards-extended"
    )


def test_an_approval_without_other_shard_sets_says_nothing_of_them() -> None:
    report = example(approval=True)
    for nothing in (None, dict[str, str]()):
        report["approval"]["sets"] = nothing
        assert "sets" not in words(parsed(report).get_element_by_id("approval"))


def test_no_text_stands_on_the_page_of_a_report_without_texts() -> None:
    assert "PRIVILEGED" in render(example())
    assert "PRIVILEGED" not in render(example(texts=False))


def test_what_is_cut_is_counted() -> None:
    found = parsed(many())
    assert "and 92 more" in [words(one) for one in found.xpath("//summary")]
    assert len(found.xpath("//table[caption='By source']//tbody/tr")) == 8
    assert len(found.xpath("//table[caption='By source, the rest']//tbody/tr")) == 92
    assert "and 29,800 more in documents/ of the corpus" in words(found)
    assert "and 180 more in report.json" in words(found)


def test_three_hundred_thousand_documents_stay_below_three_megabytes() -> None:
    assert len(render(many()).encode()) < 3_000_000


def test_more_than_ten_samples_of_a_rule_are_folded_behind_the_first_ten() -> None:
    report = example()
    drop = report["drops"][0]
    drop["samples"] = [drop["samples"][0] | {"path": f"s/{number}.txt", "member": ""} for number in range(12)]
    lists = parsed(report).xpath("//ul[@class='samples']")
    assert [len(one.xpath("li")) for one in lists[:2]] == [10, 2]
    assert lists[1].xpath("../summary")[0].text == "2 more samples"
    assert parsed(report).xpath("//details[.//ul[@class='samples']]//details//li[1]/span")[0].text == "s/10.txt"
