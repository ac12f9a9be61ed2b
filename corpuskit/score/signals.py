"""The signals of a text: names, formulas and where they come from, over what the kernels count.

Characters are Unicode code points. Every character is white space (White_Space), a letter (L*, M*), a digit (N*) or a sign (all
others), so letter_share + digit_share + symbol_share = 1 in a text that isn't blank. Lines end at "\\n"; a line is empty if it holds
only white space, and stands without the white space around it; a paragraph is lines without an empty one between them. Words are
those of corpuskit.words, pieces and sentences those of corpuskit.score.scan, kinds of lines those of corpuskit.score.lines. Where a
formula would divide by zero, the signal is 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.score.cues import NAMES
from corpuskit.score.lines import SHORT_LINE
from corpuskit.score.repeats import REPEATED, TOP

Column = npt.NDArray[Any]
Counts = Mapping[str, npt.NDArray[np.int64]]

GOPHER = "Gopher, Rae et al. 2021, table A1 and appendix A"
C4 = "C4, Raffel et al. 2020, section 2.2"
FINEWEB = "FineWeb, Penedo et al. 2024, section 3.6"


@dataclass(frozen=True, slots=True)
class Signal:
    """`name` is `part` / `whole`, or the count `part` itself where there is no `whole`."""

    name: str
    part: str
    whole: str = ""
    formula: str = ""
    source: str = ""

    @property
    def is_count(self) -> bool:
        """Counts are int64, means and shares float32."""
        return not self.whole

    def of(self, counts: Counts) -> Column:
        """The column over the kernels' counts."""
        if self.is_count:
            return counts[self.part]
        part, whole = counts[self.part], counts[self.whole]
        return np.divide(part, whole, out=np.zeros(len(part)), where=whole != 0).astype(np.float32)


def _repeats() -> list[Signal]:
    often = "characters of the most frequent {}-gram of pieces, with spaces, × its number / characters; 0 where none comes twice"
    again = "characters in {}-grams of pieces that stood earlier in the text, none counted twice / characters"
    top = [Signal(f"top_{n}gram_share", f"top_{n}grams", "characters", often.format(n), GOPHER) for n in TOP]
    return top + [
        Signal(f"duplicate_{n}gram_share", f"duplicate_{n}grams", "characters", again.format(n), GOPHER)
        for n in REPEATED
    ]


def cue_signal(kind: str) -> str:
    """The signal that says how many of the words are cues of a type of documents."""
    return f"{kind.replace(' ', '_')}_cue_share"


SIGNALS = (
    Signal("bytes", "bytes", formula="length of the text in UTF-8"),
    Signal("characters", "characters", formula="code points"),
    Signal("words", "words", formula="words"),
    Signal("lines", "lines", formula="lines that are not empty"),
    Signal("mean_word_length", "word_characters", "words", "characters in words / words"),
    Signal("longest_word", "longest_word", formula="characters of the longest run without white space"),
    Signal("letter_share", "letters", "visible", "letters / characters that are not white space"),
    Signal("digit_share", "digits", "visible", "digits / characters that are not white space"),
    Signal("symbol_share", "symbols", "visible", "signs / characters that are not white space"),
    Signal("upper_share", "upper", "letters", "upper-case and title-case letters / letters"),
    Signal("space_share", "spaces", "characters", "white space / characters"),
    Signal("replacement_share", "replaced", "visible",
        "U+FFFD, private-use and control characters / characters that are not white space",
    ),
    Signal("distinct_word_share", "distinct_words", "words", "distinct words / words"),
    Signal("number_word_share", "number_words", "words", "words without a letter / words"),
    Signal("identifier_share", "identifiers", "words", "words with both letters and digits / words"),
    Signal("sentences", "sentences",
        formula="ends of sentences: a terminal sign (Unicode's Sentence_Terminal) before white space; a point behind a "
        "digit or a lone capital is none",
    ),
    # lines and paragraphs
    Signal("duplicate_line_share", "duplicate_line_characters", "line_characters",
        "characters in lines that stood earlier in the text / characters in lines", GOPHER,
    ),
    Signal("duplicate_lines", "repeated_lines", "lines", "lines that stood earlier in the text / lines", GOPHER),
    Signal("duplicate_paragraph_share", "duplicate_paragraph_characters", "line_characters",
        "characters in paragraphs that stood earlier in the text / characters in lines", GOPHER,
    ),
    Signal("duplicate_paragraphs", "repeated_paragraphs", "paragraphs",
        "paragraphs that stood earlier in the text / paragraphs", GOPHER,
    ),
    Signal("short_line_share", "short_lines", "lines", f"lines of at most {SHORT_LINE} characters / lines", FINEWEB),
    Signal("terminal_line_share", "terminal_lines", "lines",
        "lines whose last character is a terminal sign / lines", FINEWEB,
    ),
    Signal("line_break_ratio", "line_breaks", "pieces", "line ends / pieces", FINEWEB),
    Signal("bullet_line_share", "bullet_lines", "lines", "lines that begin with • or - / lines", GOPHER),
    Signal("ellipsis_line_share", "ellipsis_lines", "lines", "lines that end with ... or … / lines", GOPHER),
    Signal("list_line_share", "list_lines", "lines",
        "lines that begin as an item of a list does (-, •, 1., 2), (a), before a space) / lines",
    ),
    Signal("table_line_share", "table_lines", "lines", "lines with a tab inside, or a bar between spaces / lines"),
    Signal("form_line_share", "form_lines", "lines",
        "lines with ___, a ballot box, a colon at the end, or a label (Name: …) / lines",
    ),
    Signal("code_line_share", "code_lines", "lines", "lines that end with ;, { or } / lines"),
    Signal("upper_line_share", "upper_lines", "lines", "lines with capitals and without small letters / lines"),
    # pieces
    Signal("gopher_words", "word_pieces", formula="pieces with a letter or digit in them", source=GOPHER),
    Signal("gopher_word_length", "word_piece_characters", "word_pieces",
        "characters in pieces with a letter or digit / such pieces", GOPHER,
    ),
    Signal("letter_word_share", "letter_pieces", "pieces", "pieces with a letter in them / pieces", GOPHER),
    Signal("hash_ratio", "hashes", "pieces", "# / pieces", GOPHER),
    Signal("ellipsis_ratio", "ellipses", "pieces", "... and … / pieces", GOPHER),
    Signal("stop_words", "stop_words", formula="how many of: the, be, to, of, and, that, have, with", source=GOPHER),
    *_repeats(),
    *(Signal(cue_signal(name), f"{name} cues", "words", f"words that are cues of a {name} (cues.py) / words") for name in NAMES),
    # C4
    Signal("c4_sentences", "c4_sentences",
        formula="sentences on lines that C4 keeps: three words, none above 1,000 characters, ending with . ? ! \" or ', "
        "not ...; without javascript, terms of use, privacy or cookie policy, use of cookies", source=C4,
    ),
    Signal("placeholder_lines", "c4_placeholders", formula="lines with lorem ipsum that end as C4 wants", source=C4),
    Signal("brace_lines", "c4_braces", formula="lines with { that end as C4 wants", source=C4),
)  # fmt: skip
