import re
from pathlib import Path
from typing import get_type_hints

import pytest
import yaml

from corpuskit.errors import UsageError
from corpuskit.recipe import TABLES, Recipe, load

PIPELINES = Path(__file__).parents[1] / "pipelines"


def written(folder: Path, text: str) -> Path:
    file = folder / "legal.yaml"
    file.write_text(text)
    return file


def test_the_default_recipe_is_what_pipelines_default_yaml_spells_out() -> None:
    assert load(PIPELINES / "default.yaml") == Recipe()
    assert yaml.safe_load((PIPELINES / "default.yaml").read_text()) == Recipe().plain()
    assert list(load(PIPELINES / "default.yaml").filter) == list(Recipe().filter)


@pytest.mark.parametrize("file", sorted(PIPELINES.glob("*.yaml")), ids=lambda file: file.name)
def test_every_shipped_recipe_loads(file: Path) -> None:
    assert load(file).plain()["filter"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("filter: {min_wrods: 3}", "filter.min_wrods: no such setting; did you mean min_words?"),
        ("dedupe: {treshold: 0.8}", "dedupe.treshold: no such setting; did you mean threshold?"),
        ("fliter: {min_words: 3}", "fliter: no such table; did you mean filter?"),
        ("filter: {min_words: .nan}", "filter.min_words: nan: should be a number."),
        ("extract: {timeout_seconds: .inf}", "extract: timeout_seconds must be between 1 and 86,400."),
        ("filter: {min_words: many}", "filter.min_words: 'many': should be a number."),
        ("filter: {languages: en}", "filter.languages: 'en': should be a list such as [en, de]."),
        ("dedupe: {threshold: high}", "dedupe.threshold: 'high': should be a valid number"),
        ("dedupe: {threshold: 2}", "dedupe: threshold must be between 0.5 and 1."),
        ("shard: {validation_share: 1.5}", "shard: validation_share must be at least 0 and below 1."),
        ("repair: {paragraphs: true}", "repair.paragraphs: true: should be a whole number or null, not a boolean."),
        (
            "repair: {paragraph_characters: yes}",
            "repair.paragraph_characters: true: should be a whole number, not a boolean.",
        ),
        ("dedupe: {threshold: true}", "dedupe.threshold: true: should be a number, not a boolean."),
        ("shard: {max_leak: false}", "shard.max_leak: false: should be a number or null, not a boolean."),
        ("report: {samples: false}", "report.samples: false: should be a whole number, not a boolean."),
        ("filter: {min_words: true}", "filter.min_words: True: should be a number."),
        ("extract: {text_fields: body}", "extract.text_fields: 'body': should be a list of texts, such as [body]."),
        ("extract: {exclude: 3}", "extract.exclude: 3: should be a list of texts."),
        (
            "contamination: {against: tests/}",
            "contamination.against: 'tests/': should be a list of texts, such as [tests/].",
        ),
        ("repair: {mask: 5}", "repair.mask: 5: should be a valid string or a list of texts."),
        ("repair: {noise: [3]}", "repair.noise.0: 3: should be a valid string."),
        ("score: {classifiers: spam}", "score.classifiers: 'spam': should be a table."),
        ("filter: {use: [gohper]}", "gohper: no such rule set; did you mean gopher?"),
        (
            "filter: {use: gopher}",
            "filter.use: 'gopher': should be a list of rule sets: gopher, gopher_repetition, c4, fineweb.",
        ),
        ("filter: 3", "filter: a table of settings belongs here, not 3."),
        ("- 3", "tables of settings belong there"),
        ("a: [", "line 1: expected the node content, but found '<stream end>'."),
        ("filter:\n  min_words: 3\n  min_words: 4", "line 2: min_words is given twice."),
    ],
)
def test_a_recipe_error_names_the_place_and_what_to_do(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)) as raised:
        load(written(tmp_path, text))
    assert str(raised.value).startswith(str(tmp_path / "legal.yaml"))


@pytest.mark.parametrize("step", sorted(TABLES))
def test_no_number_of_any_step_takes_a_boolean(step: str) -> None:
    hints = get_type_hints(TABLES[step])
    for name, hint in hints.items():
        if hint in (int, float, int | None, float | None):
            with pytest.raises(UsageError, match=rf"{step}\.{name}: true: should be a .*number.*, not a boolean"):
                load(None, [f"{step}.{name}=true"])
        elif hint is bool:
            load(None, [f"{step}.{name}=true"])


def test_a_missing_recipe_is_said() -> None:
    with pytest.raises(UsageError, match=r"nowhere.yaml: it cannot be read: No such file"):
        load(Path("nowhere.yaml"))


def test_a_filter_table_replaces_the_default_rules_and_keeps_its_order(tmp_path: Path) -> None:
    recipe = load(written(tmp_path, "filter: {min_words: 5, languages: [en, de], max_digit_share: 0.5}"))
    assert list(recipe.filter.items()) == [("min_words", 5), ("languages", ["en", "de"]), ("max_digit_share", 0.5)]


def test_set_changes_one_setting_and_null_removes_a_rule() -> None:
    recipe = load(None, ["filter.min_words=50", "filter.min_letter_share=null", "extract.text_fields=[body]"])
    assert recipe.filter["min_words"] == 50
    assert "min_letter_share" not in recipe.filter
    assert recipe.extract.text_fields == ("body",)


def test_published_rule_sets_are_used_by_name_and_overridden_by_rule(tmp_path: Path) -> None:
    recipe = load(
        written(tmp_path, "filter: {use: [gopher, c4], min_stop_words: null, max_hash_ratio: 0.2, min_words: 5}")
    )
    assert "min_stop_words" not in recipe.filter
    assert (recipe.filter["max_hash_ratio"], recipe.filter["min_gopher_words"]) == (0.2, 50)
    assert list(recipe.filter)[-4:] == ["max_placeholder_lines", "max_brace_lines", "min_c4_sentences", "min_words"]


def test_a_rule_set_on_top_of_the_defaults_keeps_the_stricter_bound() -> None:
    recipe = load(None, ["filter.use=[gopher_repetition]"])
    assert (recipe.filter["max_duplicate_line_share"], recipe.filter["min_words"]) == (0.2, 10)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("min_words=5", "--set min_words=5: write table.key=value"),
        ("filter.min_words", "--set filter.min_words: write table.key=value"),
        ("filter.min_words=", "--set filter.min_words=: no value; null removes a rule."),
        ("filter.lenght=5", "filter.lenght: no such setting"),
        ("shards.validation_share=0.1", "shards: no such table; did you mean shard?"),
    ],
)
def test_a_wrong_set_is_refused(setting: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        load(None, [setting])
