"""Tables in the language of tbl(1): rows of cells."""

import re

from corpuskit.extract.markup.troff import arguments, plain

_TAB = re.compile(r"\btab[ \t]*\((.)\)", re.IGNORECASE)
_RULE = re.compile(r"[_=\s]*")


def rows(lines: list[tuple[str, str]]) -> list[list[str]]:
    """The rows between .TS and .TE, given as (macro, rest); what says how cells are set is no row, nor are lines drawn."""
    texts = [rest if not name else " ".join(arguments(rest)) if name.isupper() else "" for name, rest in lines]
    found = _TAB.search(texts[0]) if texts and texts[0].rstrip().endswith(";") else None
    tab = found.group(1) if found else "\t"
    begin = next((place + 1 for place, text in enumerate(texts) if text.rstrip().endswith(".")), 0)
    table: list[list[str]] = []
    block = formats = False  # within T{ and T}, where a cell goes on over lines; where formats change
    for (name, _), text in zip(lines[begin:], texts[begin:], strict=True):
        if formats or name == "T&":
            formats = not text.rstrip().endswith(".")
            continue
        if block and not text.startswith("T}"):
            table[-1][-1] += " " + text
        elif block:
            table[-1] += text[2:].lstrip(tab).split(tab) if text[2:].strip() else []
        elif name or _RULE.fullmatch(text):
            continue
        else:
            table.append(text.split(tab))
        block = _opens(table[-1]) if not block or text.startswith("T}") else True
    return [[" ".join(plain(cell).split()) for cell in one] for one in table]


def _opens(cells: list[str]) -> bool:
    """Whether the last cell is a block that begins here; the sign of it goes."""
    if cells and cells[-1].strip() == "T{":
        cells[-1] = ""
        return True
    return False
