"""The share read back as plain text, all its pairs compared, and the truth written down from what was found."""

import email
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from email.header import decode_header, make_header
from itertools import combinations
from pathlib import Path

import lxml.html
from lxml import etree

from sample_data import plan

NGRAM = 5
COPY, APART, ALIKE = 0.85, 0.6, (0.3, 0.7)
MIN_WORDS, MIN_ROW_WORDS, SPARE_WORDS = 60, 40, 3
_SHOWN = ("Subject", "From", "To", "Cc", "Date")  # of a mail, above its body
_ALONE = re.compile(r"[぀-ヿ㐀-鿿]|[^぀-ヿ㐀-鿿]+")

Documents = dict[str, str]


def words(text: str) -> list[str]:
    """Maximal runs of letters, digits and marks, lower-cased; a Japanese character is a word by itself."""
    spaced = "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in text.lower())
    return [piece for run in spaced.split() for piece in _ALONE.findall(run)]


def grams(text: str) -> set[tuple[str, ...]]:
    """All runs of five words."""
    found = words(text)
    return {tuple(found[i : i + NGRAM]) for i in range(len(found) - NGRAM + 1)}


def jaccard(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    """Common over all."""
    return len(one & other) / len(one | other) if one or other else 0.0


def _page(text: str) -> str:
    tree = lxml.html.fromstring(text)
    for tag in ("script", "style", "title"):
        etree.strip_elements(tree, tag, with_tail=False)
    return " ".join(tree.itertext())


def _mail(path: Path) -> str:
    message = email.message_from_bytes(path.read_bytes())
    part = next(part for part in message.walk() if part.get_content_maintype() == "text")
    body = part.get_payload(decode=True)
    assert isinstance(body, bytes)
    text = body.decode(str(part.get_content_charset()))
    head = "\n".join(f"{name}: {make_header(decode_header(message[name]))}" for name in _SHOWN if message[name])
    return f"{head}\n\n{_page(text) if part.get_content_subtype() == 'html' else text}"


def _rows(path: Path) -> Documents:
    found = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            found[f"#row {number}"] = json.loads(line)["text"]
        except (json.JSONDecodeError, KeyError):
            continue
    return found


def _json(path: Path) -> Documents:
    tree = json.loads(path.read_text("utf-8"))
    if isinstance(tree, dict):
        return {"": tree["text"]}
    return {f"#row {number}": row["text"] for number, row in enumerate(tree, 1)}


def _one(read: Callable[[Path], str]) -> Callable[[Path], Documents]:
    return lambda path: {"": read(path)}


_READ: dict[str, Callable[[Path], Documents]] = {
    ".html": _one(lambda path: _page(path.read_text("utf-8"))),
    ".xml": _one(lambda path: " ".join(etree.fromstring(path.read_bytes()).itertext())),
    ".eml": _one(_mail),
    ".jsonl": _rows,
    ".json": _json,
}


def documents(share: Path, made: Documents) -> Documents:
    """Every document that has words: those we made by their source text, those that lie there as they are read back."""
    found = dict(made)
    for path in sorted(share.rglob("*")):
        name = str(path.relative_to(share))
        known = name in plan.BROKEN or any(key.split("#")[0] == name for key in made)
        if path.is_file() and (not known or path.suffix == ".eml"):
            read = _READ.get(path.suffix, _one(lambda path: path.read_text("utf-8")))
            found |= {name + row: text for row, text in read(path).items()}
    return found


def _survivors() -> dict[str, str]:
    return {
        **plan.COPIED,
        **plan.RESPACED,
        **{copy: original for copy, (original, _) in plan.EDITED.items() if not _looks_alike(copy)},
        **{copy: original for original, copies in plan.FORMATS.items() for copy in copies},
    }


def _looks_alike(path: str) -> bool:
    return any(path in pair for pair in plan.DISTINCT)


def _rank(path: str, count: int) -> tuple[int, int, int, str]:
    return -count, path.count("/"), len(path), path


def _group(path: str, survivors: dict[str, str]) -> str:
    return survivors.get(path, path)


def mistakes(found: Documents) -> list[str]:
    """Sentences about everything that is not as planned; empty when the share keeps its promises."""
    survivors = _survivors()
    sets = {path: grams(text) for path, text in found.items()}
    counts = {path: len(words(text)) for path, text in found.items()}
    said = []
    for path, count in counts.items():
        least = MIN_ROW_WORDS if "#row" in path else MIN_WORDS
        if count < least and path not in plan.JUNK:
            said.append(f"{path}: {count} words, at least {least}")
    for copy, original in survivors.items():
        exact = copy in plan.COPIED or copy in plan.RESPACED
        spare = counts[original] - counts[copy]
        if jaccard(sets[copy], sets[original]) < (1 if exact else COPY):
            said.append(f"{copy}: {jaccard(sets[copy], sets[original]):.3f} to its survivor")
        if _rank(original, counts[original]) > _rank(copy, counts[copy]) or (not exact and spare < SPARE_WORDS):
            said.append(f"{copy}: does not lose against {original} ({counts[copy]}, {counts[original]} words)")
    for one, other in combinations(sorted(found), 2):
        near = jaccard(sets[one], sets[other])
        if (one, other) in plan.DISTINCT or (other, one) in plan.DISTINCT:
            if not ALIKE[0] <= near <= ALIKE[1]:
                said.append(f"{one} and {other}: {near:.3f}, planned between {ALIKE[0]} and {ALIKE[1]}")
        elif near > APART and _group(one, survivors) != _group(other, survivors):
            said.append(f"{one} and {other}: {near:.3f}, at most {APART}")
    return said


def _personal(found: Documents) -> dict[str, list[dict[str, str]]]:
    truth: dict[str, list[dict[str, str]]] = {}
    for path, text in sorted(found.items()):
        values = [
            {"kind": kind, "value": next((group for group in match.groups() if group), match[0])}
            for kind, pattern in plan.PERSONAL.items()
            for match in re.finditer(pattern, text)
        ]
        if values:
            truth[f"share/{path}"] = [value for i, value in enumerate(values) if value not in values[:i]]
    return truth


def truth(found: Documents) -> dict[str, object]:
    """The content of planted.yaml."""
    sets = {path: grams(text) for path, text in found.items()}
    exact: dict[str, list[str]] = defaultdict(list)
    for copy, original in (plan.COPIED | plan.RESPACED).items():
        exact[original].append(f"share/{copy}")
    near: dict[str, list[dict[str, object]]] = defaultdict(list)
    for copy, original in _survivors().items():
        if f"share/{copy}" not in exact[original]:
            value = round(jaccard(sets[copy], sets[original]), 3)
            near[original].append({"path": f"share/{copy}", "jaccard": value, "kind": plan.KIND.get(copy, "format")})
    rows: dict[str, int] = defaultdict(int)
    for path in found:
        rows[f"share/{path.split('#')[0]}"] += 1
    return {
        "exact_copies": [{"survivor": f"share/{k}", "copies": sorted(v)} for k, v in sorted(exact.items()) if v],
        "near_copies": [{"survivor": f"share/{k}", "copies": v} for k, v in sorted(near.items())],
        "distinct": [
            [f"share/{one}", f"share/{other}", round(jaccard(sets[one], sets[other]), 3)]
            for one, other in plan.DISTINCT
        ],
        "junk": {f"share/{path}": kind for path, kind in plan.JUNK.items()},
        "broken": {f"share/{path}": reason for path, reason in plan.BROKEN.items()},
        "languages": {f"share/{path}": code for code, paths in plan.LANGUAGES.items() for path in paths},
        "personal_data": _personal(found),
        "rows": {path: count for path, count in rows.items() if count > 1 or path.endswith(".json")},
    }


def highest_unplanned(found: Documents) -> tuple[float, str, str]:
    """The most similar pair that is planted nowhere."""
    survivors = _survivors()
    sets = {path: grams(text) for path, text in found.items()}
    return max(
        (jaccard(sets[one], sets[other]), one, other)
        for one, other in combinations(sorted(found), 2)
        if _group(one, survivors) != _group(other, survivors) and not (_looks_alike(one) and _looks_alike(other))
    )
