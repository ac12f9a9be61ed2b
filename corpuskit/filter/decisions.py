"""Decisions: what the rules say of each document, from columns of signals alone."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from corpuskit.documents import DECIDED, DROPPED, FAILED, KEPT
from corpuskit.filter.profiles import Profiles, Rules
from corpuskit.filter.rules import Rule, Threshold, bound, named, written

Mask = npt.NDArray[np.bool_]


def _fails(rule: Rule, values: npt.NDArray[np.generic], threshold: Threshold) -> Mask:
    """Whether the rule says no to each row; to a null (NaN among numbers) only where it asks for a permission."""
    if isinstance(threshold, list):
        listed = threshold if rule.bound == "permitted" else [*threshold, None]
        return ~np.isin(values, np.array(listed, dtype=object))
    at = values.dtype.type(threshold) if values.dtype == np.float32 else threshold
    found: Mask = values < at if rule.bound == "min" else values > at  # type: ignore[operator]
    return found


def _by_threshold(
    profiles: Profiles, name: str, kinds: Sequence[str | None], codes: npt.NDArray[np.int64]
) -> Iterator[tuple[Threshold, Mask]]:
    """Each threshold that the rule has, with the rows that meet it; `codes` counts every row's type in `kinds`."""
    limits = [profiles.threshold(name, kind) for kind in kinds]
    for place, limit in enumerate(limits):
        if limit is not None and limits.index(limit) == place:
            yield limit, np.array([one == limit for one in limits])[codes]


def _types(signals: pa.Table, profiles: Profiles) -> tuple[list[str | None], npt.NDArray[np.int64]]:
    """The types of documents there are, and which of them each row is."""
    if not profiles.by_type:
        return [None], np.zeros(signals.num_rows, dtype=np.int64)
    encoded = signals["document_type"].combine_chunks().dictionary_encode()
    kinds = encoded.dictionary.to_pylist()
    return [*kinds, None], encoded.indices.fill_null(len(kinds)).to_numpy().astype(np.int64)


def first_failing(signals: pa.Table, rules: Rules) -> npt.NDArray[np.int16]:
    """For each row the place of the first rule that says no, among `Profiles.names`; -1 where none does.

    A null signal offends no rule but those of the policy: what is not known to be permitted is not.
    """
    profiles = Profiles.of(rules)
    kinds, codes = _types(signals, profiles)
    found = np.full(signals.num_rows, -1, dtype=np.int16)
    for place, name in enumerate(profiles.names):
        rule = named(name)
        values = pl.Series(
            pl.from_arrow(signals[rule.signal])
        ).to_numpy()  # Arrow's own way imports pandas, if it is there
        for threshold, rows in _by_threshold(profiles, name, kinds, codes):
            found[(found < 0) & rows & _fails(rule, values, threshold)] = place
    return found


def decide(signals: pa.Table, reasons: Sequence[str | None], details: Sequence[str | None], rules: Rules) -> pa.Table:
    """One DECIDED row a document: failed where extraction gave a reason, else by the first rule that says no."""
    rows = signals.num_rows
    verdicts = [KEPT if reason is None else FAILED for reason in reasons]
    steps: list[str | None] = [None if reason is None else "extract" for reason in reasons]
    why = list(reasons)
    names: list[str | None] = [None] * rows
    values: list[str | None] = [None] * rows
    bounds: list[str | None] = [None] * rows
    profiles, failing = Profiles.of(rules), first_failing(signals, rules)
    ordered = [named(name) for name in profiles.names]
    for row in np.flatnonzero(failing >= 0).tolist():
        if verdicts[row] != KEPT:
            continue
        rule = ordered[failing[row]]
        kind = signals["document_type"][row].as_py() if profiles.by_type else None
        limit = profiles.threshold(rule.name, kind)
        assert limit is not None  # noqa: S101 (it has just said no)
        verdicts[row], steps[row], names[row], why[row] = DROPPED, "filter", rule.name, rule.reason
        values[row], bounds[row] = written(signals[rule.signal][row].as_py()), bound(rule.name, limit)
    columns = [verdicts, steps, names, why, values, bounds, list(details)]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, DECIDED, strict=True)]
    return pa.Table.from_arrays(arrays, schema=DECIDED)
