"""The probe is training itself, stopped early and measured; how it is continued is held to figures that can be checked by hand."""

import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpuskit.assess.bits import DRAWS, bits, figures
from corpuskit.assess.probe import MOST, _losses, asked, beyond, extrapolated, probe
from corpuskit.errors import UsageError
from corpuskit.train.curve import curve
from corpuskit.train.recipe import Save
from corpuskit.train.runner import run
from tests.assess.test_bits import made
from tests.assess.tiny import Tiny, corpus, decoder

PROBED = 16_384


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    return decoder(tmp_path_factory.mktemp("decoder"))


@pytest.fixture(scope="module")
def general(llama: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus(tmp_path_factory.mktemp("general"), llama.model, seed=1)


def files(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(file), file.stat().st_mtime_ns) for file in folder.rglob("*"))


def test_a_probe_learns_and_leaves_nothing_behind(llama: Tiny, general: Path) -> None:
    before = files(llama.corpus)
    found = probe(llama.corpus, llama.model, general, PROBED, documents=8, tokens_per_document=64)
    assert files(llama.corpus) == before
    assert [point["tokens"] for point in found["curve"]] == [0, 2048, 4096, 8192, 16_384]
    first, last = found["curve"][0], found["curve"][-1]
    assert found["gain"]["value"] == pytest.approx(1 - last["domain"] / first["domain"])
    assert found["forgetting"]["value"] == pytest.approx(last["general"] / first["general"] - 1)
    assert found["extrapolated"] is None  # of a corpus shorter than the probe
    for one in (found["gain"], found["forgetting"]):
        assert one["low"] <= one["value"] <= one["high"]
    assert found["gain"]["low"] > 0
    assert (found["method"], found["learning_rate"], found["replay"]) == ("full", 1e-4, 0.05)
    assert found == probe(llama.corpus, llama.model, general, PROBED, documents=8, tokens_per_document=64)


def test_the_last_point_is_the_model_that_training_would_write(llama: Tiny, tmp_path: Path) -> None:
    request = asked(llama.corpus, llama.model, "float32", None, PROBED)
    (point,) = curve(request, None, (8,), 8, 64, lambda _: None).points
    run(replace(request, out=tmp_path / "run", recipe=replace(request.recipe, save=Save(every=8))))
    written = bits(llama.corpus, tmp_path / "run" / "model", documents=8, tokens=64)
    assert figures(point.domain) == written["domain"]


def test_a_probe_that_is_stopped_says_so_and_leaves_nothing_behind(llama: Tiny) -> None:
    before = files(llama.corpus)
    with pytest.raises(KeyboardInterrupt):
        probe(llama.corpus, llama.model, tokens=PROBED, say=lambda _: os.kill(os.getpid(), signal.SIGTERM))
    assert files(llama.corpus) == before


@pytest.mark.parametrize("tokens", [0, 8192, 20_000, 2 * MOST])
def test_a_probe_takes_a_power_of_two(llama: Tiny, tokens: int) -> None:
    with pytest.raises(UsageError, match=r"it takes a power of two, at least 16,384 and at most 8,388,608"):
        probe(llama.corpus, llama.model, tokens=tokens)


def constant(gains: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Gains that every draw agrees on."""
    return np.array(gains), np.tile(np.array(gains)[:, None], DRAWS)


def test_what_slows_down_goes_on_slowing_down() -> None:
    """Doublings brought 2, 1 and half a point: the next bring a quarter and an eighth."""
    found = extrapolated(*constant([0.04, 0.06, 0.07, 0.075]), 2.0)
    assert [found[name] for name in ("low", "value", "high")] == pytest.approx([0.075, 0.07875, 0.095])
    assert not found["quickens"]


def test_what_does_not_slow_down_yet_is_expected_to() -> None:
    """Each doubling brought a point: at most all others do too, but 2^-0.28 = 0.8236 of it, then 0.6783, are expected."""
    found = extrapolated(*constant([0.01, 0.02, 0.03, 0.04]), 2.0)
    assert (found["value"], found["high"]) == pytest.approx((0.055019, 0.06), abs=1e-6)


def test_what_quickens_is_continued_no_faster_than_it_was_last_and_said() -> None:
    found = extrapolated(*constant([0.0, 0.001, 0.003, 0.01]), 2.0)
    assert (found["value"], found["high"]) == pytest.approx((0.020513, 0.024), abs=1e-6)
    assert found["quickens"]


def test_no_gain_promises_none() -> None:
    found = extrapolated(*constant([-0.001, -0.002, -0.003, -0.004]), 5.0)
    assert [found[name] for name in ("low", "value", "high")] == pytest.approx([-0.004] * 3)
    assert not found["quickens"]


def test_a_probe_says_nothing_of_a_corpus_shorter_than_itself() -> None:
    """At half its tokens the curve's own point is 3 %; carried on backwards it would have been the whole 4 %."""
    gains = constant([0.01, 0.02, 0.03, 0.04])
    assert beyond(*gains, PROBED, PROBED - 1) is None
    same, twice = beyond(*gains, PROBED, PROBED), beyond(*gains, PROBED, 2 * PROBED)
    assert same is not None
    assert twice is not None
    assert (same["tokens"], same["value"], same["high"]) == (PROBED, pytest.approx(0.04), pytest.approx(0.04))
    assert (twice["tokens"], twice["high"]) == (2 * PROBED, pytest.approx(0.05))


def test_a_probe_of_a_longer_corpus_is_carried_on(llama: Tiny, tmp_path: Path) -> None:
    longer = corpus(tmp_path, llama.model, seed=2, copies=4)
    found = probe(longer, llama.model, tokens=PROBED, documents=4, tokens_per_document=32)["extrapolated"]
    assert found["tokens"] > PROBED
    assert found["low"] <= found["value"] <= found["high"]


def test_nothing_falls_below_zero_bits() -> None:
    assert extrapolated(*constant([0.1, 0.3, 0.5, 0.7]), 4.0)["high"] == 1.0


def test_documents_are_drawn_together_at_all_points_so_that_a_gain_is_surer_than_a_loss() -> None:
    """Ten documents of very different difficulty, each made easier by a tenth."""
    before = [[float(bits)] * 5 for bits in range(1, 11)]
    after = [[0.9 * value for value in one] for one in before]
    losses, draws = _losses([[made(before), made(after)]])
    assert losses == pytest.approx([5.5, 4.95])
    assert np.ptp(draws[0]) > 1
    assert draws[1] / draws[0] == pytest.approx(0.9)


def test_several_seeds_are_averaged_and_drawn_too() -> None:
    start, one, other = ([[bits] * 5] * 8 for bits in (2.0, 1.8, 1.6))
    losses, draws = _losses([[made(start), made(one)], [made(start), made(other)]])
    assert losses == pytest.approx([2.0, 1.7])
    assert np.unique(draws[1].round(6)).tolist() == [1.6, 1.7, 1.8]
