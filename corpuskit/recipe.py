"""Recipes: one YAML file (or none) and `--set` become one frozen value; a word nobody knows is refused."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from corpuskit.dedupe.settings import Dedupe
from corpuskit.errors import UsageError
from corpuskit.extract.step import Extract
from corpuskit.filter.published import SETS, together
from corpuskit.filter.rules import GENTLE, RULES, Threshold
from corpuskit.parts import write_text
from corpuskit.report.samples import Report
from corpuskit.score.settings import Score
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

    A `filter` table in the file replaces the default rules; `use` in it names published rule sets that come before its own rules,
    which override theirs; null removes a rule. Raises UsageError that names the place, what stands there, and the nearest thing
    that it could be.
    """
    tables: dict[str, Any] = {}
    known = [*TABLES, "filter"]
    lay(tables, file, (), known, "")
    defaults = {} if "filter" in tables else GENTLE
    lay(tables, None, settings, known, "filter.min_words=20")
    where = str(file) if file and not settings else "recipe"
    rules = _rules(where, defaults, tables.pop("filter", {}))
    steps = {name: table(where, name, TABLES[name], tables.get(name, {})) for name in TABLES}
    if "min_quality" in rules and steps["score"].quality is None:
        raise UsageError(
            f"{where}: filter.min_quality: score.quality names no classifier; `corpuskit quality train` makes one."
        )
    return Recipe(filter=rules, **steps)


def other_rules(
    stored: Mapping[str, Threshold], file: Path | None, settings: Sequence[str] = ()
) -> dict[str, Threshold]:
    """The rules of a corpus with `filter` settings over them; a recipe's file replaces them. Raises UsageError as `load` does."""
    tables: dict[str, Any] = {}
    known = [*TABLES, "filter"]
    lay(tables, file, (), known, "")
    base = stored if file is None else {} if "filter" in tables else GENTLE
    lay(tables, None, settings, ["filter"], "filter.min_words=20")
    return _rules(str(file) if file and not settings else "recipe", base, tables.pop("filter", {}))


def save(plain: Mapping[str, Any], file: Path) -> None:
    """Write a recipe as YAML that `load` reads; an existing file is not written over (UsageError)."""
    if file.exists():
        raise UsageError(f"{file}: is there already; name another file.")
    write_text(file, yaml.safe_dump(dict(plain), sort_keys=False, allow_unicode=True, width=120))


def _rules(where: str, defaults: Mapping[str, Threshold], values: Mapping[str, Any]) -> dict[str, Threshold]:
    used = values.get("use") or []
    if not isinstance(used, list):
        raise UsageError(f"{where}: filter.use: {used!r}: should be a list of rule sets: {', '.join(SETS)}.")
    for name in used:
        check_name(where, "rule set", str(name), list(SETS))
    rules = together(defaults, *(SETS[name] for name in used))
    for name, threshold in values.items():
        if name == "use":
            continue
        check_name(where, "setting", f"filter.{name}", [f"filter.{known}" for known in ("use", *RULES)])
        if threshold is None:
            rules.pop(name, None)
            continue
        among = RULES[name].bound == "among"
        listed = isinstance(threshold, list) and all(isinstance(one, str) for one in threshold)
        number = isinstance(threshold, int | float) and not isinstance(threshold, bool) and math.isfinite(threshold)
        if not (listed if among else number):
            wanted = "a list such as [en, de]" if among else "a number"
            raise UsageError(f"{where}: filter.{name}: {threshold!r}: should be {wanted}.")
        rules[name] = threshold
    return rules
