"""Word 97-2003 files below the paragraph: the header, the pieces of text, the runs of formatting ([MS-DOC] 2.4, 2.8, 2.9)."""

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Unreadable
from corpuskit.extract.office.ole import Compound

# Places of pairs (offset, length) in the header, counted from FibRgFcLcb97 ([MS-DOC] 2.5.6).
STYLES, FOOTNOTE_MARKS, FOOTNOTE_TEXTS, CHARACTER_RUNS, PARAGRAPH_RUNS, PIECES = 1, 2, 3, 12, 13, 33
FONTS, ENDNOTE_MARKS, ENDNOTE_TEXTS, LISTS, LIST_OVERRIDES = 15, 46, 47, 73, 74
_PAIRS, _WORD6_PIECES = 0x9A, 0x160
_WORD97 = 0xA5EC
_FKP_BYTES = 512
_MOST_RUNS = 1 << 22
_FOREIGN_SHARE = 0.25  # Western languages have few letters beyond ASCII
_BEYOND = re.compile("[\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CODE_PAGES = {  # of Word 6 and 95, by the primary language of the file; the rest is Western
    0x05: "cp1250", 0x0E: "cp1250", 0x15: "cp1250", 0x18: "cp1250", 0x1A: "cp1250", 0x1B: "cp1250", 0x24: "cp1250",
    0x02: "cp1251", 0x19: "cp1251", 0x22: "cp1251", 0x23: "cp1251", 0x08: "cp1253", 0x1F: "cp1254", 0x0D: "cp1255",
    0x01: "cp1256", 0x25: "cp1257", 0x26: "cp1257", 0x27: "cp1257", 0x1E: "cp874", 0x11: "cp932", 0x12: "cp949",
    0x04: "cp936",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: its first character's number, and the byte where it lies; ``wide`` is two bytes a character."""

    at: int
    text: str
    byte: int
    wide: bool
    cut: bool = False  # the file ends before it does

    def place(self, character: int) -> int:
        """The byte of a character of the document."""
        return self.byte + (character - self.at) * (2 if self.wide else 1)


class Header:
    """The file information block, and the streams it points into. ``old`` is Word 6 and 95, with pieces alone."""

    def __init__(self, compound: Compound) -> None:
        self.document = compound.read("worddocument")
        if len(self.document) < 0x100:
            raise Unreadable("corrupt", "the Word header is missing or damaged")
        magic, self.version = struct.unpack_from("<HH", self.document)
        self.language, flags = struct.unpack_from("<H2xH", self.document, 6)
        if flags & 0x0100:
            raise Unreadable("encrypted", "the Word document asks for a password")
        self.old = magic != _WORD97 or self.version < 0xC1
        self.complex = bool(flags & 0x0004)
        name = "1table" if flags & 0x0200 else "0table"
        self.table = self.document if self.old else compound.read(name) if name in compound else b""
        self.data = compound.read("data") if "data" in compound else b""
        # Characters of the main text, footnotes, headers, macros, comments, endnotes, text boxes ([MS-DOC] 2.5.4).
        self.lengths = [max(n, 0) for n in struct.unpack_from("<7i", self.document, 0x34 if self.old else 0x4C)]

    def place(self, pair: int) -> tuple[int, int]:
        """Offset and length of a part in the table stream; zeros when there is none."""
        if self.old or len(self.document) < _PAIRS + 8 * pair + 8:
            return 0, 0
        offset, length = struct.unpack_from("<II", self.document, _PAIRS + 8 * pair)
        return offset, length

    def part(self, pair: int) -> bytes:
        """What a pair of the header points to, empty when it points nowhere."""
        offset, length = self.place(pair)
        return self.table[offset : offset + length]

    def code_page(self) -> str:
        """The encoding of 8-bit text in Word 6 and 95."""
        return _CODE_PAGES.get(self.language & 0x3FF, "cp1252")


def pieces(header: Header) -> Iterator[Piece]:
    """The text in order, by the piece table; of a simple file of Word 6 or 95 the one stretch it is."""
    table = _piece_table(header)
    if not table:
        if not header.old:
            raise Unreadable("corrupt", "the table of the pieces of the Word document is missing")
        start, end = struct.unpack_from("<II", header.document, 0x18)
        yield Piece(0, _eight_bit(header.document[start:end], header), start, wide=False)
        return
    count = (len(table) - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", table)
    for number in range(count):
        begin, end = places[number], places[number + 1]
        where = struct.unpack_from("<I", table, 4 * (count + 1) + 8 * number + 2)[0]
        if end <= begin:
            continue
        if header.old or where & 0x40000000:
            byte = (where & 0x3FFFFFFF) // (1 if header.old else 2)
            data = header.document[byte : byte + end - begin]
            yield Piece(begin, _eight_bit(data, header), byte, wide=False, cut=len(data) < end - begin)
        else:
            byte = where & 0x3FFFFFFF
            data = header.document[byte : byte + 2 * (end - begin)]
            text = data[: len(data) & ~1].decode("utf-16-le", "surrogatepass")
            yield Piece(begin, _apart(text), byte, wide=True, cut=len(data) < 2 * (end - begin))


def _apart(text: str) -> str:
    """Characters beyond the first plane as two surrogates, so that a character counts what it counts in Word."""
    return _BEYOND.sub(lambda one: chr(0xD7C0 + (ord(one[0]) >> 10)) + chr(0xDC00 + (ord(one[0]) & 0x3FF)), text)


def together(text: str) -> str:
    """Surrogates joined to the characters they stand for."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if _SURROGATE.search(text) else text


def _eight_bit(data: bytes, header: Header) -> str:
    """Word 97 writes Western text so; Word 6 and 95 any, and do not always say which."""
    if not header.old:
        return data.decode("cp1252", "replace")
    encoding = header.code_page()
    if encoding == "cp1252" and sum(byte >= 0xC0 for byte in data) > _FOREIGN_SHARE * len(data):
        return decode(data)
    return data.decode(encoding, "replace")


def _piece_table(header: Header) -> bytes:
    """The PlcPcd, behind any number of formatting changes ([MS-DOC] 2.9.38)."""
    if header.old:
        offset, length = struct.unpack_from("<II", header.document, _WORD6_PIECES) if header.complex else (0, 0)
        data = header.document[offset : offset + length]
    else:
        data = header.part(PIECES)
    at = 0
    while at + 5 <= len(data):
        if data[at] == 2:
            return data[at + 5 : at + 5 + struct.unpack_from("<I", data, at + 1)[0]]
        if data[at] != 1:
            break
        at += 3 + struct.unpack_from("<H", data, at + 1)[0]
    return b""


class Runs:
    """Formatting by byte of the document stream: pages of 512 bytes, listed in a table ([MS-DOC] 2.8.5, 2.8.6)."""

    def __init__(self, header: Header, pair: int) -> None:
        table = header.part(pair)
        count = max((len(table) - 4) // 8, 0)
        self._ends: list[int] = []
        self._begins: list[int] = []
        self._formats: list[bytes] = []
        for page in struct.unpack_from(f"<{count}I", table, 4 * (count + 1)) if count else ():
            at = (page & 0x3FFFFF) * _FKP_BYTES
            if at + _FKP_BYTES <= len(header.document) and len(self._ends) < _MOST_RUNS:
                self._add(header.document[at : at + _FKP_BYTES], paragraphs=pair == PARAGRAPH_RUNS)

    def _add(self, page: bytes, *, paragraphs: bool) -> None:
        count = page[-1]
        width = 13 if paragraphs else 1
        if not count or 4 * (count + 1) + width * count >= _FKP_BYTES:
            return
        bytes_ = struct.unpack_from(f"<{count + 1}I", page)
        for number in range(count):
            offset = 2 * page[4 * (count + 1) + width * number]
            self._begins.append(bytes_[number])
            self._ends.append(bytes_[number + 1])
            self._formats.append((_paragraph_format if paragraphs else _run_format)(page, offset))

    def at(self, byte: int) -> bytes:
        """The formatting of a byte, empty where there is none."""
        number = bisect_right(self._begins, byte) - 1
        return self._formats[number] if number >= 0 and byte < self._ends[number] else b""

    def marked(self, begin: int, end: int) -> Iterator[tuple[int, int, bytes]]:
        """The runs that a stretch of bytes touches, with their formatting."""
        number = max(bisect_right(self._begins, begin) - 1, 0)
        while number < len(self._begins) and self._begins[number] < end:
            if self._formats[number] and self._ends[number] > begin:
                yield self._begins[number], self._ends[number], self._formats[number]
            number += 1


def _run_format(page: bytes, offset: int) -> bytes:
    return page[offset + 1 : offset + 1 + page[offset]] if offset else b""


def _paragraph_format(page: bytes, offset: int) -> bytes:
    """The style's number and the settings ([MS-DOC] 2.9.114)."""
    if not offset:
        return b""
    half = page[offset]
    return (
        page[offset + 1 : offset + 2 * half] if half else page[offset + 2 : offset + 2 + 2 * page[min(offset + 1, 511)]]
    )


def settings(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The single settings (sprm) of a list of them, with their operands ([MS-DOC] 2.6)."""
    at = 0
    while at + 3 <= len(data):
        code = struct.unpack_from("<H", data, at)[0]
        at += 2
        kind = code >> 13
        if code in {0xD608, 0xD606}:  # tables of columns say their length in two bytes
            size = 1 + (struct.unpack_from("<H", data, at)[0] if at + 2 <= len(data) else 0)
        elif kind == 6:
            size = 1 + data[at]
        else:
            size = (1, 1, 2, 4, 2, 2, 0, 3)[kind]
        yield code, data[at : at + size]
        at += size
