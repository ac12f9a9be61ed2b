"""Rich Text Format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from corpuskit.extract.blocks import Block, cell, heading, item, joined, table
from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.office.rtftext import CHARSETS, ESCAPED, SIGNS, TOKEN, Written, code_page

_LEFT_OUT = {
    "colortbl", "pict", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "objdata",
    "fldinst", "nonshppict", "shprslt", "sp", "tc", "tcn", "xe", "rxe", "private", "filetbl", "bkmkstart", "bkmkend",
    "annotation", "atnid", "atnauthor", "nonesttables", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn",
    "pnseclvl", "template", "do", "comment", "doccomm", "operator", "keywords", "subject", "company", "category",
    "manager", "hlinkbase", "printim", "buptim", "revtim", "listtable", "listoverridetable", "revtbl", "generator",
    "leveltext", "levelnumbers", "listname", "liststylename", "listpicture",
}  # fmt: skip
_STARRED = {"shpinst", "shptxt", "footnote", "cs", "pntext", "listtext"}  # what is read although it may be ignored
_BULLET = re.compile(r"[•·▪■●○◦‣\uf000-\uf0ff–—-]|o(?=\s|$)")
_LABEL = re.compile(r"\s{0,20}([•·▪●○◦‣\uf000-\uf0ff-]|\(?\w{1,4}[.)]|§)\t\s*")
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_CODE_PAGES = {"mac": "mac-roman", "pc": "cp437", "pca": "cp850"}
_BEAT_TOKENS = 100_000
_MOST_GROUPS = 20_000


@dataclass(frozen=True, slots=True)
class _State:
    """What a brace opens and its partner ends."""

    place: str = ""  # the destination: empty for the text itself, "-" for what is left out
    font: int = 0
    skipped: int = 1  # characters after \\u that repeat it for old programs
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class _Aside:
    """What waits while a note or text box is read."""

    text: str
    form: "_Form"
    label: str
    blocks: list[Block]
    paragraphs: list[Block]
    rows: list[list[str]]
    cells: list[str]


@dataclass(frozen=True, slots=True)
class _Form:
    """What \\pard resets."""

    in_table: bool = False
    style: int = -1
    outline: int = 0
    depth: int = 0

    def changed(self, word: str, value: int) -> "_Form":
        """This form with one setting on top."""
        if word == "intbl":
            return replace(self, in_table=True)
        if word == "s":
            return replace(self, style=value)
        if word == "ilvl":
            return replace(self, depth=min(max(value, 0), 8))
        return replace(self, outline=value + 1 if 0 <= value < 9 else 0)


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: headings, lists with their numbers, table rows, text boxes, notes at the end.

    Deleted text, field codes, headers, footers and comments are left out. Bytes beyond ASCII are read in the code page of
    their font.
    """
    source = _Source()
    source.read(opened.bytes().decode("latin-1"), opened)
    notes = (Block(f"[^{number}]: {text}", item=True) for number, text in enumerate(source.notes, 1))
    facts = {name: text.strip() for name, text in source.facts.items()}
    yield Text(joined([*source.blocks, *notes]), title=facts.get("title", ""), author=facts.get("author", ""))


class _Source:
    """Reads the tokens of a file one after the other."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.notes: list[str] = []
        self.facts: dict[str, str] = {}
        self._state, self._stack = _State(), list[_State]()
        self._form, self._label = _Form(), ""
        self._text = Written()
        self._aside: list[_Aside] = []
        self._kept = ""  # before a number, a title or an author
        self._paragraphs: list[Block] = []  # of the cell
        self._cells: list[str] = []
        self._rows: list[list[str]] = []
        self._codec, self._fonts, self._font = "cp1252", dict[int, str](), 0
        self._headings: dict[int, int] = {}
        self._entry = -1
        self._skip = 0
        self._starred = False

    def read(self, source: str, opened: Opened) -> None:
        """The whole file."""
        at = tokens = 0
        while (found := TOKEN.match(source, at)) is not None:
            at = found.end()
            word, number = found.group(1), found.group(2)
            if word == "bin":
                at += max(int(number or 0), 0)
            if word is not None:
                self._word(word, int(number) if number else None)
            else:
                self._other(*found.group(3, 4, 5, 6))
            tokens += 1
            if tokens % _BEAT_TOKENS == 0:
                opened.beat()
        self._paragraph()
        self._end_table()

    def _other(self, byte: str | None, sign: str | None, brace: str | None, plain: str | None) -> None:
        if byte is not None:
            self._bytes(bytes.fromhex(byte))
        elif plain is not None:
            self._bytes(plain.encode("latin-1"))
        elif brace is not None:
            self._open() if brace == "{" else self._close()
        elif sign == "*":
            self._starred = True
        elif sign in {"\n", "\r"}:
            self._end("par")
        elif sign is not None:
            self._put(ESCAPED.get(sign, sign))

    def _open(self) -> None:
        if len(self._stack) >= _MOST_GROUPS:
            raise ValueError("too many groups")
        self._stack.append(self._state)
        self._starred, self._skip = False, 0

    def _close(self) -> None:
        if not self._stack:
            return
        closed, self._state = self._state.place, self._stack.pop()
        self._skip = 0
        if closed != self._state.place:
            self._leave(closed)

    def _leave(self, place: str) -> None:
        """What becomes of the text of a destination that ends."""
        if place in {"pntext", "listtext"}:
            label = self._text.take().strip()
            sign = len(label) == 1 and not label.isalnum()  # of a font that may not be known
            self._label = "-" if sign or _BULLET.match(label) else label
            self._text.add(self._kept)
        elif place in {"title", "author"}:
            self.facts.setdefault(place, self._text.take())
            self._text.add(self._kept)
        elif place == "stylesheet":
            self._text.take()
        elif place in {"footnote", "shptxt"}:
            self._paragraph()
            self._end_table()
            inner = self.blocks
            outer = self._aside.pop()
            self._text.add(outer.text)
            self._form, self._label, self.blocks = outer.form, outer.label, outer.blocks
            self._paragraphs, self._rows, self._cells = outer.paragraphs, outer.rows, outer.cells
            if place == "footnote":
                self.notes.append(" ".join(block.text.strip() for block in inner))
                self._text.add(f"[^{len(self.notes)}]")
            else:
                self.blocks += inner

    def _enter(self, place: str) -> None:
        """Begin a destination: what came before waits."""
        if place in {"footnote", "shptxt"}:
            tables = self._paragraphs, self._rows, self._cells
            self._aside.append(_Aside(self._text.take(), self._form, self._label, self.blocks, *tables))
            self._form, self._label, self.blocks = _Form(), "", []
            self._paragraphs, self._rows, self._cells = [], [], []
        elif place in {"pntext", "listtext", "title", "author"}:
            self._kept = self._text.take()
        self._state = replace(self._state, place=place)

    def _word(self, word: str, number: int | None) -> None:
        starred, self._starred = self._starred, False
        if self._skip:
            self._skip -= 1
        if self._state.place == "-":
            return
        if word in _LEFT_OUT or (starred and word not in _STARRED):
            self._state = replace(self._state, place="-")
        elif self._state.place in {"fonttbl", "stylesheet"}:
            self._defined(word, number)
        elif word in {"pntext", "listtext", "title", "author", "footnote", "shptxt", "fonttbl", "stylesheet"}:
            self._enter(word)
        elif word == "info":
            self._state = replace(self._state, place="info")
        elif word in SIGNS:
            self._put(SIGNS[word])
        elif word == "u" and number is not None:
            self._put(chr(number & 0xFFFF))
            self._skip = self._state.skipped
        elif word in {"par", "cell", "row", "sect", "page", "nestcell", "nestrow", "column"}:
            self._end(word)
        else:
            self._set(word, number)

    def _set(self, word: str, number: int | None) -> None:
        """Settings of characters and paragraphs."""
        value = number if number is not None else 1
        if word == "f":
            self._state = replace(self._state, font=value)
        elif word == "uc":
            self._state = replace(self._state, skipped=min(max(value, 0), 16))
        elif word in {"deleted", "plain"}:
            self._state = replace(self._state, deleted=word == "deleted" and value != 0)
        elif word in _CODE_PAGES or word == "ansicpg":
            self._codec = _CODE_PAGES.get(word) or code_page(value)
        elif word == "pard":
            self._form = _Form()
        elif word in {"intbl", "outlinelevel", "s", "ilvl"}:
            self._form = self._form.changed(word, value)

    def _defined(self, word: str, number: int | None) -> None:
        """Entries of the tables of fonts and styles."""
        if self._state.place == "fonttbl":
            if word == "f" and number is not None:
                self._font = number
            elif word in {"fcharset", "cpg"} and number:
                self._fonts[self._font] = code_page(number) if word == "cpg" else CHARSETS.get(number, "")
        elif word == "s" and number is not None:
            self._entry = number
        elif word == "outlinelevel" and number is not None and 0 <= number < 9:
            self._headings[self._entry] = number + 1
        elif word in {"cs", "ds", "ts"}:
            self._entry = -1

    def _bytes(self, data: bytes) -> None:
        if self._skip:
            data, self._skip = data[self._skip :], max(self._skip - len(data), 0)
        place = self._state.place
        if not data or place in {"-", "info", "fonttbl"} or self._state.deleted:
            return
        if place == "stylesheet":
            if (found := _HEADING.match(data.decode("latin-1").strip())) is not None:
                self._headings.setdefault(self._entry, int(found.group(1)))
            return
        self._text.add_bytes(data.replace(b"\0", b""), self._fonts.get(self._state.font) or self._codec)

    def _put(self, text: str) -> None:
        if self._state.place not in {"-", "info", "fonttbl", "stylesheet"} and not self._state.deleted:
            self._text.add(text)

    def _end(self, word: str) -> None:
        """A paragraph, cell or row ends."""
        if self._state.deleted and word == "par":
            return
        if word in {"nestcell", "nestrow", "column"}:
            self._text.add(" ")
            return
        self._paragraph()
        if word == "cell":
            self._cells.append(cell(self._paragraphs))
            self._paragraphs = []
        elif word == "row":
            self._rows.append(self._cells)
            self._cells = []

    def _paragraph(self) -> None:
        text, label, form = self._text.take().strip(" \n"), self._label, self._form
        self._label = ""
        if not form.in_table and (self._rows or self._cells) and text.strip():
            self._end_table()
        if not text.strip():
            return
        written = None if label else _LABEL.match(text)
        if written is not None:
            label, text = "-" if _BULLET.match(written.group(1)) else written.group(1), text[written.end() :]
        level = form.outline or self._headings.get(form.style, 0)
        block = heading(level, text, label.removeprefix("-")) if level else item(label, form.depth, text.strip("\t"))
        (self._paragraphs if form.in_table else self.blocks).append(block)

    def _end_table(self) -> None:
        rest = [*self._cells, cell(self._paragraphs)] if self._cells or self._paragraphs else []
        if (rows := table([*self._rows, rest])) is not None:
            self.blocks.append(rows)
        self._rows, self._cells, self._paragraphs = [], [], []
