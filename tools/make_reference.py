#!/usr/bin/env python3
"""Write corpuskit/assess/reference/en.npz: the words of general English text, counted by chunks of 200 words.

usage: make_reference.py FOLDER OUT.npz

FOLDER holds WikiText-2's validation and test text (files *valid.txt and *test.txt). An article is a document. What is written are
counts alone: neither the order of words nor the text can be had back. Spelling keeps its case. <unk> is left out.
"""

import hashlib
import re
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

from corpuskit import words
from corpuskit.assess.bags import CHUNK, bag

TITLE = re.compile(r"^ = ([^=].*[^=]) = $", re.MULTILINE)
JOINED = re.compile(r" @([-,.])@ ")


def articles(text: str) -> list[str]:
    """The articles of a WikiText file, title first, as people write."""
    starts = [match.start() for match in TITLE.finditer(text)]
    cut = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    return [JOINED.sub(r"\1", article.replace("<unk>", " ")) for article in cut]


def spelled(text: str) -> list[str]:
    """The words of a text as written."""
    found = words.find(pa.array([text]))
    data = text.encode()
    return [data[a:b].decode() for a, b in zip(found.starts.tolist(), found.stops.tolist(), strict=True)]


def main() -> None:
    """Write the file."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    files = sorted(path for end in ("valid", "test") for path in folder.glob(f"*{end}.txt"))
    texts = [article for file in files for article in articles(file.read_text(encoding="utf-8"))]
    found = [spelled(text) for text in texts]
    chunks = [(n, text[i : i + CHUNK]) for n, text in enumerate(found) for i in range(0, len(text), CHUNK)]
    chunks.sort(key=lambda chunk: hashlib.sha256(" ".join(chunk[1]).encode()).digest())
    bags = bag([[word for word in chunk if len(word) > 1] for _, chunk in chunks], [number for number, _ in chunks])
    entries = np.bincount(bags.chunks, minlength=len(chunks))
    steps = np.diff(bags.types, prepend=0)
    steps[np.cumsum(entries)[:-1]] = bags.types[np.cumsum(entries)[:-1]]
    np.savez_compressed(
        out,
        words=np.frombuffer("\n".join(bags.words).encode(), dtype=np.uint8),
        steps=steps.astype(np.uint16),
        counts=bags.counts.astype(np.uint8),
        entries=entries.astype(np.uint8),
        documents=bags.documents.astype(np.uint8),
    )
    print(f"{out}: {len(texts)} articles, {len(chunks)} chunks, {bags.total:,} words, {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
