"""The budget of a corpus: what training on it takes, with which model, on which GPUs, for how much, and on which assumptions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from corpuskit.budget import cost, gates, gpus, models, needs
from corpuskit.budget.cost import Run, Terms, Work
from corpuskit.budget.gpus import Gpu
from corpuskit.budget.programme import Programme, assumptions, costed
from corpuskit.budget.shape import Method, Shape

SEQUENCE_LENGTH = 2048
GPU = "NVIDIA H100 80GB HBM3"
SHOWN = ("smollm2-135m", "llama-3.2-1b", "llama-3.1-8b", "llama-3.1-70b", "modernbert-base")
MODEL = "llama-3.1-8b"  # where nobody named one: near the 7B that the brief speaks of
BRIEF_MODEL = "llama-2-7b"  # the 7B model of the brief's money
Assumption = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What is to be estimated.

    Without `terms` one is made up: an H100, as many as the training needs, at the middle of its price range. `fewest` says that as many
    GPUs are taken as the training needs, whatever `terms` says. Without a model MODEL is taken. `counted_by` names the tokenizer of the
    tokens, `own` says whether it is the model's (None: not known). `budget` is the money somebody asked for, in USD.
    """

    model: tuple[str, Shape] | None = None
    method: Method = "full"
    sequence_length: int = SEQUENCE_LENGTH
    terms: Terms | None = None
    programme: Programme = field(default_factory=Programme)
    budget: float | None = None
    fewest: bool = False
    counted_by: str = "the corpus's tokenizer"
    own: bool | None = None


def plan(
    packed: Sequence[Mapping[str, Any]],
    tokens: int,
    documents: int,
    asked: Asked | None = None,
    among: Mapping[str, Gpu] | None = None,
    useful: int | None = None,
) -> dict[str, Any]:
    """The `budget` of report.json; docs/budget.md says what each key means.

    `packed` has a row for each sequence length with at least sequence_length, places and squares: the text that is trained on.
    `tokens` and `documents` are its, `useful` the tokens that gates are held to
    (None: the same). `among` are the GPUs there are, gpus.yaml's by default.
    """
    asked, among = asked or Asked(), among or gpus.gpus()
    name, shape = asked.model or (MODEL, models.presets()[MODEL])
    work, length = _work(packed, asked.sequence_length, shape)
    terms = _terms(asked, among, shape, length)
    ran = cost.run(work, cost.per_place(shape, work, asked.method), terms)
    card = terms.gpu or _default(among)
    brief = models.presets()[BRIEF_MODEL]
    of_brief = cost.run(work, cost.per_place(brief, work), terms)
    listed = {name: shape} | {each: models.presets()[each] for each in SHOWN if each != name}
    return {
        "work": {**asdict(work), "sequence_length": length, "tokens": tokens, "documents": documents},
        "models": [
            _model(each, one, *_work(packed, asked.sequence_length, one), card, among) for each, one in listed.items()
        ],
        "gpus": [_gpu(each) for each in among.values()],
        "defaults": {
            "model": name,
            "gpu": card.name,
            "method": asked.method,
            "gpus": terms.gpus,
            "mfu": terms.mfu,
            "price_per_gpu_hour": terms.price_per_gpu_hour,
            "epochs": terms.epochs,
            "replay": terms.replay,
            "fits": needs.held(shape, needs.load(shape, asked.method, length, terms.gpus), card) is not None,
        },
        "run": asdict(ran) | _range(ran, card),
        "programme": costed(ran, asked.programme, terms.price_per_gpu_hour),
        "assumptions": _assumptions(asked, terms, length) + assumptions(asked.programme),
        "gates": gates.gates(tokens if useful is None else useful, of_brief.cost, asked.budget, ran.cost),
    }


def _work(packed: Sequence[Mapping[str, Any]], length: int, shape: Shape) -> tuple[Work, int]:
    """The text as it lies in sequences of this length, or of as many places as the model has; nothing for a corpus never packed.

    It is the row of the nearest length that there is.
    """
    wanted = min(length, shape.positions) if shape.positions else length
    empty = {"sequence_length": length, "places": 0, "squares": 0}
    row = min(packed, key=lambda row: abs(row["sequence_length"] - wanted), default=empty)
    return Work(row["places"], row["squares"]), int(row["sequence_length"])


def _default(among: Mapping[str, Gpu]) -> Gpu:
    return among.get(GPU) or next(iter(among.values()))


def _terms(asked: Asked, among: Mapping[str, Gpu], shape: Shape, length: int) -> Terms:
    """What was asked, with what is left open: the GPU, its price, how many."""
    if asked.terms is None:
        card = _default(among)
        terms = Terms(gpu=card, gpus=needs.fewest(shape, asked.method, length, card))
    else:
        card = asked.terms.gpu or _default(among)
        count = needs.fewest(shape, asked.method, length, card) if asked.fewest else asked.terms.gpus
        terms = replace(asked.terms, gpu=card, gpus=count)
    price = terms.gpu.price_per_gpu_hour if terms.gpu else None
    if terms.price_per_gpu_hour is None and price is not None:
        terms = replace(terms, price_per_gpu_hour=price.middle)
    return terms


def _model(name: str, shape: Shape, work: Work, length: int, card: Gpu, among: Mapping[str, Gpu]) -> dict[str, Any]:
    methods = {
        method: {
            "flops_per_token": cost.per_place(shape, work, method),
            "memory": needs.rows(shape, method, length, card, among),
        }
        for method in needs.METHODS
    }
    preset = models.presets().get(name) == shape
    return {
        "name": name,
        "parameters": shape.parameters,
        "causal": shape.causal,
        "preset": preset,
        "sequence_length": length,
        "methods": methods,
    }


def _gpu(one: Gpu) -> dict[str, Any]:
    plain = asdict(one)
    return {name: plain[name] for name in ("name", "bf16_tflops", "memory_gb", "bandwidth_gb_s", "watts", "source")} | {
        "price": plain["price_per_gpu_hour"]
    }


def _range(ran: Run, card: Gpu) -> dict[str, float | None]:
    """What the run costs at both ends of the GPU's price range."""
    price, hours = card.price_per_gpu_hour, ran.gpu_hours
    known = price is not None and hours is not None
    return {
        "cost_low": hours * price.low if known and price and hours is not None else None,
        "cost_high": hours * price.high if known and price and hours is not None else None,
    }


def _assumptions(asked: Asked, terms: Terms, length: int) -> list[Assumption]:
    given, price = asked.terms or Terms(), terms.gpu.price_per_gpu_hour if terms.gpu else None
    middle = f"the middle of {price}" if price else "no price is known of this GPU"
    priced = middle if given.price_per_gpu_hour is None else "given"
    return [
        _row_of("model", asked.model[0] if asked.model else MODEL, "given" if asked.model else "nobody named one"),
        _row_of(
            "method",
            asked.method,
            "LoRA and a frozen base cost 65 to 85 % of its operations, less the larger the model",
        ),
        _row_of("GPU", terms.gpu.name if terms.gpu else None, terms.gpu.source if terms.gpu else ""),
        _row_of(
            "GPUs", terms.gpus, "the fewest that hold the training" if asked.fewest or not asked.terms else "given"
        ),
        _row_of("MFU", terms.mfu, cost.MFU_SOURCE if terms.mfu == cost.MFU else "given"),
        _row_of("price per GPU hour, USD", terms.price_per_gpu_hour, priced),
        _row_of("epochs", terms.epochs, "each document once" if terms.epochs == 1 else "given"),
        _row_of("replay share", terms.replay, "given" if terms.replay else "no general text is mixed in"),
        _row_of("lengths of replayed text", "the corpus's", "nothing is known of the general text"),
        _row_of("sequence length", length, "what `corpuskit train` takes"),
        {
            "what": "places and squared lengths",
            "value": "counted",
            "kind": "measured" if asked.own else "convention",
            "source": _counted(asked),
        },
        {
            "what": "operations per place",
            "value": "computed",
            "kind": "literature",
            "source": "PaLM (arXiv 2204.02311), appendix B; attention within documents alone",
        },
        {
            "what": "evaluations and checkpoints during the run",
            "value": "none",
            "kind": "convention",
            "source": "counted in the programme, not in the run",
        },
    ]


def _counted(asked: Asked) -> str:
    packed = "the training documents' tokens, packed as `corpuskit train` packs them"
    if asked.own:
        return packed
    whose = "which is not the model's" if asked.own is False else "which need not be the model's"
    return f"{packed}, counted by {asked.counted_by}, {whose}"


def _row_of(what: str, value: Any, source: str) -> Assumption:
    return {"what": what, "value": value, "kind": "convention", "source": source}
