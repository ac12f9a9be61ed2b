"""What a page's head says about it: title, author, dates, from its meta elements and JSON-LD (schema.org)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

_HEAD_CHARACTERS = 1 << 18
_TITLE = re.compile(r"<title[^>]{0,200}>(.{0,4000}?)</title", re.IGNORECASE | re.DOTALL)
_META = re.compile(r"<meta\s[^>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-zA-Z:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_JSON_LD = re.compile(r"<script[^>]{0,200}application/ld\+json[^>]{0,200}>(.*?)</script", re.IGNORECASE | re.DOTALL)
_MOST_JSON_LD = 8
_MOST_OBJECTS = 2000

# In order of choice, lower case. Dublin Core, Open Graph, and what content systems write.
_AUTHORS = (
    "author",
    "dcterms.creator",
    "dc.creator",
    "citation_author",
    "parsely-author",
    "sailthru.author",
    "article:author",
)
_CREATED = (
    "article:published_time", "dcterms.created", "dc.date", "dcterms.date", "date", "citation_publication_date",
    "datepublished", "pubdate", "parsely-pub-date", "og:pubdate",
)  # fmt: skip
_MODIFIED = ("article:modified_time", "dcterms.modified", "og:updated_time", "datemodified", "last-modified")


@dataclass(frozen=True, slots=True)
class Head:
    """Empty where the page does not say."""

    title: str = ""
    author: str = ""
    created: str = ""
    modified: str = ""


def head(html: str) -> Head:
    """Meta elements first, JSON-LD where they are silent; an address is no author."""
    html = html[:_HEAD_CHARACTERS]
    title = _TITLE.search(html)
    meta = _meta(html)
    linked = {} if all(_first(meta, names) for names in (_AUTHORS, _CREATED, _MODIFIED)) else _linked(html)
    return Head(
        unescape(title.group(1)) if title else meta.get("og:title", "") or linked.get("headline", ""),
        _first(meta, _AUTHORS) or linked.get("author", ""),
        _first(meta, _CREATED) or linked.get("datePublished", ""),
        _first(meta, _MODIFIED) or linked.get("dateModified", ""),
    )


def _meta(html: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _META.finditer(html):
        attributes = {name.lower(): double or single for name, double, single in _ATTRIBUTE.findall(match.group())}
        name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop") or ""
        content = unescape(attributes.get("content", "")).strip()
        if name and content and "://" not in content:
            found.setdefault(name.lower(), content)
    return found


def _first(meta: dict[str, str], names: tuple[str, ...]) -> str:
    return next((meta[name] for name in names if name in meta), "")


def _linked(html: str) -> dict[str, str]:
    """The first value of each schema.org property that matters here."""
    found: dict[str, str] = {}
    for number, match in enumerate(_JSON_LD.finditer(html)):
        if number == _MOST_JSON_LD:
            break
        try:
            tree = json.loads(match.group(1), strict=False)
        except (ValueError, RecursionError):
            continue
        for thing in _things(tree):
            for name in ("headline", "datePublished", "dateModified"):
                if isinstance(value := thing.get(name), str) and value:
                    found.setdefault(name, value)
            if (author := _name(thing.get("author"))) and "://" not in author:
                found.setdefault("author", author)
    return found


def _things(tree: object) -> Iterator[dict[str, object]]:
    """Objects of the tree from the outside in, so many at most."""
    waiting = [tree]
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        one = waiting.pop(0)
        if isinstance(one, dict):
            yield one
            waiting.extend(value for value in one.values() if isinstance(value, dict | list))
        elif isinstance(one, list):
            waiting.extend(one)


def _name(author: object) -> str:
    """An author is a name, an object with one, or several of these."""
    if isinstance(author, list):
        return ", ".join(filter(None, (_name(one) for one in author[:_MOST_JSON_LD])))
    if isinstance(author, dict):
        author = author.get("name")
    return author if isinstance(author, str) else ""
