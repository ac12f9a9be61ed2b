"""Personal data and secrets: found, counted and masked. Nothing here prints, logs or returns a value that was found."""

from corpuskit.sensitive.find import KINDS, Found, count, found
from corpuskit.sensitive.mask import masked

__all__ = ["KINDS", "Found", "count", "found", "masked"]
