"""The main content of a saved page: the innermost block that holds most of its prose, without what is not part of it.

Prose is text in runs long enough to be sentences and hardly links; so nothing depends on a language. Class names are English
wherever pages are made, and only decide where prose does not.
"""

import re
from collections.abc import Callable

from corpuskit.extract.html.box import Box

# What sites call the parts around an article; a block so called goes unless it holds most of the prose.
_NEVER = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|breadcrumbs?|footer|sidebar|side-?bar|cookies?|consent|gdpr|popup|modal|dialog|overlay"
    r"|newsletter\w*|signup|sign-up|taboola|outbrain|share|shares|sharing|sharebar|sharethis|addthis|social\w*|comments?\w*"
    r"|disqus|respond|replies|related\w*|recommend\w*|recirc\w*|most-?(?:read|popular|viewed)|popular|trending|also-?(?:read|like)"
    r"|you-?may|more-?(?:from|stories|news|on)|read-?(?:more|next)|up-?next|pagination|pager|contentinfo|complementary)(?=$|[\s_\d-])"
)
_RARELY = re.compile(
    r"(?:^|[\s_-])(?:menu|masthead|banner|paywall|subscri\w*|promo\w*|advert\w*|ads?|sponsor\w*|follow\w*|similar|prev(?:ious)?"
    r"|next-?(?:article|post)|tags?|tag-?list|topics|author-?(?:bio|box|info|card)|bio|byline|author|meta|metadata|post-?info"
    r"|dateline|timestamp|pub-?date|print|toolbar|tools|credits?|copyright|disclaimer|ratings?|widget\w*|hidden"
    r"|screen-reader\S*|sr-only|visually-?hidden|skip-?\w*|toc|login|caption\w*|gallery|slideshow|carousel|search|alert|tooltip"
    r")(?=$|[\s_\d-])"
)
_BODY = re.compile(
    r"(?:article|story|post|entry|content|page|news)[\s_-]{0,2}(?:body|content|text|main)(?=$|[\s_\d-])|(?:^|\s)main[_-]?content(?=$|\s)"
)
_TEXTS = ("articlebody", "text")  # properties of schema.org: what is written in an article, a question, an answer
_NEVER_TAGS = {"nav", "footer", "aside", "search", "menu"}
_RARELY_TAGS = {"figcaption", "address"}
_WHOLE_TAGS = {"html", "body", "main", "article"}
_LEAVES = {"p", "blockquote", "pre", "li", "td", "dd", "ul", "ol", "table"}
_MOST_NEVER, _MOST_RARELY = 0.6, 0.3  # of the page's prose: a block that holds more is not around it
_INWARD = 0.7
_LEAST_BODY = 0.3
_RIVAL = 0.5
_LEAST_LETTERS = 0.5
_LINKED = 0.5
_UNLINKED = 60
_SHORT_LINK = 30  # letters: a source, a name, an address; what leads to another article tells its headline
_BESIDE = 0.02
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


def main_content(root: Box) -> Box | None:
    """A new block with the main content; of a page without prose all but what is around it, none where that is nothing."""
    page = _without(root, lambda box: _is_around(box, root.prose))
    if not page.prose:
        return page if page.chars else None
    content = _without(_innermost(_body(page)), _is_aside)
    _ended(content)
    return content


def _without(box: Box, goes: Callable[[Box], bool]) -> Box:
    """A copy that lacks some of the blocks within."""
    kept = Box(box.tag, box.hint, box.prop)
    kept.chars, kept.link_chars, kept.prose = box.own()
    for item in box.items:
        if isinstance(item, str):
            kept.items.append(item)
        elif not goes(item):
            kept.add(_without(item, goes))
    return kept


def _is_around(box: Box, prose: int) -> bool:
    if box.prose > _MOST_NEVER * prose or box.tag in _WHOLE_TAGS:
        return False
    if box.tag in _NEVER_TAGS or _NEVER.search(box.hint):
        return not _is_quoted(box)
    return box.prose <= _MOST_RARELY * prose and (box.tag in _RARELY_TAGS or _RARELY.search(box.hint) is not None)


def _is_quoted(box: Box) -> bool:
    """Whether the block is called social since it shows a post of some network."""
    return "embed" in box.hint and any(one.tag == "blockquote" for one in box.all())


def _body(page: Box) -> Box:
    """The block that says it is the article, by the surest sign there is, unless another says so with as much right; else the page."""
    large = [box for box in page.all() if box.prose >= _LEAST_BODY * page.prose and box.tag not in {"html", "body"}]
    for sign in _SIGNS:
        told = [box for box in large if sign(box)]
        if told:
            best = max(told, key=lambda box: box.prose)
            within = set(map(id, best.all()))
            others = [box for box in page.all() if id(box) not in within and sign(box) and box.prose]
            if not any(box.prose >= _RIVAL * best.prose or (box.hint and box.hint == best.hint) for box in others):
                return best
    return page


def _is_article_body(box: Box) -> bool:
    return box.prop.lower() == _TEXTS[0]


def _is_article(box: Box) -> bool:
    return box.tag == "article"


def _is_called_body(box: Box) -> bool:
    return _BODY.search(box.hint) is not None


def _is_main(box: Box) -> bool:
    return box.tag == "main"


_SIGNS = (_is_article_body, _is_article, _is_called_body, _is_main)


def _innermost(box: Box) -> Box:
    while True:
        inner = max(box.blocks(), key=lambda one: one.prose, default=None)
        if inner is None or inner.tag in _LEAVES or not inner.prose:
            return box
        if (
            inner.prose < (_LEAST_BODY if _says_so(inner) else _INWARD) * box.prose
            or _says_so_beside(box, inner)
            or _paragraphs(box, inner) > _BESIDE * inner.prose
            or inner.chars - inner.link_chars < _LEAST_LETTERS * (box.chars - box.link_chars)
        ):
            return box
        box = inner


def _says_so(box: Box) -> bool:
    return box.prop.lower() in _TEXTS or _is_called_body(box)


def _says_so_beside(box: Box, inner: Box) -> bool:
    """Whether the content comes in several blocks that are called so: chapters of an article, a question and its answers."""
    within = set(map(id, inner.all()))
    return any(one.prose and _says_so(one) for one in box.all() if one is not box and id(one) not in within)


def _paragraphs(box: Box, inner: Box) -> int:
    """Prose that stands right in the block beside the one within, and would be lost on the way in."""
    return box.own()[2] + sum(one.prose for one in box.blocks() if one.tag in _LEAVES and one is not inner)


def _is_aside(box: Box) -> bool:
    if box.tag == "p" and box.link_chars < _SHORT_LINK:
        return False
    return box.tag == "h1" or (box.link_share > _LINKED and not box.prose and box.chars - box.link_chars < _UNLINKED)


def _ended(box: Box) -> None:
    """Take away what stands after the last prose and only announces what is gone: headings."""
    while box.items and not isinstance(last := box.items[-1], str) and not last.prose:
        if last.tag in _HEADINGS or not last.chars:
            box.items.pop()
        else:
            return
    if box.items and not isinstance(last := box.items[-1], str) and last.tag not in _LEAVES:
        _ended(last)
