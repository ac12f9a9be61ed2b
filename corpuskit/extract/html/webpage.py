"""HTML: the main content of saved web pages, the whole text of everything else."""

import re
from collections.abc import Iterator

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.html.box import Box
from corpuskit.extract.html.boxes import boxes
from corpuskit.extract.html.head import head
from corpuskit.extract.html.light import light
from corpuskit.extract.html.main import main_content

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}?encoding=[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
# What a web server puts around a page: elements, and words in class, id and role. Three kinds of it make a saved page: 102 of 102 news
# pages have them, of 589 pages of manuals 144, all of one that has nav, aside and footer around its text.
_CHROME_TAGS = {"nav", "footer", "aside"}
_CHROME_NAMES = ("navigation", "banner", "contentinfo", "menu", "navbar", "sidebar", "cookie", "breadcrumb", "footer")
_CARD = re.compile(r"<meta\s[^>]{0,80}property=[\"']og:", re.IGNORECASE)  # for social networks
_FETCHED = re.compile(r"<(?:script|link)\s[^>]{0,200}(?:src|href)=[\"']?(?:https?:)?//", re.IGNORECASE)  # from a server
_MANY_FETCHED = 3
_CHROME_AT_LEAST = 3
_HEAD_CHARACTERS = 1 << 16
# When the main content keeps less of the page's prose than this, it was not found but lost.
LEAST_MAIN_SHARE = 0.1


def read(opened: Opened, charset: str = "") -> Iterator[Text | Failed]:
    """One document, with the title, author and dates the page's head tells.

    ``charset`` is what is said of the page outside of it, as in a mail: it counts for more than what the page says, as RFC 2557 has it.
    """
    data = opened.bytes()
    found = _CHARSET.search(data[:4096])
    declared = (found.group(1) or found.group(2)).decode("ascii", "replace") if found else ""
    html = decode(data, charset or declared)
    said = head(html)
    yield Text(page_text(html), title=said.title, author=said.author, created=said.created, modified=said.modified)


def page_text(html: str) -> str:
    """The main content of a saved page, all of any other, and of one whose main content is next to nothing."""
    page = boxes(html)
    return light((_main(page) if _is_saved(page, html) else None) or page)


def whole_text(html: str) -> str:
    """All visible text as light Markdown; no alternative texts of images."""
    return light(boxes(html))


def is_saved_page(html: str) -> bool:
    """Whether the page looks served by a web site, rather than exported by a program or written by hand."""
    return _is_saved(boxes(html), html)


def _is_saved(page: Box, html: str) -> bool:
    every = list(page.all())
    names = " ".join(box.hint for box in every if box.hint)
    kinds = len({box.tag for box in every} & _CHROME_TAGS) + sum(name in names for name in _CHROME_NAMES)
    kinds += _CARD.search(html, 0, _HEAD_CHARACTERS) is not None
    return kinds + (len(_FETCHED.findall(html)) >= _MANY_FETCHED) >= _CHROME_AT_LEAST


def _main(page: Box) -> Box | None:
    main = main_content(page)
    return main if main is not None and main.prose >= LEAST_MAIN_SHARE * page.prose else None
