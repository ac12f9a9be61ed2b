"""Bits per byte of held-out text under every arm, and by how much each differs from the base on the same documents."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from corpuskit.assess.bits import drawn, interval, ratio
from corpuskit.assess.probe import asked as standard
from corpuskit.errors import UsageError
from corpuskit.evaluate.recipe import Arm, Bits, Evaluation
from corpuskit.train import devices
from corpuskit.train.curve import Curve, curve, fast_dtype
from corpuskit.train.per_document import Scored
from corpuskit.train.recipe import Device

Row = dict[str, Any]
Say = Callable[[str], None]
FEWEST = 4  # documents of a source that get a row of their own: of fewer, an interval says nothing. Convention


@dataclass(frozen=True, slots=True)
class _Documents:
    """Nats and bytes of each held-out document of a set, and its source."""

    nats: Any
    bytes: Any
    source: tuple[str, ...]

    @classmethod
    def of(cls, scored: Scored) -> "_Documents":
        by, count = scored.document[scored.stretch], int(scored.document.max()) + 1
        return cls(
            np.bincount(by, scored.nats, count).astype(np.float64),
            np.bincount(by, scored.bytes, count).astype(np.float64),
            scored.source,
        )


def bits(asked: Evaluation, say: Say) -> Row | None:
    """What proof.json has under `bits`; None without a corpus, or where the base cannot be measured, which is told."""
    if asked.domain is None:
        return None
    curves: dict[str, Curve] = {}
    for arm in (asked.base, *asked.others):
        say(f"bits per byte: {arm.name}")
        try:
            curves[arm.name] = _measured(arm, asked, asked.domain)
        except UsageError as error:
            say(f"bits per byte of {arm.name} are not measured: {error}")
            if arm.role == "base":
                return None
    first = curves[asked.base.name]
    points = {name: one.points[0] for name, one in curves.items()}
    sets = _rows("domain", asked.domain, {name: point.domain for name, point in points.items()}, asked.base.name)
    general = {name: point.general for name, point in points.items() if point.general is not None}
    if asked.general is not None and general:
        sets += _rows("general", asked.general, general, asked.base.name)
    return {
        "objective": first.objective,
        "dtype": first.dtype,
        "tokens_per_document": asked.bits.tokens,
        "sets": sets,
    }


def _measured(arm: Arm, asked: Evaluation, domain: Path) -> Curve:
    settings: Bits = asked.bits
    dtype = asked.dtype if asked.dtype != "auto" else fast_dtype(devices.chosen(Device(), 1))
    own = asked.general if arm.shards == "shards" else None  # the general corpus has the base's tokens alone
    request = replace(standard(domain, arm.model, dtype, None), shards=arm.shards, out=asked.out / "work" / "bits")
    return curve(request, own, (0,), settings.documents, settings.tokens, lambda _: None)


def _rows(name: str, corpus: Path, scored: dict[str, Scored], base: str) -> list[Row]:
    """All sources together, then each that has documents enough."""
    found = {arm: _Documents.of(one) for arm, one in scored.items()}
    sources = found[base].source
    rows = [_row(name, corpus, None, found, base, np.ones(len(sources), bool))]
    if len(set(sources)) > 1:
        for source in sorted(set(sources)):
            here = np.array([one == source for one in sources])
            if here.sum() >= FEWEST:
                rows.append(_row(name, corpus, source, found, base, here))
    return rows


def _row(name: str, corpus: Path, source: str | None, found: dict[str, _Documents], base: str, here: Any) -> Row:
    draws = drawn(int(here.sum()))
    values = {arm: ratio(one.nats[here], one.bytes[here]) for arm, one in found.items()}
    each = {arm: ratio(one.nats[here], one.bytes[here], draws) for arm, one in found.items()}
    return {
        "set": name,
        "corpus": corpus.resolve().name,
        "source": source,
        "documents": int(here.sum()),
        "arms": {arm: _interval(values[arm], each[arm]) for arm in found},
        "changes": {
            arm: _interval(values[arm] / values[base] - 1, each[arm] / each[base] - 1) for arm in found if arm != base
        },
    }


def _interval(value: Any, draws: Any) -> Row:
    low, high = interval(draws)
    return {"value": float(value), "low": low, "high": high}
