"""The rules: each is a signal, a bound and the reason that a person reads.

A recipe's `filter` table lists rules with their thresholds; they are tried in the recipe's order and the first that
says no decides. Thresholds are inclusive: a document exactly at the bound is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.documents import DECIDED, DROPPED, FAILED, KEPT

Threshold = float | list[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` in the recipe bounds `signal` from below ("min"), above ("max") or to a list ("among")."""

    name: str
    signal: str
    bound: Literal["min", "max", "among"]
    reason: str


RULES = {
    rule.name: rule
    for rule in (
        Rule("max_replacement_share", "replacement_share", "max", "broken_characters"),
        Rule("min_legibility", "legibility", "min", "illegible"),
        Rule("min_words", "words", "min", "too_short"),
        Rule("max_words", "words", "max", "too_long"),
        Rule("min_letter_share", "letter_share", "min", "few_letters"),
        Rule("max_digit_share", "digit_share", "max", "many_digits"),
        Rule("max_symbol_share", "symbol_share", "max", "many_symbols"),
        Rule("min_mean_word_length", "mean_word_length", "min", "short_words"),
        Rule("max_mean_word_length", "mean_word_length", "max", "long_words"),
        Rule("max_longest_word", "longest_word", "max", "unbroken_text"),
        Rule("max_duplicate_line_share", "duplicate_line_share", "max", "repeated_lines"),
        Rule("max_short_line_share", "short_line_share", "max", "short_lines"),
        Rule("min_distinct_word_share", "distinct_word_share", "min", "repeated_words"),
        Rule("languages", "language", "among", "other_language"),
        Rule("min_language_confidence", "language_confidence", "min", "unclear_language"),
    )
}


def _fails(rule: Rule, signal: pa.Array, threshold: Threshold) -> pa.Array:
    if rule.bound == "min":
        return pc.less(signal, threshold)
    if rule.bound == "max":
        return pc.greater(signal, threshold)
    return pc.invert(pc.is_in(signal, value_set=pa.array(threshold, pa.string())))


def written(value: object) -> str:
    """A number as a person reads it: whole, or with four digits after the point."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def bound(name: str, threshold: Threshold) -> str:
    """A rule's threshold in words: `at least 50`."""
    if isinstance(threshold, list):
        return "one of " + ", ".join(threshold)
    return f"at {'least' if RULES[name].bound == 'min' else 'most'} {written(threshold)}"


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
    for name, threshold in rules.items():
        rule = RULES[name]
        signal = signals[rule.signal]
        fails = pc.fill_null(_fails(rule, signal, threshold), fill_value=False)
        for row in pc.indices_nonzero(fails).to_pylist():
            if verdicts[row] != KEPT:
                continue
            verdicts[row], steps[row], names[row], why[row] = DROPPED, "filter", name, rule.reason
            values[row], bounds[row] = written(signal[row].as_py()), bound(name, threshold)
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
