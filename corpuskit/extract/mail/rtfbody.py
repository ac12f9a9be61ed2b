"""Bodies in RTF as Outlook keeps them: compressed ([MS-OXRTFCP]), with HTML or plain text folded in ([MS-OXRTFEX])."""

import io
import re

from corpuskit.extract.found import Limits, Opened, Text, Unreadable
from corpuskit.extract.mail.codepages import python_name
from corpuskit.extract.mail.webbody import marked_text

_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
# [MS-OXRTFCP]: what the dictionary holds before the first byte.
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbol"
    b"ArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096
_MOST_BYTES = 64 << 20
_TOKEN = re.compile(r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z'])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\")
_CODE_PAGE = re.compile(r"\\ansicpg(\d{3,5})")
_SKIPPED = {"fonttbl", "colortbl", "stylesheet", "info", "pict", "listtable", "generator", "themedata"}
_SAID = {"par": "\r\n", "line": "\r\n", "tab": "\t", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
         "bullet": "•", "endash": "–", "emdash": "—"}  # fmt: skip
_SYMBOLS = {"~": "\xa0", "_": "-", "-": "\xad", "{": "{", "}": "}", "\\": "\\"}


def rtf_text(data: bytes) -> str:
    """The text of a compressed body, quotes marked where it was HTML."""
    source = decompressed(data).decode("latin-1")
    head = source[:1024]
    if "\\fromhtml" in head:
        return marked_text(unfolded(source, html=True))
    if "\\fromtext" in head:
        return unfolded(source, html=False).replace("\r\n", "\n")
    from corpuskit.extract.office import rtf

    raw = source.encode("latin-1")
    found = rtf.read(Opened("body.rtf", io.BytesIO(raw), len(raw), Limits()))
    return "\n\n".join(one.text for one in found if isinstance(one, Text))


def decompressed(data: bytes) -> bytes:
    """[MS-OXRTFCP]: literal bytes and references into the last 4,096, eight of them after each control byte."""
    if len(data) < 16:
        raise Unreadable("corrupt", "the RTF body is damaged")
    size = min(int.from_bytes(data[4:8], "little"), _MOST_BYTES)
    if data[8:12] == _PLAIN:
        return data[16 : 16 + size]
    if data[8:12] != _COMPRESSED:
        raise Unreadable("corrupt", "the RTF body is compressed in an unknown way")
    out = bytearray(_DICTIONARY)
    start, at, end = len(out), 16, len(data)
    while at < end and len(out) - start < size:
        control = data[at]
        at += 1
        for bit in range(8):
            if at >= end:
                break
            if not control >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            reference = int.from_bytes(data[at : at + 2], "big")
            at += 2
            begin = reference >> 4
            distance = (len(out) - begin) % _WINDOW
            if distance == 0:  # a reference to the place that is written next: the end
                return bytes(out[start:])
            begin = len(out) - distance
            for step in range((reference & 15) + 2):
                out.append(out[begin + step] if begin + step >= 0 else 32)
    return bytes(out[start : start + size])


def unfolded(source: str, *, html: bool) -> str:
    """The HTML or plain text that was folded into RTF: tags in ``htmltag`` groups, words between them."""
    unfolding = _Unfolding(source, html=html)
    for match in _TOKEN.finditer(source):
        unfolding.take(match)
    return unfolding.text()


class _Unfolding:
    """Where in the groups of RTF we are, and what came out so far."""

    def __init__(self, source: str, *, html: bool) -> None:
        page = _CODE_PAGE.search(source[:1024])
        self._encoding = python_name(int(page.group(1))) if page else "cp1252"
        self._source = source
        self._html = html
        self._out: list[str] = []
        self._bytes = bytearray()  # of characters beyond ASCII, which may take several
        self._stack: list[tuple[bool, bool]] = []
        self._skipped = self._hidden = False  # in a group that is no text; in RTF of which the HTML has its own
        self._begins = False  # right behind a brace
        self._after = 0  # characters that stand for the Unicode one before them

    def text(self) -> str:
        """All that came out."""
        self._flush()
        return "".join(self._out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def take(self, match: re.Match[str]) -> None:
        """One token."""
        word, number, byte, symbol, brace, words = match.groups()
        if byte is not None:
            self._byte(int(byte, 16))
            return
        self._flush()
        if brace == "{":
            self._stack.append((self._skipped, self._hidden))
        elif brace == "}":
            self._skipped, self._hidden = self._stack.pop() if self._stack else (False, False)
        elif symbol == "*" and self._begins:
            self._skipped |= not (self._html and self._source.startswith("\\htmltag", match.end()))
        elif word is not None:
            self._word(word, number or "")
        elif symbol is not None:
            self._say(_SYMBOLS.get(symbol, ""))
        elif words:
            self._say(words[self._after :])
            self._after = 0
        self._begins = brace == "{"

    def _say(self, text: str) -> None:
        if not (self._skipped or self._hidden):
            self._out.append(text)

    def _byte(self, value: int) -> None:
        if self._after:
            self._after -= 1
        elif not (self._skipped or self._hidden):
            self._bytes.append(value)

    def _flush(self) -> None:
        if self._bytes:
            try:
                self._out.append(self._bytes.decode(self._encoding, "replace"))
            except LookupError:
                self._out.append(self._bytes.decode("cp1252", "replace"))
            self._bytes.clear()

    def _word(self, word: str, number: str) -> None:
        if word == "htmlrtf":
            self._hidden = number != "0"
        elif word in _SKIPPED and self._begins:
            self._skipped = True
        elif word == "u" and number:
            self._say(chr(int(number) % 65536))
            self._after = 1
        elif word in _SAID:
            self._say(_SAID[word])
