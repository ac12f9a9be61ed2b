"""The settings of labelled data, and which column is what: by its setting, else by its usual names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from corpuskit.errors import UsageError
from corpuskit.finetune.examples import Content
from corpuskit.finetune.read.faults import Tally

Names = tuple[str, ...]
Cells = dict[str, Any]  # a row, by role

TEXT: Names = ("text", "sentence", "content", "document", "body")
CLUSTER: Names = ("cluster", "document_id", "doc_id")
LONG_NAME, NAMES_SHOWN = 40, 30


@dataclass(frozen=True, slots=True)
class Columns:
    """Settings of labelled data. A column that is null is looked for by its usual names.

    `train`, `dev` and `test` are file names or globs within the folder. `separator` cuts a label into several. `names` are what the
    numbers of a label or tag column stand for. `label_folder` counts from the end: -1 is the folder that the file lies in. The
    shares are of all examples, where both parts are drawn; `dev_share` is of the train part where only dev is.
    """

    train: str | None = None
    dev: str | None = None
    test: str | None = None
    text: str | None = None
    label: str | None = None
    separator: str | None = None
    names: tuple[str, ...] | None = None
    words: str | None = None
    tags: str | None = None
    spans: str | None = None
    question: str | None = None
    answers: str | None = None
    messages: str | None = None
    prompt: str | None = None
    response: str | None = None
    chosen: str | None = None
    rejected: str | None = None
    cluster: str | None = None
    label_folder: int = -1
    dev_share: float = 0.1
    test_share: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 < self.dev_share < 1 and 0 < self.test_share < 1 and self.dev_share + self.test_share < 1):
            raise ValueError("dev_share and test_share must be above 0, and together below 1")
        if self.label_folder >= 0:
            raise ValueError(
                "label_folder counts from the end: -1 is the folder that the file lies in, -2 the one above"
            )
        if self.separator == "":
            raise ValueError("separator must be a string such as ;")
        if self.seed < 0:
            raise ValueError("seed must be 0 or more")


@dataclass(frozen=True, slots=True)
class Form:
    """One way in which rows hold a task's examples: what they must have and may have, each with its usual column names.

    `content` makes an example of a row, or raises Fault: it takes the place, the row by role, the settings, and the tally.
    """

    content: Callable[[str, Cells, Columns, Tally], Content]
    needed: dict[str, Names]
    may: dict[str, Names] = field(default_factory=dict)


def fitting(forms: Sequence[Form], names: Sequence[str], settings: Columns, file: str) -> tuple[Form, dict[str, str]]:
    """The form that a file's columns have, and its columns by role; a form whose columns are set goes first.

    Raises UsageError for a column that is missing, or that could be several.
    """
    _check_settings(forms, names, settings, file)
    ranked = sorted(forms, key=lambda form: -sum(_set(role, settings) is not None for role in form.needed))
    candidates = [
        (form, {role: _columns(role, usual, names, settings) for role, usual in form.needed.items()}) for form in ranked
    ]
    whole = [(form, found) for form, found in candidates if all(found.values())]
    if not whole:
        form, found = max(candidates, key=lambda candidate: sum(map(bool, candidate[1].values())))
        missing = next(role for role, there in found.items() if not there)
        usual = ", ".join(form.needed[missing])
        raise UsageError(
            f"{file}: no column for the {missing} ({usual}); {_said(names)} Name it with --set data.{missing}=NAME."
        )
    form, found = whole[0]
    for role, there in found.items():
        if len(there) > 1:
            raise UsageError(
                f"{file}: {' and '.join(there)} could be the {role}; say which with --set data.{role}=NAME."
            )
    also = {role: _columns(role, usual, names, settings) for role, usual in form.may.items()}
    return form, {role: there[0] for role, there in (found | also).items() if there}


def _set(role: str, settings: Columns) -> str | None:
    return getattr(settings, role, None)


def _columns(role: str, usual: Names, names: Sequence[str], settings: Columns) -> list[str]:
    """The columns that could be the role, in the order of the usual names; upper and lower case are the same there."""
    named = _set(role, settings)
    if named is not None:
        return [named]
    return [name for wanted in usual for name in names if name.strip().lower() == wanted]


def _check_settings(forms: Sequence[Form], names: Sequence[str], settings: Columns, file: str) -> None:
    for role in {role for form in forms for role in (*form.needed, *form.may)}:
        named = _set(role, settings)
        if named is not None and named not in names:
            raise UsageError(f"{file}: no column {named}, which data.{role} names; {_said(names)}")


def _said(names: Sequence[str]) -> str:
    """The columns that are there. A first line that is no header may be somebody's text: it is not shown."""
    if any(len(name) > LONG_NAME or len(name.split()) > 4 for name in names):
        return f"there are {len(names)}, and their first line does not look like a header."
    shown = ", ".join(names[:NAMES_SHOWN])
    return f"there are: {shown}{', …' if len(names) > NAMES_SHOWN else '.'}"
