"""How long one tool takes to score texts, in its own Python: `PYTHON scorers_contestants.py NAME TEXTS.json MODELS OUT.json`.

NAME is a key of CONTESTANTS, MODELS a folder with `lid.176.ftz` and `quality/`, a classifier of `corpuskit quality train`. Written are
CPU seconds by scorer. Every tool scores with what it ships, every filter sees every text, and each scorer runs once on a short text
before it is timed, so that models are loaded. What a tool does not have, it is not asked for.
"""

import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

Score = Callable[[list[str]], object]
WARM = "The first text loads what is loaded late, and it has a few words. " * 20
BATCH = 1000  # texts that Data-Juicer is handed at once, its default


def _each(*scores: Callable[[str], object]) -> Score:
    """Every score of every text; an error of a tool is its answer."""

    def run(texts: list[str]) -> None:
        for score in scores:
            for text in texts:
                try:  # noqa: SIM105 - a division by zero on a text of signs, a sentence that spaCy refuses
                    score(text)
                except Exception:  # noqa: BLE001
                    pass

    return run


def _model(models: Path) -> str:
    return str(next((models / "quality").glob("model.*")))


def corpuskit(models: Path) -> dict[str, Score]:
    """What the step score runs."""
    import pyarrow as pa

    from corpuskit import sensitive
    from corpuskit.score import language, quality, statistics

    return {
        "statistics": lambda texts: statistics.measure(pa.array(texts, pa.large_string())),
        "language": lambda texts: language.identify(pa.array(texts, pa.large_string())),
        "quality": lambda texts: quality.score(pa.array(texts, pa.large_string()), models / "quality"),
        "personal data": lambda texts: sensitive.count(pa.array(texts, pa.large_string())),
    }


def datatrove(models: Path) -> dict[str, Score]:
    """Gopher's, C4's and FineWeb's filters; lid.176; fastText; addresses of mail and of machines."""
    os.environ["HF_ASSETS_CACHE"] = (
        tempfile.mkdtemp()
    )  # it keeps a model under its path, also when another one lies there
    from datatrove.data import Document  # type: ignore[import-not-found,unused-ignore]
    from datatrove.pipeline.filters import (  # type: ignore[import-not-found,unused-ignore]
        C4QualityFilter,
        FastTextClassifierFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )
    from datatrove.pipeline.formatters import PIIFormatter  # type: ignore[import-not-found,unused-ignore]
    from datatrove.utils.lid import FT176LID  # type: ignore[import-not-found,unused-ignore]

    def over(keep: Callable[[Any], object]) -> Callable[[str], object]:
        return lambda text: keep(Document(text=text, id=""))

    rules = (GopherQualityFilter(), GopherRepetitionFilter(), C4QualityFilter(), FineWebQualityFilter())
    spoken = FT176LID(k=1)
    spoken.MODEL_URL = str(models / "lid.176.ftz")
    good = FastTextClassifierFilter(_model(models), keep_labels=("good", 0.5), newline_replacement=" ")
    return {
        "statistics": _each(*(over(rule.filter) for rule in rules)),
        "language": _each(over(spoken.predict)),
        "quality": _each(over(good.filter)),
        "personal data": _each(PIIFormatter().format),
    }


def dolma(models: Path) -> dict[str, Score]:
    """Its taggers: Gopher's (both sets) and C4's; all labels of lid.176; fastText; mail, phones and addresses of machines."""
    import fasttext
    from dolma.core.data_types import Document  # type: ignore[import-not-found,unused-ignore]
    from dolma.taggers import c4, gopher, language, pii, quality  # type: ignore[import-not-found,unused-ignore]

    def over(tagger: Any) -> Callable[[str], object]:
        return lambda text: tagger.predict(Document(source="", version="", id="", text=text))

    spoken = language.FastTextAllLanguagesDocumentTagger
    spoken.MODEL_PATH = str(models / "lid.176.ftz")
    good = quality.DclmQualityClassifier
    good.MODEL_PATH = _model(models)
    assert fasttext
    return {
        "statistics": _each(over(gopher.GopherTaggerV2()), over(c4.FasterC4Tagger())),
        "language": _each(over(spoken())),
        "quality": _each(over(good())),
        "personal data": _each(over(pii.FastPiiRegex())),
    }


def datajuicer(models: Path) -> dict[str, Score]:  # noqa: C901
    """Its filters for the same (those that need no word list from the network); lid.176; its mappers for personal data."""
    cache = Path(tempfile.mkdtemp())
    (cache / "lid.176.bin").symlink_to(models / "lid.176.ftz")
    os.environ["DATA_JUICER_MODELS_CACHE"] = str(cache)
    package = "data_juicer.ops.filter"
    names = (
        "AlphanumericFilter", "AverageLineLengthFilter", "CharacterRepetitionFilter", "MaximumLineLengthFilter",
        "SpecialCharactersFilter", "TextLengthFilter", "WordRepetitionFilter", "WordsNumFilter",
    )  # fmt: skip
    ops = import_module(package)
    mappers = import_module("data_juicer.ops.mapper")
    spoken = ops.LanguageIDScoreFilter()
    private = [mappers.CleanEmailMapper(), mappers.CleanIpMapper(), mappers.PiiRedactionMapper()]

    def stats(filters: Iterable[Any]) -> Score:
        held = [
            partial(one.compute_stats_batched, context=True)  # words are made once and shared, as its op_fusion does
            if "context" in signature(one.compute_stats_batched).parameters
            else one.compute_stats_batched
            for one in filters
        ]

        def run(texts: list[str]) -> None:
            for start in range(0, len(texts), BATCH):
                batch = texts[start : start + BATCH]
                samples = {
                    "text": batch,
                    "__dj__stats__": [{} for _ in batch],
                    "__dj__context__": [{} for _ in batch],
                }
                for one in held:
                    samples = one(samples)

        return run

    def mapped(texts: list[str]) -> None:
        for one in private[:2]:
            for start in range(0, len(texts), BATCH):
                one.process_batched({"text": texts[start : start + BATCH]})
        for text in texts:
            private[2].process_single({"text": text})

    def language(texts: list[str]) -> None:
        for text in texts:
            spoken.compute_stats_single({"text": text, "__dj__stats__": {}})

    return {
        "statistics": stats(getattr(ops, name)() for name in names),
        "language": language,
        "personal data": mapped,
    }


def curator(models: Path) -> dict[str, Score]:
    """The filters of its recipe for English; lid.176; fastText. It no longer has one for personal data."""
    string = import_module("nemo_curator.stages.text.filters.heuristic.string")
    repetition = import_module("nemo_curator.stages.text.filters.heuristic.repetition")
    fast = import_module("nemo_curator.stages.text.filters.fasttext.fasttext_filters")
    names = (
        "NonAlphaNumericFilter", "SymbolsToWordsFilter", "NumbersFilter", "UrlsFilter", "WhiteSpaceFilter", "ParenthesesFilter",
        "BoilerPlateStringFilter", "WordCountFilter", "PunctuationFilter", "WordsWithoutAlphabetsFilter", "CommonEnglishWordsFilter",
        "MeanWordLengthFilter", "LongWordFilter", "EllipsisFilter",
    )  # fmt: skip
    lines = (
        "RepeatedLinesFilter", "RepeatedParagraphsFilter", "RepeatedLinesByCharFilter", "RepeatedParagraphsByCharFilter",
    )  # fmt: skip
    filters = [getattr(string, name)() for name in names] + [getattr(repetition, name)() for name in lines]
    filters += [repetition.RepeatingTopNGramsFilter(n=n) for n in (2, 3, 4)]
    filters += [repetition.RepeatingDuplicateNGramsFilter(n=n) for n in range(5, 11)]
    spoken = fast.FastTextLangId(str(models / "lid.176.ftz"))
    good = fast.FastTextQualityFilter(_model(models), label="__label__good")
    spoken.load_model()
    good.load_model()
    return {
        "statistics": _each(*(one.score_document for one in filters)),
        "language": _each(spoken.score_document),
        "quality": _each(good.score_document),
    }


def presidio(_models: Path) -> dict[str, Score]:
    """Its English defaults over spaCy's tokenizer alone, as in sensitive_presidio.py."""
    engine = import_module("sensitive_presidio").engine()
    return {"personal data": _each(lambda text: engine.analyze(text, "en"))}


CONTESTANTS: dict[str, Callable[[Path], dict[str, Score]]] = {
    "corpuskit": corpuskit, "datatrove": datatrove, "dolma": dolma, "datajuicer": datajuicer, "curator": curator,
    "presidio": presidio,
}  # fmt: skip


def main() -> None:
    """Scorer by scorer, each text once."""
    name, file, models, out = sys.argv[1:]
    warnings.simplefilter("ignore")
    texts: list[str] = json.loads(Path(file).read_text(encoding="utf-8"))
    seconds = {}
    for scorer, score in CONTESTANTS[name](Path(models).absolute()).items():
        score([WARM])
        begun = time.process_time()
        score(texts)
        seconds[scorer] = time.process_time() - begun
    Path(out).write_text(json.dumps(seconds))


if __name__ == "__main__":
    main()
