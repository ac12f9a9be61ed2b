import random
from itertools import pairwise

import datasketch
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.dedupe import minhash
from corpuskit.dedupe.settings import bands_and_rows
from corpuskit.errors import UsageError
from corpuskit.words import words

PROSE = """The Supplier shall deliver the Goods within thirty (30) days after the Effective Date; the Supplier shall deliver the
Goods at its own cost. Der Lieferant haftet nicht für höhere Gewalt. 供应商应在三十天内交货，并承担费用。
Поставщик обязан поставить товар."""
texts = st.text(alphabet="aB c\nd1é漢か,", max_size=80)


def shingle_bytes(text: str, ngram: int) -> list[bytes]:
    found = words(text)
    return [" ".join(found[i : i + ngram]).encode() for i in range(len(found) - ngram + 1)]


def hash_bytes(shingle: bytes) -> int:
    return minhash.hash_shingle(shingle.decode().split(" "))


def by_datasketch(text: str, ngram: int, permutations: int) -> list[int]:
    signature = datasketch.MinHash(permutations, scheme="affine64", hashfunc=hash_bytes)
    shingles = shingle_bytes(text, ngram)
    if shingles:
        signature.update_batch(shingles)
    values: list[int] = signature.hashvalues.tolist()
    return values


def random_text(seed: int, length: int) -> str:
    generator = random.Random(seed)
    return " ".join(f"w{generator.randrange(10**9)}" for _ in range(length))


@pytest.mark.parametrize(
    "text", [PROSE, PROSE * 40, "", "four words are few", "five words are just enough", random_text(0, 3000)]
)
@pytest.mark.parametrize(("ngram", "permutations"), [(5, 128), (1, 7), (3, 64)])
def test_signatures_equal_datasketch(text: str, ngram: int, permutations: int) -> None:
    found, counts = minhash.signatures(pa.array([text]), ngram=ngram, permutations=permutations)
    assert found[0].tolist() == by_datasketch(text, ngram, permutations)
    assert counts[0] == len(shingle_bytes(text, ngram))


@settings(max_examples=150, deadline=None)
@given(st.lists(texts, max_size=4))
def test_signatures_equal_datasketch_on_any_text(batch: list[str]) -> None:
    found, _ = minhash.signatures(pa.array(batch, pa.string()), ngram=2, permutations=16)
    assert [row.tolist() for row in found] == [by_datasketch(text, 2, 16) for text in batch]


def test_the_permutations_are_those_of_datasketch() -> None:
    assert (np.array(minhash.permutations_of(256)) == datasketch.MinHash(256, scheme="affine64").permutations).all()


def test_word_boundaries_and_order_matter() -> None:
    hashes = {minhash.hash_shingle(words) for words in (["ab", "c"], ["a", "bc"], ["c", "ab"], ["abc"])}
    assert len(hashes) == 4


def test_fewer_words_than_an_ngram_and_null_have_no_shingles() -> None:
    found, counts = minhash.signatures(pa.array(["one two three four", None, "", "1 2 3 4 5"]))
    assert counts.tolist() == [0, 0, 0, 1]
    assert (found[:3] == np.uint64(minhash.EMPTY)).all()


def test_slices_and_large_strings_give_the_same_signatures() -> None:
    batch = [PROSE, None, random_text(1, 50), PROSE + " and more"]
    whole, _ = minhash.signatures(pa.array(batch))
    sliced, _ = minhash.signatures(pa.array(batch, pa.large_string()).slice(2))
    assert (whole[2:] == sliced).all()


def test_the_signature_estimates_jaccard_without_bias() -> None:
    """64 pairs of 20,000 shingles with a Jaccard of 1/3, 256 permutations: the mean is within four standard errors."""
    generator = np.random.RandomState(0)
    estimates = []
    for seed in range(64):
        tokens = [f"{seed}w{n}" for n in generator.randint(0, 2**31, 30_000)]
        pair = pa.array([" ".join(tokens[:20_000]), " ".join(tokens[10_000:])])
        left, right = minhash.signatures(pair, ngram=1, permutations=256)[0]
        offsets, values = minhash.shingles(pair, ngram=1)
        exact = minhash.overlaps(offsets, values, np.array([0]), np.array([1]))[0][0]
        estimates.append((left == right).mean() - exact)
    assert abs(np.mean(estimates)) < 0.015


@settings(max_examples=150, deadline=None)
@given(st.lists(texts, max_size=4), st.integers(1, 4))
def test_shingles_are_the_distinct_hashes_in_ascending_order(batch: list[str], ngram: int) -> None:
    offsets, values = minhash.shingles(pa.array(batch, pa.string()), ngram=ngram)
    got = [values[a:b].tolist() for a, b in pairwise(offsets)]
    assert got == [sorted({hash_bytes(shingle) for shingle in shingle_bytes(text, ngram)}) for text in batch]


def test_a_long_repetitive_text_is_sorted_as_fast_as_any() -> None:
    offsets, values = minhash.shingles(pa.array(["0 0 0 0 0 0 0 1 " * 200_000]))
    assert len(values) == 6  # the 1 stands at one of five places, or nowhere
    assert offsets.tolist() == [0, 6]


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)))
def test_overlap_counts_what_sets_share(left: set[int], right: set[int]) -> None:
    arrays = [np.array(sorted(side), dtype=np.uint64) for side in (left, right)]
    assert minhash.overlap(*arrays) == (len(left & right), len(left | right))


def test_overlaps_of_pairs() -> None:
    batch = pa.array(["a b c d e f g", "A b c, d e f", "unlike anything else in this list", "too short", None])
    offsets, values = minhash.shingles(batch)
    left, right = np.array([0, 0, 3, 3]), np.array([1, 2, 4, 3])
    jaccard, containment = minhash.overlaps(offsets, values, left, right)
    assert jaccard.tolist() == [2 / 3, 0, 0, 0]
    assert containment.tolist() == [1, 0, 0, 0]


@pytest.mark.parametrize(
    ("threshold", "permutations", "recall", "expectation"),
    [(0.8, 128, 0.95, (18, 7)), (0.8, 112, 0.9, (14, 8)), (0.5, 128, 0.95, (42, 3)), (0.9, 256, 0.99, (18, 14))],
)
def test_bands_and_rows(threshold: float, permutations: int, recall: float, expectation: tuple[int, int]) -> None:
    bands, rows = bands_and_rows(threshold, permutations, recall)
    assert (bands, rows) == expectation
    assert 1 - (1 - threshold**rows) ** bands >= recall
    assert 1 - (1 - threshold ** (rows + 1)) ** (permutations // (rows + 1)) < recall


def test_an_unreachable_recall_is_refused() -> None:
    with pytest.raises(UsageError, match="take more permutations"):
        bands_and_rows(0.1, 8, 0.99)
    with pytest.raises(UsageError, match="give a threshold"):
        bands_and_rows(0.0, 128, 0.9)
