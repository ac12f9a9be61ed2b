"""BERT's tokenizer with pieces of one's own texts: the same ones each time, which the library's trainer does not promise."""

from collections import Counter
from collections.abc import Iterable, Sequence

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

LONGEST = 8  # characters of a piece


def wordpiece(texts: Iterable[str], size: int, special: Sequence[str]) -> Tokenizer:
    """All characters, then the pieces that spare most, up to `size` tokens."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    counts, spares = Counter[str](), Counter[str]()
    for text in texts:
        counts.update(
            word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text))
        )
    for word, count in counts.items():
        for start in range(len(word)):
            for stop in range(start + 2, min(start + LONGEST, len(word)) + 1):
                spares["##" * (start > 0) + word[start:stop]] += count * (stop - start - 1)
    letters = sorted({letter for word in counts for letter in word})
    alphabet = [*letters, *(f"##{letter}" for letter in letters)]
    best = sorted(spares, key=lambda piece: (-spares[piece], piece))
    tokens = [*special, *alphabet, *best][: max(size, len(special) + len(alphabet))]
    tokenizer.model = models.WordPiece({token: place for place, token in enumerate(tokens)}, unk_token="[UNK]")
    tokenizer.add_special_tokens(list(special))
    return tokenizer
