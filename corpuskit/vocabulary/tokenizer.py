"""The model's tokenizer.json as it is, and with tokens added as true vocabulary.

Ids go on behind the last one. The `tokenizers` library numbers added tokens anew when it loads a file, behind the vocabulary; so
those that stood outside of the vocabulary are written into it, each with its id, or a longer vocabulary would move them.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from corpuskit.errors import UsageError

FILE = "tokenizer.json"
MARK = "▁"  # a space, as sentencepiece writes it
KINDS = ("BPE", "WordPiece")


@dataclass(frozen=True, slots=True)
class Entry:
    """A token to add. `pieces` are what the old tokenizer makes of its text; `saving` is per million tokens, net, on training text."""

    token: str
    parents: tuple[str, str] | None  # what its merge joins; None for a whole word
    pieces: tuple[str, ...]
    saving: float

    @property
    def gain(self) -> int:
        """Tokens that a use of it saves, beside its parents."""
        return len(self.pieces) - 1 if self.parents is None else 1


@dataclass(frozen=True)
class Base:
    """A tokenizer that can be extended."""

    file: Path
    digest: str
    content: dict[str, Any] = field(repr=False)
    tokenizer: Any = field(repr=False)

    @property
    def kind(self) -> str:
        """BPE or WordPiece."""
        return str(self.content["model"]["type"])

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """Every token's id, added ones too."""
        found: dict[str, int] = self.tokenizer.get_vocab(with_added_tokens=True)
        return found

    @cached_property
    def next_id(self) -> int:
        """The first id behind all others."""
        return max(self.vocabulary.values()) + 1

    @cached_property
    def fixed(self) -> frozenset[str]:
        """Tokens that nothing is built on: added and unknown ones, and bytes that the decoder must find alone."""
        model = self.content["model"]
        apart = {token["content"] for token in self.content["added_tokens"]}
        spelled = {f"<0x{byte:02X}>" for byte in range(256)} if model.get("byte_fallback") else set()
        return frozenset(apart | spelled | ({model["unk_token"]} - {None}))

    @cached_property
    def byte_level(self) -> dict[str, int] | None:
        """The byte behind each character of a token, where tokens are spelled in bytes."""
        if '"ByteLevel"' not in json.dumps([self.content["pre_tokenizer"], self.content["decoder"]]):
            return None
        plain = [*range(33, 127), *range(161, 173), *range(174, 256)]  # GPT-2's table: these stand for themselves
        rest = [byte for byte in range(256) if byte not in plain]
        return {chr(byte): byte for byte in plain} | {chr(256 + number): byte for number, byte in enumerate(rest)}

    @cached_property
    def _model(self) -> Any:
        return self.tokenizer.model

    def text(self, token: str) -> str:
        """A token as a person reads it; half a character is U+FFFD."""
        if self.byte_level is not None and all(letter in self.byte_level for letter in token):
            return bytes(self.byte_level[letter] for letter in token).decode("utf-8", errors="replace")
        return token.replace(MARK, " ")

    def lettered(self, token: str) -> bool:
        """True for a token with a letter in it, or of parts of one character: not digits, rules and empty space."""
        text = self.text(token)
        return any(letter.isalpha() for letter in text) or not text.strip("\ufffd")

    def words(self, text: str) -> list[str]:
        """What the tokenizer cuts a text into before it spells: within these, tokens lie."""
        if self.tokenizer.normalizer is not None:
            text = self.tokenizer.normalizer.normalize_str(text)
        if self.tokenizer.pre_tokenizer is None:
            return _at_marks(text)
        cut = [word for word, _ in self.tokenizer.pre_tokenizer.pre_tokenize_str(text)]
        return cut if self.byte_level is not None else [word for piece in cut for word in _at_marks(piece)]

    def pieces(self, word: str) -> list[str]:
        """The tokens of a word."""
        return [token.value for token in self._model.tokenize(word)]

    def ids(self, word: str) -> list[int]:
        """The ids of a word's tokens."""
        return [token.id for token in self._model.tokenize(word)]


def _at_marks(text: str) -> list[str]:
    """Where spaces are marked and nothing cuts, a word begins with the last mark of a run."""
    if MARK not in text[1:]:
        return [text]
    return [word if not number else MARK + word for number, word in enumerate(text.split(MARK)) if number or word]


def read(folder: Path) -> Base:
    """The tokenizer of a model's folder. Raises UsageError where there is none, or of a kind that cannot be extended."""
    from tokenizers import Tokenizer

    file = folder / FILE
    try:
        written = file.read_bytes()
    except OSError:
        raise UsageError(f"{folder}: no {FILE} to read in this folder; save a fast tokenizer there.") from None
    try:
        content = json.loads(written)
        tokenizer = Tokenizer.from_buffer(written)
    except Exception as error:  # tokenizers raises nothing narrower
        raise UsageError(f"{file}: not a Hugging Face {FILE} ({error}).") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    base = Base(file, hashlib.sha256(written).hexdigest(), content, tokenizer)
    _check(base)
    return base


def _check(base: Base) -> None:
    model = base.content["model"]
    if base.kind not in KINDS:
        raise UsageError(
            f"{base.file}: a {base.kind} tokenizer; only {' and '.join(KINDS)} can be extended so that no text grows."
        )
    if model.get("dropout"):
        raise UsageError(
            f"{base.file}: model.dropout is {model['dropout']}: the same text has many ids; set it to null."
        )
    if base.kind == "BPE" and (model.get("continuing_subword_prefix") or model.get("end_of_word_suffix")):
        raise UsageError(f"{base.file}: BPE that marks where a word goes on or ends; only plain BPE can be extended.")
    for token in base.content["added_tokens"]:
        word = token["content"]
        if word in model["vocab"] or (base.kind == "BPE" and not model.get("ignore_merges") and len(word) > 1):
            continue
        if len(base.words(word)) < 2:  # as vocabulary, it would be found where it was not
            raise UsageError(f"{base.file}: the added token {word!r} stands outside of the vocabulary and is one word.")


def extended(base: Base, entries: Sequence[Entry]) -> str:
    """The tokenizer.json with the tokens of `entries` added, in their order, from `next_id` on.

    BPE: each with the merge that makes it, behind all old merges. Those are done first, then, as before, and what follows can
    only join what they leave: no text gets longer, whatever is added.
    """
    content = dict(base.content)
    model = dict(content["model"])
    outside = {one["content"]: one["id"] for one in content["added_tokens"] if one["content"] not in model["vocab"]}
    ids = {entry.token: base.next_id + number for number, entry in enumerate(entries)}
    model["vocab"] = model["vocab"] | outside | ids
    if base.kind == "BPE":
        spaced = bool(model["merges"]) and isinstance(model["merges"][0], str)
        merges = [list(entry.parents) for entry in entries if entry.parents]
        model["merges"] = [*model["merges"], *(" ".join(pair) if spaced else pair for pair in merges)]
    content["model"] = model
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def parse(base: Base, text: str) -> Base:
    """An extended tokenizer.json, loaded."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(text)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return Base(base.file, hashlib.sha256(text.encode()).hexdigest(), json.loads(text), tokenizer)
