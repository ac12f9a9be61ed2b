"""Settings of `repair`."""

from dataclasses import dataclass

from corpuskit.repair import kinds

REPEATED, KEEP = 5, 1
PARAGRAPH_CHARACTERS = 100
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Repair:
    """What is taken out of texts before they are measured.

    A line that stands in more than `repeated` different documents is boilerplate; null: none is looked for. At the head or foot of
    a document or page it is taken out, but for `keep` documents; null: none is taken out, and their share is measured all the same.
    A paragraph of at least `paragraph_characters` that stands in more than `paragraphs` different documents goes wherever it
    stands, but for `keep` documents; null: none does.
    `noise` are the media types whose noise lines go. `mask` are the kinds of sensitive content that get a placeholder.
    `names_model` is the folder of a token classifier that finds names, addresses and places.
    Without `keep_originals` extracted texts leave the work folder when the corpus stands; the next build reads the files anew.
    """

    repeated: int | None = REPEATED
    keep: int | None = KEEP
    paragraphs: int | None = None
    paragraph_characters: int = PARAGRAPH_CHARACTERS
    noise: tuple[str, ...] = ()
    mask: str | tuple[str, ...] = ()
    names_model: str | None = None
    keep_originals: bool = True

    def __post_init__(self) -> None:
        if self.repeated is not None and self.repeated < 1:
            raise ValueError("repeated must be at least 1, or null")
        if self.keep is not None and not 0 <= self.keep <= MOST:
            raise ValueError(f"keep must be at least 0 and at most {MOST:,}, or null")
        if self.paragraphs is not None and self.paragraphs < 1:
            raise ValueError("paragraphs must be at least 1, or null")
        if self.paragraphs is not None and self.keep is None:
            raise ValueError("paragraphs are taken out but for keep documents: keep must be a number")
        if self.paragraph_characters < 1:
            raise ValueError("paragraph_characters must be at least 1")
        if any("/" not in kind for kind in self.noise):
            raise ValueError("noise must be a list of media types, such as [text/html]")
        kinds.check(self.mask, model=self.names_model is not None)
        if self.names_model is not None and not set(kinds.NAMED) & {*kinds.wanted(self.mask, model=True)}:
            raise ValueError("names_model finds what mask should name: names, addresses or places")
