"""A folder of letters: each its own words below one letterhead and above one disclaimer."""

from pathlib import Path

import pytest

from tests.conftest import prose

LETTERHEAD = (
    "Redfern Pumps Limited\n12 Canal Street, Leeds LS1 4DT\nTelephone 0113 496 0000, registered in England 4711"
)
DISCLAIMER = (
    "This message and its attachments are confidential and meant for the person named above.\n"
    "If you have received it in error, please tell the sender and delete it from your system."
)


def letter(number: int, words: int = 600) -> str:
    """A letter of its own words between what all letters share."""
    return f"{LETTERHEAD}\n\n{prose(1000 + number, words)}\n{DISCLAIMER}\n"


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """Twelve letters."""
    folder = tmp_path / "letters"
    folder.mkdir()
    for number in range(12):
        (folder / f"{number:02d}.txt").write_text(letter(number))
    return folder
