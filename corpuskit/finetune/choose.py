"""Which examples are held out, and which come first when fewer are to be learned from. Never by their position in a file.

The order is that of a hash of seed and content, so the same data in another order, or in other files, gives the same parts.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from corpuskit.dedupe import clusters
from corpuskit.errors import UsageError
from corpuskit.finetune import copies
from corpuskit.finetune.examples import Asked, Classified, Content, Example, Tagged, TaskKind
from corpuskit.finetune.read.columns import Columns

Order = list[int]
Strata = list[tuple[str, ...]]  # of each example: its classes, its entities' types, whether it is answered


class Parts(NamedTuple):
    """Train, dev and test, each in the order that the examples came in."""

    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    test: tuple[Example, ...]


def split(given: dict[str, list[Example]], settings: Columns) -> Parts:
    """Draw dev and test out of train where they are not given: whole clusters, with their copies, stratified by label.

    Raises UsageError where there are too few examples to draw from.
    """
    train = given["train"]
    held = {part: tuple(found) for part, found in given.items()}
    missing = [part for part in ("test", "dev") if part not in given]
    if not missing:
        return Parts(held["train"], held["dev"], held["test"])
    pool, out = _pool(train, settings.seed), set[int]()
    for part in missing:
        drawn = pool.draw(out, len(train) * (settings.test_share if part == "test" else settings.dev_share))
        out |= drawn
        if not drawn or len(out) == len(train):
            raise UsageError(
                f"{len(train):,} examples in {len(pool.members):,} clusters are too few to draw a {part} part from; "
                f"give a {part} file, or more examples."
            )
        held[part] = tuple(train[number] for number in sorted(drawn))
    left = tuple(example for number, example in enumerate(train) if number not in out)
    return Parts(left, held["dev"], held["test"])


def subset(train: Sequence[Example], count: int, seed: int, task: TaskKind) -> tuple[Example, ...]:
    """The first `count` examples of a seeded order: a smaller subset of a seed lies in every larger one.

    For classification each class comes once, the largest first, and from there on in proportion.
    """
    order = _shuffled(train, f"subset {seed}")
    if task == "classification":
        order = _in_proportion(order, [_strata(example.content) for example in train])
    return tuple(train[number] for number in order[:count])


def _strata(content: Content) -> tuple[str, ...]:
    if isinstance(content, Classified):
        return content.labels or ("",)
    if isinstance(content, Tagged):
        return tuple(sorted({tag[2:] for tag in content.tags if tag != "O"})) or ("",)
    if isinstance(content, Asked):
        return ("answered" if content.answers else "not answered",)
    return ("",)


def _keys(examples: Sequence[Example], wholes: Sequence[bytes], salt: str) -> list[bytes]:
    """A hash of each example's text and answer."""
    keys = []
    for example, whole in zip(examples, wholes, strict=True):
        answer = repr(copies.answer_of(example.content))
        keys.append(hashlib.sha256(f"{salt}\0{answer}\0".encode() + whole).digest()[:16])
    return keys


def _shuffled(examples: Sequence[Example], salt: str) -> Order:
    """Numbers of the examples in the order of their hashes; equals by their place."""
    found = copies.digests([example.content for example in examples])
    keys = _keys(examples, [whole for _, whole in found], salt)
    return sorted(range(len(examples)), key=lambda number: (keys[number], examples[number].place))


def _in_proportion(order: Order, strata: Strata) -> Order:
    """One example of each class first; then every class is through by the same share at the same time."""
    sizes = Counter(label for labels in strata for label in labels)
    first = list(_one_of_each(order, strata, sizes))
    begun = set(first)
    rest = [number for number in order if number not in begun]
    own = [min(labels, key=lambda label: (sizes[label], label)) for labels in strata]  # of several, the rarest
    totals, seen = Counter(own), Counter(own[number] for number in first)
    through: dict[int, float] = {}
    for number in rest:
        seen[own[number]] += 1
        through[number] = (seen[own[number]] - 0.5) / totals[own[number]]
    return first + sorted(rest, key=lambda number: through[number])


def _one_of_each(order: Order, strata: Strata, sizes: Counter[str]) -> Iterator[int]:
    """For each class that is not there yet, the first example of it."""
    earliest: dict[str, int] = {}
    for number in order:
        for label in strata[number]:
            earliest.setdefault(label, number)
    there: set[str] = set()
    for label in sorted(sizes, key=lambda label: (-sizes[label], label)):
        if label not in there:
            there.update(strata[earliest[label]])
            yield earliest[label]


@dataclass(frozen=True, slots=True)
class _Pool:
    """Examples to draw from, by the groups that stay together: their numbers, how often each label stands there, and their hash."""

    members: dict[int, Order]
    labels: dict[int, Counter[str]]
    key: dict[int, bytes]

    def draw(self, before: set[int], wanted: float) -> set[int]:
        """About `wanted` of the examples that were not drawn before: rare labels first, to each its share, never its last examples.

        As iterative stratification (Sechidis, Tsoumakas and Vlahavas 2011), but for groups.
        """
        members = {group: own for group, own in self.members.items() if own[0] not in before}
        labels, key = self.labels, self.key
        left = sum(map(len, members.values()))
        totals = Counter[str]()
        for group in members:
            totals.update(labels[group])
        rarest = {group: min(labels[group], key=lambda one: (totals[one], one)) for group in members}
        wanted, share = max(1.0, wanted), wanted / max(1, left)
        have, drawn = Counter[str](), set[int]()

        def take(group: int, full: bool) -> None:
            own, size = labels[group], len(members[group])
            if (
                not full
                and len(drawn) + size / 2 <= wanted
                and all(have[one] + count < totals[one] for one, count in own.items())
            ):
                have.update(own)
                drawn.update(members[group])

        for group in sorted(members, key=lambda group: (totals[rarest[group]], rarest[group], key[group])):
            one = rarest[group]
            take(group, full=have[one] + labels[group][one] / 2 > share * totals[one])
        for group in sorted(members, key=lambda group: key[group]):  # what rounding left open
            take(group, full=members[group][0] in drawn)
        return drawn


def _pool(examples: list[Example], seed: int) -> _Pool:
    """Examples of one cluster, and copies, exact and near, are one group."""
    alike = copies.find([example.content for example in examples])
    keys = _keys(examples, alike.digests, f"split {seed}")
    strata = [_strata(example.content) for example in examples]
    members: dict[int, Order] = defaultdict(list)
    for number, group in enumerate(_groups(examples, alike)):
        members[group].append(number)
    labels = {group: Counter(one for number in own for one in strata[number]) for group, own in members.items()}
    return _Pool(members, labels, {group: min(keys[number] for number in own) for group, own in members.items()})


def _groups(examples: list[Example], alike: copies.Copies) -> list[int]:
    """The group of each example, as its first one's number."""
    cluster: dict[str, int] = {}
    text: dict[int, int] = {}
    left, right = [], []
    for number, (example, own) in enumerate(zip(examples, alike.text.tolist(), strict=True)):
        for first in {cluster.setdefault(example.cluster, number), text.setdefault(own, number)} - {number}:
            left.append(first)
            right.append(number)
    left += [text[one] for one in alike.left.tolist()]
    right += [text[one] for one in alike.right.tolist()]
    found: list[int] = clusters.groups(len(examples), np.array(left, np.int64), np.array(right, np.int64)).tolist()
    return found
