"""Recipes: one YAML file (or none) and `--set` become one frozen value; a word nobody knows is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from corpuskit.contamination.settings import RULE as CONTAMINATED
from corpuskit.contamination.settings import Contamination
from corpuskit.dedupe.settings import Dedupe
from corpuskit.errors import UsageError
from corpuskit.extract.settings import Extract
from corpuskit.filter.gentle import GENTLE
from corpuskit.filter.profiles import BY_TYPE, Profiles, Rules
from corpuskit.filter.table import laid
from corpuskit.parts import write_text
from corpuskit.policy.settings import Policy
from corpuskit.repair.settings import Repair
from corpuskit.report.samples import Report
from corpuskit.score.settings import Score
from corpuskit.settings import lay, table
from corpuskit.shard.writer import Shard

TABLES: dict[str, Any] = {
    "extract": Extract,
    "contamination": Contamination,
    "repair": Repair,
    "score": Score,
    "policy": Policy,
    "dedupe": Dedupe,
    "shard": Shard,
    "report": Report,
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of every step. `filter` is a table as `filter.profiles` takes it apart, in the order in which rules are tried."""

    extract: Extract = field(default_factory=Extract)
    contamination: Contamination = field(default_factory=Contamination)
    repair: Repair = field(default_factory=Repair)
    score: Score = field(default_factory=Score)
    policy: Policy = field(default_factory=Policy)
    filter: Rules = field(default_factory=lambda: dict(GENTLE))
    dedupe: Dedupe = field(default_factory=Dedupe)
    shard: Shard = field(default_factory=Shard)
    report: Report = field(default_factory=Report)

    def plain(self) -> dict[str, Any]:
        """The recipe as JSON has it, tuples as lists; the order of `filter` is kept. Without test data there is no `contamination`."""
        plain = asdict(self)
        for step in TABLES:
            plain[step] = {name: list(v) if isinstance(v, tuple) else v for name, v in plain[step].items()}
        if not self.contamination.against:
            del plain["contamination"]
        return plain


def load(file: Path | None, settings: Sequence[str] = ()) -> Recipe:
    """The default recipe, with the file's tables over it, with `table.key=value` settings over those.

    A `filter` table in the file replaces the default rules; `use` in it names published rule sets that come before its own rules,
    which override theirs; null removes a rule; `by_type` and `policy` in it are tables of their own. Raises UsageError that names the
    place, what stands there, and the nearest thing that it could be.
    """
    tables: dict[str, Any] = {}
    known = [*TABLES, "filter"]
    lay(tables, file, (), known, "")
    defaults = {} if "filter" in tables else GENTLE
    lay(tables, None, settings, known, "filter.min_words=20")
    where = str(file) if file and not settings else "recipe"
    own = tables.pop("filter", {})
    steps = {name: table(where, name, TABLES[name], tables.get(name, {})) for name in TABLES}
    rules = laid(where, defaults, own, steps["score"].named())
    if "policy" in rules and steps["policy"].mapping is None:
        raise UsageError(f"{where}: filter.policy: policy.mapping names no file that says what holds for which path.")
    if "min_quality" in Profiles.of(rules).names and "quality" not in steps["score"].named():
        raise UsageError(
            f"{where}: filter.min_quality: score.quality names no classifier; `corpuskit quality train` makes one."
        )
    return Recipe(filter=_uncontaminated(where, rules, steps["contamination"]), **steps)


def _uncontaminated(where: str, rules: dict[str, Any], settings: Contamination) -> dict[str, Any]:
    """The rules, with the one that drops what is contaminated first where the recipe asks for that."""
    said = {rules.get(CONTAMINATED), *(own.get(CONTAMINATED) for own in rules.get(BY_TYPE, {}).values())} - {None}
    if said and not settings.against:
        raise UsageError(f"{where}: filter.{CONTAMINATED}: contamination.against names no test data.")
    if not settings.against or settings.remove != "documents":
        return rules
    if said - {settings.share}:
        raise UsageError(
            f"{where}: filter.{CONTAMINATED} is {rules.get(CONTAMINATED)} and contamination.share {settings.share}: leave the rule out."
        )
    return {CONTAMINATED: settings.share} | rules


def other_rules(
    stored: Rules, file: Path | None, settings: Sequence[str] = (), signals: Sequence[str] = ()
) -> dict[str, Any]:
    """The rules of a corpus with `filter` settings over them; a recipe's file replaces them. Raises UsageError as `load` does.

    `signals` are those that the corpus's own recipe named.
    """
    tables: dict[str, Any] = {}
    known = [*TABLES, "filter"]
    lay(tables, file, (), known, "")
    base = stored if file is None else {} if "filter" in tables else GENTLE
    lay(tables, None, settings, ["filter"], "filter.min_words=20")
    return laid(str(file) if file and not settings else "recipe", base, tables.pop("filter", {}), signals)


def save(plain: Mapping[str, Any], file: Path) -> None:
    """Write a recipe as YAML that `load` reads; an existing file is not written over (UsageError)."""
    if file.exists():
        raise UsageError(f"{file}: is there already; name another file.")
    write_text(file, yaml.safe_dump(dict(plain), sort_keys=False, allow_unicode=True, width=120))
