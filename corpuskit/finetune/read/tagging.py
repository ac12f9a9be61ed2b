"""Rows of words with tags, or of a text with spans in characters."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from corpuskit.finetune.examples import Example, Tagged
from corpuskit.finetune.read import bio
from corpuskit.finetune.read import cells as cell
from corpuskit.finetune.read.columns import CLUSTER, TEXT, Cells, Columns, Form
from corpuskit.finetune.read.cut import Place, cut
from corpuskit.finetune.read.faults import Fault, Faults, Tally

SPANS, GROWN = "spans", "spans_grown"
LOST = {"outside": "spans_lost.outside", "overlap": "spans_lost.overlap", "blank": "spans_lost.blank"}
ILL_FORMED, ILL_FORMED_EXAMPLES = "ill_formed", "ill_formed_examples"

Span = tuple[int, int, str]


def _words(_place: str, cells: Cells, settings: Columns, _tally: Tally) -> Tagged:
    """The tags are still those of the file: `as_bio` sees all of them before it decides what they are."""
    words = cell.strings(cell.listed(cells["words"], "words"), "word")
    names = settings.names or cells.get("names")
    tags = _tags(cell.listed(cells["tags"], "tags"), names)
    if not words:
        raise Fault("no words")
    if len(words) != len(tags):
        raise Fault(f"{len(words)} words, but {len(tags)} tags")
    return Tagged(words, tags)


def _tags(values: list[Any], names: Sequence[str] | None) -> tuple[str, ...]:
    """Each different tag is looked at once: a million sentences have few."""
    if not all(isinstance(value, str | int | float | None) for value in values):
        raise Fault("a tag is neither a string nor a number")
    known = {value: _tag(value, names) for value in set(values)}
    return tuple(known[value] for value in values)


def _tag(value: Any, names: Sequence[str] | None) -> str:
    if isinstance(value, int) and names is None:
        raise Fault("the tags are numbers: say what they stand for with data.names")
    return cell.label(value, names, "tag")


def _spans(place: str, cells: Cells, _settings: Columns, tally: Tally) -> Tagged:
    """A span takes every word that it touches; one that meets words of an earlier one is lost."""
    text = cell.string(cells["text"], "text")
    places = cut(text)
    if not places:
        raise Fault("no words in the text")
    tags = [bio.OUTSIDE] * len(places)
    for start, end, kind in sorted(_listed(cells["spans"]), key=lambda span: (span[0], -span[1], span[2])):
        tally.add(SPANS, place)
        touched = [word for word, (begin, stop) in enumerate(places) if begin < end and stop > start]
        if reason := _lost(text, (start, end), touched, tags):
            tally.add(LOST[reason], place)
            continue
        if places[touched[0]][0] < start or places[touched[-1]][1] > end:
            tally.add(GROWN, place)
        tags[touched[0] : touched[-1] + 1] = [f"B-{kind}", *[f"I-{kind}"] * (len(touched) - 1)]
    return Tagged(tuple(text[start:end] for start, end in places), tuple(tags))


def _lost(text: str, span: Place, touched: list[int], tags: list[str]) -> str | None:
    """Why a span cannot be kept; None where it can."""
    if not 0 <= span[0] <= span[1] <= len(text):
        return "outside"
    if not touched or not text[span[0] : span[1]].strip():
        return "blank"
    return "overlap" if any(tags[word] != bio.OUTSIDE for word in touched) else None


def _listed(value: Any) -> list[Span]:
    return [_span(one) for one in cell.listed(value, "spans")]


def _span(one: Any) -> Span:
    """`[start, end, label]`, or an object of these names."""
    if isinstance(one, dict):
        one = [
            one.get("start"),
            one.get("end"),
            next((one[name] for name in ("label", "type", "tag") if name in one), None),
        ]
    if not isinstance(one, list | tuple) or len(one) != 3:
        raise Fault("a span is neither [start, end, label] nor an object with these names")
    return *cell.span(one[0], one[1], "span"), cell.label(one[2], None, "span's label")


def as_bio(parts: dict[str, list[Example]], faults: Faults, tally: Tally) -> tuple[dict[str, list[Example]], str]:
    """All examples with their tags as BIO, and the scheme that they had."""
    tagged = [(example.place, example.content) for part in parts.values() for example in part]
    known: bio.Parsed = {}
    for place, content in tagged:
        if isinstance(content, Tagged) and not known.keys() >= set(content.tags):
            try:
                known |= bio.parsed(content.tags)
            except Fault as fault:
                faults.add(place, fault)
    if faults.count:
        return parts, "BIO"
    scheme = bio.scheme((content.tags for _, content in tagged if isinstance(content, Tagged)), known)
    return {name: [_one(example, known, scheme, tally) for example in part] for name, part in parts.items()}, scheme


def _one(example: Example, known: bio.Parsed, scheme: bio.Scheme, tally: Tally) -> Example:
    content = example.content
    if not isinstance(content, Tagged) or set(content.tags) == {bio.OUTSIDE}:
        return example
    tags, broken = bio.to_bio(content.tags, known, scheme)
    if broken:
        tally.add(ILL_FORMED, example.place, broken)
        tally.add(ILL_FORMED_EXAMPLES, example.place)
    return example if tags == content.tags else replace(example, content=replace(content, tags=tags))


FORMS = (
    Form(
        content=_words,
        needed={"words": ("words", "tokens"), "tags": ("tags", "ner_tags", "labels")},
        may={"cluster": CLUSTER},
    ),
    Form(content=_spans, needed={"text": TEXT, "spans": ("spans", "entities")}, may={"cluster": CLUSTER}),
)
