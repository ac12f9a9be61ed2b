"""fastText's classifiers read from their files and run by compiled kernels on Arrow's buffers: its answers, without its library."""

from corpuskit.score.fasttext.file import Arrays, Model
from corpuskit.score.fasttext.intact import intact
from corpuskit.score.fasttext.model import read

__all__ = ["Arrays", "Model", "intact", "read"]
