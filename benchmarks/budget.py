"""The budget's formulas, held to published runs.

    python benchmarks/budget.py

Three ways, each with its own question:

operations   do our operations give the published throughput at the published MFU? Attention is counted as the publisher counts it,
             so that this asks about shapes and operations alone: the MFU is theirs.
sibling      the MFU that one run of a family reached is taken for another: other sizes, other sequence lengths.
default      nothing is taken from the run but model, tokens and GPU: our MFU, as the report assumes it.

The last two count attention as the budget does, each token to those before it, over whole sequences: none of these runs kept
documents apart. A row's error is (predicted - published) / published.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from corpuskit.budget import gpus, models
from corpuskit.budget.cost import MFU, Terms, Work, per_place, run
from corpuskit.budget.flops import attention_flops, flops_per_token
from corpuskit.budget.shape import Shape

WITHIN = 0.15
H100, A100, A100_40 = "NVIDIA H100 80GB HBM3", "NVIDIA A100-SXM4-80GB", "NVIDIA A100-SXM4-40GB"
FOUNDRY = "mosaicml/llm-foundry, scripts/train/benchmarking/README.md"
CHIPNEMO = "ChipNeMo, arXiv 2311.00176: 23,200 steps of 1,048,576 tokens"
LLAMA_2 = "Llama 2, arXiv 2307.09288, table 2: 2 trillion tokens"
LLAMA = "LLaMA, arXiv 2302.13971, section 2.4"
TINY = "jzhang38/TinyLlama, README.md"
Way = Literal["operations", "sibling", "default"]


def _mpt(hidden: int, layers: int, parameters: int) -> Shape:
    """An MPT model of llm-foundry: feed-forward parts of two matrices, 4 x hidden wide, tied embeddings."""
    return Shape(
        family="mpt",
        parameters=parameters,
        layers=layers,
        hidden=hidden,
        heads=hidden // 64,
        kv_heads=hidden // 64,
        head_dim=64,
        intermediate=4 * hidden,
        vocab=50368,
        tied=True,
        gated=False,
    )


TINY_LLAMA = {"model_type": "llama", "hidden_size": 2048, "intermediate_size": 5632, "num_hidden_layers": 22}
LLAMA_65B = {"model_type": "llama", "hidden_size": 8192, "intermediate_size": 22016, "num_hidden_layers": 80}
SHAPES = {
    "MPT-125M": _mpt(768, 12, 125_311_488),
    "MPT-1B": _mpt(2048, 24, 1_315_950_592),
    "MPT-3B": _mpt(2560, 32, 2_651_837_440),
    "MPT-7B": _mpt(4096, 32, 6_658_859_008),
    "MPT-13B": _mpt(5120, 40, 12_853_954_560),
    "MPT-30B": _mpt(7168, 48, 29_975_214_080),
    "MPT-70B": _mpt(8192, 80, 64_862_437_376),
    "TinyLlama-1.1B": Shape.of(TINY_LLAMA | {"num_attention_heads": 32, "num_key_value_heads": 4, "vocab_size": 32000}),
    "LLaMA-65B": Shape.of(LLAMA_65B | {"num_attention_heads": 64, "vocab_size": 32000}),
    **{f"Llama-2-{size}": models.presets()[f"llama-2-{size.lower()}"] for size in ("7B", "13B", "70B")},
}


@dataclass(frozen=True)
class Published:
    """A run as its makers tell it: tokens a second of one GPU, which GPU hours over tokens give too."""

    model: str
    length: int
    gpu: str
    speed: float
    source: str
    mfu: float | None = None  # as published, attention to all tokens of a sequence counted
    hours: float | None = None  # GPU hours, where those are what was published
    tokens: float | None = None

    @classmethod
    def of_hours(cls, model: str, length: int, gpu: str, hours: float, tokens: float, source: str) -> "Published":
        """A run whose GPU hours were published."""
        return cls(model, length, gpu, tokens / hours / 3600, source, None, hours, tokens)


def _foundry(gpu: str, *rows: tuple[str, int, float, float]) -> list[Published]:
    return [Published(model, length, gpu, speed, FOUNDRY, mfu / 100) for model, length, speed, mfu in rows]


RUNS = [
    *_foundry(
        H100,
        ("MPT-1B", 2048, 45_455, 41.82),
        ("MPT-3B", 2048, 24_142, 43.73),
        ("MPT-7B", 2048, 10_643, 46.44),
        ("MPT-7B", 4096, 8_611, 40.42),
        ("MPT-7B", 8192, 6_935, 37.14),
        ("MPT-7B", 32768, 3_318, 30.94),
        ("MPT-13B", 2048, 4_792, 39.79),
        ("MPT-13B", 4096, 4_717, 41.60),
        ("MPT-30B", 2048, 2_002, 38.11),
        ("MPT-70B", 2048, 1_039, 42.57),
    ),
    *_foundry(
        A100,
        ("MPT-125M", 2048, 142_830, 44.79),
        ("MPT-1B", 2048, 20_513, 59.86),
        ("MPT-3B", 2048, 10_811, 62.11),
        ("MPT-7B", 2048, 4_641, 64.23),
        ("MPT-7B", 4096, 3_684, 54.84),
        ("MPT-7B", 8192, 3_206, 54.47),
        ("MPT-13B", 2048, 2_262, 59.57),
        ("MPT-13B", 8192, 1_795, 56.07),
        ("MPT-70B", 2048, 410, 53.33),
    ),
    Published("TinyLlama-1.1B", 2048, A100_40, 24_000, TINY, 0.56),
    Published("LLaMA-65B", 2048, A100, 380, LLAMA),
    Published.of_hours("Llama-2-7B", 4096, A100, 2_620, 23_200 * 2**20, CHIPNEMO),
    Published.of_hours("Llama-2-13B", 4096, A100, 4_940, 23_200 * 2**20, CHIPNEMO),
    Published.of_hours("Llama-2-70B", 4096, A100, 20_500, 23_200 * 2**20, CHIPNEMO),
    Published.of_hours("Llama-2-7B", 4096, A100, 184_320, 2e12, LLAMA_2),
    Published.of_hours("Llama-2-13B", 4096, A100, 368_640, 2e12, LLAMA_2),
    Published.of_hours("Llama-2-70B", 4096, A100, 1_720_320, 2e12, LLAMA_2),
]
SIBLINGS = {
    (CHIPNEMO, A100): "Llama-2-7B",
    (LLAMA_2, A100): "Llama-2-7B",
    (FOUNDRY, H100): "MPT-7B",
    (FOUNDRY, A100): "MPT-7B",
}


@dataclass(frozen=True)
class Row:
    """A run predicted: GPU hours where those were published, else tokens a second."""

    way: Way
    run: Published
    mfu: float
    published: float
    predicted: float

    @property
    def error(self) -> float:
        """Of the prediction, beside what was published."""
        return self.predicted / self.published - 1

    @property
    def holds(self) -> bool:
        """Within 15 %."""
        return abs(self.error) <= WITHIN


def reached(one: Published) -> float:
    """The MFU that a run reached, attention counted as the budget counts it."""
    return one.speed * _per_place(one) / gpus.gpus()[one.gpu].peak_flops


def _per_place(one: Published) -> float:
    return per_place(SHAPES[one.model], Work(one.length, one.length**2))


def _predicted(way: Way, one: Published, mfu: float) -> Row:
    """By the formula of the report: the hours of a run of so many tokens, in whole sequences."""
    tokens = int(one.tokens or 1e9)
    work = Work(tokens, tokens * one.length)
    hours = run(work, _per_place(one), Terms(gpu=gpus.gpus()[one.gpu], mfu=mfu)).gpu_hours
    assert hours is not None
    if one.hours is not None:
        return Row(way, one, mfu, one.hours, hours)
    return Row(way, one, mfu, one.speed, tokens / hours / 3600)


def _operations(one: Published, mfu: float) -> Row:
    """As llm-foundry counts: 6 per parameter and 12 x layers x width x length, attention not halved."""
    shape = SHAPES[one.model]
    flops = flops_per_token(shape, 0) + 3 * attention_flops(shape, one.length)
    return Row("operations", one, mfu, one.speed, gpus.gpus()[one.gpu].peak_flops * mfu / flops)


def rows() -> Iterator[Row]:
    """All predictions, way by way."""
    yield from (_operations(one, one.mfu) for one in RUNS if one.mfu)
    for (source, gpu), model in SIBLINGS.items():
        family = [one for one in RUNS if one.source == source and one.gpu == gpu]
        first = next(one for one in family if one.model == model)
        yield from (_predicted("sibling", one, reached(first)) for one in family if one is not first)
    yield from (_predicted("default", one, MFU) for one in RUNS)


def main() -> None:
    """The table that docs/budget.md shows."""
    print("| way | run | length | GPU | MFU | published | predicted | error | within 15 % |")
    print("|---|---|---|---|---|---|---|---|---|")
    found = list(rows())
    for row in found:
        one = row.run
        unit = "GPU h" if one.hours is not None else "tokens/s"
        name = f"{one.model}, {one.source.partition(',')[0]}"
        print(
            f"| {row.way} | {name} | {one.length:,} | {one.gpu.split()[1][:4]} | {row.mfu:.1%} | {row.published:,.0f} {unit} "
            f"| {row.predicted:,.0f} | {row.error:+.1%} | {'yes' if row.holds else 'no'} |"
        )
    print()
    for way in ("operations", "sibling", "default"):
        those = [row for row in found if row.way == way]
        print(f"{way}: {sum(row.holds for row in those)} of {len(those)} within 15 %")


if __name__ == "__main__":
    main()
