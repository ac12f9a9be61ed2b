"""PDF pages with texts at given places, sizes and in given fonts."""

Put = tuple[float, float, float, str]  # left, foot, size, text

_FONTS = b"/F1 3 0 R/F2<</Type/Font/Subtype/Type1/BaseFont/Courier/FontDescriptor<</Type/FontDescriptor/Flags 1>>>>"


def page(*puts: Put, code: bool = False) -> bytes:
    font = b"F2" if code else b"F1"
    return b"".join(
        b"BT /%s %.1f Tf %.1f %.1f Td (%s) Tj ET\n" % (font, size, left, foot, text.encode("latin-1"))
        for left, foot, size, text in puts
    )


def document(*contents: bytes, box: bytes = b"0 0 612 792") -> bytes:
    """A PDF of pages with these contents."""
    kids = b" ".join(b"%d 0 R" % (4 + 2 * place) for place in range(len(contents)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(contents)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for place, content in enumerate(contents):
        sheet = b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Resources<</Font<<%s>>>>/Contents %d 0 R>>"
        objects += [
            sheet % (box, _FONTS, 5 + 2 * place),
            b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer<</Size %d/Root 1 0 R>>" % (len(places) + 1)
    return out + b"xref\n0 %d\n0000000000 65535 f \n%s%s\nstartxref\n%d\n%%%%EOF" % (
        len(places) + 1, table, trailer, len(out)
    )  # fmt: skip


def column(left: float, top: float, *lines: str, size: float = 10, step: float = 12) -> list[Put]:
    return [(left, top - place * step, size, line) for place, line in enumerate(lines)]
