"""Near copies, versions and look-alikes: a text with the edits of edits.yaml."""

from functools import cache
from pathlib import Path

import yaml


@cache
def _all() -> dict[str, list[dict[str, str]]]:
    return yaml.safe_load(Path(__file__).with_name("edits.yaml").read_text("utf-8"))


def edited(text: str, name: str) -> str:
    """The text with every edit of that name made exactly once; an edit that does not fit is a mistake in edits.yaml."""
    for edit in _all()[name]:
        if text.count(edit["old"]) != 1:
            raise ValueError(f"{name}: {text.count(edit['old'])} times in the text: {edit['old'][:60]!r}")
        text = text.replace(edit["old"], edit["new"])
    return text
