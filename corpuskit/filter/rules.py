"""The rules: each is a signal, a bound and the reason that a person reads.

A recipe's `filter` table lists rules with their thresholds; they are tried in the recipe's order and the first that
says no decides. Thresholds are inclusive: a document exactly at the bound is kept. Shares have 32 bits, and so has the threshold
that they are compared with.
"""

from dataclasses import dataclass
from typing import Literal

Threshold = float | list[str] | list[str | None]
POLICY = "policy"
UNSAID = "not said"


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` in the recipe bounds `signal` from below ("min"), above ("max") or to a list ("among").

    "permitted" is a list too, but what is null must be listed: what nobody has said anything of is not permitted.
    """

    name: str
    signal: str
    bound: Literal["min", "max", "among", "permitted"]
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
        _high("contamination", "contaminated"),
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
        _high("boilerplate_share", "mostly_boilerplate"),
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
        _low("text_quality", "poor_text"),
        _high("second_language_share", "mixed_languages"),
        Rule("languages", "language", "among", "other_language"),
        _low("language_confidence", "unclear_language"),
    )
}


# Asked last of every document, whatever the recipe says: `repair` may leave nothing of a text, and nothing cannot be kept.
LAST, LEAST = _low("characters", "nothing_left"), 1


def named(name: str) -> Rule:
    """The rule of that name: one of RULES, `policy.COLUMN`, or `min_` or `max_` and a signal that the recipe names itself."""
    if name in RULES:
        return RULES[name]
    if name.startswith(f"{POLICY}."):
        column = name.removeprefix(f"{POLICY}.")
        return Rule(name, column, "permitted", f"{POLICY}_{column}")
    signal = name.removeprefix("min_").removeprefix("max_")
    return _low(signal, f"low_{signal}") if name.startswith("min_") else _high(signal, f"high_{signal}")


def written(value: object) -> str:
    """A number as a person reads it: whole, or with four digits after the point."""
    if value is None:
        return UNSAID
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def bound(name: str, threshold: Threshold) -> str:
    """A rule's threshold in words: `at least 50`."""
    if isinstance(threshold, list):
        return "one of " + ", ".join(written(one) for one in threshold)
    return f"at {'least' if named(name).bound == 'min' else 'most'} {written(threshold)}"
