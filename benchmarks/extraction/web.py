"""Web pages: 181 news pages against the text of their articles, and saved pages without a truth for speed."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

from .family import Case, Family, Peer, Reader
from .scores import ORDER, SHINGLES

_MOST_CLIPS = 80


def cases(data: Path) -> Iterator[Case]:
    """Pages with their articles, then saved pages."""
    gold = data / "gold/html"
    truths = json.loads((gold / "ground-truth.json").read_text(encoding="utf-8"))
    for name in sorted(truths):
        page = gzip.decompress((gold / "html" / f"{name}.html.gz").read_bytes())
        yield Case(f"{name}.html", page, truths[name].get("articleBody", ""), "news pages")
    for file in sorted((data / "company/webclips").glob("*.html"))[:_MOST_CLIPS]:
        yield Case(file.name, file.read_bytes(), None, "saved pages, speed alone")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def trafilatura() -> Reader:
    """Its own defaults, which take comments for content."""
    import trafilatura

    return lambda data, _: trafilatura.extract(_decoded(data)) or ""


def trafilatura_without_comments() -> Reader:
    """Its best setting on these pages."""
    import trafilatura

    return lambda data, _: trafilatura.extract(_decoded(data), include_comments=False) or ""


def readability() -> Reader:
    """readability-lxml: the summary's text."""
    import lxml.html
    from readability import Document

    return lambda data, _: "".join(map(str, lxml.html.fromstring(Document(_decoded(data)).summary()).itertext()))


def justext() -> Reader:
    """The paragraphs that are no boilerplate, by its list of English words."""
    import justext

    words = justext.get_stoplist("English")
    return lambda data, _: "\n".join(part.text for part in justext.justext(data, words) if not part.is_boilerplate)


def resiliparse() -> Reader:
    """Main content, without alternative texts of pictures."""
    from resiliparse.extract.html2text import extract_plain_text

    return lambda data, _: str(extract_plain_text(_decoded(data), main_content=True, alt_texts=False))


def inscriptis() -> Reader:
    """All text, laid out."""
    from inscriptis import get_text

    return lambda data, _: str(get_text(_decoded(data)))


PEERS = {
    "trafilatura": Peer(trafilatura),
    "trafilatura, no comments": Peer(trafilatura_without_comments),
    "readability-lxml": Peer(readability),
    "justext": Peer(justext),
    "resiliparse": Peer(resiliparse),
    "inscriptis": Peer(inscriptis),
}
FAMILY = Family("web", cases, PEERS, (SHINGLES, ORDER))
