"""What can be masked: the kinds of sensitive content by the names of their signals. Reading a recipe loads no kernel for it."""

import difflib
from collections.abc import Sequence

ALL = "all"
# The columns of corpuskit.sensitive.KINDS.
MASKABLE = (
    *("private_keys", "secrets", "emails", "ibans", "cards", "national_ids", "birth_dates", "passports", "licences"),
    *("ips", "phones"),
)
NAMED = ("names", "addresses", "places")  # of corpuskit.sensitive.NAMED: with `names_model` alone


def check(names: str | Sequence[str], *, model: bool = False) -> None:
    """Raise ValueError where `names` is neither ALL nor a list of MASKABLE, or with a `model` of NAMED; with the nearest that is."""
    if names == ALL:
        return
    if isinstance(names, str):
        raise ValueError(f"mask: {names}: write all, or a list such as [emails, ibans]")
    for name in names:
        if name in NAMED and not model:
            raise ValueError(f"mask: {name}: only a model finds them; name one in names_model")
        if name not in (*MASKABLE, *NAMED):
            nearest = difflib.get_close_matches(name, [*MASKABLE, *NAMED], n=1, cutoff=0.6)
            there = f"the nearest is {nearest[0]}" if nearest else f"there are: {', '.join([*MASKABLE, *NAMED])}"
            raise ValueError(f"mask: {name}: nothing that can be masked; {there}")


def wanted(names: str | Sequence[str], *, model: bool = False) -> tuple[str, ...]:
    """The columns that are masked, in the order of MASKABLE and NAMED; ALL are names and addresses too where a `model` finds them.

    Places are masked where they are named: that somebody writes of Germany says nothing of a person.
    """
    every = (*MASKABLE, *(NAMED[:2] if model else ()))
    return every if names == ALL else tuple(name for name in (*MASKABLE, *NAMED) if name in names)
