"""Labelled data in, examples out: every row is valid, or the reading stops and says which are not."""

from corpuskit.finetune.read.columns import Columns
from corpuskit.finetune.read.reading import read

__all__ = ["Columns", "read"]
