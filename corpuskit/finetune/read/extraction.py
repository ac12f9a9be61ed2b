"""Rows of a question, the text it is put to, and where its answers stand."""

from typing import Any

from corpuskit.finetune.examples import Asked
from corpuskit.finetune.read import cells as cell
from corpuskit.finetune.read.columns import CLUSTER, Cells, Columns, Form
from corpuskit.finetune.read.faults import Fault, Tally


def _content(_place: str, cells: Cells, _settings: Columns, _tally: Tally) -> Asked:
    question, text = cell.string(cells["question"], "question"), cell.string(cells["text"], "text")
    answers = (_within(span, text) for span in _spans(cells["answers"], text))
    return Asked(question, text, tuple(dict.fromkeys(answers)))


def _spans(value: Any, text: str) -> list[tuple[int, int]]:
    """None, or an empty list: the text does not answer the question."""
    if value is None:
        return []
    if isinstance(value, str) and value.strip().startswith("{"):
        value = cell.listed(f"[{value}]", "answers")[0]
    if not isinstance(value, dict):
        if isinstance(value, str) and not value.strip().startswith("["):
            raise Fault("the answers are text without places: give start and end in characters")
        return [_span(one, text) for one in cell.listed(value, "answers")]
    if "answer_start" not in value:
        return [_span(value, text)]
    texts, starts = value.get("text"), value["answer_start"]
    if not (isinstance(texts, list) and isinstance(starts, list) and len(texts) == len(starts)):
        raise Fault("answers: text and answer_start must be lists of the same length")
    return [_quoted(start, said, text) for said, start in zip(texts, starts, strict=True)]


def _span(one: Any, text: str) -> tuple[int, int]:
    """`[start, end]`, an object of these names, or one of the names `text` and `answer_start`."""
    if isinstance(one, dict) and "answer_start" in one:
        return _quoted(one["answer_start"], one.get("text"), text)
    if isinstance(one, dict):
        one = [one.get("start"), one.get("end")]
    if not isinstance(one, list | tuple) or len(one) != 2:
        raise Fault("an answer is neither [start, end] nor an object with these names")
    return cell.span(one[0], one[1], "answer")


def _quoted(start: Any, said: Any, text: str) -> tuple[int, int]:
    """A place that quotes what stands there: the two must agree."""
    said = cell.string(said, "answer")
    begin, end = cell.span(start, start, "answer")
    if begin < 0 or text[begin : begin + len(said)] != said:
        raise Fault("an answer does not stand where its answer_start says")
    return begin, end + len(said)


def _within(span: tuple[int, int], text: str) -> tuple[int, int]:
    start, end = span
    if not 0 <= start < end <= len(text):
        raise Fault("an answer lies outside the text, or is empty")
    if text[start:end].isspace():
        raise Fault("an answer is blank")
    return span


FORMS = (
    Form(
        content=_content,
        needed={"question": ("question",), "text": ("context", "text"), "answers": ("answers", "answer")},
        may={"cluster": (*CLUSTER, "title")},
    ),
)
