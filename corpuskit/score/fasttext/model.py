"""A model that is ready to read texts."""

from pathlib import Path

from corpuskit.score.fasttext.file import Model, unpack
from corpuskit.score.fasttext.kernels import add_up_words


def read(path: Path) -> Model:
    """The model in a file that is `intact`. Raises ValueError where it is no model of labels."""
    model = unpack(path)
    add_up_words(model.arrays)
    return model
