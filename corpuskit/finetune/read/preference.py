"""Rows of a prompt with a better and a worse end."""

from itertools import takewhile
from typing import Any

from corpuskit.finetune.examples import Message, Pair
from corpuskit.finetune.read import cells as cell
from corpuskit.finetune.read.chat import PROMPT, messages
from corpuskit.finetune.read.columns import CLUSTER, Cells, Columns, Form
from corpuskit.finetune.read.faults import Fault, Tally


def _content(_place: str, cells: Cells, _settings: Columns, _tally: Tally) -> Pair:
    """What both ends begin with belongs to the prompt, whether the prompt was told or not."""
    prompt = () if cells.get("prompt") is None else _said(cells["prompt"], "user", "prompt")
    chosen, rejected = (_end(cells[name], prompt, name) for name in ("chosen", "rejected"))
    if chosen == rejected:
        raise Fault("chosen and rejected are the same")
    shared = takewhile(lambda pair: pair[0] == pair[1], zip(chosen[:-1], rejected[:-1], strict=False))
    common = tuple(one for one, _ in shared)
    prompt += common
    if not prompt:
        raise Fault("no prompt")
    return Pair(prompt, chosen[len(common) :], rejected[len(common) :])


def _said(value: Any, role: str, what: str) -> tuple[Message, ...]:
    if isinstance(value, str):
        return (Message(role, cell.string(value, what)),)
    return messages(value, what)


def _end(value: Any, prompt: tuple[Message, ...], what: str) -> tuple[Message, ...]:
    """The messages after the prompt, which some data repeats in each end."""
    said = _said(value, "assistant", what)
    if prompt and said[: len(prompt)] == prompt:
        said = said[len(prompt) :]
    if not said or said[-1].role != "assistant":
        raise Fault(f"{what} does not end with the assistant")
    return said


FORMS = (
    Form(
        content=_content,
        needed={"chosen": ("chosen",), "rejected": ("rejected",)},
        may={"prompt": PROMPT, "cluster": CLUSTER},
    ),
)
