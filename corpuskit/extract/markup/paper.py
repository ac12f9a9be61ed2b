"""What a manual page sets, block by block."""

from corpuskit.extract.blocks import Block, heading, joined, table
from corpuskit.extract.office.numbering import BULLET

_BULLETS = {"•", "*", "-", "o", "+", "·", "–", "—", "−", "○", "□"}


class Paper:
    """Words become lines, lines blocks; in verbatim text every line stays as it is."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._lines: list[str] = []
        self._label = ""
        self._open = False  # whether the last line goes on
        self.verbatim = False

    def text(self) -> str:
        """All that was set."""
        self.end()
        return joined(self._blocks)

    def add(self, words: str, *, tight: bool = False) -> None:
        """Go on with the line at hand, or with the next one where the text is verbatim."""
        if self.verbatim or not self._open or not self._lines:
            self._lines.append(words if self.verbatim else words.strip())
        else:
            self._lines[-1] += ("" if tight else " ") + words.strip()
        self._open = True

    def end_line(self) -> None:
        """What comes next begins a line."""
        self._open = False

    def end(self) -> None:
        """What comes next begins a block."""
        lines, self._lines, self._open = self._lines, [], False
        text = "\n".join(line.rstrip() for line in lines).strip("\n")
        label, self._label = self._label, ""
        if text and label:
            indent = "\n" + " " * (len(label) + 1)
            self._blocks.append(Block(f"{label} {text.replace(chr(10), indent)}", item=True))
        elif text:
            self._blocks.append(Block(text))

    def head(self, level: int, words: str) -> None:
        """A heading, which ends verbatim text."""
        self.end()
        self.verbatim = False
        if words.strip():
            self._blocks.append(heading(level, words))

    def tag(self, words: str) -> None:
        """What the next lines explain: a bullet or number makes them an item of a list, words stand on a line of their own."""
        words = words.strip()
        if words in _BULLETS:
            self._label = BULLET
        elif words.strip("()[].").isdigit() and len(words) > len(words.strip("()[].")):
            self._label = f"{words.strip('()[].')}."
        elif words:
            self._lines.append(words)
        self.end_line()

    def rows(self, rows: list[list[str]]) -> None:
        """A table."""
        self.end()
        if block := table(rows):
            self._blocks.append(block)
