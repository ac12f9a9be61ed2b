"""score: what can be measured on a text, for every document, in one pass; and its token ids, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa

from corpuskit import parts, sensitive
from corpuskit.errors import CorpuskitError
from corpuskit.parts import Store
from corpuskit.score import classifiers as named
from corpuskit.score import ensemble, kinds, language, statistics, tokens
from corpuskit.score.settings import Score

VERSION = 3  # raise it when the same text gives another number
LIBRARIES = ("fasttext-community", "tokenizers")


@dataclass(frozen=True, slots=True)
class Models:
    """Models that a recipe names, and the digests that they had when the build began."""

    language: Path | None = None
    classifiers: tuple[named.Classifier, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, settings: Score) -> "Models":
        """Those of a recipe. Raises UsageError where one is missing or is no such model."""
        spoken = Path(settings.language_model).absolute() if settings.language_model else None
        if spoken:
            language.load(spoken)
        asked = named.of(settings)
        return cls(spoken, asked, cls._digests(spoken, asked))

    @staticmethod
    def _digests(spoken: Path | None, asked: Sequence[named.Classifier]) -> tuple[tuple[str, str], ...]:
        found = [("language_model", language.digest(spoken))] if spoken else []
        return tuple(found + [pair for one in asked for pair in one.digests()])

    def check(self) -> None:
        """Raise CorpuskitError where one is no longer what the build began with."""
        if self._digests(self.language, self.classifiers) != self.digests:
            raise CorpuskitError("a model of score changed while the build ran; run the same command again.")


@dataclass(frozen=True, slots=True)
class _Job:
    part: Path
    out: Path

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return self.part.stat().st_size


@dataclass(frozen=True, slots=True)
class ScoreJob(_Job):
    """Measure the texts of the part at `part`."""

    models: Models = Models()


@dataclass(frozen=True, slots=True)
class TokensJob(_Job):
    """Encode the texts of the part at `part` with a tokenizer."""

    tokenizer: str | None
    digest: str  # of the tokenizer that the build began with


@cache
def versions() -> dict[str, str]:
    """The libraries that measure."""
    return {name: version(name) for name in LIBRARIES}


def score_path(store: Store, part: str, models: Models) -> Path:
    """Where the signals of a part lie."""
    return store.path("score", parts.key("signals", VERSION, versions(), part, dict(models.digests)))


def tokens_path(store: Store, part: str, tokenizer_digest: str) -> Path:
    """Where the token ids of a part lie."""
    return store.path("score", parts.key("tokens", VERSION, versions(), part, tokenizer_digest), "tokens.arrow")


def compile_kernels() -> None:
    """Compile the kernels, or load them from numba's cache on disk: call it once before workers start."""
    statistics.compile_kernels()
    language.identify(pa.array(["warm up", None]))
    sensitive.count(pa.array(["warm up", None]))


def score_part(job: ScoreJob) -> None:
    """Write one row of signals a document; a document without text has nulls."""
    job.models.check()

    def measured(batch: pa.RecordBatch) -> pa.Table:
        texts = batch.column("text")
        table = statistics.measure(texts)
        table = table.append_column("document_type", kinds.kinds(table, batch.column("media_type")))
        for column in (spoken := language.identify(texts, job.models.language)).column_names:
            table = table.append_column(column, spoken[column])
        table = table.append_column(ensemble.NAME, ensemble.text_quality(table, batch.column("legibility")))
        for column in (counted := sensitive.count(texts)).column_names:
            table = table.append_column(column, counted[column])
        for one in job.models.classifiers:
            table = table.append_column(one.name, one.score(texts))
        return table

    first, *rest = map(measured, parts.batches(job.part))
    parts.write_arrow(job.out, first.schema, [first, *rest])


def encode_part(job: TokensJob) -> None:
    """Write the column `input_ids`: list<uint32> a document, null where there is no text."""
    tokenizer = tokens.load(job.tokenizer)
    if tokenizer.digest != job.digest:
        raise CorpuskitError(f"{tokenizer.file}: changed while the build ran; run the same command again.")
    schema = pa.schema([pa.field("input_ids", pa.list_(pa.uint32()))])
    batches = (
        pa.RecordBatch.from_arrays([tokenizer.encode(batch.column("text"))], schema=schema)
        for batch in parts.batches(job.part)
    )
    parts.write_arrow(job.out, schema, batches)
