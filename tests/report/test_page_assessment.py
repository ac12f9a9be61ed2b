"""What the page says of an assessment: measured, extrapolated, or not to be told."""

from typing import Any

from lxml import html

from corpuskit.report.page.render import render
from tests.report.page_example import example


def section(report: dict[str, Any], name: str = "gap") -> Any:
    page: Any = html.fromstring(render(report))
    return page.get_element_by_id(name)


def words(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split()).replace("\u00a0", " ")


def test_a_gap_without_a_band_cannot_be_told() -> None:
    report = example()
    note = "812 words are compared; below 10,000 the measures mean nothing."
    report["assessment"]["lexical"] |= {"band": None, "note": note}
    said = words(section(report))
    assert "How wide the gap is cannot be told . It was measured on the 71.2 %" in said
    assert note in said
    assert "None" not in said
    assert "The gap is moderate : measured on the 71.2 %" in words(section(example()))


def test_saturation_beyond_the_text_is_said_to_be_extrapolated() -> None:
    report = example()
    growth = report["assessment"]["saturation"]
    growth["saturates_at"] = 35_400_000_000
    said = "By Heaps' law, from about 35.4 billion tokens on, beyond the 41 million that were read, fewer than one new word"
    assert said in words(section(report))
    growth["saturates_at"] = growth["points"][-1]["tokens"]
    within = words(section(report))
    assert "From 41 million tokens on, fewer than one new word" in within
    assert "from about" not in within


def test_a_probe_says_what_its_interval_is_over() -> None:
    report = example()
    assert "24 documents, one seed: the interval is over documents." in words(section(report))
    report["assessment"]["probe"] |= {"documents": 3, "seeds": 2, "interval_over": "stretches"}
    assert "3 documents, 2 seeds: the interval is over stretches and seeds." in words(section(report))


def test_an_extrapolation_is_a_convention_and_warns_while_the_gain_quickens() -> None:
    report = example()
    said = words(section(report))
    assert "would be 6.8 % fewer (from 4.1 % to 9.9 % , a convention, no confidence interval) ." in said
    assert "quickens" not in said
    report["assessment"]["probe"]["extrapolated"]["quickens"] = True
    warning = "The gain still quickens: the extrapolation is uncertain, and more likely too low."
    assert warning in words(section(report))


def test_a_probe_longer_than_its_corpus_is_not_carried_on() -> None:
    report = example()
    report["assessment"]["probe"]["extrapolated"] = None
    said = words(section(report))
    assert "needs 3.3 %" in said
    assert "Carried on" not in said


def test_test_items_that_were_not_looked_for_are_counted() -> None:
    report = example()
    report["assessment"]["leaks"].append({"file": "short.jsonl", "items": 0, "leaked": 0, "short": 7, "share": 0.0})
    [table] = section(report).xpath(".//table[caption='Test items that stand in the corpus']")
    assert words(table.find("thead")) == "file items of which too short to look for leaked of those looked for"
    assert [words(row) for row in table.xpath("tbody/tr")] == [
        "tasks/clauses-test.jsonl 479 3 12 2.5 %",
        "short.jsonl 7 7 nothing to look for",
    ]


def test_what_repetition_is_worth_is_said_of_the_train_split() -> None:
    [table] = section(example(), "text").xpath(".//table[contains(caption, 'Muennighoff')]")
    assert words(table.find("caption")).startswith("So many epochs of the train split")
    [note] = table.xpath("ancestor::div[@class='pair']/preceding-sibling::p[1]")
    assert (
        words(note) == "Of the train split, 85.5 million tokens: the kept tokens above hold the validation split too."
    )


def test_single_words_are_not_broken() -> None:
    found = section(example())
    for caption in ("Words that are more frequent here", "Words that are cut most"):
        [table] = found.xpath(f".//table[caption='{caption}']")
        assert {row.get("class") for row in table.xpath("tbody/tr/th")} == {"term"}
    rows = section(example(), "composition").xpath(".//table[caption='By format']//tbody//th")
    assert {row.text: row.get("class") for row in rows} == {
        "PDF": "term", "Word (DOCX)": None, "mail (EML)": None, "HTML": "term",
    }  # fmt: skip
