"""Presidio on texts, for benchmarks/sensitive.py: python sensitive_presidio.py TEXTS.json FOUND.json.

Its English defaults (AnalyzerEngine, every pattern recognizer of its registry, context words on). The spaCy model, which serves names
and places, is a blank one whose lemmas are the words in lower case, so that context words work.
"""

import json
import sys
import time
from pathlib import Path

import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from spacy.language import Language


@Language.component("lower_case_lemmas")
def lower_case_lemmas(document):  # type: ignore[no-untyped-def]
    """A blank model has no lemmas."""
    for token in document:
        token.lemma_ = token.text.lower()
    return document


class Blank(SpacyNlpEngine):  # type: ignore[misc]
    """spaCy's English tokenizer alone."""

    def __init__(self) -> None:
        """Load nothing."""
        super().__init__()
        model = spacy.blank("en")
        model.add_pipe("lower_case_lemmas")
        model.max_length = 10**9
        self.nlp = {"en": model}


def engine() -> AnalyzerEngine:
    """Warmed up."""
    registry = RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    found = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])
    found.analyze("warm up", "en")
    return found


def main() -> None:
    """Write [type, start, end, score] for each text, and the CPU seconds."""
    analyzer = engine()
    texts = json.loads(Path(sys.argv[1]).read_text())
    begun = time.process_time()
    found = [
        [[one.entity_type, one.start, one.end, one.score] for one in analyzer.analyze(text, "en")] for text in texts
    ]
    seconds = time.process_time() - begun
    Path(sys.argv[2]).write_text(json.dumps({"found": found, "seconds": seconds}))


if __name__ == "__main__":
    main()
