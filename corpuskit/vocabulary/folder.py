"""The folder of an extended model: written beside, checked as a user would load it, then renamed."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from corpuskit import parts
from corpuskit.errors import CorpuskitError, DiskFullError, UsageError, is_disk_full
from corpuskit.vocabulary.tokenizer import FILE, Base

NAME = "vocabulary.json"
FORMAT = 1
# Files of a model's folder that stay as they are. Its tokenizer.model, a sentencepiece model, cannot be extended: left out.
KEPT = (
    "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "chat_template.json",
    "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "*_Pooling/config.json",
    "*_Normalize/config.json", "LICENSE*", "NOTICE*",
)  # fmt: skip


def refuse(out: Path) -> None:
    """Raise UsageError where `out` is something other than a new or empty folder, or one that was made here."""
    if not out.exists():
        return
    if not out.is_dir():
        raise UsageError(f"{out}: not a folder; name a new one with --out.")
    found = sorted(entry.name for entry in out.iterdir())
    if found and not _ours(out / NAME):
        raise UsageError(f"{out}: holds other files ({', '.join(found[:3])}); name a new or empty folder with --out.")


def _ours(file: Path) -> bool:
    try:
        about = parts.read_json(file)
    except (OSError, ValueError):
        return False
    return isinstance(about, dict) and {"format", "corpus", "tokens", "saving"} <= about.keys()


@contextmanager
def whole(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write to; takes its place at the end, and is removed if anything went wrong."""
    beside = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        beside.mkdir()
        yield beside
        if out.exists():
            before = beside.with_suffix(".before.tmp")
            out.replace(before)
            beside.replace(out)
            shutil.rmtree(before)
        else:
            beside.replace(out)
    except OSError as error:
        if is_disk_full(error):
            raise DiskFullError.at(out.parent) from error
        raise CorpuskitError(f"{out}: cannot be written to: {error.strerror or error}.") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_tokenizer(folder: Path, model: Path, larger: Base) -> None:
    """The tokenizer's files: tokenizer.json is there already; the lists in older formats are written anew where there were any."""
    for pattern in KEPT:
        for file in sorted(model.glob(pattern)):
            (folder / file.relative_to(model)).parent.mkdir(exist_ok=True)
            shutil.copyfile(file, folder / file.relative_to(model))
    inside = larger.content["model"]
    by_id = sorted(inside["vocab"], key=inside["vocab"].__getitem__)
    if (model / "vocab.txt").is_file():
        (folder / "vocab.txt").write_text("".join(f"{token}\n" for token in by_id), encoding="utf-8")
    if (model / "vocab.json").is_file():
        parts.write_json(folder / "vocab.json", inside["vocab"])
    if (model / "merges.txt").is_file():
        lines = (merge if isinstance(merge, str) else " ".join(merge) for merge in inside["merges"])
        (folder / "merges.txt").write_text("".join(f"{line}\n" for line in ("#version: 0.2", *lines)), encoding="utf-8")


def check(folder: Path, model: Path, base: Base, larger: Base, probes: list[str]) -> None:
    """Load the tokenizer as a user would. Raises CorpuskitError where it differs from tokenizer.json though the old one does not."""
    from transformers import AutoTokenizer

    offline: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    was, now = (AutoTokenizer.from_pretrained(path, **offline) for path in (model, folder))
    for probe in probes:
        ids = [
            (
                loaded.encode(probe, add_special_tokens=False),
                plain.tokenizer.encode(probe, add_special_tokens=False).ids,
            )
            for loaded, plain in ((was, base), (now, larger))
        ]
        if ids[0][0] == ids[0][1] and ids[1][0] != ids[1][1]:
            raise CorpuskitError(
                f"{folder / FILE}: transformers' {type(now).__name__} does not read the added tokens as they were written. "
                "This is a bug in corpuskit."
            )
    moved = [token for token, one in was.get_added_vocab().items() if now.convert_tokens_to_ids(token) != one]
    if moved:
        raise CorpuskitError(f"{folder / FILE}: special tokens have moved ({moved[0]}). This is a bug in corpuskit.")


def write_list(folder: Path, about: dict[str, Any]) -> None:
    """vocabulary.json: what was added, and what it was made from; a line for each token."""
    tokens = about["tokens"]
    head = json.dumps({"format": FORMAT} | about | {"tokens": []}, indent=2, ensure_ascii=False)
    lines = ",\n".join("    " + json.dumps(token, ensure_ascii=False) for token in tokens)
    text = head.replace('"tokens": []', f'"tokens": [\n{lines}\n  ]' if tokens else '"tokens": []')
    parts.write_text(folder / NAME, text + "\n")
