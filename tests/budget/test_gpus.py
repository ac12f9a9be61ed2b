from pathlib import Path

import pytest

from corpuskit.budget import gpus
from corpuskit.budget.gpus import Price
from corpuskit.errors import UsageError

OURS = """
sources: {quote: our provider's offer of 3 May}
gpus:
  NVIDIA H100 80GB HBM3:
    price_per_gpu_hour: {low: 2.10, high: 2.10, date: 2026-05-03, source: quote}
    watts: 650
  House GPU: {bf16_tflops: 500, memory_gb: 64, bandwidth_gb_s: 2000}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "ours.yaml"
    file.write_text(text)
    return file


def test_a_table_of_ones_own_lies_over_the_listed_one(tmp_path: Path) -> None:
    found = gpus.load(written(tmp_path, OURS))
    h100 = found["NVIDIA H100 80GB HBM3"]
    assert h100.price_per_gpu_hour == Price(2.10, 2.10, "2026-05-03", "our provider's offer of 3 May")
    assert (h100.watts, h100.bf16_tflops) == (650, 989)
    assert found["House GPU"].peak_flops == 5e14
    assert found["House GPU"].source == "ours.yaml"
    assert len(found) == len(gpus.gpus()) + 1
    assert gpus.gpu("House GPU") is None


def test_without_a_table_the_listed_ones_are_taken() -> None:
    assert gpus.load(None) == gpus.gpus()


def test_a_range_says_its_date_and_source() -> None:
    price = gpus.gpus()["NVIDIA H100 80GB HBM3"].price_per_gpu_hour
    assert price is not None
    assert str(price).startswith("1.99 to 5.00 USD per GPU hour (2026-05, on-demand prices of 22 GPU clouds")
    assert price.middle == 3.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gpu: {}", r"ours\.yaml: gpu: no such table; did you mean gpus\?"),
        ("gpus: 3", "gpus: a table belongs here, not 3"),
        ("gpus: {X: 3}", r"gpus\.X: a row of figures belongs here, not 3"),
        ("gpus: {X: {tflops: 3}}", r"X\.tflops: no such setting; did you mean bf16_tflops\?"),
        ("gpus: {X: {memory_gb: 3, bandwidth_gb_s: 1}}", r"gpus\.X\.bf16_tflops.*Field required"),
        ("gpus: {NVIDIA L4: {memory_gb: -1}}", r"gpus\.NVIDIA L4: memory_gb is -1.0; it is a number above 0"),
        ("gpus: {NVIDIA L4: {memory_gb: much}}", r"gpus\.NVIDIA L4\.memory_gb: 'much': should be a valid number"),
        ("gpus: {NVIDIA L4: {price_per_gpu_hour: 2}}", "write a range and when you saw it"),
        ("gpus: {NVIDIA L4: {price_per_gpu_hour: {low: 2, high: 1, date: '2026'}}}", "low is 2.0 and high 1.0"),
        ("gpus: {NVIDIA L4: {price_per_gpu_hour: {low: 2, high: 3}}}", r"price_per_gpu_hour\.date.*Field required"),
        ("gpus: {NVIDIA L4: {}, NVIDIA L4: {}}", "given twice"),
    ],
)
def test_what_is_no_table_is_refused_at_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        gpus.load(written(tmp_path, text))


def test_a_table_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.yaml: no such file"):
        gpus.load(tmp_path / "none.yaml")


def test_a_gpu_is_found_by_its_name_or_by_words_that_only_it_has() -> None:
    assert gpus.find("NVIDIA H200", gpus.gpus()).memory_gb == 141
    assert gpus.find("h100 hbm3", gpus.gpus()).name == "NVIDIA H100 80GB HBM3"
    with pytest.raises(UsageError, match="h100: several GPUs are called so: NVIDIA H100 80GB HBM3, NVIDIA H100 NVL"):
        gpus.find("h100", gpus.gpus())
    for name in ("H900", ""):
        with pytest.raises(UsageError, match="no figures of such a GPU; there are: NVIDIA B200"):
            gpus.find(name, gpus.gpus())
