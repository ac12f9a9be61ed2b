#!/usr/bin/env python3
"""Make what `make story` begins from, since nothing is downloaded: general text, and a small model that knows nothing yet.

usage: make_story_base.py TEXT MODEL

TEXT gets the docstrings of Python's standard library and its language reference, a file a module (of whichever Python runs this, under
the PSF licence). MODEL gets a byte-level BPE trained on them and a Llama of random weights, as save_pretrained leaves them.
What is there is left as it is; the same Python and libraries write the same bytes.
"""

import ast
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from pydoc_data.topics import topics

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

END_OF_TEXT = "<|endoftext|>"
VOCABULARY = 2048
PLACES = 512
LEFT_OUT = {"site-packages", "test", "tests", "idlelib", "lib2to3"}  # not the library, or tests of it
LEAST = 400  # characters of a file: of fewer, the build would make documents of a line
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def docstrings(source: bytes) -> str:
    """What a module says of itself, its classes and functions; nothing for a file that is not this Python's."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ""
    found = (ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, DOCUMENTED))
    return "\n\n".join(text for text in found if text)


def general(library: Path) -> Iterator[tuple[str, str]]:
    """Names and texts: a module each, and the chapters of the language reference."""
    for file in sorted(library.rglob("*.py")):
        place = file.relative_to(library)
        if not LEFT_OUT & set(place.parts):
            yield "-".join(place.with_suffix("").parts), docstrings(file.read_bytes())
    for name, text in sorted(topics.items()):
        yield f"reference-{name}", text


def write_text(folder: Path) -> None:
    """The general text, a file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in general(Path(sysconfig.get_path("stdlib"))):
        if len(text) >= LEAST:
            (folder / f"{name}.txt").write_text(text + "\n", encoding="utf-8", errors="replace")


def tokenizer(folder: Path, vocabulary: int = VOCABULARY) -> Tokenizer:
    """A byte-level BPE of the folder's texts; token 0 ends a text."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END_OF_TEXT],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator((file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.txt"))), trainer)
    return made


def write_model(folder: Path, made: Tokenizer) -> None:
    """A Llama of 0.7 million random weights that reads the tokenizer's tokens."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=made.get_vocab_size(),
        hidden_size=128,
        intermediate_size=352,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=PLACES,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=0,
    )
    wrapped = PreTrainedTokenizerFast(tokenizer_object=made, eos_token=END_OF_TEXT, model_max_length=PLACES)
    wrapped.save_pretrained(folder)
    LlamaForCausalLM(config).save_pretrained(folder)


def main() -> None:
    """Both, where they are not there yet."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    text, model = Path(sys.argv[1]), Path(sys.argv[2])
    if not (model / "model.safetensors").is_file():  # written last
        write_text(text)
        write_model(model, tokenizer(text))
    files = list(text.glob("*.txt"))
    size = sum(file.stat().st_size for file in files)
    print(f"{text}: {len(files):,} texts, {size / 1e6:.1f} MB. {model}: random weights, {VOCABULARY:,} words")


if __name__ == "__main__":
    main()
