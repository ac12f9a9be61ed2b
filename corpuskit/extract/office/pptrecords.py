"""PowerPoint 97-2003 files as records ([MS-PPT] 2.3.1), and where the current version of each part lies."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from corpuskit.extract.found import Unreadable
from corpuskit.extract.office.ole import Compound

_DOCUMENT, _USER_EDIT, _DIRECTORY, _CONTAINER = 0x03E8, 0x0FF5, 0x1772, 0xF
_ENCRYPTED = 0xF3D1C4DF  # headerToken of the CurrentUserAtom ([MS-PPT] 2.3.2)
_MOST_EDITS = 10_000
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its kind, its instance, and the bytes between which its content lies."""

    kind: int
    instance: int
    container: bool
    begin: int
    end: int


class Presentation:
    """The records of the document stream; parts that were changed since are found through the last edit."""

    def __init__(self, compound: Compound) -> None:
        if "powerpoint document" not in compound:
            raise Unreadable("unsupported_format", "a presentation of PowerPoint 95 or older; save it as .pptx")
        self.data = compound.read("powerpoint document")
        user = compound.read("current user") if "current user" in compound else b""
        token, edit = struct.unpack_from("<II", user, 12) if len(user) >= 20 else (0, 0)
        if token == _ENCRYPTED or "encryptedsummary" in compound:
            raise Unreadable("encrypted", "the presentation asks for a password")
        self._document = 0
        self._places = self._directory(edit)

    @property
    def lost(self) -> bool:
        """Whether no directory says where the parts lie; then they are taken in the order of the file."""
        return not self._places

    def document(self) -> Record:
        """The record that lists slides and notes; the last one of the file when the directory is lost."""
        if (listed := self.part(self._document)) is not None and listed.kind == _DOCUMENT:
            return listed
        found = [record for record in self.records(0, len(self.data)) if record.kind == _DOCUMENT]
        if not found:
            raise Unreadable("corrupt", "the presentation has lost its list of slides")
        return found[-1]

    def part(self, identity: int) -> Record | None:
        """The record of a slide, notes page or document by its number in the directory."""
        place = self._places.get(identity)
        return next(self.records(place, len(self.data)), None) if place is not None else None

    def records(self, begin: int, end: int) -> Iterator[Record]:
        """The records between two bytes; one that is cut off ends with the file."""
        while begin + 8 <= end:
            head, kind, length = struct.unpack_from("<HHI", self.data, begin)
            yield Record(kind, head >> 4, head & 0xF == _CONTAINER, begin + 8, min(begin + 8 + length, end))
            begin += 8 + length

    def children(self, record: Record) -> Iterator[Record]:
        """The records in a container."""
        return self.records(record.begin, record.end) if record.container else iter(())

    def below(self, record: Record, depth: int = 0) -> Iterator[Record]:
        """All records in a container, however deep, in order."""
        for child in self.children(record):
            yield child
            if depth < _DEEPEST:
                yield from self.below(child, depth + 1)

    def content(self, record: Record) -> bytes:
        """The bytes of a record."""
        return self.data[record.begin : record.end]

    def _directory(self, edit: int) -> dict[int, int]:
        """Where the parts lie, the latest edit first ([MS-PPT] 2.3.3, 2.3.4)."""
        places: dict[int, int] = {}
        for _ in range(_MOST_EDITS):
            record = next(self.records(edit, len(self.data)), None)
            if record is None or record.kind != _USER_EDIT or record.end - record.begin < 20:
                break
            earlier, directory, document = struct.unpack_from("<III", self.data, record.begin + 8)
            self._document = self._document or document
            listed = next(self.records(directory, len(self.data)), None)
            if listed is not None and listed.kind == _DIRECTORY:
                for identity, place in self._listed(self.content(listed)):
                    places.setdefault(identity, place)
            if not 0 < earlier < edit:
                break
            edit = earlier
        return places

    @staticmethod
    def _listed(data: bytes) -> Iterator[tuple[int, int]]:
        at = 0
        while at + 4 <= len(data):
            head = struct.unpack_from("<I", data, at)[0]
            first, count = head & 0xFFFFF, min(head >> 20, (len(data) - at - 4) // 4)
            yield from enumerate(struct.unpack_from(f"<{count}I", data, at + 4), first)
            at += 4 + 4 * (head >> 20)
