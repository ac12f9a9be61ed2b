"""Which bytes of a document's text its tokens stand for: the shards' tokenizer, run again over the texts in documents/."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.shard.packing import Int
from corpuskit.shard.reader import Documents, ShardSet

CHARACTERS_PER_TOKEN = 16  # of the beginning of a text, to find where its first tokens end


def ends(shards: ShardSet, documents: Documents, chosen: Int, tokens: Int) -> Iterator[Int]:
    """For each of the chosen documents: the bytes of text before the end of each of its first `tokens` tokens.

    Raises CorpuskitError where tokenizer or texts are missing, UsageError where the ids are not the tokenizer's.
    """
    tokenizer = _tokenizer(shards.tokenizer_file)
    names = documents.names(chosen.tolist())
    texts = _texts(shards.corpus, names)
    for document, stop, name in zip(chosen.tolist(), tokens.tolist(), names, strict=True):
        if name not in texts:
            raise CorpuskitError(f"{shards.corpus}: document {name} has no text in documents/; build the corpus again.")
        ids = documents.ids(document, 0, min(stop, int(documents.lengths[document])))
        yield _ends(tokenizer, texts[name], ids.tolist(), shards.corpus)


def _tokenizer(file: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises nothing narrower
        raise CorpuskitError(f"{file}: missing or damaged ({error}); build the corpus again.") from error
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True
    return tokenizer


def _texts(corpus: Path, names: list[str]) -> dict[str, str]:
    files = sorted((corpus / "documents").glob("*.parquet"))
    try:
        table = pl.scan_parquet(files, glob=False)  # a folder's name may hold brackets
        rows = table.filter(pl.col("id").is_in(names)).select("id", "text").collect()
    except (OSError, pl.exceptions.PolarsError):
        raise CorpuskitError(f"{corpus / 'documents'}: missing or damaged; build the corpus again.") from None
    return dict(rows.iter_rows())


def _ends(tokenizer: Any, text: str, ids: list[int], corpus: Path) -> Int:
    """The bytes of text before the end of each token; all of the text before the end of the last one."""
    for cut in (text[: CHARACTERS_PER_TOKEN * (len(ids) + 1)], text):
        encoding = tokenizer.encode(cut, add_special_tokens=False)
        if encoding.ids[: len(ids)] == ids:
            points = np.frombuffer(cut.encode("utf-32-le"), np.uint32)
            wide = 1 + (points >= 0x80).astype(np.int64) + (points >= 0x800) + (points >= 0x10000)
            bytes_before = np.concatenate([[0], np.cumsum(wide)])
            found: Int = bytes_before[[end for _, end in encoding.offsets[: len(ids)]]]
            if len(encoding.ids) == len(ids) and cut == text:
                found[-1] = bytes_before[-1]
            return found
    raise UsageError(f"{corpus}: the shards' ids are not those of its tokenizer; build the corpus again.")
