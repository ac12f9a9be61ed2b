"""Profiles: rules of a type over the common ones, their order, and what the filter says by them."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.documents import TYPES
from corpuskit.errors import UsageError
from corpuskit.filter.decisions import decide, first_failing
from corpuskit.filter.profiles import Profiles
from corpuskit.recipe import load, other_rules
from corpuskit.score.kinds import KINDS


def decided(rules: dict[str, Any], **columns: list[object]) -> list[dict[str, Any]]:
    table = pa.table(columns)
    none = [None] * table.num_rows
    rows: list[dict[str, Any]] = decide(table, none, none, rules).to_pylist()
    return rows


RULES: dict[str, Any] = {"min_words": 10, "max_digit_share": 0.5, "by_type": {"form": {"min_words": 3}}}


def test_a_rule_of_a_type_goes_over_the_common_one_and_each_drop_says_its_own_threshold() -> None:
    rows = decided(RULES, document_type=["form", "form", "other", None], words=[3, 2, 9, 9], digit_share=[0.0] * 4)
    assert [(row["verdict"], row["value"], row["threshold"]) for row in rows] == [
        ("kept", None, None),
        ("dropped", "2", "at least 3"),
        ("dropped", "9", "at least 10"),
        ("dropped", "9", "at least 10"),
    ]


def test_null_spares_a_type_a_rule() -> None:
    rules = {"min_words": 10, "by_type": {"form": {"min_words": None}}}
    assert [row["reason"] for row in decided(rules, document_type=["form", "mail"], words=[0, 0])] == [
        None,
        "too_short",
    ]


def test_common_rules_are_tried_first_in_their_order_then_those_that_only_types_have() -> None:
    rules = {
        "min_words": 10,
        "max_digit_share": 0.5,
        "by_type": {
            "form": {"max_upper_share": 0.1, "min_words": 3},
            "mail": {"max_longest_word": 5, "max_upper_share": 0.2},
        },
    }
    assert Profiles.of(rules).names == ("min_words", "max_digit_share", "max_upper_share", "max_longest_word")
    assert Profiles.of(rules).of_type("form") == {"min_words": 3, "max_digit_share": 0.5, "max_upper_share": 0.1}
    (row,) = decided(rules, document_type=["form"], words=[2], digit_share=[0.9], upper_share=[1.0], longest_word=[9])
    assert row["rule"] == "min_words"


def test_a_list_of_languages_may_be_a_types_own() -> None:
    rules = {"languages": ["en"], "by_type": {"mail": {"languages": ["en", "de"]}}}
    rows = decided(rules, document_type=["mail", "other", "mail"], language=["de", "de", "fr"])
    assert [row["threshold"] for row in rows] == [None, "one of en", "one of en, de"]


LIMITS = st.none() | st.integers(0, 3)


@given(
    st.dictionaries(st.sampled_from(["min_words", "max_sentences", "max_longest_word"]), st.integers(0, 3)),
    st.dictionaries(
        st.sampled_from(TYPES[:3]), st.dictionaries(st.sampled_from(["min_words", "max_longest_word"]), LIMITS)
    ),
    st.lists(
        st.tuples(st.sampled_from([*TYPES[:4], None]), st.integers(0, 4), st.integers(0, 4), st.integers(0, 4)),
        min_size=1,
    ),
)
def test_all_types_at_once_are_decided_as_each_alone(
    common: dict[str, Any], by_type: dict[str, Any], rows: list[tuple[str | None, int, int, int]]
) -> None:
    kinds, words, sentences, longest = zip(*rows, strict=True)
    rules = common | {"by_type": by_type}
    columns = {
        "document_type": pa.array(kinds, pa.string()),
        "words": words,
        "sentences": sentences,
        "longest_word": longest,
    }
    profiles = Profiles.of(rules)
    for row, place in enumerate(first_failing(pa.table(columns), rules).tolist()):
        alone = pa.table({name: values[row : row + 1] for name, values in columns.items()})
        own = profiles.of_type(kinds[row])
        first = first_failing(alone, own).tolist()[0]
        assert (None if place < 0 else profiles.names[place]) == (None if first < 0 else list(own)[first])


def test_the_types_are_those_that_score_tells() -> None:
    assert sorted(TYPES) == sorted(KINDS)


def test_a_setting_reaches_into_a_profile_and_leaves_the_others() -> None:
    before = load(None).filter
    rules = load(None, ["filter.by_type.form.min_words=2", "filter.by_type.web_page.min_words=50"]).filter
    assert rules["by_type"]["form"] == before["by_type"]["form"] | {"min_words": 2}
    assert rules["by_type"]["web page"] == {"min_words": 50}
    assert (rules["by_type"]["table"], rules["min_words"]) == (before["by_type"]["table"], 10)
    assert load(None).filter == before


def test_a_null_profile_is_taken_away_and_a_null_table_all_of_them() -> None:
    assert "form" not in load(None, ["filter.by_type.form=null"]).filter["by_type"]
    assert "by_type" not in load(None, ["filter.by_type=null"]).filter


def test_a_profile_uses_published_sets_by_name(tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text("filter: {min_words: 5, by_type: {web page: {use: [c4], min_c4_sentences: 3, min_words: null}}}")
    assert load(file).filter["by_type"]["web page"] == {
        "max_placeholder_lines": 0, "max_brace_lines": 0, "min_c4_sentences": 3, "min_words": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("filter.by_type.forms.min_words=2", "filter.by_type.forms: no such type of documents; did you mean form?"),
        ("filter.by_type.form.min_wrods=2", "filter.by_type.form.min_wrods: no such setting; did you mean min_words?"),
        ("filter.by_type.form.min_words=many", "filter.by_type.form.min_words: 'many': should be a number."),
        ("filter.by_type.form=3", "filter.by_type.form: a table of settings belongs here, not 3."),
        ("filter.by_type=3", "filter.by_type: a table of settings belongs here, not 3."),
        ("filter.by_type.form.by_type.mail=3", "filter.by_type.form.by_type: no such setting"),
        ("filter.min_words.form=3", "filter.min_words: {'form': 3}: should be a number."),
        ("filter.by_type..min_words=3", "nothing is not a table of settings."),
        ("filter.policy.licence=open", "filter.policy.licence: 'open': should be a list of what is permitted"),
        ("filter.policy.licence=[open]", "filter.policy: policy.mapping names no file"),
    ],
)
def test_a_wrong_profile_is_refused_with_its_place(setting: str, sentence: str) -> None:
    with pytest.raises(UsageError) as raised:
        load(None, [setting])
    assert sentence in str(raised.value)


def test_rules_of_signals_that_the_recipe_names_have_their_names() -> None:
    rules = other_rules({}, None, ["filter.min_edu=2.5", "filter.by_type.mail.max_edu=4"], ["edu"])
    rows = decided(rules, document_type=["other", "mail"], edu=[2.0, 5.0])
    assert [(row["reason"], row["threshold"]) for row in rows] == [
        ("low_edu", "at least 2.5"),
        ("high_edu", "at most 4"),
    ]
    with pytest.raises(UsageError, match="min_edu: no such setting"):
        other_rules({}, None, ["filter.min_edu=2.5"])
