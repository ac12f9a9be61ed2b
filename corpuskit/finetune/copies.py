"""Which examples say the same: exactly, once white space and case are set aside, or nearly, by deduplication's word n-grams.

What is compared is an example's text: a tagged one's words, a conversation's messages, a pair's prompt with both ends in either order.
A question is the same where it is put to the same text in the same words, and nearly so where the texts are alike.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.dedupe import bands, clusters, minhash
from corpuskit.dedupe.settings import RECALL, bands_and_rows
from corpuskit.finetune.examples import Asked, Classified, Content, Pair, Tagged
from corpuskit.parts import Indices

NEAR = 0.8  # Jaccard; deduplication's own threshold
NGRAM = 3  # words: examples are shorter than documents, and five words would find next to nothing in a sentence
CHUNK = 20_000  # texts that are signed at once

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Copies:
    """For each example the number of its text among the distinct ones, and of its text with the question; and the texts that are alike.

    `digests` are those of text with question. `left` < `right` are distinct texts that overlap by at least NEAR.
    """

    text: Indices
    whole: Indices
    digests: tuple[bytes, ...]
    left: Indices
    right: Indices
    overlap: Floats


def text_of(content: Content) -> str:
    """What is compared."""
    if isinstance(content, Classified | Asked):
        return content.text
    if isinstance(content, Tagged):
        return " ".join(content.words)
    if isinstance(content, Pair):
        ends = sorted("\n".join(one.content for one in end) for end in (content.chosen, content.rejected))
        return "\n".join([*(one.content for one in content.prompt), *ends])
    return "\n".join(one.content for one in content.messages)


def answer_of(content: Content) -> Any:
    """What the labels say, as a value that can be compared; None for a conversation, which has no other answer than its text."""
    if isinstance(content, Classified):
        return tuple(sorted(content.labels))
    if isinstance(content, Tagged):
        return content.tags
    if isinstance(content, Asked):
        return tuple(sorted(content.answers))
    if isinstance(content, Pair):
        better, worse = (tuple(one.content for one in end) for end in (content.chosen, content.rejected))
        return "the first is better" if better < worse else "the second is better"
    return None


def digests(contents: Sequence[Content]) -> list[tuple[bytes, bytes]]:
    """Of each example's normalised text, and of text and question together."""
    known: dict[str, bytes] = {}  # many questions are put to one long text
    found = []
    for content in contents:
        text = text_of(content)
        if text not in known:
            known[text] = _digest(text)
        one = known[text]
        found.append((one, one + _digest(content.question) if isinstance(content, Asked) else one))
    return found


def _digest(text: str) -> bytes:
    normal = " ".join(text.split()).casefold()
    if not normal.isascii():
        normal = unicodedata.normalize("NFC", normal)
    return hashlib.sha256(normal.encode()).digest()[:16]


def find(contents: Sequence[Content]) -> Copies:
    """Everything that is alike among the examples.

    In a crowd of more than 64 candidates, each is compared with the first 32 and the next alone.
    """
    pairs = digests(contents)
    texts: dict[bytes, int] = {}
    wholes: dict[bytes, int] = {}
    distinct: list[str] = []
    for content, (text, whole) in zip(contents, pairs, strict=True):
        if text not in texts:
            texts[text] = len(texts)
            distinct.append(text_of(content))
        wholes.setdefault(whole, len(wholes))
    return Copies(
        np.array([texts[text] for text, _ in pairs], np.int64),
        np.array([wholes[whole] for _, whole in pairs], np.int64),
        tuple(whole for _, whole in pairs),
        *_alike(distinct),
    )


def groups(texts: Sequence[str]) -> list[int]:
    """For each text the number of its group: the same where texts are alike, or are joined by others that are."""
    found = find([Classified(text, ()) for text in texts])
    whole: list[int] = clusters.groups(int(found.text.max(initial=-1)) + 1, found.left, found.right)[
        found.text
    ].tolist()
    return whole


def _alike(texts: list[str]) -> tuple[Indices, Indices, Floats]:
    """Pairs of texts: proposed by MinHash's bands, verified on the texts."""
    count, rows = bands_and_rows(NEAR, minhash.PERMUTATIONS, RECALL)
    keys: list[list[npt.NDArray[np.uint64]]] = []
    sizes: list[Indices] = []
    for start in range(0, len(texts), CHUNK):
        signed, shingles = minhash.signatures(_array(texts[start : start + CHUNK]), ngram=NGRAM)
        keys.append(bands.band_keys(signed, count, rows))
        sizes.append(shingles)
    if not keys:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    shingles = np.concatenate(sizes)
    found = [bands.bucket_pairs(np.concatenate(band), shingles) for band in zip(*keys, strict=True)]
    joined = np.unique(np.concatenate([left * len(texts) + right for left, right in found]))
    left, right = joined // len(texts), joined % len(texts)
    overlap = np.concatenate([np.zeros(0), *_overlaps(texts, left, right)])
    near = overlap >= NEAR
    return left[near], right[near], overlap[near]


def _overlaps(texts: list[str], left: Indices, right: Indices) -> Iterator[Floats]:
    """The Jaccard index of each pair, some pairs at a time."""
    for start in range(0, len(left), CHUNK):
        here = slice(start, start + CHUNK)
        needed = np.unique(np.concatenate([left[here], right[here]]))
        offsets, values = minhash.shingles(_array([texts[number] for number in needed.tolist()]), ngram=NGRAM)
        yield minhash.overlaps(
            offsets, values, np.searchsorted(needed, left[here]), np.searchsorted(needed, right[here])
        )[0]


def _array(texts: list[str]) -> pa.Array:
    return pa.array(texts, pa.large_string())
