"""The classifiers that a recipe names, each a signal of its name: fastText's of `corpuskit quality train`, or Hugging Face's."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from corpuskit import neural
from corpuskit.documents import DECIDED, EXTRACTED
from corpuskit.errors import UsageError
from corpuskit.score import quality
from corpuskit.score.language import SCHEMA
from corpuskit.score.settings import Score
from corpuskit.score.signals import SIGNALS
from corpuskit.sensitive import KINDS, NAMED

# Names that are columns of documents already, or of the tables that steps and reports make of them.
TAKEN = (
    *EXTRACTED.names,
    *DECIDED.names,
    *(signal.name for signal in SIGNALS),
    *("text_quality", "document_type", *SCHEMA.names),
    *("tokens", "twin", "overlap", "split", "input_ids", "document_id", "removed", "boilerplate_share"),
    *(
        "part",
        "row",
        "place",
        "copy",
        "group",
        "survivor",
        "live",
        "weight",
        "bucket",
        "type",
        "format",
        "quality_band",
    ),
    *("taken_out", "cut", "bound", "new_rule", "passes", "of", "kind", "leader", "then", "document", "stands"),
    *(KINDS | NAMED).values(),
)


@dataclass(frozen=True, slots=True)
class Classifier:
    """A classifier in a folder that was looked at. `device` is where Hugging Face's runs; None for fastText's."""

    name: str
    folder: Path
    label: str | None = None
    device: Literal["cpu", "cuda"] | None = None

    def digests(self) -> Iterator[tuple[str, str]]:
        """What its scores depend on, for keys and the manifest."""
        if self.device is None:
            yield f"classifiers.{self.name}", quality.digest(self.folder)
            return
        yield f"classifiers.{self.name}", neural.digest(self.folder)
        yield f"classifiers.{self.name}: label and device", f"{self.label or 'the only one'}, {self.device}"
        yield from neural.versions().items()

    def score(self, texts: pa.Array) -> pa.Array:
        """float32 for each text, null for null."""
        if self.device is None:
            return quality.score(texts, self.folder)
        return neural.scores(texts, self.folder, self.label, self.device)


def of(settings: Score) -> tuple[Classifier, ...]:
    """Those of a recipe. Raises UsageError where one is missing, cannot be used, or is called like another column."""
    found = []
    for name, model, label in settings.asked():
        if name in TAKEN:
            raise UsageError(f"score.classifiers.{name}: documents have a column of that name; choose another.")
        folder = Path(model).absolute()
        if (folder / quality.ABOUT).is_file() or not (folder / "config.json").is_file():
            if label is not None:
                raise UsageError(
                    f"score.classifiers.{name}: {folder} is fastText's, whose label is good; leave label out."
                )
            quality.load(folder)
            found.append(Classifier(name, folder))
        else:
            neural.check_classifier(folder, label)
            found.append(Classifier(name, folder, label, neural.device(settings.device)))
    return tuple(found)
