"""What the budget of a corpus is asked for: which model, on which GPUs, at which price. Kept, so that every later report answers it."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from corpuskit import parts
from corpuskit.budget import gpus, models, plan
from corpuskit.budget.cost import Terms
from corpuskit.budget.gpus import Gpu, Price
from corpuskit.budget.plan import Asked
from corpuskit.budget.shape import Method, Shape
from corpuskit.errors import UsageError

NAME = "report/asked.json"


def ask(
    corpus: Path, *, model: str | None, method: Method | None, terms: Mapping[str, Any], table: Path | None
) -> None:
    """Lay what is given over what was asked before. `terms` are fields of Terms, the GPU by name or a part of it.

    Raises UsageError for a model, GPU or figure that cannot be.
    """
    before, among = read(corpus)
    if table is not None:
        among = gpus.load(table)
    values = {} if before.terms is None else {f.name: getattr(before.terms, f.name) for f in fields(Terms)}
    values |= terms
    if isinstance(values.get("gpu"), str):
        values["gpu"] = gpus.find(values["gpu"], among)
    named = before.model if model is None else models.read(model)
    asked = replace(before, model=named, method=method or before.method, terms=Terms(**values) if values else None)
    write(corpus, asked, among)


def write(corpus: Path, asked: Asked, among: Mapping[str, Gpu]) -> None:
    """Keep what is asked, with the GPUs that are not the shipped table's."""
    own = [asdict(one) for name, one in among.items() if gpus.gpus().get(name) != one]
    terms = None if asked.terms is None else asdict(asked.terms) | {"gpu": asked.terms.gpu and asked.terms.gpu.name}
    model = None if asked.model is None else {"name": asked.model[0], "shape": asdict(asked.model[1])}
    plain = {
        "model": model,
        "method": asked.method,
        "sequence_length": asked.sequence_length,
        "terms": terms,
        "gpus": own,
    }
    parts.write_json(corpus / NAME, plain)


def read(corpus: Path) -> tuple[Asked, Mapping[str, Gpu]]:
    """What was asked, and the GPUs there are. Raises UsageError where the file is damaged."""
    file = corpus / NAME
    if not file.exists():
        return Asked(), gpus.gpus()
    try:
        plain = parts.read_json(file)
        among = dict(gpus.gpus()) | {row["name"]: _gpu(row) for row in plain["gpus"]}
        model = plain["model"] and (plain["model"]["name"], Shape(**plain["model"]["shape"]))
        terms = plain["terms"] and Terms(**(plain["terms"] | {"gpu": among.get(plain["terms"]["gpu"])}))
        return Asked(model=model, method=plain["method"], sequence_length=plain["sequence_length"], terms=terms), among
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{file}: damaged; delete it, and ask `corpuskit report` again.") from None


def _gpu(row: dict[str, Any]) -> Gpu:
    price = row["price_per_gpu_hour"]
    return Gpu(**(row | {"price_per_gpu_hour": price and Price(**price)}))


def budget(
    corpus: Path, packed: list[dict[str, Any]], kept: Mapping[str, int], assessment: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The `budget` of report.json, for the model that was asked for, or else assessed."""
    asked, among = read(corpus)
    model = asked.model
    if model is None and assessment and assessment["model"]:
        model = assessment["model"]["name"], Shape(**assessment["model"]["shape"])
    found = Asked(model=model, method=asked.method, sequence_length=asked.sequence_length, terms=asked.terms)
    return plan.plan(packed, kept["tokens"], kept["documents"], found, among)
