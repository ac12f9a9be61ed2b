"""Pages without a text layer: whether there is anything on them to read, and their picture."""

from math import sqrt

import pypdfium2
from pypdfium2 import raw

from corpuskit.extract.ocr.tesseract import DPI

_MOST_PIXELS = 36_000_000  # A2 at 300 dpi, 36 MB in grey; a larger page is drawn coarser
_LEAST_AREA = 0.2  # of the page, covered by pictures: less is a logo
_MANY_PATHS = 200  # letters drawn as outlines; fewer are rules and frames
_POINTS_PER_INCH = 72


def may_hold_text(page: pypdfium2.PdfPage) -> bool:
    """Whether pictures cover much of the page, or many shapes are drawn on it."""
    count = raw.FPDFPage_CountObjects(page.raw)
    paths, area = 0, 0.0
    for place in range(min(count, 10 * _MANY_PATHS)):
        found = raw.FPDFPage_GetObject(page.raw, place)
        kind = raw.FPDFPageObj_GetType(found)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            paths += 1
        elif kind in {raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM, raw.FPDF_PAGEOBJ_SHADING}:
            area += _area(found)
    width, height = page.get_size()
    return paths >= _MANY_PATHS or area >= _LEAST_AREA * width * height > 0


def _area(found: raw.FPDF_PAGEOBJECT) -> float:
    edges = [raw.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(found, *edges):
        return 0.0
    left, bottom, right, top = (float(edge.value) for edge in edges)
    return max(right - left, 0.0) * max(top - bottom, 0.0)


def picture(page: pypdfium2.PdfPage) -> tuple[bytes, int]:
    """The page in grey as a PGM file, and how many dots an inch has in it."""
    width, height = page.get_size()
    scale = DPI / _POINTS_PER_INCH
    if width * height * scale * scale > _MOST_PIXELS:
        scale = sqrt(_MOST_PIXELS / (width * height))
    bitmap = page.render(scale=scale, grayscale=True)
    grey = bitmap.to_numpy()
    grey = grey[:, :, 0] if grey.ndim == 3 else grey
    data = b"P5\n%d %d\n255\n" % (grey.shape[1], grey.shape[0]) + grey.tobytes()
    bitmap.close()
    return data, max(round(scale * _POINTS_PER_INCH), 70)  # Tesseract takes 70 and more
