"""Decisions: what the rules say of each document, from columns of signals alone."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from corpuskit.documents import DECIDED, DROPPED, FAILED, KEPT
from corpuskit.filter.profiles import Profiles, Rules
from corpuskit.filter.rules import LAST, LEAST, Rule, Threshold, bound, named, written
from corpuskit.forgotten import NAME, REASON, RULE, STEP, had_failed

Mask = npt.NDArray[np.bool_]


def _says_no(
    rule: Rule,
    values: npt.NDArray[np.generic],
    limits: Sequence[Threshold | None],
    codes: npt.NDArray[np.int64],
) -> Mask:
    """Whether the rule says no to each row, whose type has threshold `limits[code]`; to a null (NaN among numbers) only where it asks
    for a permission.
    """
    if any(isinstance(limit, list) for limit in limits):
        found = np.zeros(len(values), dtype=np.bool_)
        for place, limit in enumerate(limits):
            if isinstance(limit, list) and limits.index(limit) == place:
                listed = limit if rule.bound == "permitted" else [*limit, None]
                of_these = np.array([one == limit for one in limits])[codes]
                found |= of_these & ~np.isin(values, np.array(listed, dtype=object))
        return found
    kind = np.float32 if values.dtype == np.float32 else np.float64
    at = np.array([np.nan if limit is None else limit for limit in limits], dtype=kind)  # NaN says no to nothing
    bounds = at[codes] if len(at) > 1 else at
    return np.asarray(values < bounds if rule.bound == "min" else values > bounds)  # type: ignore[operator]


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
        limits = [profiles.threshold(name, kind) for kind in kinds]
        found[(found < 0) & _says_no(rule, values, limits, codes)] = place
    return found


def emptied(signals: pa.Table) -> Mask:
    """Whether there is no character in each text; not where there is no text."""
    if LAST.signal not in signals.column_names:
        return np.zeros(signals.num_rows, dtype=np.bool_)
    return pl.Series(pl.from_arrow(signals[LAST.signal])).eq(0).fill_null(value=False).to_numpy()


def decide(signals: pa.Table, reasons: Sequence[str | None], details: Sequence[str | None], rules: Rules) -> pa.Table:
    """One DECIDED row a document: failed where extraction gave a reason, else by the first rule that says no.

    What a person had forgotten is dropped, or failed where it could not be read. A text of which `repair` left nothing is dropped,
    whatever the rules.
    """
    rows = signals.num_rows
    verdicts = [KEPT if reason is None else FAILED for reason in reasons]
    steps: list[str | None] = [None if reason is None else "extract" for reason in reasons]
    why = list(reasons)
    names: list[str | None] = [None] * rows
    values: list[str | None] = [None] * rows
    bounds: list[str | None] = [None] * rows
    profiles, failing = Profiles.of(rules), first_failing(signals, rules)
    ordered = [named(name) for name in profiles.names]
    for row in [row for row, reason in enumerate(reasons) if reason == REASON]:
        verdicts[row] = FAILED if had_failed(details[row] or "") else DROPPED
        steps[row], names[row], bounds[row] = STEP, RULE, NAME
    for row in np.flatnonzero(failing >= 0).tolist():
        if verdicts[row] != KEPT:
            continue
        rule = ordered[failing[row]]
        kind = signals["document_type"][row].as_py() if profiles.by_type else None
        limit = profiles.threshold(rule.name, kind)
        assert limit is not None  # noqa: S101 (it has just said no)
        verdicts[row], steps[row], names[row], why[row] = DROPPED, "filter", rule.name, rule.reason
        values[row], bounds[row] = written(signals[rule.signal][row].as_py()), bound(rule.name, limit)
    for row in np.flatnonzero(emptied(signals)).tolist():
        if verdicts[row] == KEPT:
            verdicts[row], steps[row], names[row], why[row] = DROPPED, "filter", LAST.name, LAST.reason
            values[row], bounds[row] = written(0), bound(LAST.name, LEAST)
    columns = [verdicts, steps, names, why, values, bounds, list(details)]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, DECIDED, strict=True)]
    return pa.Table.from_arrays(arrays, schema=DECIDED)
