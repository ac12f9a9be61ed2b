"""The rules: each is a signal, a bound and the reason that a person reads.

A recipe's `filter` table lists rules with their thresholds; they are tried in the recipe's order and the first that
says no decides. Thresholds are inclusive: a document exactly at the bound is kept. Shares have 32 bits, and so has the threshold
that they are compared with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from corpuskit.documents import DECIDED, DROPPED, FAILED, KEPT

Threshold = float | list[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` in the recipe bounds `signal` from below ("min"), above ("max") or to a list ("among")."""

    name: str
    signal: str
    bound: Literal["min", "max", "among"]
    reason: str


def _low(signal: str, reason: str) -> Rule:
    return Rule(f"min_{signal}", signal, "min", reason)


def _high(signal: str, reason: str) -> Rule:
    return Rule(f"max_{signal}", signal, "max", reason)


# Personal data and secrets, as `score` counts them.
SENSITIVE = (
    *(
        "private_keys",
        "secrets",
        "emails",
        "ibans",
        "cards",
        "national_ids",
        "birth_dates",
        "passports",
        "licences",
        "ips",
    ),
    "phones",
)
RULES = {
    rule.name: rule
    for rule in (
        _high("replacement_share", "broken_characters"),
        _low("legibility", "illegible"),
        _low("words", "too_short"),
        _high("words", "too_long"),
        _low("letter_share", "few_letters"),
        _high("digit_share", "many_digits"),
        _high("symbol_share", "many_symbols"),
        _low("mean_word_length", "short_words"),
        _high("mean_word_length", "long_words"),
        _high("longest_word", "unbroken_text"),
        _high("upper_share", "many_capitals"),
        _high("number_word_share", "many_numbers"),
        _high("identifier_share", "many_identifiers"),
        _low("sentences", "few_sentences"),
        _high("duplicate_line_share", "repeated_lines"),
        _high("duplicate_lines", "many_repeated_lines"),
        _high("duplicate_paragraph_share", "repeated_paragraphs"),
        _high("duplicate_paragraphs", "many_repeated_paragraphs"),
        _high("short_line_share", "short_lines"),
        _low("terminal_line_share", "unfinished_lines"),
        _high("line_break_ratio", "many_line_breaks"),
        _high("bullet_line_share", "many_bullets"),
        _high("ellipsis_line_share", "cut_lines"),
        _high("list_line_share", "mostly_list"),
        _high("table_line_share", "mostly_table"),
        _high("form_line_share", "mostly_form"),
        _high("code_line_share", "mostly_code"),
        _high("upper_line_share", "many_capital_lines"),
        _low("distinct_word_share", "repeated_words"),
        _low("gopher_words", "gopher_too_short"),
        _high("gopher_words", "gopher_too_long"),
        _low("gopher_word_length", "gopher_short_words"),
        _high("gopher_word_length", "gopher_long_words"),
        _low("letter_word_share", "few_words_with_letters"),
        _high("hash_ratio", "many_hashes"),
        _high("ellipsis_ratio", "many_ellipses"),
        _low("stop_words", "few_stop_words"),
        *(_high(f"top_{n}gram_share", f"frequent_{n}gram") for n in (2, 3, 4)),
        *(_high(f"duplicate_{n}gram_share", f"repeated_{n}grams") for n in range(5, 11)),
        _low("c4_sentences", "c4_few_sentences"),
        _high("placeholder_lines", "placeholder_text"),
        _high("brace_lines", "braces"),
        *(_high(kind, f"has_{kind}") for kind in SENSITIVE),
        _low("quality", "poor_quality"),
        _high("second_language_share", "mixed_languages"),
        Rule("languages", "language", "among", "other_language"),
        _low("language_confidence", "unclear_language"),
    )
}


def _fails(rule: Rule, signal: pa.ChunkedArray, threshold: Threshold) -> npt.NDArray[np.bool_]:
    """Whether the rule says no to each row; never to a null, which is NaN among numbers."""
    values = pl.Series(pl.from_arrow(signal)).to_numpy()  # Arrow's own way imports pandas, where it is installed
    if isinstance(threshold, list):
        return ~np.isin(values, np.array([*threshold, None], dtype=object))
    at = values.dtype.type(threshold) if values.dtype == np.float32 else threshold
    found: npt.NDArray[np.bool_] = values < at if rule.bound == "min" else values > at
    return found


def written(value: object) -> str:
    """A number as a person reads it: whole, or with four digits after the point."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def bound(name: str, threshold: Threshold) -> str:
    """A rule's threshold in words: `at least 50`."""
    if isinstance(threshold, list):
        return "one of " + ", ".join(threshold)
    return f"at {'least' if RULES[name].bound == 'min' else 'most'} {written(threshold)}"


def first_failing(signals: pa.Table, rules: Mapping[str, Threshold]) -> npt.NDArray[np.int16]:
    """For each row the place of the first of `rules` that says no; -1 where none does. A null signal offends no rule."""
    found = np.full(signals.num_rows, -1, dtype=np.int16)
    for place, (name, threshold) in enumerate(rules.items()):
        rule = RULES[name]
        found[(found < 0) & _fails(rule, signals[rule.signal], threshold)] = place
    return found


def decide(
    signals: pa.Table, reasons: Sequence[str | None], details: Sequence[str | None], rules: Mapping[str, Threshold]
) -> pa.Table:
    """One DECIDED row a document: failed where extraction gave a reason, else by the first rule that says no."""
    rows = signals.num_rows
    verdicts = [KEPT if reason is None else FAILED for reason in reasons]
    steps: list[str | None] = [None if reason is None else "extract" for reason in reasons]
    why = list(reasons)
    names: list[str | None] = [None] * rows
    values: list[str | None] = [None] * rows
    bounds: list[str | None] = [None] * rows
    failing = first_failing(signals, rules)
    for place, (name, threshold) in enumerate(rules.items()):
        rule = RULES[name]
        for row in np.flatnonzero(failing == place).tolist():
            if verdicts[row] != KEPT:
                continue
            verdicts[row], steps[row], names[row], why[row] = DROPPED, "filter", name, rule.reason
            values[row], bounds[row] = written(signals[rule.signal][row].as_py()), bound(name, threshold)
    columns = [verdicts, steps, names, why, values, bounds, list(details)]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, DECIDED, strict=True)]
    return pa.Table.from_arrays(arrays, schema=DECIDED)


GENTLE: dict[str, Threshold] = {
    "max_replacement_share": 0.1,
    "min_words": 10,
    "min_letter_share": 0.3,
    "max_mean_word_length": 20,
    "max_duplicate_line_share": 0.8,
    "min_legibility": 0.3,
}
"""The default rules: they take what is not text, not what is short-lined, bulleted or tabular. Web rules eat forms."""
