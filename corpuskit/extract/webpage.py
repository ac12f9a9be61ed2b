"""HTML: the main content of saved web pages, the whole text of everything else."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice

from resiliparse.extract.html2text import extract_plain_text

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}?encoding=[\"']([\w.:-]{2,40})",
    re.IGNORECASE,
)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_META = re.compile(
    r"<meta\s[^>]{0,400}?name=[\"'](author|date|dcterms\.created|dcterms\.modified)[\"'][^>]*>", re.IGNORECASE
)
_CONTENT = re.compile(r"content=[\"']([^\"']*)[\"']", re.IGNORECASE)
# Chrome is what a web server puts around a page: navigation, footers, scripts of trackers, cards for social networks.
_CHROME = re.compile(
    r"<nav[\s>]|<footer[\s>]|<aside[\s>]|role=[\"'](?:navigation|banner|contentinfo)|property=[\"']og:"
    r"|(?:id|class)=[\"'][^\"']{0,80}(?:menu|navbar|sidebar|cookie|breadcrumb|footer)",
    re.IGNORECASE,
)
_CHROME_AT_LEAST = 3
# What resiliparse takes for main content and readers do not.
_NOT_MAIN = ["[class*=comment]", "[id*=comment]", "[class*=newsletter]", "[class*=cookie]", "footer"]
# Lines of this many characters are sentences, not menus. When the main content keeps fewer of their letters than this
# share, it was not found but lost (measured on 181 news pages and on the manuals of LibreOffice).
_PROSE_CHARACTERS = 80
LEAST_MAIN_SHARE = 0.1


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document, with the title, author and dates the page's head tells."""
    data = opened.bytes()
    declared = _CHARSET.search(data[:4096])
    html = decode(data, (declared.group(1) or declared.group(2)).decode("ascii", "replace") if declared else "")
    title = _TITLE.search(html)
    meta = {match.group(1).lower(): match.group() for match in _META.finditer(html[:65536])}
    yield Text(
        page_text(html),
        title=unescape(title.group(1)) if title else "",
        author=_content(meta.get("author", "")),
        created=_content(meta.get("dcterms.created", "") or meta.get("date", "")),
        modified=_content(meta.get("dcterms.modified", "")),
    )


def page_text(html: str) -> str:
    """The main content of a saved page, all of any other, and of one whose main content is next to nothing."""
    everything = whole_text(html)
    if not is_saved_page(html):
        return everything
    main: str = extract_plain_text(html, main_content=True, alt_texts=False, skip_elements=_NOT_MAIN)
    return main if main.strip() and _prose(main) >= LEAST_MAIN_SHARE * _prose(everything) else everything


def _prose(text: str) -> int:
    """Characters in lines long enough to be sentences."""
    return sum(len(line) for line in map(str.strip, text.splitlines()) if len(line) >= _PROSE_CHARACTERS)


def whole_text(html: str) -> str:
    """All visible text, blocks on lines of their own; no alternative texts of images."""
    text: str = extract_plain_text(html, main_content=False, alt_texts=False)
    return text


def is_saved_page(html: str) -> bool:
    """Whether the page looks served by a web site, rather than exported by a program or written by hand."""
    return len(list(islice(_CHROME.finditer(html), _CHROME_AT_LEAST))) == _CHROME_AT_LEAST


def _content(tag: str) -> str:
    match = _CONTENT.search(tag)
    return unescape(match.group(1)) if match else ""
