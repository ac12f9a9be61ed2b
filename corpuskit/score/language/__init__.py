"""Which language a text is in, and which other one stands beside it: `identify(texts, model)`; `digest(model)` is part of a key."""

from corpuskit.score.language.identify import SCHEMA, identify
from corpuskit.score.language.model import MODEL, UNDETERMINED, digest, load

__all__ = ["MODEL", "SCHEMA", "UNDETERMINED", "digest", "identify", "load"]
