"""A block of an HTML page, with the blocks and runs of text in it."""

from collections.abc import Iterator

VERBATIM = {"pre", "listing", "xmp", "plaintext"}
PROSE_BYTES = 70  # in UTF-8, where a letter of Chinese takes three
PROSE_LINKED = 0.5


class Box:
    """A block: its tag, what class, id and role call it, and in order its runs of text and the blocks within.

    ``chars`` and ``link_chars`` count the letters of all its text, and those inside links; ``prose`` the bytes of its runs that are
    long enough to be sentences and hardly links.
    """

    __slots__ = ("chars", "hint", "items", "link_chars", "pictures", "prop", "prose", "tag")

    def __init__(self, tag: str, hint: str = "", prop: str = "") -> None:
        self.tag = tag
        self.hint = hint
        self.prop = prop
        self.items: list[str | Box] = []
        self.chars = 0
        self.link_chars = 0
        self.prose = 0
        self.pictures = 0

    def add(self, box: "Box") -> None:
        """Put a block at the end of this one."""
        self.items.append(box)
        self.chars += box.chars
        self.link_chars += box.link_chars
        self.prose += box.prose
        self.pictures += box.pictures

    def add_run(self, run: str, letters: int, linked: int) -> None:
        """Put a run of text at the end, of so many letters with so many inside links."""
        self.items.append(run)
        self.chars += letters
        self.link_chars += min(linked, letters)
        size = len(run.encode(errors="replace"))
        if size >= PROSE_BYTES and linked <= PROSE_LINKED * letters:
            self.prose += size

    @property
    def link_share(self) -> float:
        """Share of the letters that are inside links."""
        return self.link_chars / self.chars if self.chars else 0.0

    def own(self) -> tuple[int, int, int]:
        """Letters, letters in links and prose of its own runs, without the blocks within."""
        inner = self.blocks()
        return (
            self.chars - sum(one.chars for one in inner),
            self.link_chars - sum(one.link_chars for one in inner),
            self.prose - sum(one.prose for one in inner),
        )

    def blocks(self) -> "list[Box]":
        """The blocks directly within."""
        return [item for item in self.items if not isinstance(item, str)]

    def all(self) -> "Iterator[Box]":
        """This block and every one within, in their order."""
        waiting = [self]
        while waiting:
            box = waiting.pop()
            yield box
            waiting += [item for item in reversed(box.items) if not isinstance(item, str)]
