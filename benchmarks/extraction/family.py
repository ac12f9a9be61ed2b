"""What a family of formats is measured on: cases, peers, scores. One module a family, with a `FAMILY`:

    from .family import Case, Family, Peer, Reader, joined          # relative, so that mypy finds one module, not two
    from .scores import SHINGLES, WORDS, ORDER

    def cases(data: Path) -> Iterator[Case]:                        # data: the folder with gold/, company/, formats/
        for file in sorted((data / "gold/crossformat").rglob("doc.docx")):
            yield Case(str(file.relative_to(data)), file.read_bytes(), (file.parent / "doc.txt").read_text())

    def docx2txt() -> Reader:                                       # makes the reader: imports only here
        import docx2txt
        return lambda data, name: docx2txt.process(io.BytesIO(data))

    FAMILY = Family("office", cases, {"docx2txt": Peer(docx2txt, (".docx",))}, (WORDS, ORDER))

`python -m benchmarks.extraction DATA office --peers PYTHON` runs it. Every contestant is a process of its own, peers under
the interpreter PYTHON, so at its head a family's module imports the standard library and this package alone: neither
corpuskit nor a peer. Ours is added by itself, in-process (`ours`) and through the sandbox (`ours, sandbox`); a family gives
its own `ours` only where the documents of a file are not simply to be joined. A maker that raises (no such package, no such
program: `found_program`) leaves its peer out with a line; a reader that raises, dies or takes longer than a minute has read
nothing of that case: it counts as failed with an empty text.
"""

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from .scores import Score

Reader = Callable[[bytes, str], str]
"""The text of a file, from its bytes and its name."""


@dataclass(frozen=True, slots=True)
class Case:
    """A file to read. Without `truth` it counts for speed and failures only.

    `name` is shown and its suffix says what the file is called; `group` is the table it stands in (none: by suffix); `pages`
    are those of a PDF, or whatever the family counts beside files.
    """

    name: str
    data: bytes
    truth: str | None = None
    group: str = ""
    pages: int = 1

    @property
    def suffix(self) -> str:
        """The file name's suffix, lower case, with its dot."""
        return PurePath(self.name).suffix.lower()


@dataclass(frozen=True, slots=True)
class Peer:
    """Another tool: what makes its reader, and the suffixes that it reads (none: all)."""

    make: Callable[[], Reader]
    suffixes: tuple[str, ...] = ()

    def reads(self, case: Case) -> bool:
        """Whether the case is of a format that this one reads."""
        return not self.suffixes or case.suffix in self.suffixes


def ours() -> Reader:
    """Every document of the file, joined: corpuskit without its sandbox."""
    import io

    from corpuskit.extract.formats import documents
    from corpuskit.extract.found import Limits, Opened, Text

    limits = Limits()

    def read(data: bytes, name: str) -> str:
        found = documents(Opened(name, io.BytesIO(data), len(data), limits))
        return "\n\n".join(one.text for one in found if isinstance(one, Text))

    return read


@dataclass(frozen=True, slots=True)
class Family:
    """Formats that are measured together: where the cases come from, who else reads them, and what is good."""

    name: str
    cases: Callable[[Path], Iterable[Case]]
    peers: Mapping[str, Peer]
    scores: tuple[Score, ...]
    ours: Callable[[], Reader] = field(default=ours)

    def contestants(self) -> dict[str, Peer]:
        """Ours both ways, then the peers."""
        from .sandboxed import sandboxed

        return {"ours": Peer(self.ours), "ours, sandbox": Peer(sandboxed)} | dict(self.peers)


def found_program(name: str) -> str:
    """Where a program is installed. FileNotFoundError where it is not: its peer is left out."""
    if (path := shutil.which(name)) is None:
        raise FileNotFoundError(f"no program {name}")
    return path


def joined(texts: Iterable[str | None]) -> str:
    """Pieces of a text, those with something in them, apart by blank lines."""
    return "\n\n".join(text for text in texts if text)
