"""Tags of any of the usual schemes as BIO.

Ill-formed sequences are read as conlleval and seqeval's default do (Tjong Kim Sang and Buchholz 2000; Nakayama 2018): where no
entity of that type goes on, any tag of it begins one.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from corpuskit.finetune.read.faults import Fault

Scheme = Literal["BIO", "IOB1", "BILOU"]
OUTSIDE = "O"
UNNAMED = "entity"  # the type of tags that name none: B, I, O
PREFIXES = {"B": "B", "I": "I", "M": "I", "E": "E", "L": "E", "S": "S", "U": "S", "W": "S"}
LONGEST = 40  # characters of a tag that are told
Parsed = dict[str, tuple[str, str]]  # tag → B, I, E, S or O, and the type


def parsed(tags: Iterable[str]) -> Parsed:
    """What each tag says. Raises Fault for one that belongs to no scheme."""
    return {tag: _parsed(tag) for tag in set(tags)}


def _parsed(tag: str) -> tuple[str, str]:
    if tag == OUTSIDE:
        return OUTSIDE, ""
    prefix, dash, kind = tag.partition("-")
    if prefix not in PREFIXES or bool(dash) != bool(kind):
        named = f"the tag {tag}" if dash and len(tag) <= LONGEST else "a tag"  # of prose it would be a word of the text
        raise Fault(f"{named} is neither O nor B- or I- with a type")
    return PREFIXES[prefix], kind or UNNAMED


def scheme(sequences: Iterable[Sequence[str]], known: Parsed) -> Scheme:
    """The scheme of a whole data set.

    IOB1 begins an entity with I, and with B only where it follows another of its type: so every B has its own type before it.
    """
    if any(prefix in "ES" for prefix, _ in known.values()):
        return "BILOU"
    begun_by_inside = False
    for tags in sequences:
        before = ""
        for prefix, kind in (known[tag] for tag in tags):
            if prefix == "B" and before != kind:
                return "BIO"
            begun_by_inside |= prefix == "I" and before != kind
            before = kind
    return "IOB1" if begun_by_inside else "BIO"


def to_bio(tags: Sequence[str], known: Parsed, found: Scheme) -> tuple[tuple[str, ...], int]:
    """The tags as BIO, and how many of them broke their scheme."""
    written: list[str] = []
    broken = 0
    last, before = OUTSIDE, ""
    for prefix, kind in (known[tag] for tag in tags):
        begins = prefix in "BS" or last in "OES" or kind != before
        goes_on = prefix != OUTSIDE and not begins
        broken += found != "IOB1" and prefix in "IE" and begins
        broken += found == "BILOU" and last in "BI" and not goes_on
        written.append(OUTSIDE if prefix == OUTSIDE else f"{'B' if begins else 'I'}-{kind}")
        last, before = prefix, kind
    broken += found == "BILOU" and last in "BI"
    return tuple(written), broken
