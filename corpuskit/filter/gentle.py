"""The default rules: they take what is not text, not what is short, short-lined, bulleted or tabular. Web rules eat forms.

Every bound was chosen by looking at what it takes of a company's share and of the test folders of document libraries (docs/rules.md).
"""

from typing import Any

GENTLE: dict[str, Any] = {
    "max_replacement_share": 0.1,
    "min_words": 10,
    "min_letter_share": 0.1,  # a law may consist of coordinates
    "max_mean_word_length": 20,
    "max_identifier_share": 0.4,  # dumps in hexadecimal
    "max_duplicate_line_share": 0.8,
    "min_legibility": 0.3,
    "by_type": {
        # Figures beside a name are what a company knows, figures alone are not. Rows repeat; ids are many, and long.
        "table": {
            "min_letter_share": 0.05,
            "max_mean_word_length": 40,
            "max_identifier_share": None,
            "max_duplicate_line_share": 0.95,
        },
        # A filled-in field is two or three words or an id, an empty one a line like all others.
        "form": {"min_words": 5, "max_identifier_share": None, "max_duplicate_line_share": 0.95},
        "slides": {"min_words": 5, "max_identifier_share": None},  # a slide says much in few words
        "code": {"max_mean_word_length": 40, "max_identifier_share": None},  # names are long
    },
}
