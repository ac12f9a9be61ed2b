"""The settings of `score`. No kernel and no model is loaded to read a recipe."""

import re
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

QUALITY = "quality"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Classifier(NamedTuple):
    """A classifier that a recipe names: its signal, its folder, and the label whose chance is the score (None: its only one)."""

    name: str
    model: str
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Settings of `score`.

    `tokenizer` counts: a tokenizer.json, its folder, or a name in the local cache. `language_model`: a fastText model with labels
    instead of lid.176. `classifiers` maps the names of signals to folders: what `corpuskit quality train` wrote, or a sequence
    classifier of Hugging Face, where `{model: FOLDER, label: LABEL}` says which label. `quality` is short for the classifier of that
    name. `device`: where Hugging Face's are run.
    """

    tokenizer: str | None = None
    language_model: str | None = None
    quality: str | None = None
    classifiers: dict[str, Any] = field(default_factory=dict)
    device: Literal["auto", "cpu", "cuda"] = "auto"

    def __post_init__(self) -> None:
        if self.quality is not None and QUALITY in self.classifiers:
            raise ValueError(f"{QUALITY} and classifiers.{QUALITY} name two classifiers of one signal")
        self.asked()

    def asked(self) -> tuple[Classifier, ...]:
        """The classifiers in the order of their names, so that the order in a recipe decides on nothing."""
        short = {} if self.quality is None else {QUALITY: self.quality}
        return tuple(
            _classifier(name, said) for name, said in sorted((short | self.classifiers).items()) if said is not None
        )

    def named(self) -> tuple[str, ...]:
        """The signals that they make."""
        return tuple(one.name for one in self.asked())


def _classifier(name: str, said: Any) -> Classifier:
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"classifiers.{name}: a signal's name is small letters, digits and _, and begins with a letter"
        )
    if isinstance(said, str) and said:
        return Classifier(name, said)
    if isinstance(said, dict) and {"model"} <= said.keys() <= {"model", "label"}:
        model, label = said["model"], said.get("label")
        if isinstance(model, str) and isinstance(label, str | int | None) and not isinstance(label, bool):
            return Classifier(name, model, None if label is None else str(label))
    raise ValueError(f"classifiers.{name}: a folder belongs here, or {{model: FOLDER, label: LABEL}}, not {said!r}")
