"""A text as a model reads it: token ids in windows, with the characters and words that they stand for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpuskit.errors import UsageError
from corpuskit.neural.folder import TOKENIZER, Model

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spelling:
    """A model's tokenizer, the ids that it puts before and after a text, and the places that they leave in a window."""

    tokenizer: Any
    before: tuple[int, ...]
    after: tuple[int, ...]
    room: int

    def encode(self, texts: Sequence[str]) -> list[Any]:
        """Encodings without the ids around them; none is cut or filled, whatever tokenizer.json says."""
        found: list[Any] = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return found

    def window(self, ids: Sequence[int]) -> Ids:
        """The ids of a window as the model wants them."""
        return np.array([*self.before, *ids, *self.after], np.int64)


@lru_cache(maxsize=4)
def load(model: Model) -> Spelling:
    """The tokenizer of a model, once a process. Raises UsageError where it cannot be read, or leaves no place for text."""
    from tokenizers import Tokenizer

    file = model.folder / TOKENIZER
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises nothing narrower
        raise UsageError(f"{file}: not a Hugging Face tokenizer.json ({error}).") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    before, after = _around(tokenizer.encode("a").ids, tokenizer.encode("a", add_special_tokens=False).ids)
    room = model.places - len(before) - len(after)
    if room < 1:
        raise UsageError(f"{Path(file).parent}: {model.places} places leave none for text.")
    return Spelling(tokenizer, before, after, room)


def _around(full: list[int], bare: list[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids before and after a text's own; none where its own are not found."""
    for at in range(len(full) - len(bare) + 1):
        if full[at : at + len(bare)] == bare:
            return tuple(full[:at]), tuple(full[at + len(bare) :])
    return (), ()
