"""How likely a text's continuation is to a model, and whether greedy decoding gives it.

Nothing is generated: greedy decoding gives an answer exactly when, with the answer laid behind the text, the most likely token at each
of its places is the answer's own. One forward pass says both. All in float32.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F  # noqa: N812 (its usual name)

from corpuskit.errors import UsageError
from corpuskit.train.learner import most_places, position_offset
from corpuskit.train.model import brief, load, look
from corpuskit.train.objectives import Kind
from corpuskit.train.recipe import Method

LOGITS = 1 << 25  # at once, 128 MB: a batch has as many rows as give so many. Ours


@dataclass(frozen=True, slots=True)
class Encoder:
    """A model's tokenizer, before its weights are loaded."""

    folder: Path
    kind: Kind
    tokenizer: Any

    def tokens(self, text: str, begin: int, end: int) -> "Tokens":
        """The text as the model reads it, with its special tokens, and which tokens stand for characters begin:end."""
        found = self.tokenizer(text, return_offsets_mapping=True, return_special_tokens_mask=True, verbose=False)
        inside = [
            at
            for at, ((first, last), special) in enumerate(
                zip(found["offset_mapping"], found["special_tokens_mask"], strict=True)
            )
            if first < end and last > begin and not special
        ]
        bare = found["special_tokens_mask"]
        before = next((at for at, special in enumerate(bare) if not special), len(bare))
        start, stop = (inside[0], inside[-1] + 1) if inside else (0, 0)
        return Tokens(tuple(found["input_ids"]), start, stop, before)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Ids of a text; the answer's are start:stop, none where both are 0. The first `before` stand in front of every text."""

    ids: tuple[int, ...]
    start: int
    stop: int
    before: int


@dataclass(frozen=True, slots=True)
class Row:
    """Ids from the text's first to the answer's last, and where the answer starts: after the first at least."""

    ids: tuple[int, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Answered:
    """Of each row: the answer's negative log-likelihood in nats, and whether greedy decoding of the text gives it."""

    nats: npt.NDArray[np.float64]
    greedy: npt.NDArray[np.bool_]


def encoder(folder: Path) -> Encoder:
    """Raises UsageError where the folder holds no model that corpuskit loads, or no fast tokenizer."""
    from transformers import AutoTokenizer

    source = look(folder)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # whatever a damaged config.json or tokenizer_config.json makes transformers raise
        raise UsageError(f"{folder}: config.json and tokenizer cannot be loaded: {brief(error)}.") from error
    if not tokenizer.is_fast:
        raise UsageError(f"{folder}: no tokenizer.json; save the model's fast tokenizer there.")
    return Encoder(folder, source.kind, tokenizer)


class Reader:
    """A model that reads, on CUDA where there is any."""

    def __init__(self, folder: Path) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = load(look(folder), Method(), "float32", "").model.eval().to(self.device)
        self.vocabulary = int(self.model.get_output_embeddings().weight.shape[0])

    @torch.no_grad()
    def answered(self, rows: Sequence[Row]) -> Answered:
        """Decoders alone. What the rows' texts begin with alike is read once, where the architecture keeps keys and values."""
        nats, greedy = [np.zeros(0)], [np.zeros(0, bool)]
        known, cache = self._known(rows)
        for some in self._batches(rows, known):
            ids, asked = _padded(some, known)
            ids, asked = ids.to(self.device), asked.to(self.device)
            past = None
            if cache is not None:
                past = copy.deepcopy(cache)
                past.batch_repeat_interleave(len(some))
            found = self.model(ids, past_key_values=past, use_cache=past is not None).logits[:, :-1][asked].float()
            wanted, row = ids[:, 1:][asked], asked.nonzero()[:, 0]
            loss = F.cross_entropy(found, wanted, reduction="none").double()
            nats.append(
                torch.zeros(len(some), dtype=torch.float64, device=self.device).index_add(0, row, loss).cpu().numpy()
            )
            missed = torch.bincount(row[found.argmax(-1) != wanted], minlength=len(some))
            greedy.append((missed == 0).cpu().numpy())
        return Answered(np.concatenate(nats), np.concatenate(greedy))

    @torch.no_grad()
    def hidden(self, ids: Sequence[int], start: int, stop: int, mask: int) -> npt.NDArray[np.float64]:
        """Encoders alone: log-likelihoods in nats at start:stop, all hidden at once, (stop - start, vocabulary)."""
        row = torch.tensor([*ids[:start], *[mask] * (stop - start), *ids[stop:]], device=self.device)
        found: npt.NDArray[np.float64] = (
            self.model(row[None]).logits[0, start:stop].double().log_softmax(-1).cpu().numpy()
        )
        return found

    def check_length(self, places: int, where: object) -> None:
        """Raise UsageError where the model has no positions for so many tokens."""
        most = most_places(self.model.config.to_dict(), position_offset(self.model))
        if most is not None and places > most:
            raise UsageError(f"{where}: {places:,} tokens; the model reads {most:,} at most.")

    def _known(self, rows: Sequence[Row]) -> tuple[int, Any]:
        """How many ids all rows begin with and none asks for, less one; and the keys and values of these."""
        count = min([alike([row.ids for row in rows]), *(row.start for row in rows)]) - 1 if rows else 0
        if len(rows) < 2 or count < 1:
            return 0, None
        first = torch.tensor([rows[0].ids[:count]], device=self.device)
        cache = getattr(self.model(first, use_cache=True), "past_key_values", None)
        return (0, None) if cache is None else (count, cache)

    def _batches(self, rows: Sequence[Row], known: int) -> Iterator[Sequence[Row]]:
        longest = max((len(row.ids) for row in rows), default=0) - known
        size = max(1, LOGITS // max(1, longest * self.vocabulary))
        return (rows[at : at + size] for at in range(0, len(rows), size))


def alike(every: Sequence[tuple[int, ...]]) -> int:
    """How many ids all begin with: as many as the first and the last in order do."""
    least, most = min(every), max(every)
    differ = (at for at, (one, other) in enumerate(zip(least, most, strict=False)) if one != other)
    return next(differ, min(len(least), len(most)))


def _padded(rows: Sequence[Row], known: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids from `known` on, filled up at the end, where no token before it sees; and which of the ids after the first are asked."""
    longest = max(len(row.ids) for row in rows)
    ids = torch.zeros(len(rows), longest - known, dtype=torch.int64)
    asked = torch.zeros(len(rows), longest - known - 1, dtype=torch.bool)
    for number, row in enumerate(rows):
        ids[number, : len(row.ids) - known] = torch.tensor(row.ids[known:])
        asked[number, row.start - known - 1 : len(row.ids) - known - 1] = True
    return ids, asked
