"""What the budget of a corpus is asked for: which model, on which GPUs, at which price. Kept, so that every later report answers it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from corpuskit import parts
from corpuskit.budget import gpus, models, needs, plan
from corpuskit.budget.cost import Terms
from corpuskit.budget.gpus import Gpu, Price
from corpuskit.budget.plan import SEQUENCE_LENGTH, Asked
from corpuskit.budget.programme import Programme
from corpuskit.budget.shape import Method, Shape
from corpuskit.errors import UsageError
from corpuskit.settings import lay
from corpuskit.settings import table as check

NAME = "report/asked.json"
METHODS: dict[str, Method] = {
    "shallow": "lora",
    "vocabulary": "embeddings",
}  # of a verdict's branch; full for the others


@dataclass(frozen=True)
class Kept:
    """What was asked: None for what nobody asked."""

    model: tuple[str, Shape] | None = None
    method: Method | None = None
    sequence_length: int = SEQUENCE_LENGTH
    terms: Mapping[str, Any] = field(default_factory=dict)  # fields of Terms, the GPU by its name
    programme: Programme = field(default_factory=Programme)


def ask(
    corpus: Path,
    *,
    model: str | None,
    method: Method | None,
    terms: Mapping[str, Any],
    table: Path | None,
    settings: Sequence[str] = (),
) -> None:
    """Lay what is given over what was asked before. `terms` are fields of Terms, the GPU by name or a part of it; `settings` are
    `programme.key=value`.

    Raises UsageError for a model, GPU or figure that cannot be.
    """
    before, among = read(corpus)
    if table is not None:
        among = gpus.load(table)
    values = {**before.terms, **terms}
    if "gpu" in terms:
        values["gpu"] = gpus.find(terms["gpu"], among).name
    _terms(values, among)  # refuses what cannot be
    named = before.model if model is None else models.read(model)
    tables: dict[str, Any] = {"programme": asdict(before.programme)}
    lay(tables, None, settings, ["programme"], "programme.more_seeds=4")
    asked = replace(
        before,
        model=named,
        method=method or before.method,
        terms=values,
        programme=check("--set", "programme", Programme, tables["programme"]),
    )
    write(corpus, asked, among)


def write(corpus: Path, asked: Kept, among: Mapping[str, Gpu]) -> None:
    """Keep what is asked, with the GPUs that are not the shipped table's."""
    own = [asdict(one) for name, one in among.items() if gpus.gpus().get(name) != one]
    model = None if asked.model is None else {"name": asked.model[0], "shape": asdict(asked.model[1])}
    plain = {
        "model": model,
        "method": asked.method,
        "sequence_length": asked.sequence_length,
        "terms": dict(asked.terms),
        "gpus": own,
        "programme": asdict(asked.programme),
    }
    parts.write_json(corpus / NAME, plain)


def read(corpus: Path) -> tuple[Kept, Mapping[str, Gpu]]:
    """What was asked, and the GPUs there are. Raises UsageError where the file is damaged."""
    file = corpus / NAME
    if not file.exists():
        return Kept(), gpus.gpus()
    try:
        plain = parts.read_json(file)
        among = dict(gpus.gpus()) | {row["name"]: _gpu(row) for row in plain["gpus"]}
        model = plain["model"] and (plain["model"]["name"], Shape(**plain["model"]["shape"]))
        return Kept(
            model=model,
            method=plain["method"],
            sequence_length=plain["sequence_length"],
            terms=plain["terms"],
            programme=Programme(**plain["programme"]),
        ), among
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(f"{file}: damaged; delete it, and ask `corpuskit report` again.") from None


def _terms(values: Mapping[str, Any], among: Mapping[str, Gpu]) -> Terms:
    return Terms(**{**values, "gpu": among[values["gpu"]] if values.get("gpu") else None})


def _gpu(row: dict[str, Any]) -> Gpu:
    price = row["price_per_gpu_hour"]
    return Gpu(**(row | {"price_per_gpu_hour": price and Price(**price)}))


def budget(
    corpus: Path, packed: list[dict[str, Any]], ledger: Mapping[str, Any], assessment: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The `budget` of report.json: for the model and the method that were asked for, or else those of the assessment."""
    asked, among = read(corpus)
    model, method = asked.model, asked.method
    if model is None and assessment and assessment["model"]:
        model = assessment["model"]["name"], Shape(**assessment["model"]["shape"])
    if method is None and assessment:
        method = METHODS.get(assessment["verdict"]["branch"])
    train = ledger["splits"]["train"]
    terms = _terms(asked.terms, among) if asked.terms else None
    if terms and "gpus" not in asked.terms:
        shape = model[1] if model else models.presets()[plan.SHOWN[0]]
        card = terms.gpu or among.get(plan.GPU) or next(iter(among.values()))
        terms = replace(terms, gpus=needs.fewest(shape, method or "full", asked.sequence_length, card))
    found = Asked(model, method or "full", asked.sequence_length, terms, asked.programme)
    return plan.plan(packed, train["tokens"], train["documents"], found, among, ledger["kept"]["tokens"])
