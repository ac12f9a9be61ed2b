"""Rule sets as published, by name: `filter: {use: [gopher, fineweb]}`. All were made for web pages in English.

Bounds as in the papers and as datatrove has them; docs/rules.md says how often we agree with it, and where we differ on purpose.
"""

from collections.abc import Mapping

from corpuskit.filter.rules import RULES, Threshold

# Rae et al. 2021, appendix A, "quality filtering".
GOPHER: dict[str, Threshold] = {
    "min_gopher_words": 50,
    "max_gopher_words": 100_000,
    "min_gopher_word_length": 3,
    "max_gopher_word_length": 10,
    "max_hash_ratio": 0.1,
    "max_ellipsis_ratio": 0.1,
    "max_bullet_line_share": 0.9,
    "max_ellipsis_line_share": 0.3,
    "min_letter_word_share": 0.8,
    "min_stop_words": 2,
}
# Rae et al. 2021, table A1.
GOPHER_REPETITION: dict[str, Threshold] = {
    "max_duplicate_paragraphs": 0.3,
    "max_duplicate_paragraph_share": 0.2,
    "max_duplicate_lines": 0.3,
    "max_duplicate_line_share": 0.2,
    "max_top_2gram_share": 0.2,
    "max_top_3gram_share": 0.18,
    "max_top_4gram_share": 0.16,
    "max_duplicate_5gram_share": 0.15,
    "max_duplicate_6gram_share": 0.14,
    "max_duplicate_7gram_share": 0.13,
    "max_duplicate_8gram_share": 0.12,
    "max_duplicate_9gram_share": 0.11,
    "max_duplicate_10gram_share": 0.1,
}
# Raffel et al. 2020, section 2.2. It judges pages by the lines that it would keep; the lines themselves stay here.
C4: dict[str, Threshold] = {"max_placeholder_lines": 0, "max_brace_lines": 0, "min_c4_sentences": 5}
# Penedo et al. 2024, section 3.6; the fourth bound is datatrove's.
FINEWEB: dict[str, Threshold] = {
    "min_terminal_line_share": 0.12,
    "max_short_line_share": 0.67,
    "max_duplicate_line_share": 0.01,
    "max_line_break_ratio": 0.3,
}
SETS: dict[str, dict[str, Threshold]] = {
    "gopher": GOPHER,
    "gopher_repetition": GOPHER_REPETITION,
    "c4": C4,
    "fineweb": FINEWEB,
}


def together(*sets: Mapping[str, Threshold]) -> dict[str, Threshold]:
    """The rules of all sets in their order; where two have the same rule, the stricter threshold holds."""
    found: dict[str, Threshold] = {}
    for some in sets:
        for name, threshold in some.items():
            found[name] = _stricter(name, found[name], threshold) if name in found else threshold
    return found


def _stricter(name: str, one: Threshold, other: Threshold) -> Threshold:
    if isinstance(one, list) or isinstance(other, list):
        return other
    return max(one, other) if RULES[name].bound == "min" else min(one, other)
