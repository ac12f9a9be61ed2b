"""Mail: messages and mailboxes read, for speed and failures; there is no gold text of mails."""

import io
from collections.abc import Iterator
from pathlib import Path

from .family import Case, Family, Peer, Reader, joined
from .family import ours as every_document


def cases(data: Path) -> Iterator[Case]:
    """Every message under formats/."""
    for file in sorted((data / "formats").rglob("*.eml")):
        yield Case(str(file.relative_to(data)), file.read_bytes())


def ours() -> Reader:
    """Every document, attachments too. What is imported when the first of a kind comes is imported beforehand, as by the peers."""
    from importlib import import_module

    from corpuskit.extract.legibility import legibility

    for room in ("mail.mailbox", "mail.message", "html.webpage", "pdf.reader", "ocr.picture"):
        import_module(f"corpuskit.extract.{room}")
    legibility("é")  # builds its table
    return every_document()


def standard_library() -> Reader:
    """email with its present policy: the best body alone."""
    from email import message_from_bytes
    from email.policy import default

    def read(data: bytes, _: str) -> str:
        message = message_from_bytes(data, policy=default)
        body = message.get_body(("plain", "html"))
        return str(body.get_content()) if body else ""

    return read


def mail_parser() -> Reader:
    """mail-parser: bodies, plain and HTML."""
    from mailparser import parse_from_bytes

    def read(data: bytes, _: str) -> str:
        mail = parse_from_bytes(data)
        return joined([*mail.text_plain, *mail.text_html])

    return read


def markitdown() -> Reader:
    """Markitdown, which takes a mail for a text."""
    from markitdown import MarkItDown

    reader = MarkItDown()
    return lambda data, name: reader.convert_stream(io.BytesIO(data), file_extension=Path(name).suffix).text_content


FAMILY = Family(
    "mail",
    cases,
    {
        "email (policy.default)": Peer(standard_library),
        "mail-parser": Peer(mail_parser),
        "markitdown": Peer(markitdown),
    },
    (),
    ours,
)
