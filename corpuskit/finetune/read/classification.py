"""Rows of a text and its class, or classes."""

from corpuskit.finetune.examples import Classified
from corpuskit.finetune.read import cells as cell
from corpuskit.finetune.read.columns import CLUSTER, TEXT, Cells, Columns, Form
from corpuskit.finetune.read.faults import Fault, Tally

LISTS = "label_lists"  # tallied: labels that came as lists


def _content(place: str, cells: Cells, settings: Columns, tally: Tally) -> Classified:
    text = cell.string(cells["text"], "text")
    value, names = cells["label"], settings.names or cells.get("names")
    if settings.separator is not None and isinstance(value, str):
        value = [one for one in value.split(settings.separator) if one.strip()]
    if not isinstance(value, list):
        return Classified(text, (cell.label(value, names),))
    tally.add(LISTS, place)
    labels = tuple(cell.label(one, names) for one in value)
    if len(set(labels)) < len(labels):
        raise Fault("a label is there twice")
    return Classified(text, labels)


FORMS = (
    Form(
        content=_content,
        needed={"text": TEXT, "label": ("label", "labels", "class", "category")},
        may={"cluster": CLUSTER},
    ),
)
