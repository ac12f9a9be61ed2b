"""Old office files, made by hand from their specifications."""

import struct
import zipfile
from io import BytesIO

SECTOR = 512
FREE, END = 0xFFFFFFFF, 0xFFFFFFFE


def ole(streams: dict[str, bytes], cutoff: int = 0) -> bytes:
    """A compound file ([MS-CFB]); streams shorter than ``cutoff`` lie in the small stream. Names have no folders."""
    sectors: list[bytes] = []
    table: list[int] = []

    def put(data: bytes) -> int:
        if not data:
            return END
        first = len(sectors)
        pieces = [data[at : at + SECTOR].ljust(SECTOR, b"\0") for at in range(0, len(data), SECTOR)]
        sectors.extend(pieces)
        table.extend([*range(first + 1, first + len(pieces)), END])
        return first

    small, small_table = b"", list[int]()
    entries = []
    for name, data in streams.items():
        if len(data) < cutoff:
            start = len(small_table)
            count = -(-len(data) // 64)
            small += data.ljust(count * 64, b"\0")
            small_table += [*range(start + 1, start + count), END]
        else:
            start = put(data)
        entries.append((name, 2, start, len(data)))
    root = ("Root Entry", 5, put(small), len(small))
    small_start = put(struct.pack(f"<{len(small_table)}I", *small_table)) if small_table else END
    directory = b""
    for number, (name, kind, start, size) in enumerate([root, *entries]):
        raw = name.encode("utf-16-le") + b"\0\0"
        following = number + 1 if 0 < number < len(entries) else FREE
        child = 1 if not number and entries else FREE
        directory += raw.ljust(64, b"\0") + struct.pack("<HBB3I", len(raw), kind, 1, FREE, following, child)
        directory += bytes(36) + struct.pack("<IQ", start, size)
    directory_start = put(directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0"))
    pages = -(-(len(table) + 1) // (SECTOR // 4))
    fat_start = len(sectors)
    table += [0xFFFFFFFD] * pages
    fat = struct.pack(f"<{len(table)}I", *table).ljust(pages * SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<4I", pages, directory_start, 0, cutoff)
    header += struct.pack("<4I", small_start, 1 if small_table else 0, END, 0)
    listed = [*range(fat_start, fat_start + pages), *[FREE] * (109 - pages)]
    return header + struct.pack("<109I", *listed) + b"".join(sectors) + fat


def sprm(code: int, value: int, size: int = 1) -> bytes:
    """One setting of Word ([MS-DOC] 2.6)."""
    return struct.pack("<H", code) + value.to_bytes(size, "little")


def _page(places: list[int], formats: list[bytes], width: int) -> bytes:
    """A page of formatting ([MS-DOC] 2.9.33, 2.9.177)."""
    count = len(formats)
    head, body, at = struct.pack(f"<{count + 1}I", *places), b"", SECTOR - 1
    data = bytearray(SECTOR)
    for one in formats:
        if one:
            stored = bytes([len(one)]) + one if width == 1 else b"\0" + bytes([len(one) // 2]) + one
            at = (at - len(stored)) & ~1
            data[at : at + len(stored)] = stored
        body += bytes([at // 2 if one else 0]) + bytes(width - 1)
    data[: len(head) + len(body)] = head + body
    data[-1] = count
    return bytes(data)


def doc(
    paragraphs: list[tuple[str, int, bytes]],
    *,
    runs: list[tuple[str, bytes]] | None = None,
    notes: list[tuple[int, str]] | None = None,
    levels: list[tuple[int, str]] | None = None,
    wide: bool = False,
    flags: int = 0,
    title: str = "",
) -> bytes:
    """A Word 97 document: texts with their end marks, style (0 body, 1 heading 1) and settings.

    ``runs`` gives formatting to the first place a text stands; ``notes`` are a place and a text; ``levels`` kind and text of the
    depths of list 1.
    """
    main = "".join(text for text, _, _ in paragraphs)
    noted = "".join(text for _, text in notes or [])
    whole = main + noted
    start, width = 0x400, 2 if wide else 1
    text = whole.encode("utf-16-le" if wide else "cp1252")
    ends, at = [start], start
    for words, _, _ in paragraphs:
        at += _units(words) * width
        ends.append(at)
    data = text.ljust(-(-len(text) // SECTOR) * SECTOR, b"\0")
    form = [struct.pack("<H", style) + more for _, style, more in paragraphs]
    paragraph_page = (start + len(data)) // SECTOR
    data += _page(ends, [one + b"\0" * (len(one) % 2) for one in form], 13)
    places, formats = [start], list[bytes]()
    for words, more in runs or []:
        begin = start + whole.index(words) * width
        places += [begin, begin + len(words) * width]
        formats += [b"", more]
    data += _page(places, formats, 1) if formats else b""
    table, pairs = b"", dict[int, tuple[int, int]]()

    def part(pair: int, content: bytes) -> None:
        nonlocal table
        pairs[pair] = len(table), len(content)
        table += content

    piece = struct.pack("<IIHIH", 0, _units(whole), 0, start if wide else 0x40000000 | start * 2, 0)
    part(33, b"\x02" + struct.pack("<I", len(piece)) + piece)
    part(13, struct.pack("<III", ends[0], ends[-1], paragraph_page))
    if formats:
        part(12, struct.pack("<III", places[0], places[-1], paragraph_page + 1))
    part(1, _styles())
    if notes:
        part(2, struct.pack(f"<{len(notes) + 1}I", *[place for place, _ in notes], len(main)) + b"\1\0" * len(notes))
        limits = [sum(len(text) for _, text in notes[:number]) for number in range(len(notes) + 1)]
        part(3, struct.pack(f"<{len(limits) + 1}I", *limits, len(noted) + 3))
    if levels:
        # The levels lie behind the list, beyond its stated length.
        part(73, struct.pack("<h", 1) + struct.pack("<ii", 7, 0) + bytes(18) + b"\0\0")
        table += b"".join(_level(kind, text) for kind, text in levels) + _level(0, "") * (9 - len(levels))
        part(74, struct.pack("<i", 1) + struct.pack("<i8xB3x", 7, 0) + b"\xff" * 4)
    header = bytearray(start)
    struct.pack_into("<HHHHHH", header, 0, 0xA5EC, 0xC1, 0, 0x409, 0, flags)
    struct.pack_into("<7i", header, 0x4C, _units(main), _units(noted), 0, 0, 0, 0, 0)
    for pair, place in pairs.items():
        struct.pack_into("<II", header, 0x9A + 8 * pair, *place)
    summary = {"\x05SummaryInformation": _summary(title)} if title else {}
    return ole({"WordDocument": bytes(header) + data, "0Table": table, **summary}, cutoff=4096)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _styles() -> bytes:
    styles = b""
    for built_in, base in ((0, 0xFFF), (1, 0)):
        style = (
            struct.pack("<5H", built_in, 1 | base << 4, 2, 0, 0)
            + struct.pack("<HH", 0, 0)
            + struct.pack("<HH", 2, built_in)
        )
        styles += struct.pack("<H", len(style)) + style
    return struct.pack("<H", 4) + struct.pack("<HH", 2, 10) + styles


def _level(kind: int, text: str) -> bytes:
    return (
        struct.pack("<iBB9xB", 1, kind, 0, 0)
        + bytes(8)
        + bytes(4)
        + struct.pack("<H", len(text))
        + text.encode("utf-16-le")
    )


def _summary(title: str) -> bytes:
    value = title.encode("utf-8") + b"\0"
    properties = (
        struct.pack("<IIII", 1, 24, 2, 32) + struct.pack("<IHH", 2, 65001, 0) + struct.pack("<II", 0x1E, len(value))
    )
    section = struct.pack("<II", 8 + len(properties) + len(value), 2) + properties + value
    return (
        struct.pack("<HHI", 0xFFFE, 0, 0)
        + bytes(16)
        + struct.pack("<I", 1)
        + bytes(16)
        + struct.pack("<I", 48)
        + section
    )


def record(kind: int, content: bytes, instance: int = 0, *, container: bool = False) -> bytes:
    """A record of PowerPoint ([MS-PPT] 2.3.1)."""
    return struct.pack("<HHI", instance << 4 | (0xF if container else 0), kind, len(content)) + content


def said(kind: int, text: str) -> bytes:
    """A text of a shape: 0 title, 1 body, 2 notes, 4 other."""
    return record(0x0F9F, struct.pack("<I", kind)) + record(0x0FA0, text.encode("utf-16-le"))


def ppt(slides: list[bytes], notes: str = "", token: int = 0xE391C05F) -> bytes:
    """A presentation: slides as the texts of their shapes; notes for the first of them."""
    parts = []
    for number, texts in enumerate(slides):
        atom = record(0x03EF, bytes(16) + struct.pack("<II", 900 if notes and not number else 0, 0))
        shape = record(0xF004, record(0xF00D, texts, container=True), container=True)
        parts.append(record(0x03EE, atom + record(0x040C, shape, container=True), container=True))
    if notes:
        shape = record(0xF004, record(0xF00D, said(2, notes), container=True), container=True)
        parts.append(record(0x03F0, record(0x040C, shape, container=True), container=True))
    places = [record(0x03F3, struct.pack("<IIiII", 2 + n, 0, 0, 256 + n, 0)) for n in range(len(slides))]
    lists = record(0x0FF0, b"".join(places), 0, container=True)
    if notes:
        lists += record(0x0FF0, record(0x03F3, struct.pack("<IIiII", 2 + len(slides), 0, 0, 900, 0)), 2, container=True)
    stream, where = b"", []
    for part in [record(0x03E8, lists, container=True), *parts]:
        where.append(len(stream))
        stream += part
    directory = len(stream)
    stream += record(0x1772, struct.pack(f"<I{len(where)}I", len(where) << 20 | 1, *where))
    edit = len(stream)
    stream += record(0x0FF5, struct.pack("<IIIII", 0, 0, 0, directory, 1) + bytes(8))
    user = record(0x0FF6, struct.pack("<III", 20, token, edit))
    return ole({"PowerPoint Document": stream, "Current User": user})


def overlapping(data: bytes, times: int) -> bytes:
    """A zip whose directory names the same bytes again and again."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        start = archive.start_dir
        infos = archive.infolist()
    end = data.rindex(b"PK\x05\x06")
    entries = data[start:end]
    count = len(infos) * times
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(entries) * times, start, 0)
    return data[:start] + entries * times + tail
