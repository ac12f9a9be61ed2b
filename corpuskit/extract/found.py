"""What extraction finds in a file: texts, and what could not be read with the reason why."""

from dataclasses import dataclass
from typing import BinaryIO

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Text:
    """One document found in a file.

    ``member`` says where in the file when it holds several (``row 17``, ``attachment: offer.pdf``); dates are ISO 8601
    as far as the file tells them.
    """

    text: str
    member: str = ""
    media_type: str = ""
    title: str = ""
    author: str = ""
    created: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """A document that could not be read: a snake_case reason, and a sentence that never quotes the document."""

    reason: str
    detail: str
    member: str = ""
    media_type: str = ""


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
    timeout_seconds: float = 120
    memory_mb: int = 4096
    max_depth: int = 3


@dataclass(frozen=True, slots=True)
class Opened:
    """A file opened for a reader: its name, a seekable stream, its size in bytes and how deep it was nested."""

    name: str
    stream: BinaryIO
    size: int
    settings: Limits
    depth: int = 0

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
