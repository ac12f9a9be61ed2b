"""text_quality: how much a text is one that a person wrote to be read, from what is measured already; nothing is trained.

    text_quality = legibility × product over the marks of 1 - weight × clip((value - clean) / (lost - clean), 0, 1)

Every mark has a value up to which texts in order go (`clean`), one from which nothing is left (`lost`), and the most that it may
take off (`weight`). 1 says that nothing is odd, not that the text is worth reading. Marks that ask for running text are put to
types of running text alone: tables, code, forms, slides, mails and minutes are judged by legibility, language, words and repetition.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Column = npt.NDArray[np.float64]
NAME = "text_quality"
RUNNING = (
    "contract",
    "clinical note",
    "manual",
    "report",
    "web page",
    "other",
)  # kinds.KINDS that are written in sentences
NO_LANGUAGE = ("table", "code")  # of which the language model is rightly unsure
# lid.176's codes of scripts without spaces, whose sentences end without one or without a sign.
UNSPACED = ("zh", "wuu", "yue", "ja", "th", "lo", "km", "my", "bo", "dz")

FEWEST_WORDS = 100  # for what is said of how often they come again


@dataclass(frozen=True, slots=True)
class Mark:
    """`clean` and `lost` bound the value, whichever is greater; `running` marks are put to RUNNING types alone."""

    name: str
    clean: float
    lost: float
    weight: float
    running: bool = False

    def factor(self, value: Column) -> Column:
        """From 1 (nothing is odd) to 1 - weight."""
        return np.asarray(1 - self.weight * np.clip((value - self.clean) / (self.lost - self.clean), 0, 1))


# Clean: what nineteen of twenty documents reach, of company shares, contracts, novels, health pages and 75 languages; lost: what
# damage does, or four times what published rules allow (docs/quality.md).
MARKS = (
    # The model's own sureness; a language that it does not know takes no more off than the weight.
    Mark("language", 0.95, 0.2, 0.6),
    # Characters a word: Finnish and Tamil reach 8.3.
    Mark("word length", 8.5, 13.0, 0.9),
    # Characters in lines, or in ten pieces in a row, that stood earlier: Gopher's bounds, and four times them.
    Mark("repetition", 0.2, 0.8, 0.9),
    # How often words come again: (log words - log distinct words) / log³ words, which is Maas' a² (1972) over one log more, and so
    # the same for 100 words and for 10,000; times characters a word / 5 where that is above 1, for languages of many forms.
    # Errors of recognition make words that come once.
    Mark("words again", 0.0023, 0.0009, 0.6, running=True),
    # Words a sentence: half of the contracts have more than 39, one in ten more than 68.
    Mark("sentences", 75.0, 250.0, 0.7, running=True),
    # Lines of at most thirty characters (FineWeb: at most 0.67) as far as lines do not end as sentences do.
    Mark("menu", 0.4, 0.95, 0.6, running=True),
    # Lines that end as sentences do: FineWeb's bound.
    Mark("ends", 0.12, 0.0, 0.25, running=True),
    Mark("letters", 0.8, 0.5, 0.5, running=True),
)


def text_quality(signals: pa.Table, legibility: pa.Array) -> pa.Array:
    """float32 from 0 to 1 for each row of signals (the columns of SIGNALS, document_type, language's); null where these are."""
    number = {name: np.nan_to_num(signals[name].to_numpy(zero_copy_only=False)).astype(np.float64) for name in READ}
    kinds, languages = (np.array(signals[name].to_pylist(), dtype=object) for name in ("document_type", "language"))
    running = np.isin(kinds, RUNNING)
    sure = np.isin(kinds, NO_LANGUAGE) | signals["second_language"].is_valid().to_numpy()
    values = {
        "language": np.where(sure, 1.0, number["language_confidence"]),
        "word length": number["mean_word_length"],
        "repetition": np.maximum(number["duplicate_line_share"], number["duplicate_10gram_share"]),
        "words again": np.where(number["words"] < FEWEST_WORDS, 1.0, _again(number)),
        "sentences": np.where(np.isin(languages, UNSPACED), 0.0, number["words"] / (number["sentences"] + 1)),
        "menu": number["short_line_share"] * (1 - number["terminal_line_share"]),
        "ends": number["terminal_line_share"],
        "letters": number["letter_share"],
    }
    found = np.nan_to_num(np.asarray(legibility.to_numpy(zero_copy_only=False), np.float64))
    for mark in MARKS:
        found *= np.where(running | (not mark.running), mark.factor(values[mark.name]), 1.0)
    return pa.array(found.astype(np.float32), mask=np.asarray(signals["words"].is_null()))


def _again(number: dict[str, Column]) -> Column:
    logs = np.log(np.maximum(number["words"], FEWEST_WORDS))
    forms = np.clip(number["mean_word_length"] / 5, 1, 1.8)
    return np.asarray(-np.log(np.maximum(number["distinct_word_share"], 1e-9)) / logs**3 * forms)


READ = (
    "distinct_word_share",
    *(
        "language_confidence",
        "mean_word_length",
        "duplicate_line_share",
        "duplicate_10gram_share",
        "words",
        "sentences",
    ),
    *("short_line_share", "terminal_line_share", "letter_share"),
)
