"""Which characters go with the words that a document shares with a test item: whole sentences, so that what stays can be read.

Lines will not do: in Word files, web pages and mail a line is a paragraph, and in printed text it is a piece of a sentence. A sentence
that holds a word of the item gives it away. Where no sentence ends near, as in lists and tables, the line's end is taken.
"""

import re
from collections.abc import Iterable, Sequence

NEAR = 200  # characters on either side of a run that GPT-3 removed with it (Brown et al. 2020, appendix C)
# The end of a sentence: a stop, closing marks, and white space; those of East Asia need none.
_END = re.compile(
    r"[.!?\u2026\u061f\u06d4\u0964][\"'\u2019\u201d\u00bb)\]]*\s+|[\u3002\uff01\uff1f][\u300d\u300f\uff09]*|\n\s*\n"
)
_WORD = re.compile(r"\w")
Span = tuple[int, int]


def whole(text: str, spans: Sequence[Span]) -> list[Span]:
    """The characters that go for spans of a text, ascending and apart from each other."""
    sentences = _joined(text, ((_begin(text, begin), _end(text, end)) for begin, end in spans))
    return _joined(text, (_closed(text, *span) for span in sentences))


def _joined(text: str, spans: Iterable[Span]) -> list[Span]:
    """In order, those that overlap, or have white space alone between them, as one."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and not text[found[-1][1] : begin].strip():
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((begin, end))
    return found


def _begin(text: str, begin: int) -> int:
    """Where the sentence begins, or the line where it holds no word before."""
    line = text.rfind("\n", 0, begin) + 1
    if not _WORD.search(text, line, begin) and not _goes_on(text, line):
        return line
    low = max(0, begin - NEAR)
    ends = [found.end() for found in _END.finditer(text, low, begin)]
    if ends:
        return ends[-1]
    return line if line >= low else begin


def _end(text: str, end: int) -> int:
    """Where the sentence ends, or the line where it holds no word after."""
    line = text.find("\n", end)
    line = len(text) if line < 0 else line
    if not _WORD.search(text, end, line) and not _goes_on(text, line + 1):
        return line
    high = min(len(text), end + NEAR)
    if found := _END.search(text, end, high):
        return found.start() + len(found.group().rstrip())
    return line if line <= high else end


def _goes_on(text: str, line: int) -> bool:
    """Whether the line that begins there goes on with the sentence of the line before it: printed text, with a small letter first."""
    return 1 < line < len(text) and text[line].islower() and text[line - 2] not in ".!?:;\n"


def _closed(text: str, begin: int, end: int) -> Span:
    """With the white space that would be left twice: a blank between sentences, or a line's end and the empty lines behind it."""
    if begin == 0 or text[begin - 1] == "\n":
        if end == len(text):
            return len(text[:begin].rstrip()), end
        if text[end] == "\n":
            behind = re.compile(r"\n\s*(?=\S)|\n\s*").match(text, end)
            empty = begin < 2 or text[begin - 2] == "\n"
            line = text.rfind("\n", end, behind.end()) + 1 if behind else end + 1
            return begin, line if empty else end + 1
    while end < len(text) and text[end] in " \t\u3000":
        end += 1
    if end == len(text) or text[end] == "\n":
        begin = len(text[:begin].rstrip(" \t\u3000"))
    return begin, end
