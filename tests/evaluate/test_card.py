"""The proof in a model card: text stays text, and a later proof replaces an earlier one."""

import hashlib

from corpuskit.evaluate.card import BEGIN, END, section, with_section
from corpuskit.report.files import as_json
from tests.evaluate.proof_example import bare, bits_task, leaking, renamed, win


def test_the_section_has_sentence_tasks_text_and_the_proofs_digest() -> None:
    told = section(win()).splitlines()
    assert told[0] == "## Proof"
    assert told[2] == f"**Better.** {win()['sentence']}"
    assert "| clauses | macro F1 | base | +3.1 (+1.9 to +4.4) points | 5 won, 0 tied, 0 lost | 1.8 | better |" in told
    assert "| contracts (domain) | contracts | 0.8995 | −11.9\u00a0% (−12.7\u00a0% to −11.2\u00a0%) |" in told
    assert told[-1] == f"SHA-256 of proof.json: `{hashlib.sha256(as_json(win()).encode()).hexdigest()}`"


def test_what_was_not_measured_is_said() -> None:
    what = "bits per byte of held-out text, tasks, a control, what was forgotten, what was memorised, a forecast"
    assert f"Not measured: {what}, public benchmarks." in section(bare())


def test_scores_in_bits_and_leaking_test_sets_stand_as_such() -> None:
    assert "| +0.0312 (+0.0186 to +0.0438) bits per byte saved |" in section(bits_task())
    assert "+3.2 (+2.0 to +4.5) points, without leaked examples |" in section(leaking())
    assert "| the test set leaks | | | not measured |" in section(leaking(clean=False))


def test_names_act_on_nothing() -> None:
    told = section(renamed(win(), "<img src=x>|[a](http://b) `c` <!--\n# d\x1b"))
    assert "<img" not in told
    assert "](http" not in told
    assert "<!--" not in told
    assert all(line.count("|") in {0, 5, 8} for line in told.splitlines())


def test_a_section_goes_to_the_end_and_a_later_one_in_its_place() -> None:
    first = with_section("# Model\n\nWords.\n", "## Proof\n\none\n")
    assert first == f"# Model\n\nWords.\n\n{BEGIN}\n## Proof\n\none\n{END}\n"
    assert with_section(first + "\nAfter.\n", "two") == f"# Model\n\nWords.\n\n{BEGIN}\ntwo\n{END}\n\nAfter.\n"
    assert with_section(first, "## Proof\n\none\n") == first
    assert with_section("", "one") == f"{BEGIN}\none\n{END}\n"


def test_a_comment_that_nobody_closed_loses_no_words() -> None:
    assert with_section(f"# Model\n{BEGIN}\nWords.\n", "two") == f"# Model\n{BEGIN}\ntwo\n{END}\nWords.\n"
