"""Page headers, footers and page numbers: lines that stand at the same place over pages.

A line is one only if it stands outermost, or beyond it nothing but others of the kind, at the same height as its like on
pages near by, and if the numbers in the two are the same or count the pages. A row of a table that goes on over pages
counts nothing, and stays. The title of a section that its pages bear above is one as well, though it changes: a line of the
same words stands in the text.
"""

import re
from collections.abc import Sequence

from corpuskit.extract.pdf.lines import Line
from corpuskit.extract.pdf.style import LARGER, style_of

_NEAR = 4  # pages to either side: left and right pages have headers of their own, chapters may be short
_DEEP = 4  # lines of a header or footer
_ANYWHERE = 0.7  # three page numbers that count are some even where pages end at different heights
_SAME_HEIGHT = 3.0  # points
_WHITE = 1.7  # font sizes between a running title and the text
_MOST = 0.6  # of the pages near by have one
_LONGEST_TITLE = 120
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+")
_WITHOUT_DIGITS = bytes.maketrans(
    b"0123456789", b" " * 10
)  # many times faster; leaves the regular expression the rare ones
_ROMAN = re.compile(r"[ivxlc]+|[IVXLC]+")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


class _Edge:
    """A line near the top or the bottom of a page: its words with the numbers taken out, and the numbers."""

    __slots__ = ("large", "line", "numbers", "words")

    def __init__(self, line: Line, largest: float) -> None:
        self.line, self.large = line, line.size >= largest
        self.numbers: tuple[int, ...]
        if _ROMAN.fullmatch(line.text):
            self.words, self.numbers = "#", (_roman(line.text.lower()),)
        else:
            self.words = _NUMBER.sub("#", line.text)
            self.numbers = tuple(int(digits[:18]) for digits in _NUMBER.findall(line.text))


def without_furniture(pages: Sequence[list[Line]]) -> tuple[list[list[Line]], int]:
    """The pages without their headers and footers, and how many lines that were.

    Of words that stand nowhere else in the document the first line stays: nothing that was said is lost.
    """
    ordered = [sorted(page, key=lambda line: -line.y) for page in pages]
    largest = LARGER * style_of(pages).body  # "Chapter 2" a page after "Chapter 1" is a heading
    furniture: list[Line] = []
    for edges in (
        [[_Edge(line, largest) for line in page[:_DEEP]] for page in ordered],
        [[_Edge(line, largest) for line in page[: -_DEEP - 1 : -1]] for page in ordered],
    ):
        for number, page in enumerate(edges):
            for edge in page:
                if edge.large or not _repeated(edge, number, edges):
                    break
                furniture.append(edge.line)
    gone = {id(line) for line in furniture}
    gone |= _running_titles(ordered, gone)
    gone -= {id(line) for page in ordered if _is_mostly(page, gone) for line in page if not line.text.isdigit()}
    gone -= _only_there(furniture, gone, pages)
    return [[line for line in page if id(line) not in gone] for page in pages], len(gone)


def _is_mostly(page: Sequence[Line], gone: set[int]) -> bool:
    """Whether little of the page would be left: letters of one form, slides of few words."""
    return 2 * sum(len(line.text) for line in page if id(line) in gone) > sum(len(line.text) for line in page)


def _repeated(edge: _Edge, number: int, edges: Sequence[list[_Edge]]) -> bool:
    """Whether two pages near by have its like; one will do where a number counts the pages, or there are but two."""
    found = 0.0
    for other in range(max(number - _NEAR, 0), min(number + _NEAR + 1, len(edges))):
        if other == number:
            continue
        for one in edges[other]:
            same_height = abs(one.line.y - edge.line.y) <= _SAME_HEIGHT
            if one.words == edge.words and (same_height or edge.words == "#"):
                steps = {after - before for before, after in zip(edge.numbers, one.numbers, strict=True)} - {0}
                if steps <= {other - number} and (steps or same_height):
                    found += 2 if steps and edge.words != "#" else 1 if same_height else _ANYWHERE
    return found >= (2 if len(edges) > 2 else 1)


def _running_titles(ordered: Sequence[list[Line]], gone: set[int]) -> set[int]:
    """Topmost lines, alike in height, size and white beside them on most pages near by, whose words the text has too.

    A heading that happens to stand first on its page is larger than what stands first on others, or nearer to the text.
    """
    found: dict[int, Line] = {}
    outer = [_outermost([line for line in page if id(line) not in gone]) for page in ordered]
    for number, line in enumerate(outer):
        near = outer[max(number - _NEAR, 0) : number + _NEAR + 1]
        if line is not None and sum(_alike(one, line) for one in near) - 1 > _MOST * (len(near) - 1):
            found[id(line)] = line
    if not found:
        return set()
    titles = {one: {_words(cell) for cell in (line, *line.cells)[len(line.cells) > 1 :]} for one, line in found.items()}
    left = [[line for line in page if id(line) not in gone and id(line) not in found] for page in ordered]
    said = _said(left, set().union(*titles.values()))
    return {one for one, words in titles.items() if words <= said}


def _outermost(lines: Sequence[Line]) -> Line | None:
    """The first line, where it is short and what follows stands apart from it."""
    if len(lines) < 2 or len(lines[0].text) > _LONGEST_TITLE:
        return None
    return lines[0] if abs(lines[0].y - lines[1].y) > _WHITE * lines[0].size else None


def _alike(one: Line | None, line: Line) -> bool:
    return one is not None and abs(one.y - line.y) <= 1 and abs(one.size - line.size) < 0.2


def _said(pages: Sequence[Sequence[Line]], titles: set[str]) -> set[str]:
    """Those of the titles that are the words of a line, or of two short ones below each other."""
    vocabulary = {word for title in titles for word in title.split()}
    said = set()
    for page in pages:
        before = ""
        for line in page:
            first = _WORD.search(line.text.casefold())
            # Most lines begin with a word that no title has.
            words = _words(line) if first is not None and first.group() in vocabulary else ""
            said |= {words, f"{before} {words}"} if len(words) + len(before) <= _LONGEST_TITLE else {words}
            before = words
    return said & titles - {""}


def _words(line: Line) -> str:
    return " ".join(_WORD.findall(line.text.casefold()))


def _only_there(furniture: Sequence[Line], gone: set[int], pages: Sequence[list[Line]]) -> set[int]:
    """The first of those lines whose words stand nowhere in what is left."""
    wanted: dict[str, Line] = {}
    for line in furniture:
        words = " ".join(_NUMBER.sub(" ", line.text).split())
        if len(words) > 3:
            wanted.setdefault(words, line)
    if not wanted:
        return set()
    left = " ".join(line.text for page in pages for line in page if id(line) not in gone)
    left = " ".join(_NUMBER.sub(" ", left.encode().translate(_WITHOUT_DIGITS).decode()).split()).casefold()
    return {id(line) for words, line in wanted.items() if words.casefold() not in left}


def _roman(letters: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in letters]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < after else value for value, after in pairs)
