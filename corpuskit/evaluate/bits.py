"""Bits per byte of held-out text under every arm, and by how much each differs from the base on the same documents."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from corpuskit.approve import manifest_digest
from corpuskit.assess.bits import drawn, interval, ratio
from corpuskit.assess.probe import asked as standard
from corpuskit.errors import UsageError
from corpuskit.evaluate import once
from corpuskit.evaluate.arms import Digests
from corpuskit.evaluate.draws import student
from corpuskit.evaluate.recipe import Arm, Evaluation
from corpuskit.parts import key
from corpuskit.train import devices
from corpuskit.train.curve import curve, fast_dtype
from corpuskit.train.per_document import Scored
from corpuskit.train.recipe import Device

Row = dict[str, Any]
Say = Callable[[str], None]
VERSION = 1  # of what is measured: a change in it makes what was kept stale
FEWEST = 8  # documents of a source that get a row of their own: of fewer, an interval says nothing. Convention


@dataclass(frozen=True, slots=True)
class _Documents:
    """Nats and bytes of each held-out document of a set, and its source."""

    nats: Any
    bytes: Any
    source: list[str]

    @classmethod
    def of(cls, plain: Row) -> "_Documents":
        return cls(np.array(plain["nats"], np.float64), np.array(plain["bytes"], np.float64), plain["source"])


def bits(asked: Evaluation, models: dict[str, Digests], say: Say) -> Row | None:
    """What proof.json has under `bits`; None without a corpus, or where the base cannot be measured, which is told."""
    if asked.domain is None:
        return None
    found: dict[str, Row] = {}
    for arm in (asked.base, *asked.others):
        say(f"bits per byte: {arm.name}")
        try:
            found[arm.name] = _kept(arm, asked, asked.domain, models[arm.name])
        except UsageError as error:
            say(f"bits per byte of {arm.name} are not measured: {error}")
            if arm.role == "base":
                return None
    first = found[asked.base.name]
    sets = []
    for name, corpus in (("domain", asked.domain), ("general", asked.general)):
        if corpus is None:
            continue
        if len(first[name]["nats"]) < 2:
            say(f"bits per byte of {corpus.name} are not measured: one held-out document gives no interval")
            continue
        sets += _rows(name, corpus, {arm: one[name] for arm, one in found.items() if one[name]}, asked.base.name)
    return {
        "objective": first["objective"],
        "dtype": first["dtype"],
        "tokens_per_document": asked.bits.tokens,
        "sets": sets,
    }


def _kept(arm: Arm, asked: Evaluation, domain: Path, model: Digests) -> Row:
    dtype = asked.dtype if asked.dtype != "auto" else fast_dtype(devices.chosen(Device(), 1))
    general = asked.general if arm.shards == "shards" else None  # the general corpus has the base's tokens alone
    corpora = (manifest_digest(domain), arm.shards, general and manifest_digest(general))
    name = key(VERSION, model, corpora, asked.bits, dtype)
    folder = asked.out / "work" / "bits"
    found: Row = once.once(folder, name, lambda: _measured(arm, asked, domain, general, dtype))
    return found


def _measured(arm: Arm, asked: Evaluation, domain: Path, general: Path | None, dtype: str) -> Row:
    request = replace(standard(domain, arm.model, dtype, None), shards=arm.shards)
    found = curve(request, general, (0,), asked.bits.documents, asked.bits.tokens, lambda _: None)
    point = found.points[0]
    return {
        "objective": found.objective,
        "dtype": found.dtype,
        "domain": _plain(point.domain),
        "general": _plain(point.general) if point.general else None,
    }


def _plain(scored: Scored) -> Row:
    """By document."""
    by, count = scored.document[scored.stretch], int(scored.document.max()) + 1
    sums = {
        name: np.bincount(by, each, count).tolist() for name, each in (("nats", scored.nats), ("bytes", scored.bytes))
    }
    return sums | {"source": list(scored.source)}


def _rows(name: str, corpus: Path, plain: dict[str, Row], base: str) -> list[Row]:
    """All sources together, then each that has documents enough. Arms whose tokens do not tell the same documents are left out."""
    found = {arm: _Documents.of(one) for arm, one in plain.items() if one["source"] == plain[base]["source"]}
    sources = found[base].source
    rows = [_row(name, corpus, None, found, base, np.ones(len(sources), bool))]
    if len(set(sources)) > 1:
        for source in sorted(set(sources)):
            here = np.array([one == source for one in sources])
            if here.sum() >= FEWEST:
                rows.append(_row(name, corpus, source, found, base, here))
    return rows


def _row(name: str, corpus: Path, source: str | None, found: dict[str, _Documents], base: str, here: Any) -> Row:
    count = int(here.sum())
    draws = drawn(count)
    values = {arm: ratio(one.nats[here], one.bytes[here]) for arm, one in found.items()}
    each = {arm: ratio(one.nats[here], one.bytes[here], draws) for arm, one in found.items()}
    return {
        "set": name,
        "corpus": corpus.resolve().name,
        "source": source,
        "documents": count,
        "arms": {arm: _interval(values[arm], each[arm], count) for arm in found},
        "changes": {
            arm: _interval(values[arm] / values[base] - 1, each[arm] / each[base] - 1, count)
            for arm in found
            if arm != base
        },
    }


def _interval(value: Any, draws: Any, count: int) -> Row:
    """The middle of the draws, as wide as so few documents make it: see draws, of which this has no seeds."""
    low, high = interval(draws)
    wide = math.sqrt(count / (count - 1)) * student(count - 1) / NormalDist().inv_cdf(0.975)
    return {
        "value": float(value),
        "low": float(value + wide * (low - value)),
        "high": float(value + wide * (high - value)),
    }
