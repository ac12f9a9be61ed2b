"""What is usual in a document: the size of its body text, the distance of its lines, the sizes of its headings."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corpuskit.extract.pdf.lines import Line

LARGER = 1.15  # of the body's size: a heading is at least so large
_MOST_LEVELS = 6
_MOST_HEADING = 0.1  # of all characters: where more are large, size does not mean heading
_LEAST_BODY = (
    0.4  # of all characters: where fewer have the commonest size, as in layers made by OCR, sizes mean nothing
)
_LONGEST_HEADING = 200
_OFTEN = 0.25  # of the commonest distance of lines: a document of short paragraphs has more gaps than lines that go on
_USUAL_LEADING = 1.2  # of the font size, where a document has too few lines to tell


@dataclass(frozen=True, slots=True)
class Style:
    """``leading`` is the distance of lines in font sizes; ``levels`` are the headings' sizes with their level.

    ``code``: letters of one width mark code, since the body has others.
    """

    body: float
    leading: float
    levels: dict[float, int]
    code: bool = False

    def level(self, line: Line) -> int:
        """The level of the heading that the line is; 0 where it is none for certain."""
        level = self.levels.get(_rounded(line.size), 0)
        if not level or line.turned or len(line.cells) > 1 or len(line.text) > _LONGEST_HEADING:
            return 0
        return level if sum(map(str.isalpha, line.text)) > 1 else 0


def style_of(pages: Sequence[Sequence[Line]]) -> Style:
    """Measured over all lines, weighted by their characters."""
    sizes: Counter[float] = Counter()
    steps: Counter[float] = Counter()
    even = 0
    for page in pages:
        before = None
        for line in page:
            sizes[_rounded(line.size)] += len(line.text)
            even += line.even * len(line.text)
            if before is not None and before.size == line.size and 0.8 < (step := (before.y - line.y) / line.size) < 3:
                steps[round(step, 1)] += 1
            before = line
    total = sum(sizes.values())
    body, held = sizes.most_common(1)[0] if sizes else (1.0, 0)
    leading = _closest(steps)
    large = sorted((size for size in sizes if size >= LARGER * body), reverse=True)
    certain = held >= _LEAST_BODY * total and sum(sizes[size] for size in large) <= _MOST_HEADING * total
    levels = {size: min(place, _MOST_LEVELS) for place, size in enumerate(large, 1)} if certain else {}
    return Style(body, leading, levels, code=even < total / 2)


def _closest(steps: Counter[float]) -> float:
    """The least of the distances of lines that are common."""
    most = max(steps.values(), default=0)
    return min(
        (step for step, count in steps.items() if count >= max(_OFTEN * most, min(most, 2))), default=_USUAL_LEADING
    )


def _rounded(size: float) -> float:
    return round(size * 2) / 2
