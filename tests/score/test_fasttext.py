"""Our kernels beside fastText's own library, on models of every kind."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.score.fasttext import Model, intact, read
from corpuskit.score.fasttext.kernels import every
from corpuskit.score.language import MODEL
from corpuskit.score.language.reading import MIN_LETTERS, PIECE, PIECES, another, samples
from corpuskit.score.quality.kernel import chances
from corpuskit.score.quality.reading import line

GERMAN = "Der Mieter gibt dem Vermieter am letzten Tag alle Schlüssel zurück"
ENGLISH = "The tenant hands the keys to the landlord on the last day"
FRENCH = "Le locataire remet les clés au propriétaire le dernier jour"
KINDS: dict[str, dict[str, Any]] = {
    "softmax": {"loss": "softmax"},
    "hierarchical": {"loss": "hs", "minn": 2, "maxn": 4},
    "one against all": {"loss": "ova", "minn": 1, "maxn": 3},
    "negative sampling": {"loss": "ns", "minn": 3, "maxn": 3},
    "pairs of words": {"loss": "softmax", "wordNgrams": 2},
    "triples and pieces of words": {"loss": "hs", "wordNgrams": 3, "minn": 2, "maxn": 5},
    "a wide one": {"loss": "softmax", "dim": 40, "minn": 2, "maxn": 3},
}
QUANTISED: dict[str, dict[str, Any]] = {
    "quantised": {},
    "quantised and pruned": {"cutoff": 300},
    "quantised with its norms": {"qnorm": True, "dsub": 3},
}


def library(path: Path) -> Any:
    import fasttext

    return fasttext.FastText._FastText(model_path=str(path)).f


def trained(folder: Path, quantised: dict[str, Any] | None, **asked: Any) -> Path:
    import fasttext

    texts = folder / "lines.txt"
    lines = [
        f"__label__{label} {sentence} {number}"
        for number in range(40)
        for label, sentence in (("de", GERMAN), ("en", ENGLISH), ("fr", FRENCH))
    ]
    texts.write_text("\n".join(lines) + "\n", encoding="utf-8")
    model = fasttext.train_supervised(
        str(texts), **{"dim": 8, "epoch": 5, "thread": 1, "verbose": 0, "bucket": 1999, **asked}
    )
    if quantised is not None:
        model.quantize(input=str(texts), retrain=False, verbose=0, **quantised)
    path = folder / "model.bin"
    model.save_model(str(path))
    return path


def as_read(text: str) -> str:
    """What a model of languages reads: four pieces, one line, lower case, one character to one."""
    if len(text) > PIECES * PIECE:
        quarter = len(text) / PIECES
        starts = [int(quarter * piece + (quarter - PIECE) / 2) for piece in range(PIECES)]
        text = " ".join(text[start : start + PIECE] for start in starts)
    return " ".join(text.replace("Σ", "σ").replace("İ", "i").lower().split())


def told(inner: Any, model: Model, read_by_it: str) -> list[float]:
    """The library's probability of every label, in the model's order."""
    found = {label: chance for chance, label in inner.predict(read_by_it + "\n", len(model.labels), 0.0, "replace")}
    return [found.get(label, 0.0) for label in model.labels]


def check(path: Path, texts: list[str]) -> None:
    """Every probability of every text, and the likeliest label."""
    inner, model = library(path), read(path)
    labels, likeliest, means = samples(pa.array(texts, pa.large_string()), model.arrays)
    for text, label, chance, mean in zip(texts, labels.tolist(), likeliest.tolist(), means, strict=True):
        if sum(map(str.isalpha, as_read(text))) < MIN_LETTERS:
            assert label == -1
            continue
        wanted = told(inner, model, as_read(text))
        assert every(mean, model.arrays) == pytest.approx(wanted, abs=3e-6)
        assert chance == pytest.approx(max(wanted), abs=3e-6)
        assert wanted[label] == pytest.approx(max(wanted), abs=3e-6)


TEXTS = [
    GERMAN,
    ENGLISH.upper(),
    f"{FRENCH} {GERMAN}\n" * 30,
    "Ünknöwn wörds 中文字 ภาษาไทย here",
    "ab\0cd ef\x1fgh  \u2003ij",
    "ΟΔΥΣΣΕΥΣ İstanbul ȺȾ",
    "😀 emojis and words 😀",
    "a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_model_answers_as_the_library_does(kind: str, tmp_path: Path) -> None:
    check(trained(tmp_path, None, **KINDS[kind]), TEXTS)


@pytest.mark.parametrize("how", QUANTISED)
def test_a_quantised_model_answers_as_the_library_does(how: str, tmp_path: Path) -> None:
    path = trained(tmp_path, QUANTISED[how], loss="softmax", minn=2, maxn=4)
    assert intact(path)
    check(path, TEXTS)


def test_a_model_without_labels_is_refused(tmp_path: Path) -> None:
    import fasttext

    texts = tmp_path / "lines.txt"
    texts.write_text(f"{ENGLISH}\n" * 50, encoding="utf-8")
    path = tmp_path / "vectors.bin"
    fasttext.train_unsupervised(str(texts), dim=4, epoch=1, thread=1, verbose=0, bucket=100, minCount=1).save_model(
        str(path)
    )
    with pytest.raises(ValueError, match="no labels"):
        read(path)


@pytest.mark.parametrize(("place", "number"), [(8, 7), (40, 10**6), (40, 0)])  # of its header: dimension, buckets
def test_a_whole_file_whose_sizes_do_not_fit_is_refused(tmp_path: Path, place: int, number: int) -> None:
    path = trained(tmp_path, None, loss="softmax", minn=2, maxn=4)
    content = bytearray(path.read_bytes())
    content[place : place + 4] = number.to_bytes(4, "little")
    path.write_bytes(content)
    assert intact(path)
    with pytest.raises(ValueError, match="sizes that do not fit each other"):
        read(path)


@pytest.fixture(scope="module")
def spoken() -> tuple[Any, Model]:
    return library(MODEL), read(MODEL)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80) | st.sampled_from(TEXTS), max_size=12).map(" ".join))
def test_lid_176_answers_as_the_library_does(spoken: tuple[Any, Model], text: str) -> None:
    inner, model = spoken
    (label,), (chance,), _ = samples(pa.array([text], pa.large_string()), model.arrays)
    if label >= 0:
        wanted = told(inner, model, as_read(text))
        assert wanted[label] == pytest.approx(max(wanted), abs=3e-6)
        assert chance == pytest.approx(max(wanted), abs=3e-6)
    else:
        assert sum(map(str.isalpha, as_read(text))) < MIN_LETTERS


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Model]:
    path = trained(tmp_path_factory.mktemp("judge"), None, loss="softmax", wordNgrams=2, minCount=1)
    return library(path), read(path)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(max_size=60) | st.sampled_from([*TEXTS, "0012 a1234b 3.5", "——«x»"]), max_size=12).map(" ".join)
)
def test_the_kernel_reads_what_the_line_of_a_classifier_says(judge: tuple[Any, Model], text: str) -> None:
    inner, model = judge
    (found,) = chances(pa.array([text], pa.large_string()), model.arrays)
    wanted = told(inner, model, line(text)) if line(text) else [0.0] * len(model.labels)
    assert found.tolist() == pytest.approx(wanted, abs=3e-6)


def test_bytes_that_are_no_utf8_are_answered(spoken: tuple[Any, Model], judge: tuple[Any, Model]) -> None:
    broken = b"\x80" * 20_000
    texts = pa.Array.from_buffers(
        pa.large_string(), 1, [None, pa.py_buffer(np.array([0, len(broken)])), pa.py_buffer(broken)]
    )
    assert samples(texts, spoken[1].arrays)[0].tolist() == [-1]
    assert chances(texts, judge[1].arrays).shape == (1, 3)


def test_a_probe_finds_a_language_that_the_sample_misses(spoken: tuple[Any, Model]) -> None:
    _, model = spoken
    text = (ENGLISH + " ") * 20 + (GERMAN + " ") * 6 + (ENGLISH + " ") * 60
    families = np.arange(len(model.labels))
    own = np.array([model.labels.index("__label__en")] * 2)
    texts = pa.array([text, ENGLISH * 40])
    assert another(texts, model.arrays, 600, 0.6, families, own).tolist() == [True, False]
