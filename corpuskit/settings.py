"""Settings: YAML tables and `--set` become frozen values; a word nobody knows is refused with the nearest known one."""

import difflib
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError

from corpuskit.errors import UsageError

ITEMS = {str: "texts", int: "whole numbers", float: "numbers"}  # of a list
Place = tuple[int | str, ...]


def lay(tables: dict[str, Any], file: Path | None, settings: Sequence[str], known: Sequence[str], example: str) -> None:
    """Lay the file's tables over `tables`, and `table.key=value` settings over those.

    `known` are the tables there are. Raises UsageError that names the place, what stands there, and the nearest thing that it
    could be.
    """
    if file is not None:
        _lay_file(tables, read(file, known), str(file), known)
    for setting in settings:
        name, equals, value = setting.partition("=")
        table, dot, key = name.strip().partition(".")
        if not (equals and dot and key):
            raise UsageError(f"--set {setting}: write table.key=value, such as {example}.")
        check_name(f"--set {setting}", "table", table, known)
        if not value.strip():
            raise UsageError(f"--set {setting}: no value; null removes a rule.")
        try:
            _put(tables.setdefault(table, {}), key.split("."), yaml.safe_load(value), setting)
        except (yaml.YAMLError, ValueError):
            raise UsageError(f"--set {setting}: {value} is not a YAML value.") from None


def _put(table: dict[str, Any], keys: list[str], value: object, setting: str) -> None:
    """Set what `keys` lead to; tables on the way are made, and copied where they are somebody's."""
    *folders, last = keys
    for folder in folders:
        below = table.get(folder)
        if not isinstance(below, dict | None) or not folder:
            raise UsageError(f"--set {setting}: {folder or 'nothing'} is not a table of settings.")
        table[folder] = table = dict(below or {})
    table[last] = value


class _Once(yaml.SafeLoader):
    """A safe loader that refuses a setting given twice: the first would be lost in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and names.count(key.value) > 1:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is given twice", problem_mark=key.start_mark)
        return super().construct_mapping(node, deep)


def read(file: Path, known: Sequence[str]) -> dict[str, Any]:
    """The tables of a recipe file. Raises UsageError where it is not one."""
    try:
        loaded = yaml.load(file.read_text(encoding="utf-8"), _Once)  # noqa: S506 (a SafeLoader)
    except OSError as error:
        raise UsageError(f"{file}: it cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: not UTF-8.") from None
    except RecursionError:
        raise UsageError(f"{file}: nested too deeply.") from None
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
            f"{file}: tables of settings belong there ({', '.join(known)}), not a {type(loaded).__name__}."
        )
    return loaded


def _lay_file(tables: dict[str, Any], loaded: dict[str, Any], where: str, known: Sequence[str]) -> None:
    for name, table in loaded.items():
        check_name(where, "table", str(name), known)
        if not isinstance(table, dict | None):
            raise UsageError(f"{where}: {name}: a table of settings belongs here, not {table!r}.")
        tables[name] = dict(table or {})


def check_name(where: str, what: str, name: str, known: Sequence[str]) -> None:
    """Raise UsageError when `name` is not among the known ones."""
    if name in known:
        return
    nearest = difflib.get_close_matches(
        name.rsplit(".", 1)[-1], [word.rsplit(".", 1)[-1] for word in known], n=1, cutoff=0.6
    )
    hint = f"did you mean {nearest[0]}?" if nearest else f"there are: {', '.join(known)}."
    raise UsageError(f"{where}: {name}: no such {what}; {hint}")


def table(where: str, name: str, kind: Any, values: Mapping[str, Any]) -> Any:
    """The values of the table `name` as the frozen dataclass `kind`. Raises UsageError at the first that does not fit."""
    for key in values:
        check_name(where, "setting", f"{name}.{key}", [f"{name}.{known}" for known in kind.__dataclass_fields__])
    for place, wanted in _booleans(kind, dict(values), ()):
        said = ".".join(map(str, (name, *place)))
        raise UsageError(f"{where}: {said}: {str(_at(values, place)).lower()}: should be {wanted}, not a boolean.")
    try:
        return TypeAdapter(kind).validate_python(dict(values))
    except ValidationError as error:
        raise UsageError(f"{where}: {name}{_wrong(error, kind, values)}.") from None


def _booleans(kind: Any, value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Where true or false stands for a number, and what should: pydantic, as Python does, would take it for 1 or 0."""
    kinds = _alternatives(kind)
    if isinstance(value, bool):
        if {int, float} & {*kinds} and not {bool, Any} & {*kinds}:
            number = "a number" if float in kinds else "a whole number"
            yield place, f"{number} or null" if type(None) in kinds else number
        return
    for one in kinds:
        inner = get_args(one)
        if isinstance(value, dict) and is_dataclass(one):
            hints = get_type_hints(one)
            for name in (name for name in value if name in hints):
                yield from _booleans(hints[name], value[name], (*place, name))
        elif isinstance(value, dict) and get_origin(one) is dict:
            for name, below in value.items():
                yield from _booleans(inner[1], below, (*place, name))
        elif isinstance(value, list) and get_origin(one) in {list, tuple}:
            for place_in_it, below in enumerate(value):
                yield from _booleans(inner[0], below, (*place, place_in_it))


def _alternatives(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in {Union, types.UnionType} else (kind,)


def _at(values: Any, place: Place) -> Any:
    for piece in place:
        values = values[piece]
    return values


def _wrong(error: ValidationError, kind: Any, values: Mapping[str, Any]) -> str:
    """Where the first value that does not fit stands, what it is, and all that could stand there."""
    every = [(_placed(one["loc"], values, missing=one["type"] == "missing"), one) for one in error.errors()]
    place, first = every[0]
    said = "".join(f".{piece}" for piece in place)
    if first["type"] == "value_error":
        return f"{said}: {first['msg'].removeprefix('Value error, ')}"
    here = [one for where, one in every if where == place]
    hint = get_type_hints(kind)[str(place[0])] if len(place) == 1 else None
    wanted = dict.fromkeys(_wanted(one["type"], one["msg"], hint, first["input"]) for one in here)
    return f"{said}: {first['input']!r}: {' or '.join(wanted).replace(' or should be ', ' or ')}"


def _placed(loc: Place, values: Any, *, missing: bool) -> Place:
    """The place without pydantic's names for the alternatives of a setting."""
    found: list[int | str] = []
    for piece in loc:
        inside = piece in values if isinstance(values, Mapping) else isinstance(values, list) and isinstance(piece, int)
        if inside:
            found, values = [*found, piece], values[piece]
        elif missing and piece == loc[-1]:
            found.append(piece)
    return tuple(found)


def _wanted(kind: str, message: str, hint: Any, given: Any) -> str:
    """What should stand there; lists and tables by the words of a recipe."""
    if kind == "dict_type":
        return "should be a table"
    if kind not in {"tuple_type", "list_type"}:
        nothing = " or null" if type(None) in _alternatives(hint) and "null" not in message else ""
        return message.removeprefix("Input ") + nothing
    inner: Any = next((get_args(one)[0] for one in _alternatives(hint) if get_origin(one) in {list, tuple}), None)
    names = get_args(inner) if get_origin(inner) is Literal else ()
    items = ", ".join(map(str, names)) or ITEMS.get(inner, "settings")
    example = f", such as [{given}]" if isinstance(given, str) and inner is str else ""
    return f"should be a list of {items}{example}"


def difference(before: Any, now: Any, where: str = "") -> str:
    """The first place where two plain values differ, as `where: before, now`; empty when they do not."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in [*before, *(name for name in now if name not in before)]:
            place = f"{where}.{name}" if where else str(name)
            if different := difference(before.get(name), now.get(name), place):
                return different
        return "" if list(before) == list(now) else f"{where}: in another order"
    return "" if before == now else f"{where}: {before!r} there, {now!r} here"
