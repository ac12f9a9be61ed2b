#!/usr/bin/env python3
"""Train the tokenizer that counts tokens when the user names none.

usage: train_default_tokenizer.py OUT.json FOLDER...

Each FOLDER holds plain text (*.txt and *.md, searched recursively, UTF-8). A folder named twice counts twice: that is how a
language is given more weight. The same folders in the same order give the same file.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

VOCABULARY = 32_000
END_OF_TEXT = "<|endoftext|>"
# The split of cl100k (OpenAI tiktoken, MIT), with combining marks counted among the letters, so that Indic words stay whole.
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{M}\p{N}]?[\p{L}\p{M}]+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CHUNK = 100_000


def texts(folders: list[Path]) -> Iterator[str]:
    """The text of every file, in name order, in pieces that the trainer can spread over the cores."""
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.suffix in {".txt", ".md"}):
            text = path.read_text(encoding="utf-8", errors="ignore")
            yield from (text[i : i + CHUNK] for i in range(0, len(text), CHUNK))


def train(folders: list[Path], vocabulary: int = VOCABULARY) -> Tokenizer:
    """A byte-level BPE: no normalisation, all 256 bytes in the vocabulary, so decoding gives back any text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts(folders), trainer)
    return tokenizer


def main() -> None:
    """Train on the folders of the command line and store compact JSON."""
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    out, folders = Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]]
    tokenizer = train(folders)
    compact = json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":"))
    out.write_text(compact, encoding="utf-8")
    print(f"{out}: {tokenizer.get_vocab_size():,} tokens, {len(compact.encode()):,} bytes")


if __name__ == "__main__":
    main()
