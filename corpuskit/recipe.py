"""Recipes: one YAML file (or none) and `--set` become one frozen value; a word nobody knows is refused."""

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from corpuskit.dedupe.step import Dedupe
from corpuskit.errors import UsageError
from corpuskit.extract.step import Extract
from corpuskit.filter.rules import GENTLE, RULES, Threshold
from corpuskit.score.step import Score
from corpuskit.shard.writer import Shard

TABLES: dict[str, Any] = {"extract": Extract, "score": Score, "dedupe": Dedupe, "shard": Shard}


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of every step. `filter` maps rules to thresholds, in the order in which they are tried."""

    extract: Extract = field(default_factory=Extract)
    score: Score = field(default_factory=Score)
    filter: Mapping[str, Threshold] = field(default_factory=lambda: dict(GENTLE))
    dedupe: Dedupe = field(default_factory=Dedupe)
    shard: Shard = field(default_factory=Shard)

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
    if file is not None:
        _lay(tables, _read(file), str(file))
    for setting in settings:
        name, equals, value = setting.partition("=")
        table, dot, key = name.strip().partition(".")
        if not (equals and dot and key):
            raise UsageError(f"--set {setting}: write table.key=value, such as filter.min_words=20.")
        _check_name(f"--set {setting}", "table", table, [*TABLES, "filter"])
        if not value.strip():
            raise UsageError(f"--set {setting}: no value; null removes a rule.")
        try:
            tables.setdefault(table, {})[key] = yaml.safe_load(value)
        except (yaml.YAMLError, ValueError):
            raise UsageError(f"--set {setting}: {value} is not a YAML value.") from None
    where = str(file) if file and not settings else "recipe"
    return Recipe(
        filter=_rules(where, tables.pop("filter")),
        **{name: _table(where, name, tables.get(name, {})) for name in TABLES},
    )


class _Once(yaml.SafeLoader):
    """A safe loader that refuses a setting given twice: the first would be lost in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and names.count(key.value) > 1:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is given twice", problem_mark=key.start_mark)
        return super().construct_mapping(node, deep)


def _read(file: Path) -> dict[str, Any]:
    try:
        loaded = yaml.load(file.read_text(encoding="utf-8"), _Once)  # noqa: S506 (a SafeLoader)
    except OSError as error:
        raise UsageError(f"{file}: the recipe cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: not UTF-8.") from None
    except ValueError as error:
        raise UsageError(f"{file}: {error}.") from None
    except yaml.YAMLError as error:
        marked = error if isinstance(error, yaml.MarkedYAMLError) else None
        line = f"line {marked.problem_mark.line + 1}: " if marked and marked.problem_mark else ""
        raise UsageError(f"{file}: {line}{(marked and marked.problem) or 'not YAML'}.") from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise UsageError(
            f"{file}: a recipe is a set of tables ({', '.join([*TABLES, 'filter'])}), not a {type(loaded).__name__}."
        )
    return loaded


def _lay(tables: dict[str, Any], loaded: dict[str, Any], where: str) -> None:
    for name, table in loaded.items():
        _check_name(where, "table", str(name), [*TABLES, "filter"])
        if not isinstance(table, dict | None):
            raise UsageError(f"{where}: {name}: a table of settings belongs here, not {table!r}.")
        tables[name] = dict(table or {})


def _check_name(where: str, what: str, name: str, known: Sequence[str]) -> None:
    if name in known:
        return
    nearest = difflib.get_close_matches(
        name.rsplit(".", 1)[-1], [word.rsplit(".", 1)[-1] for word in known], n=1, cutoff=0.6
    )
    hint = f"did you mean {nearest[0]}?" if nearest else f"there are: {', '.join(known)}."
    raise UsageError(f"{where}: {name}: no such {what}; {hint}")


def _table(where: str, name: str, values: Mapping[str, Any]) -> Any:
    kind = TABLES[name]
    for key in values:
        _check_name(where, "setting", f"{name}.{key}", [f"{name}.{known}" for known in kind.__dataclass_fields__])
    try:
        return TypeAdapter(kind).validate_python(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join([name, *(str(piece) for piece in first["loc"])])
        message = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
        found = "" if first["type"] == "value_error" else f": {first['input']!r}"
        raise UsageError(f"{where}: {place}{found}: {message}.") from None


def _rules(where: str, values: Mapping[str, Any]) -> dict[str, Threshold]:
    rules: dict[str, Threshold] = {}
    for name, threshold in values.items():
        _check_name(where, "setting", f"filter.{name}", [f"filter.{known}" for known in RULES])
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
