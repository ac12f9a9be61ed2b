"""What an element's attributes say of it: whether a person sees it, and what the site calls it."""

import re
from collections.abc import Mapping

Attributes = Mapping[str, str | None]

_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# For those who listen, and what comes up under the mouse.
_SPOKEN = re.compile(
    r"(?:^|\s)(?:sr-only|screen-reader\S*|visually-?hidden|hover-?card|rollover-block|popover|tooltip-?(?:text|content))"
    r"(?=$|\s)",
    re.IGNORECASE,
)
_NAMES = ("class", "id", "role", "data-testid")
_WORD_BEGINS = re.compile(r"(?<=[a-z])(?=[A-Z][a-z]{2})")


def hint(attributes: Attributes) -> str:
    """All that the element is called, in lower case, with a hyphen where a capital begins a word."""
    names = " ".join(filter(None, map(attributes.get, _NAMES)))
    lower = names.lower()
    return lower if lower == names else _WORD_BEGINS.sub("-", names).lower()


def is_hidden(attributes: Attributes, tag: str) -> bool:
    """Whether it is not shown. A span with the attribute ``hidden`` counts as seen: manuals write so what differs by system,
    and a script shows one of them.
    """
    if "hidden" in attributes and tag != "span":
        return True
    style = attributes.get("style")
    return style is not None and _HIDDEN.search(style) is not None


def is_spoken(names: str) -> bool:
    """Whether its class says that only those who listen to the page get to know it, or those who point at something."""
    return bool(names) and _SPOKEN.search(names) is not None


def is_caption(names: str) -> bool:
    """Whether its class says that it stands below a picture."""
    return "caption" in names.lower()
