"""Which token ends a document: named by the person, by the tokenizer's configuration, or the only one that it can be."""

import json
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from corpuskit.errors import UsageError
from corpuskit.shard.exports.plan import Separator
from corpuskit.shard.reader import ShardSet, digest

CONFIG = "tokenizer_config.json"
ENDS = ("<|endoftext|>", "<|end_of_text|>", "</s>", "<eos>", "<|eos|>", "<｜end▁of▁sentence｜>", "[SEP]")  # fmt: skip


def find(shards: ShardSet, named: str | None) -> Separator:
    """The token that goes after each document. Raises UsageError when nobody names one that the tokenizer has."""
    file = shards.tokenizer_file
    try:
        tokenizer: Any = Tokenizer.from_file(str(file))
    except Exception as error:  # noqa: BLE001 - the library raises Exception itself
        raise UsageError(f"{file}: not a readable tokenizer ({error}); build the corpus again.") from None
    if named is not None:
        number = tokenizer.token_to_id(named)
        if number is None:
            raise UsageError(f"--separator {named}: the tokenizer {shards.tokenizer['name']} has no such token.")
        return Separator(named, number, "--separator")
    for config in _configurations(shards):
        token = _end(config)
        number = None if token is None else tokenizer.token_to_id(token)
        if token is not None and number is not None:
            return Separator(token, number, f"eos_token of {CONFIG}")
    added = {token.content for token in tokenizer.get_added_tokens_decoder().values() if token.special}
    there = [token for token in ENDS if token in added]
    if len(there) == 1:
        return Separator(there[0], tokenizer.token_to_id(there[0]), "the tokenizer's only token for an end")
    found = f"it has {' and '.join(there)}" if there else "it has none of the usual ones"
    raise UsageError(
        f"{file}: which token ends a document? {found}. Name the one your model ends texts with: --separator TOKEN."
    )


def _configurations(shards: ShardSet) -> list[Path]:
    """tokenizer_config.json beside the tokenizer, and where the tokenizer came from if it is still the same one."""
    found = [shards.tokenizer_file.with_name(CONFIG)]
    source = Path(str(shards.tokenizer["name"]))
    file = source / "tokenizer.json" if source.is_dir() else source
    if file.is_file() and digest(file) == shards.tokenizer["digest"]:
        found.append(file.with_name(CONFIG))
    return [path for path in found if path.is_file()]


def _end(config: Path) -> str | None:
    """`eos_token`, which stands there as text or as a table with the text in `content`."""
    try:
        about = json.loads(config.read_text(encoding="utf-8"))
        token = about.get("eos_token")
        text = token["content"] if isinstance(token, dict) else token
    except (OSError, ValueError, KeyError, AttributeError):
        return None
    return text if isinstance(text, str) else None
