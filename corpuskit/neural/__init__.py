"""Models of others by path: what a sequence classifier says of texts, and the names that a token classifier finds in them.

torch is imported in `loaded.py` alone, at the first text; a recipe that names no such model never needs it.
"""

from corpuskit.neural.classify import check_classifier, scores
from corpuskit.neural.folder import Device, device, digest, versions
from corpuskit.neural.tag import check_tagger, names

__all__ = ["Device", "check_classifier", "check_tagger", "device", "digest", "names", "scores", "versions"]
