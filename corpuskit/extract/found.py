"""What extraction finds in a file: texts, and what could not be read with the reason why."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import BinaryIO

MEGABYTE = 1 << 20
# Names (globs on one component of a path) that are no documents: what version control and operating systems leave behind.
EXCLUDE = (".git", ".svn", ".DS_Store", "._*", "__MACOSX", "Thumbs.db", "desktop.ini", "~$*", ".~lock.*")
PAGE = "\f"  # a reader writes it where a page, slide or sheet begins; it becomes Text.page_starts


@dataclass(frozen=True, slots=True)
class Text:
    """One document found in a file.

    ``member`` says where in the file when it holds several (``row 17``, ``attachment: offer.pdf``); dates are ISO 8601
    as far as the file tells them. ``thread`` are the keys of a letter's
    thread (corpuskit.extract.mail.thread). ``page_starts`` are the characters at which pages, slides or sheets begin, one each, so
    that their number is how many there are: readers write PAGE into the text, and corpuskit.extract.formats counts.
    ``legibility`` is measured there too (None before), 0 to 1.
    """

    text: str
    member: str = ""
    media_type: str = ""
    title: str = ""
    author: str = ""
    created: str = ""
    modified: str = ""
    page_starts: tuple[int, ...] = ()
    thread: tuple[str, ...] = ()
    legibility: float | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A document that could not be read: a snake_case reason, and a sentence that never quotes the document.

    ``pages`` is how many pages it stands for, where that is known.
    """

    reason: str
    detail: str
    member: str = ""
    media_type: str = ""
    pages: int = 0


Found = Text | Failed


class Unreadable(Exception):  # noqa: N818 - it is a finding about a file, not an error of the program
    """Raised by a reader when a whole file cannot be read."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a file may go before it is given up, and the fields that hold the text of a row, in order of choice."""

    text_fields: tuple[str, ...] = ("text", "content", "body")
    max_file_mb: int = 1024
    max_expanded_mb: int = 2048
    timeout_seconds: float = 120  # of silence
    max_file_seconds: float = 3600  # of waiting for one file, whatever it says meanwhile
    memory_mb: int = 4096
    max_depth: int = 5
    max_members: int = 100_000
    max_pages: int = 20_000
    max_rows: int = 1_000_000
    quotes: str = "auto"  # in mail: auto (each word once), keep (where they stand) or drop
    signatures: str = "drop"  # in mail: what stands below the letter; drop or keep
    ocr: str = "off"  # auto: pages and pictures without text are read by Tesseract, where it is installed
    ocr_languages: tuple[str, ...] = ("eng",)  # as Tesseract names them
    exclude: tuple[str, ...] = EXCLUDE  # names to leave out, of files in archives too


class Allowance:
    """What may still be unpacked from one file, however deep its files are nested within each other."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._bytes = limits.max_expanded_mb * MEGABYTE
        self._members = limits.max_members
        self._left_out = 0

    @property
    def bytes(self) -> int:
        """How many bytes are left."""
        return self._bytes

    def unpack(self, size: int) -> None:
        """Count bytes that were unpacked, or are about to be. Unreadable ``too_large`` when they are too many."""
        self._bytes -= size
        if self._bytes < 0:
            raise Unreadable("too_large", f"more than {self._limits.max_expanded_mb:,} MB come out of the file")

    def member(self) -> None:
        """Count one file of an archive. Unreadable ``too_many`` when there are too many."""
        self._members -= 1
        if self._members < 0:
            raise Unreadable("too_many", f"more than {self._limits.max_members:,} files in one")

    @property
    def left_out(self) -> int:
        """How many files of archives were passed over: those that ``exclude`` names, and what crawled pages are made of."""
        return self._left_out

    def leave_out(self) -> None:
        """Count one file that is passed over."""
        self._left_out += 1


def _silent() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Opened:
    """A file opened for a reader: its name, a seekable stream, its size in bytes and how deep it was nested.

    ``left`` is shared by all files within one; ``beat`` is called by a reader that works on one document for long, a page or
    so at a time: the time limit begins anew.
    """

    name: str
    stream: BinaryIO
    size: int
    settings: Limits
    depth: int = 0
    left: Allowance = field(default=None)  # type: ignore[assignment]  # set right below
    beat: Callable[[], None] = _silent

    def __post_init__(self) -> None:
        if self.left is None:
            object.__setattr__(self, "left", Allowance(self.settings))

    def within(self, name: str, stream: BinaryIO, size: int) -> "Opened":
        """A file that lies in this one; not yet counted as unpacked."""
        return replace(self, name=name, stream=stream, size=size, depth=self.depth + 1)

    def bytes(self) -> bytes:
        """The whole file, or Unreadable ``too_large`` when it is larger than the limit."""
        limit = self.settings.max_file_mb * MEGABYTE
        self.stream.seek(0)
        # One byte more than there should be, and not the limit: read() allocates what it is asked for.
        data = self.stream.read(self.size + 1) if self.size <= limit else b""
        if self.size > limit or len(data) > limit:
            raise Unreadable(
                "too_large", f"{self.size:,} bytes, at most {self.settings.max_file_mb:,} MB are read at once"
            )
        return data
