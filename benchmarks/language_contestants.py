"""What one contestant says of texts, in its own Python: `PYTHON language_contestants.py NAME TEXTS.json OUT.json`.

NAME is corpuskit, pycld2 or lingua. Written: `languages`, a list for each text, the first one first; `seconds` of CPU by set. lingua
is not asked about documents in two languages: its `detect_multiple_languages_of` takes seconds a document.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SAME = {"no": "nb", "iw": "he", "zh-Hant": "zh"}
ONE = "123456789"  # sets of texts in one language are named by a number

Identify = Callable[[list[str]], list[list[str]]]


def corpuskit() -> Identify:
    """All columns of `identify`, the second language's too."""
    import pyarrow as pa

    from corpuskit.score.language import identify

    def answer(texts: list[str]) -> list[list[str]]:
        table = identify(pa.array(texts))
        named = zip(*(table[column].to_pylist() for column in ("language", "second_language")), strict=True)
        return [[language for language in row if language] for row in named]

    return answer


def pycld2() -> Identify:
    """CLD2 with its own best-effort answer, so that it is not blamed for silence; a second language from 10 % of the bytes on."""
    import pycld2 as cld2  # type: ignore[import-not-found,unused-ignore]

    def one(text: str) -> list[str]:
        try:
            _, _, details = cld2.detect(text, bestEffort=True)
        except cld2.error:
            return []
        return [code for _, code, percent, _ in details if code != "un" and percent >= 10]

    return lambda texts: list(map(one, texts))


def lingua() -> Identify:
    """All 75 languages, in its accurate mode."""
    from lingua import LanguageDetectorBuilder  # type: ignore[import-not-found,unused-ignore]

    detector = LanguageDetectorBuilder.from_all_languages().with_preloaded_language_models().build()

    def one(text: str) -> list[str]:
        found = detector.detect_language_of(text)
        return [found.iso_code_639_1.name.lower()] if found else []

    return lambda texts: list(map(one, texts))


CONTESTANTS: dict[str, Callable[[], Identify]] = {"corpuskit": corpuskit, "pycld2": pycld2, "lingua": lingua}


def main() -> None:
    """Set by set, each text once."""
    name, file, out = sys.argv[1:]
    texts: list[dict[str, Any]] = json.loads(Path(file).read_text(encoding="utf-8"))
    identify = CONTESTANTS[name]()
    identify(["The first text loads what is loaded late."])
    languages: list[list[str]] = [[] for _ in texts]
    seconds = {}
    for group in dict.fromkeys(text["set"] for text in texts):
        if name == "lingua" and group[0] not in ONE:
            continue
        places = [place for place, text in enumerate(texts) if text["set"] == group]
        begun = time.process_time()
        found = identify([texts[place]["text"] for place in places])
        seconds[group] = time.process_time() - begun
        for place, codes in zip(places, found, strict=True):
            languages[place] = [SAME.get(code, code) for code in codes]
    Path(out).write_text(json.dumps({"languages": languages, "seconds": seconds}))


if __name__ == "__main__":
    main()
