"""The models that are compared: what each was trained on, for how long, by whose leave."""

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from corpuskit.approve import base
from corpuskit.evaluate.recipe import Arm, Evaluation
from corpuskit.parts import key, read_json
from corpuskit.train import model
from corpuskit.train.folder import RUN

Row = dict[str, Any]
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja")


def rows(asked: Evaluation) -> list[Row]:
    """The arms as proof.json has them, the base first. Raises UsageError for a folder that is no model."""
    return [_row(arm, asked) for arm in (asked.base, *asked.others)]


class Digests(NamedTuple):
    """What names a model: its weights and configuration, as an approval has them, and what turns a text into its tokens."""

    weights: str
    tokenizer: str


def digests(folder: Path) -> Digests:
    """Raises UsageError for a folder that is no model."""
    model.look(folder)
    files = [folder / name for name in TOKENIZER]
    return Digests(_weights(folder), key([(file.name, base.sampled(file)) for file in files if file.is_file()]))


def _weights(folder: Path) -> str:
    """Of every byte, read once: trials are named by it, and a sample could take two models for one."""
    found = tuple((file.name, *_stamp(file)) for file in sorted(folder.glob("*.safetensors")))
    return _digest(folder, found)


def _stamp(file: Path) -> tuple[int, int]:
    info = file.stat()
    return info.st_size, info.st_mtime_ns


@lru_cache(maxsize=64)
def _digest(folder: Path, _: tuple[tuple[str, int, int], ...]) -> str:
    return key([base.digest(folder), base.whole(folder)])


def read_by(asked: Evaluation) -> dict[str, Path]:
    """The corpora that the arms have read, by names of their own: where a test example must not stand."""
    found = [asked.domain] if asked.domain else []
    for arm in asked.arms:
        found += [*([arm.corpus] if arm.corpus else []), *arm.replayed]
        replayed = {one["corpus"] for one in _record(arm).get("replayed", [])}
        found += [asked.general] if asked.general and asked.general.resolve().name in replayed else []
    named: dict[str, Path] = {}
    for corpus in dict.fromkeys(one.resolve() for one in found):
        named[corpus.name if corpus.name not in named else f"{corpus.parent.name}/{corpus.name}"] = corpus
    return named


def record(folder: Path) -> Row:
    """run.json of the run that made the model; empty where none lies beside it."""
    file = folder.resolve().parent / RUN
    try:
        found: Row = read_json(file)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and "tokens_seen" in found else {}


def _record(arm: Arm) -> Row:
    return {} if arm.role == "base" else record(arm.model)


def _hours(arm: Arm, asked: Evaluation) -> float | None:
    """Device hours of the run that made the model; of the base's where it was made for this proof: the warm-up of its head."""
    if arm.role == "base" and not arm.model.resolve().is_relative_to(asked.out.resolve()):
        return None
    hours: float | None = record(arm.model).get("device_hours")
    return hours


def _row(arm: Arm, asked: Evaluation) -> Row:
    found = _record(arm)
    seen = found.get("tokens_seen", {})
    hours = _hours(arm, asked)
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
        "weights_sha256": digests(arm.model).weights,
    }
