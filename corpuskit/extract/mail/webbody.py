"""Bodies in HTML as text in which quotes bear the marks that plain text gives them."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpuskit.extract.html.boxes import MOST_DEEP, depth
from corpuskit.extract.html.webpage import whole_text
from corpuskit.extract.marks import BORDER, LETTER_BEGINS, LETTER_ENDS, SIGNED, without_marks, without_named_marks

_OURS = re.compile(f"[{LETTER_BEGINS}{LETTER_ENDS}{SIGNED}{BORDER}]")
# A body without any of these words quotes nothing, and bears no signature that only its markup tells.
_MARKED = re.compile(r"blockquote|yahoo_quoted|border-top|divRplyFwdMsg|signature|OutlookMessageHeader", re.IGNORECASE)
# Apple Mail and Thunderbird (cite), Gmail, Proton, Outlook for Mac, Yahoo.
_QUOTES = (
    "blockquote[type=cite], blockquote[class*=quote], blockquote[style*=border-left], blockquote[id*=QUOTE], "
    "div.yahoo_quoted, blockquote[cite^=mid]"
)
_SIGNATURES = "div.gmail_signature, div.moz-signature, pre.moz-signature, div#Signature, div#signature"
# Outlook draws a line over the headers of the letter below: on the web with an id, on the desktop as a border.
_HEADERS = "div#divRplyFwdMsg, div#x_divRplyFwdMsg, div.OutlookMessageHeader"
_TOP_BORDER = re.compile(r"border-top\s*:\s*solid", re.IGNORECASE)
_MOST_LEVELS = 50
_BLANK_LINES = re.compile(r"\n{3,}")


def marked_text(html: str) -> str:
    """The text of a body, its quotes behind ``>`` and a mark of ours above headers that a border sets apart."""
    if not _MARKED.search(html) or depth(html) > MOST_DEEP:
        return whole_text(html)
    tree = LexborHTMLParser(without_named_marks(without_marks(html)))
    if tree.html is None:
        return whole_text(html)
    for quote in tree.css(_QUOTES):
        _put_first(quote, LETTER_BEGINS)
        quote.insert_child(LETTER_ENDS)
    for signature in tree.css(_SIGNATURES):
        if not signature.text().lstrip().startswith("--"):
            signature.insert_before(SIGNED)
    for headers in tree.css(_HEADERS):
        headers.insert_before(BORDER)
    for division in tree.css("div[style]"):
        if _TOP_BORDER.search(division.attributes.get("style") or ""):
            division.insert_before(BORDER)
    return _behind_marks(whole_text(tree.html or ""))


def _put_first(node: LexborNode, mark: str) -> None:
    first = node.first_child
    if first is None:
        node.insert_child(mark)
    else:
        first.insert_before(mark)


def _behind_marks(text: str) -> str:
    lines: list[str] = []
    depth = 0
    for line in _OURS.sub(r"\n\g<0>\n", text).split("\n"):
        if line in {LETTER_BEGINS, LETTER_ENDS}:
            depth = max(depth + (1 if line == LETTER_BEGINS else -1), 0)
            continue
        said = "--" if line == SIGNED else line.strip(" ") if depth else line
        lines.append(f"{'>' * min(depth, _MOST_LEVELS)} {said}" if depth else said)
    return _BLANK_LINES.sub("\n\n", "\n".join(lines))
