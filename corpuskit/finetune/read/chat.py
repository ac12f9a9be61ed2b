"""Rows of messages, or of a prompt and its response."""

from typing import Any

from corpuskit.finetune.examples import Message, Talk
from corpuskit.finetune.read import cells as cell
from corpuskit.finetune.read.columns import CLUSTER, Cells, Columns, Form, Names
from corpuskit.finetune.read.faults import Fault, Tally

# The names of roles in OpenAI's messages and in ShareGPT's.
ROLES = {"system": "system", "user": "user", "human": "user", "assistant": "assistant", "gpt": "assistant"}
PROMPT: Names = ("prompt", "instruction")


def messages(value: Any, what: str = "messages") -> tuple[Message, ...]:
    """`[{"role", "content"}]` or ShareGPT's `[{"from", "value"}]`. Raises Fault."""
    return tuple(_message(one, number) for number, one in enumerate(cell.listed(value, what), 1))


def _message(one: Any, number: int) -> Message:
    if not isinstance(one, dict):
        raise Fault(f"message {number} is not an object")
    role, content = ("from", "value") if "from" in one else ("role", "content")
    said = one.get(role)
    if not isinstance(said, str) or said not in ROLES:
        raise Fault(f"message {number}: its {role} is none of {', '.join(ROLES)}")
    return Message(ROLES[said], cell.string(one.get(content), f"message {number}"))


def _system(cells: Cells) -> tuple[Message, ...]:
    value = cells.get("system")
    return () if value is None or value == "" else (Message("system", cell.string(value, "system")),)


def _talk(_place: str, cells: Cells, _settings: Columns, _tally: Tally) -> Talk:
    said = _system(cells) + messages(cells["messages"])
    if not any(one.role == "assistant" for one in said):
        raise Fault("the assistant says nothing")
    return Talk(said)


def _answered(_place: str, cells: Cells, _settings: Columns, _tally: Tally) -> Talk:
    prompt = cell.string(cells["prompt"], "prompt")
    given = cells.get("input")
    if given is not None and given != "":
        prompt = f"{prompt}\n\n{cell.string(given, 'input')}"
    response = cell.string(cells["response"], "response")
    return Talk((*_system(cells), Message("user", prompt), Message("assistant", response)))


FORMS = (
    Form(
        content=_talk,
        needed={"messages": ("messages", "conversations")},
        may={"system": ("system",), "cluster": CLUSTER},
    ),
    Form(
        content=_answered,
        needed={"prompt": PROMPT, "response": ("response", "output", "completion", "answer")},
        may={"input": ("input",), "system": ("system",), "cluster": CLUSTER},
    ),
)
