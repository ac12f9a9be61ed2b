"""The models whose cost can be told by name (models.yaml), and any other by its folder or config.json."""

import difflib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from corpuskit.budget.shape import Shape, count_parameters
from corpuskit.errors import UsageError

CONFIG = "config.json"


@cache
def presets() -> Mapping[str, Shape]:
    """The models of models.yaml, by name, with the parameters that their configurations give."""
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("models.yaml").read_text(encoding="utf-8"))
    return {name: Shape.of(config) for name, config in loaded.items()}


def read(where: str) -> tuple[str, Shape]:
    """The model that a folder, a config.json or a preset's name stands for, with the name to print.

    A path that exists goes before a preset of that name; `org/Name` means the preset `name`. Where weights lie in the folder, their
    parameters are counted, else those that the configuration gives. Raises UsageError for a name nobody knows, with the nearest.
    """
    path = Path(where)
    if path.is_dir():
        shape = _configured(path / CONFIG, path)
        return path.resolve().name, shape
    if path.is_file():
        return (path.resolve().parent.name if path.name == CONFIG else path.stem), _configured(path, None)
    name = path.name.lower()
    if name not in presets():
        nearest = difflib.get_close_matches(name, presets(), n=1)
        hint = f"did you mean {nearest[0]}?" if nearest else f"there are: {', '.join(presets())}."
        raise UsageError(f"{where}: no such model, folder or config.json; {hint}")
    return name, presets()[name]


def _configured(file: Path, folder: Path | None) -> Shape:
    """The shape that a configuration gives. Raises UsageError naming the file."""
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{file.parent}: no {CONFIG} there; a model's folder has one.") from None
    except (OSError, ValueError, RecursionError):
        raise UsageError(f"{file}: not a model's configuration; it is not readable JSON.") from None
    if not isinstance(config, dict):
        raise UsageError(f"{file}: not a model's configuration; a table of settings belongs there.")
    weights = folder is not None and any(folder.glob("*.safetensors"))
    try:
        return Shape.of(config, count_parameters(folder) if folder and weights else None)
    except UsageError as error:
        raise UsageError(f"{file}: {error}") from None
    except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise UsageError(f"{file}: a setting is not what it is called: {error}.") from None
