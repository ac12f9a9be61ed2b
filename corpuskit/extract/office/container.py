"""Zip files that hold one document: office formats, OpenDocument, EPUB."""

import zipfile
import zlib

from lxml import etree

from corpuskit.extract.found import Opened, Unreadable
from corpuskit.extract.markup import xmltree


class Container:
    """The parts of a zip file by name, refused as ``too_large`` before anything is unpacked.

    Names are compared without case, as office programs do.
    """

    def __init__(self, opened: Opened) -> None:
        opened.stream.seek(0)
        try:
            self._zip = zipfile.ZipFile(opened.stream)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise Unreadable("corrupt", "the zip directory is missing or damaged") from error
        self._parts = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in self._zip.infolist()}
        expanded = sum(info.file_size for info in self._zip.infolist())
        if expanded > opened.left.bytes:
            limit = opened.settings.max_expanded_mb
            raise Unreadable("too_large", f"the file unpacks to {expanded:,} bytes, at most {limit:,} MB are unpacked")
        if any(info.compress_size > opened.size for info in self._zip.infolist()):
            raise Unreadable("corrupt", "the zip directory promises more than the file holds")
        self._left = opened.left

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    def names(self) -> list[str]:
        """The names of the parts, in lower case."""
        return list(self._parts)

    def read(self, name: str) -> bytes:
        """The bytes of a part; Unreadable when it is missing, damaged, encrypted or too large."""
        info = self._parts.get(name.lower())
        if info is None:
            raise Unreadable("corrupt", "a part of the zip container that the format needs is missing")
        if info.flag_bits & 0x1:
            raise Unreadable("encrypted", "the parts of the zip container are encrypted")
        try:
            with self._zip.open(info) as part:
                data = part.read(self._left.bytes + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
            raise Unreadable("corrupt", "a part of the zip container is damaged") from error
        self._left.unpack(len(data))
        return data

    def tree(self, name: str) -> etree._Element:
        """The root of an XML part."""
        return xmltree.parse(self.read(name), "an XML part of the file")

    def tree_or_none(self, name: str) -> etree._Element | None:
        """The root of an XML part that the file may do without, none when it is missing or damaged."""
        if name not in self:
            return None
        try:
            return self.tree(name)
        except Unreadable:
            return None
