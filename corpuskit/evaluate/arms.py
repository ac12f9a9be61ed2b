"""The models that are compared: what each was trained on, for how long, by whose leave."""

from pathlib import Path
from typing import Any

from corpuskit.approve import base
from corpuskit.evaluate.recipe import Arm, Evaluation
from corpuskit.parts import key, read_json
from corpuskit.train import model
from corpuskit.train.folder import RUN

Row = dict[str, Any]


def rows(asked: Evaluation) -> list[Row]:
    """The arms as proof.json has them, the base first. Raises UsageError for a folder that is no model."""
    return [_row(arm, asked) for arm in (asked.base, *asked.others)]


def weights(folder: Path) -> str:
    """Names a model's weights and configuration."""
    source = model.look(folder)
    return key(base.weights(folder), source.config)


def record(folder: Path) -> Row:
    """run.json of the run that made the model; empty where none lies beside it."""
    file = folder.resolve().parent / RUN
    try:
        found: Row = read_json(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and "tokens_seen" in found else {}


def _row(arm: Arm, asked: Evaluation) -> Row:
    found = {} if arm.role == "base" else record(arm.model)
    seen = found.get("tokens_seen", {})
    hours = found.get("device_hours")
    total = sum(sum(sources.values()) for sources in seen.values())
    return {
        "name": arm.name,
        "role": arm.role,
        "model": arm.model.resolve().parent.name if arm.model.name == "model" else arm.model.resolve().name,
        "tokens": total or None,
        "corpus": arm.corpus.resolve().name if arm.corpus else None,
        "replay": {one["corpus"]: one["share"] for one in found.get("replayed", [])},
        "device_hours": hours,
        "cost": None if hours is None or asked.price is None else hours * asked.price,
        "currency": asked.currency if asked.price is not None else None,
        "unapproved": found.get("unapproved"),
        "weights_sha256": weights(arm.model),
    }
