"""residual: adapted + scale · (instruct − base), so that a model adapted from a base model follows instructions without being tuned.

The idea is the chat vector of Huang et al. 2024 (arXiv 2310.04799) and the instruction residual of Jindal et al. 2024 (arXiv
2410.10739): continue the pre-training of the base model, then add what instruction tuning had changed in it. Tensors are read and
written in blocks of rows, so memory does not grow with the model.

Half-precision weights are added in float32, float32 weights in float64; the sum is rounded once, to the adapted model's type.
"""

import json
import math
import shutil
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import corpuskit
from corpuskit import parts
from corpuskit.errors import UsageError
from corpuskit.shard.exports.folder import whole_folder
from corpuskit.train.residual_models import BY_TOKEN, Model, check, group_of, open_model

NAME = "residual.json"
SOURCES = (
    "Huang et al. 2024, Chat Vector, arXiv 2310.04799",
    "Jindal et al. 2024, instruction residuals, arXiv 2410.10739",
)
BLOCK = 1_000_000  # weights of a tensor held in memory at once
FLOATS = ("F64", "F32", "F16", "BF16")
INTEGERS = ("I64", "I32", "I16", "I8", "U8", "BOOL")
TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "vocab.txt",
    "tokenizer.model",
    "chat_template.jinja",
)
ENDS = ("bos_token_id", "eos_token_id", "pad_token_id")
CHAT = ("chat_template", "bos_token", "eos_token", "pad_token", "additional_special_tokens", "extra_special_tokens")
INCIDENTAL = {*ENDS, "_name_or_path", "transformers_version", "dtype", "torch_dtype", "use_cache", "architectures"}


@dataclass(frozen=True, slots=True)
class Residual:
    """Which three models, where to, and how much of the difference."""

    adapted: Path
    base: Path
    instruct: Path
    out: Path
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Made:
    """The finished model folder; `about` is what its residual.json says."""

    out: Path
    about: dict[str, Any]


@dataclass(slots=True)
class Norms:
    """Sums of squares over a group of tensors, of the weights that base and adapted share."""

    base: float = 0.0
    adaptation: float = 0.0  # adapted − base
    residual: float = 0.0  # instruct − base
    both: float = 0.0  # their dot product
    rounding: float = 0.0  # what the sum lost in the adapted model's type

    def add(self, adapted: Tensor, base: Tensor, residual: Tensor) -> None:
        """Count a block."""
        adaptation, residual = (adapted - base).double(), residual.double()
        self.base += float(base.double().square().sum())
        self.adaptation += float(adaptation.square().sum())
        self.residual += float(residual.square().sum())
        self.both += float((adaptation * residual).sum())

    def about(self) -> dict[str, float]:
        """Norms; the cosine says how far adaptation and instruction tuning pull the same way."""
        names = ("base", "adaptation", "residual", "rounding")
        lengths = math.sqrt(self.adaptation * self.residual)
        return {name: math.sqrt(getattr(self, name)) for name in names} | {
            "cosine": self.both / lengths if lengths else 0.0
        }


def residual(request: Residual) -> Made:
    """Write the model folder. Raises UsageError when the three models do not fit together."""
    if not math.isfinite(request.scale):
        raise UsageError(f"--scale {request.scale}: not a number to multiply with; 1.0 adds the whole difference.")
    if request.out.exists() and (not request.out.is_dir() or any(request.out.iterdir())):
        raise UsageError(f"{request.out}: holds other files; name a new or empty folder with --out.")
    with ExitStack() as stack:
        adapted, base, instruct = (open_model(at, stack) for at in (request.adapted, request.base, request.instruct))
        check(adapted, base, instruct)
        inputs = {"adapted": adapted.digests(), "base": base.digests(), "instruct": instruct.digests()}
        fresh = torch.tensor(sorted({*adapted.vocabulary.values()} - {*base.vocabulary.values()}), dtype=torch.int64)
        norms: dict[str, Norms] = {}
        with whole_folder(request.out) as out:
            _write(out, adapted, base, instruct, fresh, request.scale, norms)
            _describe(out, adapted, instruct)
            about = {
                "corpuskit": corpuskit.__version__,
                "formula": "adapted + scale * (instruct - base)",
                "scale": request.scale,
                "sources": list(SOURCES),
                "inputs": inputs,
                "vocabulary": {
                    "base": base.rows, "adapted": adapted.rows, "new_tokens": len(fresh),
                    "new_rows": "as in adapted: instruct and base know nothing of them",
                },
                "norms": {name: norms[name].about() for name in sorted(norms)},
                "notes": _notes(base, instruct, norms),
            }  # fmt: skip
            parts.write_json(out / NAME, about)
    return Made(request.out, about)


def _notes(base: Model, instruct: Model, norms: dict[str, Norms]) -> list[str]:
    """What is odd, though not wrong. Raises UsageError when there was nothing to add."""
    if not any(norm.residual for norm in norms.values()):
        raise UsageError(f"{instruct.folder}: the same weights as {base.folder}; there is no difference to add.")
    notes = []
    if not any(norm.adaptation for norm in norms.values()):
        notes.append("adapted holds the weights of base: the result is the instruct model")
    for key in sorted({*base.config, *instruct.config} - INCIDENTAL):
        there, here = base.config.get(key), instruct.config.get(key)
        if there != here:
            notes.append(f"config.json: {key} is {there} in base and {here} in instruct; adapted's is kept")
    if _template(instruct.folder) is None:
        notes.append("instruct has no chat template")
    return notes


def _blocks(
    name: str, adapted: Model, base: Model, instruct: Model, fresh: Tensor, scale: float, norms: Norms
) -> Iterator[Tensor]:
    """The sum, some rows at a time, in the adapted model's type."""
    slices = [model.tensor(name) for model in (adapted, base, instruct)]
    kinds = [one.get_dtype() for one in slices]
    shape, shared = adapted.shape(name), (base.shape(name) or [1])[0]
    by_token = group_of(name) in BY_TOKEN and shared == base.rows
    rows = max(1, BLOCK // max(1, math.prod(shape[1:])))
    wide = torch.float64 if {"F32", "F64"} & {*kinds} else torch.float32
    for start in range(0, (shape or [1])[0], rows):
        old, one, two = (_rows(piece, start, start + rows) for piece in slices)
        if not {*kinds} <= {*FLOATS}:
            if not {*kinds} <= {*INTEGERS} or not torch.equal(one, two):
                raise UsageError(
                    f"{instruct.folder}: {name} is {kinds[2]}: quantised weights cannot be added; give bf16 or fp32."
                )
            yield old
            continue
        one, two = one.to(wide), two.to(wide)
        change = two - one
        head = old[: len(change)] if shape else old
        if by_token:  # a new token may stand in a row that base left unused
            inside = fresh[(fresh >= start) & (fresh < start + len(change))] - start
            change[inside] = 0
            one = one.index_copy(0, inside, head[inside].to(wide))
        norms.add(head.to(wide), one, change)
        exact = head.to(wide) + scale * change
        found = exact.to(old.dtype)
        norms.rounding += float((found.to(wide) - exact).double().square().sum())
        yield torch.cat([found, old[len(change) :]]) if shape else found


def _rows(piece: Any, start: int, stop: int) -> Tensor:
    """Rows of a tensor, fewer or none where it ends sooner; a scalar whole."""
    shape = piece.get_shape()
    tensor: Tensor = piece[min(start, shape[0]) : min(stop, shape[0])] if shape else piece[...]
    return tensor


def _write(
    out: Path, adapted: Model, base: Model, instruct: Model, fresh: Tensor, scale: float, norms: dict[str, Norms]
) -> None:
    """The tensors, in the files that adapted has them in."""
    for file in sorted({*adapted.files.values()}):
        names = sorted(name for name in adapted.files if adapted.files[name] == file)
        with (out / file).open("wb") as stream:
            stream.write(_header([(name, adapted.tensor(name)) for name in names]))
            for name in names:
                norm = norms.setdefault(group_of(name), Norms())
                for block in _blocks(name, adapted, base, instruct, fresh, scale, norm):
                    stream.write(block.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    if {*adapted.files.values()} != {"model.safetensors"}:
        size = sum(path.stat().st_size for path in out.glob("*.safetensors"))
        index = {"metadata": {"total_size": size}, "weight_map": dict(sorted(adapted.files.items()))}
        parts.write_json(out / "model.safetensors.index.json", index)


def _header(tensors: list[tuple[str, Any]]) -> bytes:
    """The head of a safetensors file: its length, then JSON with each tensor's type, shape and place."""
    table: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, tensor in tensors:
        shape = list(tensor.get_shape())
        size = math.prod(shape) * _rows(tensor, 0, 1).element_size()
        table[name] = {"dtype": tensor.get_dtype(), "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(table, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def _template(folder: Path) -> str | None:
    """The chat template, from its own file or from tokenizer_config.json."""
    if (folder / "chat_template.jinja").is_file():
        return (folder / "chat_template.jinja").read_text(encoding="utf-8")
    found = _config(folder).get("chat_template")
    return found if isinstance(found, str) else None


def _config(folder: Path) -> dict[str, Any]:
    file = folder / "tokenizer_config.json"
    found: dict[str, Any] = parts.read_json(file) if file.is_file() else {}
    return found


def _describe(out: Path, adapted: Model, instruct: Model) -> None:
    """Configuration and tokenizer: adapted's shape and tokens, instruct's way of talking."""
    ends = {name: instruct.config[name] for name in ENDS if name in instruct.config}
    parts.write_json(out / "config.json", adapted.config | ends)
    if (instruct.folder / "generation_config.json").is_file():
        shutil.copyfile(instruct.folder / "generation_config.json", out / "generation_config.json")
    same = adapted.vocabulary == instruct.vocabulary
    source = instruct.folder if same else adapted.folder
    for name in TOKENIZER:
        if (source / name).is_file():
            shutil.copyfile(source / name, out / name)
    if not same:
        talk = {name: value for name, value in _config(instruct.folder).items() if name in CHAT}
        parts.write_json(out / "tokenizer_config.json", _config(adapted.folder) | talk)
        (out / "chat_template.jinja").unlink(missing_ok=True)
        if (template := _template(instruct.folder)) is not None:
            parts.write_text(out / "chat_template.jinja", template)


def terminal(made: Made) -> list[str]:
    """What to say of the new model."""
    about = made.about
    vocabulary = about["vocabulary"]
    lines = [f"{made.out}: adapted + {about['scale']:g} × (instruct − base)"]
    lines.append(f"  {'norm of':<10}{'base':>12}{'adaptation':>12}{'residual':>12}{'rounding':>12}{'cosine':>8}")
    for group, norms in about["norms"].items():
        sizes = "".join(f"{norms[name]:>12.4g}" for name in ("base", "adaptation", "residual", "rounding"))
        lines.append(f"  {group:<10}{sizes}{norms['cosine']:>8.2f}")
    if vocabulary["new_tokens"]:
        lines.append(
            f"  {vocabulary['new_tokens']:,} new tokens of adapted keep their rows: instruct knows nothing of them"
        )
    return [*lines, *(f"  {note}" for note in about["notes"])]
