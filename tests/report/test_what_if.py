import json
from pathlib import Path
from typing import Any

import pytest

from corpuskit.errors import UsageError
from corpuskit.filter.rules import Threshold
from corpuskit.recipe import load, other_rules
from corpuskit.report.what_if import decided, lines, what_if
from corpuskit.shard import manifest as manifests
from tests.conftest import Builder
from tests.report.frames import documents, dropped, failed, merged
from tests.test_cli import corpuskit

Rules = dict[str, Threshold]


def tried(corpus: Path, *settings: str) -> dict[str, Any]:
    manifest = manifests.account(corpus)
    return what_if(corpus, manifest, other_rules(manifest["recipe"]["filter"], None, settings))


@pytest.mark.parametrize(
    "settings",
    [
        ("filter.min_words=2",),
        ("filter.min_words=113",),
        ("filter.max_mean_word_length=5.5", "filter.min_words=null"),
        ("filter.use=[gopher]",),
        ("filter.by_type.other.min_words=2", "filter.by_type.contract.max_mean_word_length=5.4"),
        (
            "filter.min_words=119",
            "filter.by_type.contract.min_words=null",
            "filter.by_type.report.use=[gopher_repetition]",
        ),
    ],
)
def test_what_it_says_is_what_a_build_keeps(
    tmp_path: Path, ready: Path, built: Builder, settings: tuple[str, ...]
) -> None:
    said = tried(ready, *settings)
    manifest = built(tmp_path / "then", settings=settings).manifest
    shards = manifest["shards"]
    assert said["then"] == {
        "documents": sum(one["rows"] for one in shards),
        "tokens": sum(one["tokens"] for one in shards),
    }
    assert (
        said["then"]["documents"] == said["now"]["documents"] - said["lost"]["documents"] + said["gained"]["documents"]
    )


def test_it_names_rules_and_quotes_samples_of_both_sides(ready: Path) -> None:
    found = tried(ready, "filter.min_words=2", "filter.max_upper_share=0.0001")
    assert found["changed"] == [
        "min_words: at least 2 instead of at least 10",
        "max_upper_share: at most 0.0001 instead of no rule",
    ]
    assert found["gained"]["by_rule"] == [
        {"rule": "min_words", "bound": "at least 10", "documents": 2, "tokens": found["gained"]["tokens"]}
    ]
    assert {one["path"]: (one["value"], one["text"]) for one in found["gained"]["samples"]} == {
        "share/notes/todo.txt": ("2", "call back"),
        "share/notes/idea.txt": ("2", "new pump?"),
    }
    assert found["lost"]["by_rule"][0]["rule"] == "max_upper_share"
    assert [one["value"] for one in found["lost"]["by"]["language"]] == ["en"]


def test_a_recipe_that_quotes_nothing_has_nothing_quoted(tmp_path: Path, built: Builder) -> None:
    built(tmp_path / "out", settings=("report.samples=0",))
    found = tried(tmp_path / "out", "filter.min_words=2")
    assert [sorted(one) for one in found["gained"]["samples"]] == [["member", "path", "rule", "tokens", "value"]] * 2
    assert not any("call back" in line for line in lines(found))


def test_a_profile_that_differs_is_named_with_its_type_and_saved(tmp_path: Path, ready: Path) -> None:
    setting = "filter.by_type.other.min_words=2"
    found = tried(ready, setting, "filter.by_type.form=null")
    assert found["changed"] == [
        "form: min_words: at least 10 instead of at least 5",
        "other: min_words: at least 2 instead of at least 10",
        "form: max_identifier_share: at most 0.4 instead of no rule",
        "form: max_duplicate_line_share: at most 0.8 instead of at most 0.95",
    ]
    code, _, _ = corpuskit("what-if", ready, "--set", setting, "--save", tmp_path / "saved.yaml")
    assert (code, load(tmp_path / "saved.yaml")) == (0, load(None, [setting]))


def kept_then(rules: Rules, *rows: dict[str, Any]) -> list[bool]:
    found: list[bool] = decided(documents(*rows), rules)["then"].to_list()
    return found


def test_a_copy_stands_in_for_a_survivor_that_is_lost() -> None:
    rows: list[dict[str, Any]] = [
        {"words": 100},
        merged("near", 0, 0.9, words=60, tokens=6),
        merged("near", 0, 0.9, words=70, tokens=7),
        {"words": 5},
    ]
    assert kept_then({"max_words": 80}, *rows) == [False, False, True, True]
    assert kept_then({"max_words": 100}, *rows) == [True, False, False, True]
    assert kept_then({"max_words": 65}, *rows) == [False, True, False, True]


def test_equal_rows_of_one_file_are_counted_once() -> None:
    row = {"id": "0" * 32}
    assert kept_then({}, row, merged("exact", 0, 1.0, **row)) == [True, False]


def test_what_failed_stays_out_and_without_rules_all_else_is_kept() -> None:
    short = dropped("min_words", "too_short", "at least 10", words=3)
    rows: list[dict[str, Any]] = [{}, failed("corrupt"), short, merged("exact", 0, 1.0)]
    assert kept_then({}, *rows) == [True, False, True, False]


def test_the_same_rules_are_said_to_be_the_same(ready: Path) -> None:
    assert lines(tried(ready)) == ["The corpus was built with these rules."]


def test_a_signal_that_the_corpus_lacks_is_said(ready: Path) -> None:
    manifest = manifests.account(ready)
    manifest["documents"] = []
    with pytest.raises(UsageError, match="has no signal hash_ratio"):
        what_if(ready, manifest, {"max_hash_ratio": 0.1})


def test_the_command_prints_the_balance_and_saves_a_recipe_that_builds(
    share: Path, tmp_path: Path, built: Builder
) -> None:
    built(tmp_path / "out")
    saved = tmp_path / "softer.yaml"
    code, out, _ = corpuskit("what-if", tmp_path / "out", "--set", "filter.min_words=2", "--save", saved)
    assert code == 0
    assert "= kept then               32" in out
    recipe = load(saved)
    assert (recipe.filter["min_words"], recipe.extract) == (2, load(None).extract)
    code, _, err = corpuskit("what-if", tmp_path / "out", "--set", "filter.min_words=2", "--save", saved)
    assert (code, "is there already" in err) == (2, True)


def test_the_command_takes_a_recipe_s_filter_and_speaks_json(tmp_path: Path, ready: Path) -> None:
    (tmp_path / "web.yaml").write_text("filter: {use: [c4]}\nshard: {validation_share: 0.5}\n")
    found = json.loads(corpuskit("what-if", ready, "--recipe", tmp_path / "web.yaml", "--json")[1])
    assert found["rules"] == {"max_placeholder_lines": 0, "max_brace_lines": 0, "min_c4_sentences": 5}
    code, _, err = corpuskit("what-if", ready, "--set", "dedupe.threshold=0.9")
    assert (code, "dedupe: no such table" in err) == (2, True)
