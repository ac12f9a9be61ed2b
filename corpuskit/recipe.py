"""Recipes: one YAML file (or none) and `--set` become one frozen value; a word nobody knows is refused."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from corpuskit.dedupe.step import Dedupe
from corpuskit.errors import UsageError
from corpuskit.extract.step import Extract
from corpuskit.filter.rules import GENTLE, RULES, Threshold
from corpuskit.report.samples import Report
from corpuskit.score.step import Score
from corpuskit.settings import check_name, lay, table
from corpuskit.shard.writer import Shard

TABLES: dict[str, Any] = {"extract": Extract, "score": Score, "dedupe": Dedupe, "shard": Shard, "report": Report}


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of every step. `filter` maps rules to thresholds, in the order in which they are tried."""

    extract: Extract = field(default_factory=Extract)
    score: Score = field(default_factory=Score)
    filter: Mapping[str, Threshold] = field(default_factory=lambda: dict(GENTLE))
    dedupe: Dedupe = field(default_factory=Dedupe)
    shard: Shard = field(default_factory=Shard)
    report: Report = field(default_factory=Report)

    def plain(self) -> dict[str, Any]:
        """The recipe as JSON has it, tuples as lists; the order of `filter` is kept."""
        plain = asdict(self)
        plain["extract"] = {name: list(v) if isinstance(v, tuple) else v for name, v in plain["extract"].items()}
        return plain


def load(file: Path | None, settings: Sequence[str] = ()) -> Recipe:
    """The default recipe, with the file's tables over it, with `table.key=value` settings over those.

    A `filter` table in the file replaces the default rules; `--set filter.RULE=null` removes a rule. Raises UsageError
    that names the place, what stands there, and the nearest thing that it could be.
    """
    tables: dict[str, Any] = {"filter": dict(GENTLE)}
    lay(tables, file, settings, [*TABLES, "filter"], "filter.min_words=20")
    where = str(file) if file and not settings else "recipe"
    return Recipe(
        filter=_rules(where, tables.pop("filter")),
        **{name: table(where, name, TABLES[name], tables.get(name, {})) for name in TABLES},
    )


def _rules(where: str, values: Mapping[str, Any]) -> dict[str, Threshold]:
    rules: dict[str, Threshold] = {}
    for name, threshold in values.items():
        check_name(where, "setting", f"filter.{name}", [f"filter.{known}" for known in RULES])
        if threshold is None:
            continue
        among = RULES[name].bound == "among"
        listed = isinstance(threshold, list) and all(isinstance(one, str) for one in threshold)
        number = isinstance(threshold, int | float) and not isinstance(threshold, bool) and math.isfinite(threshold)
        if not (listed if among else number):
            wanted = "a list such as [en, de]" if among else "a number"
            raise UsageError(f"{where}: filter.{name}: {threshold!r}: should be {wanted}.")
        rules[name] = threshold
    return rules
