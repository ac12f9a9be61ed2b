"""Other tools on the lines of web pages, for benchmarks/noise_lines.py: python noise_lines_contestants.py PAGES.json FOUND.json.

jusText and datatrove's C4 filter with their defaults, RefinedWeb's rules for lines as published, and a bag of words. jusText gets each
line as a paragraph without links; the C4 filter each line as a text, and may ask for no number of sentences.
"""

import importlib.util
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Found = list[list[int]]
Run = Callable[[list[Any]], Found]
LANGUAGES = {"de": "German", "en": "English", "es": "Spanish", "fi": "Finnish", "fr": "French", "sv": "Swedish"}


def justext_with(stoplist_of: Callable[[str], Any]) -> Run:
    """JusText's classes: good is content."""
    from justext.core import classify_paragraphs, revise_paragraph_classification
    from justext.paragraph import Paragraph

    class Path:
        dom = xpath = "html.body.p"

    def run(pages: list[Any]) -> Found:
        found = []
        for language, lines, _ in pages:
            paragraphs = [Paragraph(Path) for _ in lines]
            for paragraph, line in zip(paragraphs, lines, strict=True):
                paragraph.append_text(line)
            stoplist, options = stoplist_of(language)
            classify_paragraphs(paragraphs, stoplist, **options)
            revise_paragraph_classification(paragraphs)
            found.append([int(paragraph.is_boilerplate) for paragraph in paragraphs])
        return found

    return run


def c4() -> Run:
    """datatrove's C4 filter, a line at a time."""
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter

    keep = C4QualityFilter(min_num_sentences=-1)

    def noise(line: str) -> int:
        document = Document(text=line, id="")
        return int(keep.filter(document) is not True or not document.text)

    return lambda pages: [[noise(line) for line in lines] for _, lines, _ in pages]


_COUNTER = re.compile(r"\W*\d[\d.,]*\s*\w+\W*")


def refined_web(pages: list[Any]) -> Found:
    """RefinedWeb's rules (Penedo et al. 2023, appendix G.2): mainly upper case, only numbers, a counter (3 likes), one word."""

    def noise(line: str) -> int:
        letters = [character for character in line if character.isalpha()]
        upper = sum(character.isupper() for character in letters)
        return int(2 * upper > len(letters) or not letters or len(line.split()) < 2 or bool(_COUNTER.fullmatch(line)))

    return [[noise(line) for line in lines] for _, lines, _ in pages]


def bag_of_words(known: list[Any], *, characters: bool) -> Run:
    """TF-IDF and logistic regression of scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    options = {"analyzer": "char_wb", "ngram_range": (2, 5), "min_df": 2} if characters else {"ngram_range": (1, 2)}
    vectorizer = TfidfVectorizer(sublinear_tf=True, **options)
    begun = time.process_time()
    matrix = vectorizer.fit_transform([line for _, lines, _ in known for line in lines])
    fitted = LogisticRegression(C=10, max_iter=2000).fit(matrix, [label for _, _, labels in known for label in labels])
    seconds = time.process_time() - begun
    print(
        f"{'characters' if characters else 'words'}: {len(vectorizer.vocabulary_):,} weights fitted in {seconds:.1f} CPU s"
    )

    def run(pages: list[Any]) -> Found:
        marks = iter(fitted.predict(vectorizer.transform([line for _, lines, _ in pages for line in lines])).tolist())
        return [[next(marks) for _ in lines] for _, lines, _ in pages]

    return run


def contestants(known: list[Any]) -> dict[str, Run]:
    """Those whose package is here."""
    here = {name for name in ("justext", "datatrove", "sklearn") if importlib.util.find_spec(name)}
    found: dict[str, Run] = {}
    if "justext" in here:
        from justext import get_stoplist

        lists = {language: get_stoplist(name) for language, name in LANGUAGES.items()}
        without = {"stopwords_low": 0, "stopwords_high": 0}
        found["jusText"] = justext_with(lambda language: (lists[language], {}))
        found["jusText, no stop words"] = justext_with(lambda _: (frozenset(), without))
        found["RefinedWeb's lines"] = refined_web
    if "datatrove" in here:
        found["C4's lines (datatrove)"] = c4()
    if "sklearn" in here:
        found["TF-IDF words, fitted"] = bag_of_words(known, characters=False)
        found["TF-IDF characters, fitted"] = bag_of_words(known, characters=True)
    return found


def main() -> None:
    """Run each some rounds in turn."""
    given = json.loads(Path(sys.argv[1]).read_text())
    pages = given["pages"]
    results = {}
    for name, run in contestants(given["known"]).items():
        seconds = []
        for _ in range(min(3, given["rounds"])):
            begun = time.process_time()
            marks = run(pages)
            seconds.append(time.process_time() - begun)
        results[name] = (marks, min(seconds))
    Path(sys.argv[2]).write_text(json.dumps(results))


if __name__ == "__main__":
    main()
