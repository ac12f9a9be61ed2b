"""What labelled data hides: copies across the parts, texts with two labels, labels that are never taught, classes that are rare."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.finetune import copies
from corpuskit.finetune.copies import Copies
from corpuskit.finetune.examples import Classified, Content, Data, Example, Tagged
from corpuskit.parts import Indices

SHOWN = 20
FEW = 2  # examples of a class in train, below which it is said
UNEVEN = 10.0  # the largest class against the smallest, from which it is said (a convention of ours)
PARTS = ("train", "dev", "test")
ACROSS = (("train", "dev"), ("train", "test"), ("dev", "test"))

Mask = npt.NDArray[np.bool_]


def check(data: Data) -> dict[str, Any]:
    """What is to be known of the data, as JSON has it: counts, labels and places, no text. What `found` holds already stays."""
    seen = _See.of(data)
    labels = {part: dict(sorted(_labels(getattr(data, part)).items())) for part in PARTS}
    taught = labels["train"]
    sizes = list(taught.values())
    return data.found | {
        "examples": {part: len(getattr(data, part)) for part in PARTS},
        "clusters": {part: len({example.cluster for example in getattr(data, part)}) for part in PARTS},
        "clusters_shared": {
            f"{one}_{other}": len(_clusters(data, one) & _clusters(data, other)) for one, other in ACROSS
        },
        "labels": labels,
        "only_in_test": sorted((labels["dev"].keys() | labels["test"].keys()) - taught.keys()),
        "rare": {name: count for name, count in taught.items() if count < FEW},
        "imbalance": round(max(sizes) / min(sizes), 2) if len(sizes) > 1 else None,
        "duplicates": {f"{one}_{other}": seen.across(one, other) for one, other in ACROSS},
        "test_duplicates": seen.within("test"),
        "noise": _noise(seen),
    }


def touched(data: Data) -> frozenset[str]:
    """Places of test examples of which train has an exact or a near copy."""
    seen = _See.of(data)
    exact, near = seen.found("train", "test")
    return frozenset(example.place for example, one in zip(data.test, exact | near, strict=True) if one)


def notes(found: dict[str, Any]) -> list[str]:
    """What a person must know of the data, a sentence each."""
    return [*_copies_said(found), *_labels_said(found), *_tags_said(found), *_parts_said(found)]


def _copies_said(found: dict[str, Any]) -> list[str]:
    said = []
    for pair, counts in found["duplicates"].items():
        one, other = pair.split("_")
        if counts["exact"] or counts["near"]:
            total = _count(found["examples"][other], "example")
            said.append(
                f"Of {total} in {other}, {counts['exact']:,} have an exact and {counts['near']:,} a near copy in {one}."
            )
    within = found["test_duplicates"]
    if within["exact"] or within["near"]:
        total = _count(found["examples"]["test"], "example")
        said.append(
            f"Of {total} in test, {within['exact']:,} repeat an earlier one exactly and {within['near']:,} nearly."
        )
    noise = found["noise"]
    if noise["texts"]:
        said.append(
            f"The same text has different labels in {_count(noise['examples'], 'example')} of {_count(noise['texts'], 'text')}."
        )
    return said


def _labels_said(found: dict[str, Any]) -> list[str]:
    said = []
    if found["only_in_test"]:
        said.append(f"Train has no example of {_few(found['only_in_test'])}, which dev or test ask for.")
    if found["rare"]:
        said.append(f"Train has fewer than {FEW} examples of {_few(sorted(found['rare']))}.")
    if (found["imbalance"] or 0) >= UNEVEN:
        said.append(f"The largest class of train has {found['imbalance']:g} times the examples of the smallest.")
    return said


def _tags_said(found: dict[str, Any]) -> list[str]:
    said = []
    lost = found.get("spans_lost", {})
    if sum(lost.values()):
        why = ", ".join(f"{reason} {count:,}" for reason, count in lost.items() if count)
        said.append(f"Of {_count(found['spans'], 'span')}, {sum(lost.values()):,} are lost ({why}).")
    if found.get("spans_grown"):
        said.append(
            f"Of {_count(found['spans'], 'span')}, {found['spans_grown']:,} are widened to the words that their ends fall into."
        )
    broken = found.get("ill_formed", {})
    if broken.get("tags"):
        where = f"{_count(broken['tags'], 'tag')} of {_count(broken['examples'], 'example')}"
        said.append(
            f"Against their scheme, {where} go on with no entity, or leave one open; they are read as seqeval does."
        )
    return said


def _parts_said(found: dict[str, Any]) -> list[str]:
    said = []
    if drawn := found.get("drawn"):
        verb = "were" if len(drawn) > 1 else "was"
        said.append(f"{' and '.join(drawn).capitalize()} {verb} drawn from train (seed {found['seed']}).")
    for pair, count in found["clusters_shared"].items():
        if count:
            one, other = pair.split("_")
            said.append(f"{_count(count, 'cluster').capitalize()} reach over both {one} and {other}.")
    if "scheme" in found and found["clusters"]["test"] == found["examples"]["test"] > 1:
        said.append(
            "The data does not say which sentences stand in one document: each counts as independent of the others."
        )
    return said


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _few(names: list[str]) -> str:
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _clusters(data: Data, part: str) -> set[str]:
    return {example.cluster for example in getattr(data, part)}


def _labels(examples: tuple[Example, ...]) -> Counter[str]:
    """Examples of each class, or entities of each type."""
    return Counter(label for example in examples for label in _own(example.content))


def _own(content: Content) -> tuple[str, ...]:
    if isinstance(content, Classified):
        return content.labels
    if isinstance(content, Tagged):
        return tuple(tag[2:] for tag in content.tags if tag.startswith("B-"))
    return ()


@dataclass(frozen=True, slots=True)
class _See:
    """All examples, train first, with what is alike among them."""

    examples: tuple[Example, ...]
    of_part: dict[str, slice]
    alike: Copies

    @classmethod
    def of(cls, data: Data) -> "_See":
        """The examples of all parts together."""
        ends = np.cumsum([0, len(data.train), len(data.dev), len(data.test)]).tolist()
        examples = (*data.train, *data.dev, *data.test)
        parts = {part: slice(ends[number], ends[number + 1]) for number, part in enumerate(PARTS)}
        return cls(examples, parts, copies.find([example.content for example in examples]))

    def found(self, one: str, other: str) -> tuple[Mask, Mask]:
        """Which of the other part's examples have an exact copy in the first, and which have a near one and no exact one."""
        here, there = self.of_part[one], self.of_part[other]
        texts = int(self.alike.text.max(initial=-1)) + 1
        known = np.zeros(texts, bool)
        known[self.alike.text[here]] = True
        near = known.copy()  # a question to the same text is a near copy too
        near[self.alike.right[known[self.alike.left]]] = True
        near[self.alike.left[known[self.alike.right]]] = True
        exact = np.isin(self.alike.whole[there], self.alike.whole[here])
        return exact, near[self.alike.text[there]] & ~exact

    def across(self, one: str, other: str) -> dict[str, Any]:
        """Counts of the other part's examples, and some pairs of places with their overlap."""
        exact, near = self.found(one, other)
        start = self.of_part[other].start
        chosen = [start + int(number) for number in np.flatnonzero(exact | near)[:SHOWN]]
        pairs = [self._pair(number, self.of_part[one]) for number in chosen]
        return {"exact": int(exact.sum()), "near": int(near.sum()), "pairs": pairs}

    def _pair(self, number: int, here: slice) -> list[Any]:
        """The place in `here` that is most like an example's, the example's own, and their overlap."""
        place = self.examples[number].place
        for known in (self.alike.whole, self.alike.text):
            same = np.flatnonzero(known[here] == known[number])
            if len(same):
                return [self.examples[here.start + int(same[0])].place, place, 1.0]
        text = self.alike.text[number]
        pairs = [*np.flatnonzero(self.alike.left == text), *np.flatnonzero(self.alike.right == text)]
        for pair in sorted(pairs, key=lambda one: -self.alike.overlap[one]):
            other = self.alike.left[pair] + self.alike.right[pair] - text
            same = np.flatnonzero(self.alike.text[here] == other)
            if len(same):
                return [
                    self.examples[here.start + int(same[0])].place,
                    place,
                    round(float(self.alike.overlap[pair]), 4),
                ]
        raise AssertionError("a near copy has a partner")

    def within(self, part: str) -> dict[str, int]:
        """Examples of a part that an earlier one of it equals, and those that an earlier one is near to."""
        here = self.of_part[part]
        whole, text = self.alike.whole[here], self.alike.text[here]
        _, first = np.unique(whole, return_index=True)
        here_too = np.isin(self.alike.left, text) & np.isin(self.alike.right, text)
        later = _later(text, self.alike.left[here_too], self.alike.right[here_too])
        return {"exact": len(whole) - len(first), "near": sum(number in later for number in first.tolist())}


def _later(text: Indices, left: Indices, right: Indices) -> set[int]:
    """Of the texts that are alike, the first examples of those that come later."""
    values, firsts = np.unique(text, return_index=True)
    place = dict(zip(values.tolist(), firsts.tolist(), strict=True))
    return {max(place[one], place[other]) for one, other in zip(left.tolist(), right.tolist(), strict=True)}


def _noise(seen: _See) -> dict[str, Any]:
    """Texts that different examples answer differently."""
    by_text: dict[int, list[Example]] = defaultdict(list)
    for whole, example in zip(seen.alike.whole.tolist(), seen.examples, strict=True):
        by_text[whole].append(example)
    texts = examples = 0
    places: list[list[str]] = []
    for same in by_text.values():
        answers = (
            {copies.answer_of(example.content): example.place for example in reversed(same)} if len(same) > 1 else {}
        )
        if len(answers) > 1:
            texts, examples = texts + 1, examples + len(same)
            if len(places) < SHOWN:
                places.append(sorted(answers.values()))
    return {"texts": texts, "examples": examples, "places": places}
