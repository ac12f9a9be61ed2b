"""What an office file says of itself, apart from its text."""

from collections.abc import Mapping
from typing import TypedDict


class Facts(TypedDict):
    """Fields of `found.Text`, empty where the file does not say."""

    title: str
    author: str
    created: str
    modified: str


def facts(said: Mapping[str, str]) -> Facts:
    """The facts among what was found."""
    return Facts(
        title=said.get("title", ""),
        author=said.get("author", ""),
        created=said.get("created", ""),
        modified=said.get("modified", ""),
    )
