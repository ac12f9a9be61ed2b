"""Writers: a text in our small markup to the bytes of a format, the same bytes every time.

The markup: ``# `` and ``## `` are headings, ``- `` list items, every other line is a paragraph.
"""

import base64
import html
import io
import quopri
import re
import struct
import zipfile
from datetime import datetime
from email.header import Header
from typing import NamedTuple
from xml.sax.saxutils import escape

import docx
import openpyxl
import pptx
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

AUTHOR = "Vennholt Pumps Ltd"
WHEN = datetime(2024, 11, 29, 9, 0, 0)  # every file's own date
ZIP_TIME = (2024, 11, 29, 9, 0, 0)
_KINDS = (("## ", "h2"), ("# ", "h1"), ("- ", "li"))


class Block(NamedTuple):
    """A heading (h1, h2), list item (li) or paragraph (p)."""

    kind: str
    text: str


def blocks(text: str) -> list[Block]:
    """The lines of a text in our markup."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        mark, kind = next(((mark, kind) for mark, kind in _KINDS if line.startswith(mark)), ("", "p"))
        found.append(Block(kind, line.removeprefix(mark)))
    return found


def plain(text: str) -> str:
    """The text without marks, a blank line between blocks."""
    return "\n\n".join(block.text for block in blocks(text)) + "\n"


def web(text: str) -> str:
    """A whole page without navigation."""
    found = blocks(text)
    body = "\n".join(f"<{kind}>{html.escape(words, quote=False)}</{kind}>" for kind, words in found)
    head = f'<head><meta charset="utf-8"><title>{html.escape(found[0].text, quote=False)}</title></head>'
    return f'<!DOCTYPE html>\n<html lang="en">\n{head}\n<body>\n{body}\n</body>\n</html>\n'


def _same_zip(data: bytes) -> bytes:
    """The archive with fixed times: in its directory and in the two places where office files keep theirs."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", WHEN.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), content)
            _put(new, info.filename, content)
    return out.getvalue()


def _put(archive: zipfile.ZipFile, name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
    info = zipfile.ZipInfo(name, ZIP_TIME)
    info.compress_type = method
    info.external_attr = 0o644 << 16
    archive.writestr(info, content)


def word(text: str, letterhead: str = "") -> bytes:
    """A docx with real heading styles; the letterhead goes into the page header."""
    document = docx.Document()
    properties = document.core_properties
    properties.author, properties.title, properties.comments = AUTHOR, blocks(text)[0].text, ""
    if letterhead:
        document.sections[0].header.paragraphs[0].text = letterhead
    for kind, words in blocks(text):
        if kind in {"h1", "h2"}:
            document.add_heading(words, int(kind[1]))
        else:
            document.add_paragraph(words, "List Bullet" if kind == "li" else None)
    out = io.BytesIO()
    document.save(out)
    return _same_zip(out.getvalue())


def pdf(text: str, footer: str = "", password: str = "") -> bytes:
    """A4 pages with a text layer; the footer comes on every page with its number."""
    styles = getSampleStyleSheet()
    style = {"h1": styles["Heading1"], "h2": styles["Heading2"], "li": styles["Bullet"], "p": styles["BodyText"]}
    story: list[object] = []
    for kind, words in blocks(text):
        story += [Paragraph(escape(words), style[kind]), Spacer(1, 6)]

    def mark(canvas: Canvas, document: SimpleDocTemplate) -> None:
        if footer:
            canvas.setFont("Helvetica", 8)
            canvas.drawString(60, 30, f"{footer} - page {document.page}")

    out = io.BytesIO()
    title = blocks(text)[0].text
    page = SimpleDocTemplate(out, pagesize=A4, title=title, author=AUTHOR, invariant=1, encrypt=password or None)
    page.build(story, onFirstPage=mark, onLaterPages=mark)
    return out.getvalue()


def rtf(text: str) -> bytes:
    """Rich text; characters beyond ASCII as \\uN."""
    size = {"h1": r"\b\fs32", "h2": r"\b\fs26", "li": r"\fs22 \bullet\tab", "p": r"\fs22"}
    lines = [r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}"]
    for kind, words in blocks(text):
        escaped = re.sub(r"([\\{}])", r"\\\1", words)
        escaped = "".join(letter if letter.isascii() else f"\\u{ord(letter)}?" for letter in escaped)
        lines.append(rf"{{\pard\sa180{size[kind]} {escaped}\par}}")
    return ("\n".join(lines) + "\n}\n").encode("ascii")


def odt(text: str) -> bytes:
    """A minimal OpenDocument text."""
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "manifest")
    )
    body = ""
    for kind, words in blocks(text):
        if kind in {"h1", "h2"}:
            body += f'<text:h text:outline-level="{kind[1]}">{escape(words)}</text:h>'
        else:
            body += f"<text:p>{escape(words)}</text:p>"
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    kind = "application/vnd.oasis.opendocument.text"
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{media}"/>'
        for path, media in (("/", kind), ("content.xml", "text/xml"))
    )
    content = f"<office:document-content{names}><office:body><office:text>{body}</office:text></office:body>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        _put(archive, "mimetype", kind.encode(), zipfile.ZIP_STORED)
        _put(archive, "content.xml", f"{head}{content}</office:document-content>".encode())
        _put(
            archive, "META-INF/manifest.xml", f"{head}<manifest:manifest{names}>{entries}</manifest:manifest>".encode()
        )
    return out.getvalue()


def slides(text: str) -> bytes:
    """A pptx: each ``# `` begins a slide, a line ``Notes: `` is its speaker's note, the rest its body."""
    deck = pptx.Presentation()
    deck.core_properties.author, deck.core_properties.title = AUTHOR, blocks(text)[0].text
    for chunk in re.split(r"^(?=# )", text, flags=re.MULTILINE)[1:]:
        title, *rest = blocks(chunk)
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = title.text
        slide.placeholders[1].text = "\n".join(block.text for block in rest if not block.text.startswith("Notes: "))
        notes = next(block.text for block in rest if block.text.startswith("Notes: "))
        slide.notes_slide.notes_text_frame.text = notes.removeprefix("Notes: ")
    out = io.BytesIO()
    deck.save(out)
    return _same_zip(out.getvalue())


def workbook(sheets: dict[str, list[tuple[object, ...]]]) -> bytes:
    """An xlsx with these rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.creator = AUTHOR
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return _same_zip(out.getvalue())


def parquet(rows: list[dict[str, object]]) -> bytes:
    """Rows as they are."""
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), out, compression="zstd")
    return out.getvalue()


def _header(head: dict[str, str]) -> str:
    return "".join(
        f"{name}: {value if value.isascii() else Header(value, 'utf-8').encode()}\n" for name, value in head.items()
    )


def mail_quoted(head: dict[str, str], body: str) -> bytes:
    """A plain mail in quoted-printable."""
    lines = _header(head) + "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
    encoded = quopri.encodestring(body.encode(), quotetabs=False).decode("ascii")
    return f"{lines}Content-Transfer-Encoding: quoted-printable\n\n{encoded}".encode("ascii")


def mail_with_attachment(head: dict[str, str], body: str, name: str, data: bytes) -> bytes:
    """A multipart mail with one docx."""
    edge = "=_vh_mixed_1017"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    packed = base64.encodebytes(data).decode("ascii")
    return (
        f'{_header(head)}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{edge}"\n\n'
        f"--{edge}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}\n"
        f'--{edge}\nContent-Type: {kind}\nContent-Disposition: attachment; filename="{name}"\n'
        f"Content-Transfer-Encoding: base64\n\n{packed}\n--{edge}--\n"
    ).encode()


def old_drawing() -> bytes:
    """An OLE2 file of one stream called VisioDocument, as Visio 5 made them; there is no drawing in it."""
    free, end, fat_sector, stream_sectors = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 8
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    chain = [fat_sector, end, *range(3, 2 + stream_sectors), end]
    fat = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le") + b"\0\0" if name else b""
        numbers = struct.pack("<HBBIII", len(raw), kind, 1, free, free, child) + bytes(36)
        return raw.ljust(64, b"\0") + numbers + struct.pack("<IQ", start, size)

    size = stream_sectors * 512
    folder = entry("Root Entry", 5, 1, end, 0) + entry("VisioDocument", 2, free, 2, size) + 2 * entry("", 0, free, 0, 0)
    return head + fat + folder + (bytes(range(256)) * 16)[:size]


def nameplate() -> bytes:
    """A small picture of a nameplate."""
    picture = Image.new("L", (240, 120), 215)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((4, 4, 235, 115), outline=30, width=2)
    for row, line in enumerate(
        ("VENNHOLT PUMPS ALDERMOOR", "Type VH-C40-N 169 A3", "No. 40-3117   Year 2024", "28 m3/h   32 m   2900 rpm")
    ):
        draw.text((18, 18 + 22 * row), line, fill=20)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
