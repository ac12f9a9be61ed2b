"""Personal data and secrets: found, counted and masked. Nothing here prints, logs or returns a value that was found."""

from corpuskit.sensitive.find import Found, count, found
from corpuskit.sensitive.kinds import KINDS, NAMED, unnumbered
from corpuskit.sensitive.mask import masked

__all__ = ["KINDS", "NAMED", "Found", "count", "found", "masked", "unnumbered"]
