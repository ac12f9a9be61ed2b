"""Profiles: the rules of a recipe's `filter` table, each with its threshold for a type of documents.

The table maps rules to thresholds; `by_type` in it maps a type to rules that go over the common ones (null takes one away), and
`policy` maps a column of the policy mapping to the values that are permitted. They are tried in this order: policy, the common rules
as they stand, then those that only types have, as they first stand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpuskit.filter.rules import POLICY, Threshold, named

BY_TYPE = "by_type"
Rules = Mapping[str, Any]  # a `filter` table as recipes and manifests have it


@dataclass(frozen=True, slots=True)
class Profiles:
    """A `filter` table taken apart. `by_type` holds None where a type is spared a common rule."""

    common: Mapping[str, Threshold]
    by_type: Mapping[str, Mapping[str, Threshold | None]]
    policy: Mapping[str, Threshold]

    @classmethod
    def of(cls, rules: Rules) -> "Profiles":
        """Those of a `filter` table that `recipe.load` has checked."""
        common = {name: limit for name, limit in rules.items() if name not in {BY_TYPE, POLICY}}
        policy = {f"{POLICY}.{column}": values for column, values in rules.get(POLICY, {}).items()}
        return cls(common, rules.get(BY_TYPE, {}), policy)

    @property
    def names(self) -> tuple[str, ...]:
        """Every rule that some document meets, in the order in which they are tried."""
        own = (name for rules in self.by_type.values() for name, limit in rules.items() if limit is not None)
        return tuple(dict.fromkeys([*self.policy, *self.common, *own]))

    @property
    def signals(self) -> tuple[str, ...]:
        """The columns that they read; the type itself only where there are profiles."""
        read = [named(name).signal for name in self.names]
        return tuple(dict.fromkeys([*read, *(["document_type"] if self.by_type else [])]))

    def threshold(self, name: str, kind: str | None) -> Threshold | None:
        """The rule's threshold for documents of a type; None where they do not meet it."""
        common = self.policy.get(name, self.common.get(name))
        return self.by_type.get(kind or "", {}).get(name, common)

    def of_type(self, kind: str | None) -> dict[str, Threshold]:
        """The rules that documents of a type meet, in order."""
        limits = {name: self.threshold(name, kind) for name in self.names}
        return {name: limit for name, limit in limits.items() if limit is not None}

    def written(self) -> list[list[Any]]:
        """All of it in order, for a key."""
        return [[name, self.common.get(name, self.policy.get(name))] for name in self.names] + [
            [kind, list(rules.items())] for kind, rules in self.by_type.items()
        ]
