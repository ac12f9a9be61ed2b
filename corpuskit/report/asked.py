"""What the budget of a corpus is asked for: which model, on which GPUs, at which price. kept for every later report."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from corpuskit import parts
from corpuskit.budget import gpus, models, plan
from corpuskit.budget.cost import Terms
from corpuskit.budget.gpus import Gpu, Price
from corpuskit.budget.plan import SEQUENCE_LENGTH, Asked
from corpuskit.budget.programme import Programme
from corpuskit.budget.shape import Method, Shape
from corpuskit.errors import UsageError
from corpuskit.report.lengths import SEQUENCE_LENGTHS
from corpuskit.score import tokens
from corpuskit.settings import lay
from corpuskit.settings import table as check
from corpuskit.shard import reader

NAME = "report/asked.json"
METHODS: dict[str, Method] = {
    "shallow": "lora",
    "vocabulary": "embeddings",
}  # of a verdict's branch; full for the others


@dataclass(frozen=True)
class Question:
    """What was asked: None for what nobody asked. `tokenizer` is the SHA-256 of the model's, where it has one beside it."""

    model: tuple[str, Shape] | None = None
    tokenizer: str | None = None
    method: Method | None = None
    sequence_length: int = SEQUENCE_LENGTH
    terms: Mapping[str, Any] = field(default_factory=dict)  # fields of Terms, the GPU by its name
    programme: Programme = field(default_factory=Programme)
    budget: float | None = None


def ask(
    corpus: Path,
    *,
    model: str | None = None,
    method: Method | None = None,
    sequence_length: int | None = None,
    terms: Mapping[str, Any] | None = None,
    table: Path | None = None,
    settings: Sequence[str] = (),
    budget: float | None = None,
) -> None:
    """Lay what is given over what was asked before.

    `terms` are fields of Terms, the GPU by name or a part of it; `settings` are `programme.key=value`. Raises UsageError for a model,
    GPU or figure that cannot be.
    """
    before, among = read(corpus)
    if table is not None:
        among = gpus.load(table)
    values = {**before.terms, **(terms or {})}
    if terms and "gpu" in terms:
        values["gpu"] = gpus.find(terms["gpu"], among).name
    _terms(values, among)  # refuses what cannot be
    if sequence_length is not None and sequence_length not in SEQUENCE_LENGTHS:
        raise UsageError(
            f"--sequence-length {sequence_length}: the corpus is packed at {', '.join(map(str, SEQUENCE_LENGTHS))}."
        )
    if budget is not None and not 0 < budget < math.inf:
        raise UsageError(f"--budget {budget}: it is USD, above 0.")
    tables: dict[str, Any] = {"programme": asdict(before.programme)}
    lay(tables, None, settings, ["programme"], "programme.more_seeds=4")
    asked = replace(
        before,
        method=method or before.method,
        sequence_length=sequence_length or before.sequence_length,
        terms=values,
        programme=check("--set", "programme", Programme, tables["programme"]),
        budget=before.budget if budget is None else budget,
    )
    if model is not None:
        asked = replace(asked, model=models.read(model), tokenizer=_tokenizer(model))
    try:
        _try(asked, among)
    except (ArithmeticError, ValueError) as error:
        raise UsageError(
            f"what is asked gives no finite figures ({error}); look at the numbers, the GPU's and the model's."
        ) from None
    write(corpus, asked, among)


def _try(asked: Question, among: Mapping[str, Gpu]) -> None:
    """Compute a budget of a trillion tokens. Raises ValueError or ArithmeticError where its figures are not finite."""
    length = asked.sequence_length
    packed = [{"sequence_length": length, "places": 10**12, "squares": 10**12 * length}]
    terms = _terms(asked.terms, among) if asked.terms else None
    trial = Asked(
        asked.model, asked.method or "full", length, terms, asked.programme, asked.budget, "gpus" not in asked.terms
    )
    json.dumps(plan.plan(packed, 10**12, 1, trial, among), allow_nan=False)


def has_another_tokenizer(model: str, digest: str) -> bool:
    """True for a model's folder whose tokenizer is not the one with this SHA-256."""
    return _tokenizer(model) not in {None, digest}


def _tokenizer(model: str) -> str | None:
    """The SHA-256 of a model folder's tokenizer."""
    file = Path(model) / tokens.FILE
    return reader.digest(file) if file.is_file() else None


def write(corpus: Path, asked: Question, among: Mapping[str, Gpu]) -> None:
    """Keep what is asked, with the GPUs that are not the shipped table's."""
    own = [asdict(one) for name, one in among.items() if gpus.gpus().get(name) != one]
    model = asked.model and {"name": asked.model[0], "shape": asdict(asked.model[1]), "tokenizer": asked.tokenizer}
    plain = {
        "model": model,
        "method": asked.method,
        "sequence_length": asked.sequence_length,
        "terms": dict(asked.terms),
        "gpus": own,
        "programme": asdict(asked.programme),
        "budget": asked.budget,
    }
    parts.write_json(corpus / NAME, plain)


def read(corpus: Path) -> tuple[Question, Mapping[str, Gpu]]:
    """What was asked, and the GPUs there are. Raises UsageError where the file is damaged."""
    file = corpus / NAME
    if not file.exists():
        return Question(), gpus.gpus()
    try:
        plain = parts.read_json(file)
        among = dict(gpus.gpus()) | {row["name"]: _gpu(row) for row in plain["gpus"]}
        model = plain["model"] and (plain["model"]["name"], Shape(**plain["model"]["shape"]))
        asked = Question(
            model=model,
            tokenizer=plain["model"] and plain["model"]["tokenizer"],
            method=plain["method"],
            sequence_length=plain["sequence_length"],
            terms=plain["terms"],
            programme=Programme(**plain["programme"]),
            budget=plain["budget"],
        )
        _try(asked, among)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError, UsageError):
        raise UsageError(f"{file}: damaged; `corpuskit report {corpus} --forget` asks anew.") from None
    return asked, among


def _terms(values: Mapping[str, Any], among: Mapping[str, Gpu]) -> Terms:
    return Terms(**{**values, "gpu": among[values["gpu"]] if values.get("gpu") else None})


def _gpu(row: dict[str, Any]) -> Gpu:
    price = row["price_per_gpu_hour"]
    return Gpu(**(row | {"price_per_gpu_hour": price and Price(**price)}))


def budget(corpus: Path, report: Mapping[str, Any]) -> dict[str, Any]:
    """The `budget` of report.json: for the model and the method that were asked for, or else those of the assessment.

    `report` is the rest of it. Where the model's own tokenizer has counted the corpus, the packed rows are scaled to its tokens.
    """
    asked, among = read(corpus)
    ledger, assessment = report["ledger"], report["assessment"]
    model, method, digest = asked.model, asked.method, asked.tokenizer
    own = None if digest is None else digest == report["tokenizer"]["digest"]
    if model is None and assessment and assessment["model"]:
        model = assessment["model"]["name"], Shape(**assessment["model"]["shape"])
        own = True if assessment["bits"] or assessment["vocabulary"] else None
    if method is None and assessment:
        method = METHODS.get(assessment["verdict"]["branch"])
    train, packed = ledger["splits"]["train"], report["packed"]
    counted = {row["digest"]: row["by"]["split"].get("train", 0) for row in report["tokenizers"]}
    if own is False and digest in counted:
        packed, own = _scaled(packed, counted[digest] / max(1, train["tokens"])), True
    priced = _price(report["approval"]) | dict(asked.terms)
    found = Asked(
        model=model,
        method=method or "full",
        sequence_length=asked.sequence_length,
        terms=_terms(priced, among) if priced else None,
        programme=asked.programme,
        budget=asked.budget,
        fewest="gpus" not in asked.terms,
        counted_by=report["tokenizer"]["name"],
        own=own,
    )
    return plan.plan(packed, train["tokens"], train["documents"], found, among, ledger["kept"]["tokens"])


def _price(approval: Mapping[str, Any] | None) -> dict[str, Any]:
    """The price that an approval in USD names; it is used where nobody asked for another."""
    price = approval["price_per_gpu_hour"] if approval and approval["currency"] == "USD" else None
    return {} if price is None else {"price_per_gpu_hour": price}


def forget(corpus: Path) -> None:
    """Ask for nothing."""
    (corpus / NAME).unlink(missing_ok=True)


def _scaled(packed: Sequence[Mapping[str, Any]], share: float) -> list[dict[str, Any]]:
    """Packed rows as another tokenizer's tokens would fill them: every document longer or shorter by the same share."""
    return [
        {**row, "places": round(row["places"] * share), "squares": round(row["squares"] * share * share)}
        for row in packed
    ]
