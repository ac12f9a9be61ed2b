"""A made manual in two columns, with running titles, page numbers and divided words: what comes out is what was set."""

import random
import re
from collections import Counter

import pypdfium2
from rapidfuzz.distance import Indel

from tests.extract.made import text
from tests.extract.pages import Put, column, document, page

WORDS = [
    "valve",
    "pressure",
    "inspection",
    "maintenance",
    "operator",
    "between",
    "housing",
    "temperature",
    "after",
    "before",
    "whenever",
    "replacement",
    "the",
    "of",
    "and",
    "a",
    "is",
    "to",
    "in",
    "manufacturer",
    "documentation",
    "tolerance",
    "bearing",
    "lubrication",
    "assembly",
    "under",
    "every",
    "season",
    "corrosion",
]
LINES, WIDTH, PAGES = 46, 42, 8  # of a column, in characters; pages
FLOOR_WORDS, FLOOR_ORDER = 0.995, 0.99


def paragraphs(seed: int, count: int) -> list[str]:
    draw = random.Random(seed)
    return [
        " ".join([draw.choice(WORDS).capitalize(), *draw.choices(WORDS, k=draw.randint(25, 70))]) + "."
        for _ in range(count)
    ]


def lines(paragraph: str) -> list[str]:
    """Set to WIDTH, long words divided in their middle with a hyphen where the rest of the line is empty enough."""
    found, line = [], ""
    for word in paragraph.split():
        room = WIDTH - len(line) - 1
        if len(word) <= room:
            line = f"{line} {word}".strip()
        elif len(word) >= 9 and room > 6:
            found.append(f"{line} {word[: len(word) // 2]}-".strip())
            line = word[len(word) // 2 :]
        else:
            found.append(line)
            line = word
    return [*found, line]


def manual() -> tuple[bytes, str]:
    """A PDF, and its text without what stands on every page."""
    written = paragraphs(1, 74)
    every = [line for one in written for line in (*lines(one), "")]
    pages, said = [], []
    for number in range(PAGES):
        here = every[number * 2 * LINES : (number + 1) * 2 * LINES]
        said += here
        puts: list[Put] = [(72, 765, 9, "Pump manual, second edition"), (300, 25, 9, str(number + 1))]
        for left, part in ((50, here[:LINES]), (320, here[LINES:])):
            puts += [put for put in column(left, 735, *part) if put[3]]
        pages.append(page(*sorted(puts, key=lambda put: -put[1])))  # drawn line by line across the columns
    return document(*pages), re.sub(r"-\n", "", "\n".join(said))


def plain(data: bytes) -> str:
    return "\n".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(data))


def scores(found: str, truth: str) -> tuple[float, float]:
    """Word F1 over multisets, and the normalised similarity of the two rows of words."""
    got, wanted = re.findall(r"\w+", found.lower()), re.findall(r"\w+", truth.lower())
    shared = (Counter(got) & Counter(wanted)).total()
    return 2 * shared / (len(got) + len(wanted)), Indel.normalized_similarity(got, wanted)


def test_a_manual_in_columns_comes_out_in_order_and_better_than_the_plain_text_layer() -> None:
    data, truth = manual()
    words, order = scores(text(data).text, truth)
    plain_words, plain_order = scores(plain(data), truth)
    assert words >= FLOOR_WORDS > plain_words
    assert order >= FLOOR_ORDER > plain_order
