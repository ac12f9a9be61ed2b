"""A `filter` table as people write it, laid over other rules and checked word by word."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from corpuskit.documents import TYPES
from corpuskit.errors import UsageError
from corpuskit.filter.profiles import BY_TYPE, Profiles, Rules
from corpuskit.filter.published import SETS, together
from corpuskit.filter.rules import POLICY, RULES, Threshold, named
from corpuskit.settings import check_name

USE = "use"
Limits = dict[str, Threshold | None]


class _Place(NamedTuple):
    """Where a setting stands: in which recipe, in which table."""

    where: str
    table: str = "filter"

    def below(self, name: str) -> "_Place":
        return _Place(self.where, f"{self.table}.{name}")

    def wrong(self, name: str, value: object, wanted: str) -> UsageError:
        return UsageError(f"{self.where}: {self.table}.{name}: {value!r}: should be {wanted}.")

    def check(self, what: str, name: str, known: Sequence[str]) -> None:
        check_name(self.where, what, f"{self.table}.{name}", [f"{self.table}.{one}" for one in known])


def laid(where: str, before: Rules, values: Mapping[str, Any], signals: Sequence[str] = ()) -> dict[str, Any]:
    """The rules `before` with the table's over them: `use` names published sets, null takes a rule away.

    `signals` are those that the recipe names itself. Raises UsageError with the place, what stands there, and the nearest thing that it
    could be.
    """
    old, place = Profiles.of(before), _Place(where)
    rules = [*RULES, *(f"{way}_{signal}" for signal in signals for way in ("min", "max"))]
    for name in values:
        place.check("setting", name, [USE, BY_TYPE, POLICY, *rules])
    own = {name: value for name, value in values.items() if name not in {BY_TYPE, POLICY}}
    common = together(old.common, *_sets(place, own)) | _limits(place, own, rules)
    found: dict[str, Any] = {name: limit for name, limit in common.items() if limit is not None}
    tables = {
        BY_TYPE: _by_type(place, old.by_type, values.get(BY_TYPE, {}), rules),
        POLICY: _policy(place, before.get(POLICY, {}), values.get(POLICY, {})),
    }
    return found | {name: table for name, table in tables.items() if table}


def _sets(place: _Place, values: Mapping[str, Any]) -> list[Mapping[str, Threshold]]:
    used = values.get(USE)
    if not isinstance(used, list | None):
        raise place.wrong(USE, used, f"a list of rule sets: {', '.join(SETS)}")
    for name in used or []:
        check_name(place.where, "rule set", str(name), list(SETS))
    return [SETS[name] for name in used or []]


def _limits(place: _Place, values: Mapping[str, Any], rules: Sequence[str]) -> Limits:
    """The rules of a table, each with a threshold of its sort, or None."""
    for name in values:
        place.check("setting", name, [USE, *rules])
    for name, threshold in values.items():
        if threshold is None or name == USE:
            continue
        among = named(name).bound == "among"
        listed = isinstance(threshold, list) and all(isinstance(one, str) for one in threshold)
        number = isinstance(threshold, int | float) and not isinstance(threshold, bool) and math.isfinite(threshold)
        if not (listed if among else number):
            raise place.wrong(name, threshold, "a list such as [en, de]" if among else "a number")
    return {name: threshold for name, threshold in values.items() if name != USE}


def _by_type(
    place: _Place, before: Mapping[str, Mapping[str, Threshold | None]], tables: object, rules: Sequence[str]
) -> dict[str, Limits]:
    """The profiles, by type; a null profile is taken away. Types may be written with _ for the space."""
    found = {kind: dict(limits) for kind, limits in before.items()}
    here = place.below(BY_TYPE)
    for said, values in _table(place, BY_TYPE, tables).items():
        kind = str(said).replace("_", " ")
        here.check("type of documents", kind, TYPES)
        if values is None:
            found.pop(kind, None)
            continue
        own = _table(here, kind, values)
        sets = together(*_sets(here.below(kind), own))
        found[kind] = found.get(kind, {}) | sets | _limits(here.below(kind), own, rules)
    return {} if tables is None else found


def _policy(place: _Place, before: Mapping[str, Any], tables: object) -> dict[str, list[str | None]]:
    """The permitted values by column; null takes a column away."""
    found = dict(before)
    for column, values in _table(place, POLICY, tables).items():
        listed = isinstance(values, list) and all(isinstance(one, str | None) for one in values)
        if values is not None and not listed:
            raise place.below(POLICY).wrong(column, values, "a list of what is permitted, such as [public, internal]")
        found[str(column)] = values
    return {} if tables is None else {column: values for column, values in found.items() if values is not None}


def _table(place: _Place, name: str, value: object) -> dict[Any, Any]:
    if not isinstance(value, dict | None):
        raise UsageError(f"{place.where}: {place.table}.{name}: a table of settings belongs here, not {value!r}.")
    return value or {}
