"""A classifier that users train on their own examples: good against bad text, or a domain's against general text."""

from corpuskit.score.quality.model import ABOUT, digest, load, score
from corpuskit.score.quality.training import train

__all__ = ["ABOUT", "digest", "load", "score", "train"]
