"""Tiny files of every format, made by hand, and the way to read them without a child."""

import io
import zipfile

from corpuskit.extract.formats import documents
from corpuskit.extract.found import Failed, Limits, Opened, Text

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:title>The plan</dc:title><dc:creator>Ada</dc:creator>"
    "<dcterms:created>2024-01-02T03:04:05Z</dcterms:created></cp:coreProperties>"
)


def found(data: bytes, name: str = "file", limits: Limits | None = None) -> list[Text | Failed]:
    return list(documents(Opened(name, io.BytesIO(data), len(data), limits or Limits())))


def text(data: bytes, name: str = "file", limits: Limits | None = None) -> Text:
    (one,) = found(data, name, limits)
    assert isinstance(one, Text), one
    return one


def failed(data: bytes, name: str = "file", limits: Limits | None = None) -> Failed:
    (one,) = found(data, name, limits)
    assert isinstance(one, Failed), one
    return one


def zipped(parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def relations(*targets: tuple[str, str, str]) -> str:
    rows = "".join(f'<Relationship Id="{key}" Type="{R}/{kind}" Target="{target}"/>' for key, kind, target in targets)
    return f'<Relationships xmlns="{RELS}">{rows}</Relationships>'


def docx(body: str, parts: dict[str, str | bytes] | None = None) -> bytes:
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
            "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>',
            "docProps/core.xml": CORE,
            **(parts or {}),
        }
    )


def paragraph(words: str, settings: str = "") -> str:
    return f"<w:p><w:pPr>{settings}</w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>"


def shape(words: str, kind: str = "") -> str:
    placeholder = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>' if kind else ""
    return f"<p:sp>{placeholder}<p:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sp>"


def slide(shapes: str) -> str:
    return f'<p:sld xmlns:p="{P}" xmlns:a="{A}"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>'


def pptx(slides: dict[str, str], order: list[str], parts: dict[str, str | bytes] | None = None) -> bytes:
    ids = "".join(f'<p:sldId id="{256 + place}" r:id="{name}"/>' for place, name in enumerate(order))
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations(("r1", "officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst>{ids}</p:sldIdLst>'
            "</p:presentation>",
            "ppt/_rels/presentation.xml.rels": relations(*((name, "slide", f"slides/{name}.xml") for name in slides)),
            **{f"ppt/slides/{name}.xml": content for name, content in slides.items()},
            **(parts or {}),
        }
    )


def xlsx(rows: str, sheet: str = "Costs") -> bytes:
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>'
            f'<sheet name="{sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": relations(
                ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "styles", "styles.xml")
            ),
            "xl/styles.xml": f'<styleSheet xmlns="{S}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
            "</styleSheet>",
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{S}"><sheetData>{rows}</sheetData></worksheet>',
        }
    )


def odf(kind: str, body: str, manifest: str = "<manifest/>") -> bytes:
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{name}="{urn}:{name}:1.0"' for name in ("office", "text", "table", "draw"))
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document-content {spaces}><office:body>{body}</office:body>"
            "</office:document-content>",
            "META-INF/manifest.xml": manifest,
        }
    )


def epub(chapters: dict[str, str], spine: list[str]) -> bytes:
    items = "".join(f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in chapters)
    refs = "".join(f'<itemref idref="{name}"/>' for name in spine)
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container><rootfile full-path="OEBPS/book.opf"/></container>',
            "OEBPS/book.opf": '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Tales</dc:title>'
            f"</metadata><manifest>{items}</manifest><spine>{refs}</spine></package>",
            **{f"OEBPS/{name}.xhtml": f"<html><body>{content}</body></html>" for name, content in chapters.items()},
        }
    )


def pdf(*pages: str, encrypt: bytes = b"", info: bytes = b"") -> bytes:
    """A page for each text, in Helvetica; without words a page has nothing on it."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * place) for place in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(pages)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for place, words in enumerate(pages):
        lines = b"".join(b"(%s) Tj 0 -14 Td " % line.encode("latin-1") for line in words.split("\n"))
        content = b"BT /F1 12 Tf 72 720 Td %sET" % lines if words else b""
        contents = 5 + 2 * place
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
        objects += [page % contents, b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate([*objects, b"<<%s>>" % info], 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(places) + 1
    trailer = b"trailer<</Size %d/Root 1 0 R/Info %d 0 R%s>>" % (count, count - 1, encrypt)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%s%s\nstartxref\n%d\n%%%%EOF" % (count, table, trailer, len(out))


def locked_pdf() -> bytes:
    """Encrypted for a user password that nobody knows: its check value is wrong for the empty one."""
    zeros = b"00" * 32
    return pdf(
        "Secret",
        encrypt=b"/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (zeros, zeros),
    )
