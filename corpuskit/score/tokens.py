"""Token ids by any Hugging Face `tokenizer.json`, exactly as the `tokenizers` library gives them.

No special tokens are added: whoever trains puts separators between documents. A document that spells a special token gets the ids
of its letters, never the special id, so no text can end a document or open a chat turn. Truncation and padding that are baked into
the file are switched off. Nothing is fetched from the network.

Where the package `fastokens` is installed and can read the file, it does the work, 5 to 15 times faster. It has to give the ids of
`tokenizers` on PROBES, or it is left alone; and on the first characters of ten texts of every batch of the user's own, or that
batch is done by `tokenizers`. (Over 1,711 real files, 43 MB in 75 languages, and 2,000 random strings, with two tokenizers, no id
differed.)
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.errors import UsageError

DEFAULT = Path(__file__).with_name("models") / "default-tokenizer.json"
FILE = "tokenizer.json"
# Characters. `tokenizers` takes about 170 bytes of memory for each: 200 MB for a batch, 3.4 GB for a text of 20 million.
BATCH = 1_000_000
PIECE = 500_000  # longer texts are cut, where a cut changes no id
WINDOW = 2_000  # either side of a cut, to show whether it does
TRIES = 50  # line ends that are tried before a text stays whole up to the next place to cut
CHECKED, PIECES = 500, 10  # characters, of that many texts of each batch, are encoded twice
PROBES = (
    "", " ", "   x  y ", "\n\n \r\n\t\t x\n", "don't DON'T we'LL I'm", "123 4567 1,234.50 12345678901", "a_b-c.d/e\\f@g#h$%^&*()",
    "e\u0301 é ﬁ İı ß ŉ ǅ Σς", "日本語とEnglish混在。", "ที่นี่ ๒๕๖๐", "नमस्ते दुनिया", "مرحبا بالعالم", "한국어 문장",
    "👩‍💻😀🇩🇪\u200d\ufe0f", "\x00\x01\x1f\x7f\x85\xa0\u2028\u2029", "\ufeff\ufffd\ue000\U0010ffff",
    "x" * 3000, " " * 300, "\n" * 300, "<|endoftext|><|im_start|>user\n</s><s>[INST]<unk>[CLS]",
)  # fmt: skip

Ids = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A loaded tokenizer. `digest` is the sha256 of `file`; `estimate` says that it is the default, not the model's own."""

    name: str
    file: Path
    digest: str
    estimate: bool
    vocab_size: int
    tokenizer: Any = field(repr=False, compare=False)
    fast: Any = field(repr=False, compare=False)

    def about(self) -> dict[str, str | int | bool]:
        """What a manifest says of the tokenizer."""
        return {"name": self.name, "digest": self.digest, "estimate": self.estimate, "vocab_size": self.vocab_size}

    def encode(self, texts: pa.Array) -> pa.ListArray:
        """The ids of each text as list<uint32>: null for a null, an empty list for an empty text."""
        found = [ids for batch in _batches(texts) for ids in self._encode_batch(batch)]
        offsets = np.zeros(len(texts) + 1, dtype=np.int64)
        np.cumsum([len(ids) for ids in found], out=offsets[1:])
        absent = np.append(~np.asarray(texts.is_valid(), dtype=bool), False)
        flat = np.concatenate(found) if found else np.zeros(0, dtype=np.uint32)
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32(), mask=absent), pa.array(flat))

    def decode(self, ids: Sequence[int]) -> str:
        """The text of token ids, special tokens written out."""
        text: str = self.tokenizer.decode(list(ids), skip_special_tokens=False)
        return text

    def _encode_batch(self, batch: list[str]) -> list[Ids]:
        if self.fast is not None and _agree(self.tokenizer, self.fast, _sample(batch)):
            found = _fast_ids(self.fast, batch)
            if found is not None:
                return found
        if len(batch) == 1 and len(batch[0]) > PIECE:
            return [np.concatenate([_ids(self.tokenizer, [piece])[0] for piece in pieces(self.tokenizer, batch[0])])]
        return _ids(self.tokenizer, batch)


def _batches(texts: pa.Array) -> Iterator[list[str]]:
    """Texts in order, some at a time, so that memory stays bounded; a null counts as an empty text."""
    batch: list[str] = []
    characters = 0
    for value in texts:
        text = value.as_py() or ""
        if batch and characters + len(text) > BATCH:
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += len(text)
    if batch:
        yield batch


def _sample(batch: list[str]) -> list[str]:
    """The first characters of texts from all over a batch."""
    return [text[:CHECKED] for text in batch[:: max(1, len(batch) // PIECES)]]


def _ids(tokenizer: Any, batch: list[str]) -> list[Ids]:
    encodings = tokenizer.encode_batch_fast(batch, add_special_tokens=False)
    return [np.array(encoding.ids, dtype=np.uint32) for encoding in encodings]


def _fast_ids(fast: Any, batch: list[str]) -> list[Ids] | None:
    """None where fastokens refuses (its regular expressions have limits) or is too old to spell out special tokens."""
    try:
        flat, ends = fast.encode_batch_flat(batch, add_special_tokens=False, split_special_tokens=True)
    except (ValueError, TypeError):
        return None
    return np.split(np.frombuffer(flat, dtype=np.uint32), np.frombuffer(ends, dtype=np.uint64)[1:-1].astype(np.int64))


def _agree(tokenizer: Any, fast: Any, batch: list[str]) -> bool:
    found = _fast_ids(fast, batch)
    return found is not None and all(map(np.array_equal, found, _ids(tokenizer, batch)))


def pieces(tokenizer: Any, text: str) -> Iterator[str]:
    """A long text in pieces of about PIECE characters whose ids, one after another, are those of the whole.

    A cut stands at a line end, and only where the ids of the window around it are those of its two halves. A text without such a
    place (one line of a hundred million letters) stays whole and takes the memory that it takes.
    """
    start, near = 0, PIECE
    while near < len(text):
        cut = near
        for _ in range(TRIES):
            cut = text.find("\n", cut) + 1
            if cut == 0 or cut == len(text):
                break
            left, right = text[max(start, cut - WINDOW) : cut], text[cut : cut + WINDOW]
            ids = _ids(tokenizer, [left + right, left, right])
            if np.array_equal(ids[0], np.concatenate(ids[1:])):
                yield text[start:cut]
                start = cut
                break
        near = max(near, start) + PIECE
    yield text[start:]


def _find(where: str) -> Path:
    """The file that a path, a folder or a hub name means; the name is looked for in the local cache alone."""
    path = Path(where).expanduser()
    if path.is_dir():
        if not (path / FILE).is_file():
            raise UsageError(f"{where}: no {FILE} in this folder; save a fast tokenizer there with save_pretrained.")
        return path / FILE
    if path.is_file():
        return path
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        cached = try_to_load_from_cache(where, FILE)
    except HFValidationError:  # a path that names nothing
        cached = None
    if isinstance(cached, str):
        return Path(cached)
    raise UsageError(
        f"{where}: neither a file, nor a folder, nor a tokenizer in the local Hugging Face cache; "
        f"give the path of a {FILE} (nothing is downloaded)."
    )


def _kind(content: bytes) -> str:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return "not JSON"
    return f"JSON with {', '.join(sorted(found)[:4])}" if isinstance(found, dict) and found else "JSON without keys"


def _faster(content: bytes, tokenizer: Any) -> Any:
    """`fastokens` with this tokenizer, or None where it is missing, cannot read it or disagrees on PROBES or an added token."""
    try:
        import fastokens

        fast = fastokens.Tokenizer.from_json_str(content.decode())
        fast.no_truncation()
        fast.no_padding()
    except (ImportError, ValueError):
        return None
    added = [f"a{token.content}b {token.content} c" for token in tokenizer.get_added_tokens_decoder().values()]
    return fast if _agree(tokenizer, fast, [*PROBES, *added]) else None


def load(where: str | None = None) -> Tokens:
    """A tokenizer by file, folder or hub name in the local cache; None is the default, whose counts are an estimate."""
    path = DEFAULT if where is None else _find(where)
    return _load(where, path, path.read_bytes())


@lru_cache(maxsize=2)
def _load(where: str | None, path: Path, content: bytes) -> Tokens:
    """Loading takes a good part of a second: once for the same bytes."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_buffer(content)
    except Exception as error:  # tokenizers raises nothing narrower
        raise UsageError(f"{path}: {_kind(content)}; this is not a Hugging Face {FILE} ({error}).") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return Tokens(
        name="corpuskit-default-32k" if where is None else where,
        file=path,
        digest=hashlib.sha256(content).hexdigest(),
        estimate=where is None,
        vocab_size=tokenizer.get_vocab_size(),
        tokenizer=tokenizer,
        fast=_faster(content, tokenizer),
    )
