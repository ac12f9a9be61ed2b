"""The model's rows for new tokens: means of the rows that spelled them before, in the input and in the output.

A mean row's logit is the mean of its pieces' logits, so a new token starts about as likely as its pieces. Where the matrix has to
grow, it grows to a multiple of 64, and the rows that no token has get the mean of all old rows: the mean logit. By
Jensen's inequality exp(mean) <= mean(exp), so such a row never has more than an old token's average share, 1/V, of the
probability, and all of them together less than 64/V.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpuskit.errors import UsageError

MULTIPLE = 64  # matrix sizes that a GPU's tensor cores are fast at (NVIDIA, deep learning performance guide)


@dataclass(frozen=True, slots=True)
class Rows:
    """How the model's matrices came out. `head` says where the output's rows are: tied, untied, or none."""

    architecture: str
    before: int
    now: int
    head: str


def write(model: Path, out: Path, first: int, pieces: Sequence[Sequence[int]]) -> Rows:
    """Save the model to `out` with a row for each of the ids from `first` on; `pieces` are the old ids that spelled each.

    Raises UsageError where the model cannot be loaded from safetensors, without code of its own, and whole; or is smaller than its
    tokenizer.
    """
    import torch

    with _quiet():
        loaded = _load(model)
        before = int(loaded.get_input_embeddings().weight.shape[0])
        if (beyond := max((piece for ids in pieces for piece in ids), default=0)) >= before:
            raise UsageError(
                f"{model}: {before:,} rows, and its tokenizer has id {beyond:,}: they do not belong together."
            )
        if first + len(pieces) > before:
            size = -(-(first + len(pieces)) // MULTIPLE) * MULTIPLE
            loaded.resize_token_embeddings(size, mean_resizing=False)
        with torch.no_grad():
            for matrix in _matrices(loaded):
                _fill(matrix, before, first, pieces)
        kind = _head(loaded)
        loaded.save_pretrained(out, safe_serialization=True)
        now = int(loaded.get_input_embeddings().weight.shape[0])
        return Rows(type(loaded).__name__, before, now, kind)


def _load(folder: Path) -> Any:
    import transformers

    offline: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        config = transformers.AutoConfig.from_pretrained(folder, **offline)
        named = (config.architectures or ["AutoModel"])[0]
        kind = getattr(transformers, named, transformers.AutoModel)
        model, info = kind.from_pretrained(
            folder, config=config, dtype="auto", use_safetensors=True, output_loading_info=True, **offline
        )
    except (OSError, ValueError, ImportError, KeyError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UsageError(f"{folder}: not a model in safetensors that transformers can load: {first}") from None
    if info["missing_keys"]:
        lacks = ", ".join(sorted(info["missing_keys"])[:3])
        raise UsageError(f"{folder}: its weights lack {lacks}, which its config.json speaks of; save the model again.")
    return model


def _head(model: Any) -> str:
    head = model.get_output_embeddings()
    if head is None:
        return "none"
    return "tied" if head.weight.data_ptr() == model.get_input_embeddings().weight.data_ptr() else "untied"


def _matrices(model: Any) -> Iterator[Any]:
    """What has a row for each token, each once: the input's rows, the output's if they are others, the output's bias."""
    yield model.get_input_embeddings().weight
    head = model.get_output_embeddings()
    if _head(model) == "untied":
        yield head.weight
    if head is not None and getattr(head, "bias", None) is not None:
        yield head.bias


def _fill(matrix: Any, before: int, first: int, pieces: Sequence[Sequence[int]]) -> None:
    """Means, in float32, for the tokens from `first` on, and for what lies behind them where the matrix grew."""
    old = matrix[:before].float()
    matrix[before:] = old.mean(dim=0).to(matrix.dtype)
    for number, ids in enumerate(pieces):
        matrix[first + number] = old[list(ids)].mean(dim=0).to(matrix.dtype)


@contextmanager
def _quiet() -> Iterator[None]:
    """Neither bars nor advice from transformers; errors come as exceptions."""
    from transformers.utils import logging as advice

    logging: Any = advice

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
