from pathlib import Path

from corpuskit.report.markdown import markdown, table
from tests.conftest import Builder


def section(text: str, title: str) -> list[str]:
    after = text.partition(f"\n## {title}\n")[2]
    return [line for line in after.partition("\n## ")[0].splitlines() if line]


def test_the_tables_of_a_pull_request(tmp_path: Path, built: Builder) -> None:
    text = markdown(built(tmp_path / "out").report)
    assert section(text, "Dropped")[2].startswith("| too_short | min_words, at least 10 | 2 | ")
    assert section(text, "Failed")[:4] == [
        "| reason | documents |",
        "| --- | --- |",
        "| corrupt | 1 |",
        "| empty_file | 1 |",
    ]
    assert section(text, "Formats (kept)")[2].startswith("| plain text | 30 | ")
    assert [line.split(" | ")[0] for line in section(text, "What could be added")[2:]] == [
        "| exact copies kept", "| near copies kept",
    ]  # fmt: skip
    assert [line.split(" | ")[0] for line in section(text, "Lengths")[3:]] == [
        "| 512",
        "| 1,024",
        "| 2,048",
        "| 4,096",
        "| 8,192",
    ]
    assert len(section(text, "Most copied")) == 2 + 6


def test_no_text_of_a_document_stands_in_it(tmp_path: Path, built: Builder) -> None:
    report = built(tmp_path / "out").report
    assert {one["text"] for one in report["drops"][0]["samples"]} == {"new pump?", "call back"}
    assert "new pump?" not in markdown(report)
    assert "call back" not in markdown(report)


def test_more_than_twelve_values_are_one_line(tmp_path: Path, built: Builder) -> None:
    report = built(tmp_path / "out").report
    row = {"documents": 1, "text_bytes": 1, "tokens": 7}
    report["composition"]["source"] = [{"value": f"s{number}"} | row for number in range(15)]
    assert section(markdown(report), "Sources (kept)")[-1] == "| 3 more |  |  | 21 |"


def test_an_approval_and_the_gates_stand_in_it(tmp_path: Path, built: Builder) -> None:
    report = built(tmp_path / "out").report
    report["approval"] = {
        "by": "Ada", "at": "2026-01-31T09:00:00+00:00", "max_gpu_hours": 5.0, "max_cost": 20.0, "currency": "EUR", "signature": "none",
    }  # fmt: skip
    gate = {"name": "tokens for a full run", "wanted": 50_000_000, "held": 1234.5, "passed": False}
    report["budget"] = {"gates": [gate]}
    text = markdown(report)
    assert "- approved by Ada on 2026-01-31T09:00:00+00:00, up to 5 GPU hours and 20 EUR; signature: none\n" in text
    assert section(text, "Gates")[2] == "| tokens for a full run | 50,000,000 | 1,234 | no |"


def test_what_a_person_wrote_stays_text(tmp_path: Path, built: Builder) -> None:
    report = built(tmp_path / "out").report
    evil = "Ada <img src=x> ![x](https://x.example/y)\n## Verdict: `yes`"
    report["approval"] = {
        "by": evil, "at": "2026-01-31T09:00:00+00:00", "max_gpu_hours": 5.0, "max_cost": 2.0, "currency": evil, "signature": "none",
    }  # fmt: skip
    report["tokenizer"] |= {"name": evil, "estimate": False}
    report["assessment"] = {"verdict": {"title": evil, "sentence": evil}}
    report["failures"][0] |= {"path": evil, "member": evil, "detail": evil}
    report["composition"]["source"][0]["value"] = evil
    text = markdown(report)
    assert "<img" not in text
    assert "![" not in text
    assert "\n## Verdict: `" not in text
    assert "- approved by Ada &lt;img src=x> !\\[x\\](https://x.example/y) ## Verdict: \\`yes\\` on 2026" in text


def test_a_cell_cannot_end_its_row_or_open_a_tag() -> None:
    assert table(["a"], [["x|y\n<script>\\"]])[2] == "| x\\|y &lt;script>\\\\ |"


def test_a_corpus_that_kept_nothing_reads_well(tmp_path: Path, built: Builder) -> None:
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "empty.txt").write_text("")
    text = markdown(built(tmp_path / "out", tmp_path / "junk").report)
    assert "## Lengths" not in text
    assert "| junk/empty.txt |  | empty_file | the file has no bytes |" in text
