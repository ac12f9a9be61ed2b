"""An HTML page as a small tree of blocks: what a person sees, without what only a browser needs.

Parsed by lexbor through selectolax (HTML5's own rules), which was 3 times faster to walk through than lxml on news pages, and reads
a line of 50 MB that libxml2 cuts without ``huge_tree``.
"""

import re
from html import unescape
from itertools import accumulate

from selectolax.lexbor import LexborHTMLParser, LexborNode

from corpuskit.extract.html.box import VERBATIM, Box
from corpuskit.extract.html.seen import hint, is_caption, is_hidden, is_spoken
from corpuskit.extract.marks import LINE_BREAK, without_named_marks

MOST_DEEP = 2500  # lexbor's time grows with the square of the depth: 0.03 s here, minutes at 20,000
MOST_NESTED = 150  # blocks within blocks; far from the end of Python's stack
# Tags that end themselves do not nest, however many of them a page leaves open.
_SELF_ENDING = {
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "br", "img", "hr", "input", "meta",
    "link", "col", "area", "base", "wbr", "source", "embed",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_UNSEEN = {"script", "style", "template", "noscript"}
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z!?][a-zA-Z0-9-]*)[^<>]*>")

SKIPPED = {
    "script", "style", "noscript", "template", "head", "svg", "canvas", "audio", "video", "object", "embed", "iframe",
    "map", "button", "select", "textarea", "input", "datalist", "dialog", "frameset",
}  # fmt: skip
BLOCKS = {
    "html", "body", "div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table",
    "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "pre", "blockquote", "section", "article", "main", "nav",
    "header", "footer", "aside", "figure", "figcaption", "form", "fieldset", "legend", "address", "details",
    "summary", "hr", "center", "menu", "noframes", "search", "hgroup", "listing", "xmp", "plaintext",
}  # fmt: skip
# Elements of unknown name within these stand in a line.
_LINES = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary", "span"}


class _Walk:
    """The boxes that are open while the page's nodes go by in their order."""

    def __init__(self) -> None:
        self.root = Box("html")
        self.open = [self.root]
        self.pieces: list[str] = []
        self.links = 0
        self.linked = 0

    def text(self, text: str) -> None:
        if not self.pieces and text.isspace() and self.open[-1].tag not in VERBATIM:
            return  # as most text between the tags of blocks
        self.pieces.append(text)
        if self.links:
            self.linked += len(text.strip())

    def is_in_a_line(self) -> bool:
        """Whether what comes next goes on in a line of text."""
        return bool(self.pieces) or self.open[-1].tag in _LINES

    def end_run(self) -> None:
        """What was written since the last block began or ended becomes one run of its box."""
        if not self.pieces:
            return
        box, run = self.open[-1], "".join(self.pieces)
        self.pieces = []
        stripped = run.strip(" \t\r\n" + LINE_BREAK)
        if stripped:
            if box.tag not in VERBATIM:
                run = LINE_BREAK.join(" ".join(line.split()) for line in run.split(LINE_BREAK))
            box.add_run(run, len(stripped), self.linked)
        self.linked = 0

    def begin(self, box: Box) -> bool:
        """Open a box, unless too many are open: what is within then belongs to the innermost one."""
        self.end_run()
        if len(self.open) < MOST_NESTED:
            self.open.append(box)
            return True
        return False

    def end(self) -> None:
        self.end_run()
        box = self.open.pop()
        self.open[-1].add(box)


def boxes(html: str) -> Box:
    """The page's blocks; for one nested deeper than any that a person wrote, one box with its text line by line."""
    if depth(html) > MOST_DEEP:
        return _flat(html)
    walk = _Walk()
    root = LexborHTMLParser(without_named_marks(html)).root
    if root is not None:
        _through(root, walk)
    walk.end_run()
    return walk.root


def _through(root: LexborNode, walk: _Walk) -> None:
    """Every node once, in order, without recursion; an end is a string on the stack of what is still to come."""
    waiting: list[LexborNode | str] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            if node == "a":
                walk.links -= 1
            elif node:
                walk.end()
            else:
                walk.end_run()
            continue
        following = node.next
        if following is not None and node is not root:
            waiting.append(following)
        tag = node.tag or ""
        if tag == "-text":
            walk.text(node.text_content or "")
        elif tag == "br":
            walk.pieces.append(LINE_BREAK)
        elif tag == "img":
            walk.open[-1].pictures += 1
        elif tag not in SKIPPED and tag[:1] not in "-!" and (child := _entered(node, tag, walk, waiting)) is not None:
            waiting.append(child)


def _entered(node: LexborNode, tag: str, walk: _Walk, waiting: list[LexborNode | str]) -> LexborNode | None:
    """The first node within an element that a person sees; its end is put on the stack."""
    if tag == "a":
        walk.links += 1
        waiting.append("a")
    elif tag == "math":
        walk.text(_formula(node))
        return None
    elif tag == "span":
        return node.first_child if _shown(node, walk, waiting) else None
    elif tag in BLOCKS or ("-" in tag and not walk.is_in_a_line()):
        attributes = node.attributes
        if attributes:
            if is_hidden(attributes, tag):
                return None
            opened = walk.begin(Box(tag, hint(attributes), attributes.get("itemprop") or ""))
        else:
            opened = walk.begin(Box(tag))
        waiting.append(tag if opened else "")
    return node.first_child


def _shown(node: LexborNode, walk: _Walk, waiting: list[LexborNode | str]) -> bool:
    """Whether a person sees a span; one that sites make a caption is a block of its own."""
    attributes = node.attributes
    if not attributes:
        return True
    names = attributes.get("class") or ""
    if is_hidden(attributes, "span") or is_spoken(names):
        return False
    if is_caption(names):
        waiting.append("span" if walk.begin(Box("span", hint(attributes))) else "")
    return True


def _formula(node: LexborNode) -> str:
    """A formula: its TeX where the page carries it, else its letters."""
    tex = node.css_first('annotation[encoding="application/x-tex"]')
    return ((tex if tex is not None else node).text() or "").strip()


def depth(html: str) -> int:
    """How deep elements nest, at most: counted only for pages with enough tags to nest that deep."""
    if html.count("<") <= MOST_DEEP:
        return 0
    steps = (-1 if found[0] else 1 for found in _TAG.findall(html) if found[1].lower() not in _SELF_ENDING)
    return max(accumulate(steps, lambda depth, step: max(depth + step, 0)), default=0)


def _flat(html: str) -> Box:
    """Text between tags, each on a line of its own, in one pass."""
    box = Box("html")
    unseen = ""
    at = 0
    for tag in _ANY_TAG.finditer(html):
        if not unseen:
            _add_lines(box, html[at : tag.start()])
        name = tag.group(2).lower()
        if unseen == name and tag.group(1):
            unseen = ""
        elif not unseen and name in _UNSEEN and not tag.group(1):
            unseen = name
        at = tag.end()
    if not unseen:
        _add_lines(box, html[at:])
    return box


def _add_lines(box: Box, html: str) -> None:
    for line in html.splitlines():
        if text := unescape(line).strip():
            box.add_run(text, len(text), 0)
