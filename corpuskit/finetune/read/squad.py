"""SQuAD's nested JSON (Rajpurkar et al. 2016, 2018; CUAD is kept so too): titles, their paragraphs, and the questions to each."""

from collections.abc import Iterator
from typing import Any

from corpuskit.finetune.read.faults import Faults

ROLES = {"question": "question", "text": "context", "answers": "answers", "cluster": "title"}


def is_nested(value: list[Any]) -> bool:
    """True for what stands as `data` in such a file."""
    return bool(value) and isinstance(value[0], dict) and "paragraphs" in value[0]


def rows(value: list[Any], name: str, faults: Faults) -> list[tuple[int, dict[str, Any]]]:
    """A row for each question, numbered through. A title is the cluster of its questions; unnamed ones are their text's."""
    try:
        return list(enumerate(_rows(value), 1))
    except (AttributeError, KeyError, TypeError):
        faults.add(name, "not SQuAD's form: data, paragraphs, context, qas, question, answers")
        return []


def _rows(value: list[Any]) -> Iterator[dict[str, Any]]:
    for about in value:
        for paragraph in about["paragraphs"]:
            for asked in paragraph["qas"]:
                yield {
                    "question": asked["question"],
                    "context": paragraph["context"],
                    "answers": [] if asked.get("is_impossible") else asked["answers"],
                    "title": about.get("title"),
                }
