"""Labelled data as values: what one example of each task is."""

from dataclasses import dataclass, field
from typing import Any, Literal

TaskKind = Literal["classification", "tagging", "extraction", "chat", "preference"]


@dataclass(frozen=True, slots=True)
class Classified:
    """A text with its class, or with any number of classes where the task has several labels."""

    text: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tagged:
    """Words with a tag each, as BIO: `B-X` begins an entity of the type X, `I-X` goes on with it, `O` is outside."""

    words: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a text. `answers` are spans of the text in characters, start and end, alternatives; none: not answered there."""

    question: str
    text: str
    answers: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody says: `role` is system, user or assistant."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation. The model learns what the assistant says."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ends of a conversation, the better and the worse one. Each ends with the assistant."""

    prompt: tuple[Message, ...]
    chosen: tuple[Message, ...]
    rejected: tuple[Message, ...]


Content = Classified | Tagged | Asked | Talk | Pair


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled thing. `place` is the file and the line that it came from, or the document's path.

    Examples of one `cluster` are not independent of each other: sentences of a document, answers about a contract. Where the data
    does not say, each example is a cluster of its own.
    """

    place: str
    cluster: str
    content: Content


@dataclass(frozen=True, slots=True)
class Data:
    """A task's examples. `labels` are the classes or entity types, sorted; `found` is what the checks say, as JSON has it."""

    kind: TaskKind
    name: str
    train: tuple[Example, ...]
    dev: tuple[Example, ...]
    test: tuple[Example, ...]
    labels: tuple[str, ...] = ()
    several: bool = False  # classification: an example may have any number of labels
    found: dict[str, Any] = field(default_factory=dict)
