"""PowerPoint presentations of 1997 to 2003 (.ppt)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from corpuskit.extract.blocks import Block, heading, item, joined, quoted, table, title_first
from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.office.ole import Compound
from corpuskit.extract.office.olesummary import summary
from corpuskit.extract.office.pptrecords import Presentation, Record

# Kinds of records ([MS-PPT] 2.13.24, [MS-ODRAW] 2.2).
_SLIDE, _SLIDE_ATOM, _SLIDE_PLACE, _SLIDES = 0x03EE, 0x03EF, 0x03F3, 0x0FF0
_TEXT_HEADER, _WIDE_TEXT, _BYTE_TEXT, _TEXT_STYLE, _TEXT_OF_OUTLINE = 0x0F9F, 0x0FA0, 0x0FA8, 0x0FA1, 0x0F9E
_PLACEHOLDER, _GROUP, _SHAPE, _PROPERTIES, _TEXT_BOX, _CHILD_PLACE = 0x0BC3, 0xF003, 0xF004, 0xF122, 0xF00D, 0xF00F
_TITLES, _BODIES, _NOTES_TEXT = {0, 6}, {1, 5, 7, 8}, 2
_FIELDS = {0x0FD8, 0x0FF7, 0x0FF8, 0x0FF9, 0x0FFA, 0x1015}  # number, dates, header, footer: a star in the text
_REPEATED = {7, 8, 9, 10}  # placeholders of date, number, footer, header
_IS_TABLE = 0x039F  # tableProperties
_OF_SLIDES, _OF_NOTES = 0, 2
_SIGNS = {0x0B: "\n", 0x00: None, 0x0C: "\n"}
# Sizes of the settings of a paragraph by the bits that announce them, in order ([MS-PPT] 2.9.20).
_PARAGRAPH_SETTINGS = (
    (0x0F, 2), (0x80, 2), (0x10, 2), (0x40, 2), (0x20, 4), (0x800, 2), (0x1000, 2), (0x2000, 2), (0x4000, 2), (0x100, 2),
    (0x400, 2), (0x8000, 2), (0x100000, 0), (0x10000, 2), (0xE0000, 2), (0x200000, 2),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Said:
    """The text of one shape: its kind ([MS-PPT] 2.13.33), and how deep each paragraph is indented."""

    kind: int
    text: str = ""
    depths: tuple[int, ...] = ()


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: slides in the order of the presentation, titles as headings, notes as quotes below; hidden ones too.

    A page a slide. Slide numbers, dates, headers and footers are left out.
    """
    compound = Compound(opened.bytes())
    deck = Presentation(compound)
    places = list(_places(deck))
    notes = {slide_id: part for kind, slide_id, part, _ in places if kind == _OF_NOTES}
    slides = [(part, outline) for kind, _, part, outline in places if kind == _OF_SLIDES]
    blocks: list[Block] = []
    pages = 0
    for part, outline in slides:
        pages += 1
        found = [*title_first(_slide(deck, part, outline)), *_spoken(deck, part, notes)]
        if found:
            blocks += [replace(found[0], pages=pages), *found[1:]]
            pages = 0
    yield Text(joined(blocks, pages), **summary(compound))


def _places(deck: Presentation) -> Iterator[tuple[int, int, Record, list[_Said]]]:
    """Slides and notes as the document lists them: which, their number, their record, the texts of their outline."""
    slides = [record for record in deck.records(0, len(deck.data)) if record.kind == _SLIDE]
    unlisted = iter(slides if deck.lost else [])
    for listed in deck.children(deck.document()):
        if listed.kind != _SLIDES:
            continue
        texts: list[_Said] = []
        for record in deck.children(listed):
            if record.kind == _SLIDE_PLACE and record.end - record.begin >= 16:
                identity, slide_id = struct.unpack_from("<I8xI", deck.data, record.begin)
                texts = []
                part = deck.part(identity) or next(unlisted, None)
                if part is not None:
                    yield listed.instance, slide_id, part, texts  # its texts follow, and are there when it is read
            else:
                _say(deck, record, texts)


def _slide(deck: Presentation, slide: Record, outline: list[_Said]) -> Iterator[Block]:
    for shape in _shapes(deck, slide, outline):
        yield from _blocks(shape) if isinstance(shape, _Said) else [shape]


def _spoken(deck: Presentation, slide: Record, notes: dict[int, Record]) -> Iterator[Block]:
    """The notes of a slide; the picture of the slide on their page has no text of its own."""
    for atom in deck.children(slide):
        if atom.kind == _SLIDE_ATOM and atom.end - atom.begin >= 20:
            part = notes.get(struct.unpack_from("<I", deck.data, atom.begin + 16)[0])
            for shape in _shapes(deck, part, []) if part is not None else ():
                if isinstance(shape, _Said) and shape.kind == _NOTES_TEXT and shape.text.strip():
                    yield quoted(shape.text)


def _shapes(deck: Presentation, container: Record, outline: list[_Said]) -> Iterator[_Said | Block]:
    """The texts of shapes in the order they are stored; tables as rows."""
    for record in deck.children(container):
        if record.kind == _GROUP and (rows := _rows(deck, record, outline)) is not None:
            yield rows
        elif record.kind == _SHAPE:
            yield from _shape(deck, record, outline)
        elif record.container and record.kind != _TEXT_BOX:
            yield from _shapes(deck, record, outline)


def _shape(deck: Presentation, shape: Record, outline: list[_Said]) -> Iterator[_Said]:
    texts: list[_Said] = []
    for record in deck.below(shape):
        if record.kind == _PLACEHOLDER and deck.data[record.begin + 4 : record.begin + 5] in {
            bytes([n]) for n in _REPEATED
        }:
            return
        if record.kind == _TEXT_OF_OUTLINE and record.end - record.begin >= 4:
            number = struct.unpack_from("<I", deck.data, record.begin)[0]
            texts += outline[number : number + 1]
        else:
            _say(deck, record, texts)
    yield from texts


def _say(deck: Presentation, record: Record, texts: list[_Said]) -> None:
    """A header begins a text, the records after it say what it is."""
    data = deck.content(record)
    if record.kind == _TEXT_HEADER and len(data) >= 4:
        texts.append(_Said(data[0]))
    elif record.kind == _WIDE_TEXT and texts:
        texts[-1] = replace(texts[-1], text=data[: len(data) & ~1].decode("utf-16-le", "replace"))
    elif record.kind == _BYTE_TEXT and texts:
        texts[-1] = replace(texts[-1], text=data.decode("latin-1"))
    elif record.kind == _TEXT_STYLE and texts:
        texts[-1] = replace(texts[-1], depths=tuple(_depths(data, texts[-1].text)))
    elif record.kind in _FIELDS and texts and len(data) >= 4:
        at, text = struct.unpack_from("<I", data)[0], texts[-1].text
        texts[-1] = replace(texts[-1], text=f"{text[:at]}\0{text[at + 1 :]}")


def _blocks(said: _Said) -> Iterator[Block]:
    text = said.text.translate(_SIGNS)
    if said.kind in _TITLES and text.strip():
        yield heading(1, text)
        return
    lines = [line.strip() for line in text.split("\r")]
    if said.kind not in _BODIES:
        kept = "\n".join(line for line in lines if line)
        yield from [Block(kept)] if kept else []
        return
    for number, line in enumerate(lines):
        if line:
            yield item("-", said.depths[number] if number < len(said.depths) else 0, line)


def _rows(deck: Presentation, group: Record, outline: list[_Said]) -> Block | None:
    """A table is a group of shapes that says so; where the shapes lie makes the rows."""
    shapes = [record for record in deck.children(group) if record.kind == _SHAPE]
    if not shapes or not any(
        _is_table(deck.content(one)) for one in deck.children(shapes[0]) if one.kind == _PROPERTIES
    ):
        return None
    cells: dict[int, list[tuple[int, str]]] = {}
    for shape in shapes[1:]:
        left, top = next(
            (
                struct.unpack_from("<ii", deck.data, one.begin)
                for one in deck.children(shape)
                if one.kind == _CHILD_PLACE
            ),
            (0, 0),
        )
        texts = [said.text.translate(_SIGNS) for said in _shape(deck, shape, outline)]
        if texts:
            cells.setdefault(top, []).append((left, " ".join(texts)))
    return table([text for _, text in sorted(row)] for _, row in sorted(cells.items()))


def _is_table(properties: bytes) -> bool:
    return any(
        struct.unpack_from("<H", properties, at)[0] & 0x3FFF == _IS_TABLE for at in range(0, len(properties) - 5, 6)
    )


def _depths(data: bytes, text: str) -> Iterator[int]:
    """How deep each paragraph is, from the first runs of a StyleTextPropAtom ([MS-PPT] 2.9.44)."""
    lengths = [len(line) + 1 for line in text.split("\r")]
    at = run = depth = 0
    for length in lengths:
        if run <= 0:
            if at + 10 > len(data):
                return
            run, depth, bits = struct.unpack_from("<IHI", data, at)
            at += 10
            for mask, size in _PARAGRAPH_SETTINGS:
                if bits & mask:
                    stops = struct.unpack_from("<H", data, at)[0] if not size and at + 2 <= len(data) else 0
                    at += size or 2 + 4 * stops
        yield min(depth, 4)
        run -= length
