"""What a file is, by its content; the suffix only decides between kinds of text."""

import json
import re
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO

from corpuskit.extract import code
from corpuskit.extract.decode import decode, outline, utf16_without_bom
from corpuskit.extract.found import Unreadable
from corpuskit.extract.office import ole

HEAD_BYTES = 1 << 16
_FIRST_ROW_BYTES = 8 << 20
_OOXML = "application/vnd.openxmlformats-officedocument."

_MAGIC = (
    (b"{\\rtf", "application/rtf"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"ARROW1", "application/vnd.apache.arrow.file"),
    (b"\xff\xff\xff\xff", "application/vnd.apache.arrow.stream"),
    (b"FEA1", "application/x-feather-v1"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"!<arch>\n", "application/x-archive"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (b"-----BEGIN PGP MESSAGE-----", "application/pgp-encrypted"),
    (b"!BDN", "application/vnd.ms-outlook-pst"),
    (b"WARC/", "application/warc"),
    (b"\x04\x22\x4d\x18", "application/x-lz4"),
    (b"\x1f\x9d", "application/x-compress"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"070701", "application/x-cpio"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"\x7fELF", "application/x-executable"),
)
_ANY_MAGIC = tuple(magic for magic, _ in _MAGIC)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_MOST_ZIP_ENTRIES = 1_000_000
# The first files of office documents, OpenDocument and EPUB: cut short, they are no archives.
_DOCUMENT_IN_ZIP = re.compile(
    rb"\[Content_Types\]\.xml|_rels/\.rels|mimetypeapplication/|META-INF/(?:manifest|container)\.xml|docProps/"
)
_HEIF_BRANDS = {b"heic", b"heix", b"avif", b"mif1"}
_BIFF_VERSIONS = {b"\x00", b"\x02", b"\x04", b"\x08"}
_BIFF_LENGTHS = {b"\x04\x00", b"\x06\x00", b"\x08\x00", b"\x10\x00"}
_OLE = (
    ("encryptedpackage", "application/x-encrypted-office"),
    ("worddocument", "application/msword"),
    ("workbook", "application/vnd.ms-excel"),
    ("book", "application/vnd.ms-excel"),
    ("powerpoint document", "application/vnd.ms-powerpoint"),
    ("pp40", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("visiodocument", "application/vnd.visio"),
)
_ZIP = (
    ("word/", _OOXML + "wordprocessingml.document"),
    ("ppt/", _OOXML + "presentationml.presentation"),
    ("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary"),
    ("xl/", _OOXML + "spreadsheetml.sheet"),
    ("visio/", "application/vnd.visio"),
    ("meta-inf/container.xml", "application/epub+zip"),
    ("index/document.iwa", "application/x-iwork"),
    ("index.zip", "application/x-iwork"),
)
_MIMETYPES = {
    "application/vnd.oasis.opendocument.text": "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.text-template": "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.presentation": "application/vnd.oasis.opendocument.presentation",
    "application/vnd.oasis.opendocument.spreadsheet": "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.spreadsheet-template": "application/vnd.oasis.opendocument.spreadsheet",
    "application/epub+zip": "application/epub+zip",
}
_TEXT_SUFFIXES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".mdown": "text/markdown",
    ".mdx": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".tab": "text/tab-separated-values",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".rst": "text/prs.fallenstein.rst",
    ".rest": "text/prs.fallenstein.rst",
    ".tex": "application/x-latex",
    ".latex": "application/x-latex",
    ".ltx": "application/x-latex",
    ".ipynb": "application/x-ipynb+json",
}
_MARKDOWN_SUFFIXES = {".md", ".markdown", ".mdown", ".mdx"}
_ROW_SUFFIXES = {".jsonl", ".ndjson"}
_HTML_SUFFIXES = (".html", ".htm", ".xhtml")
_MEMO_SUFFIXES = (".txt", ".md", ".markdown", ".rst", ".csv", ".tsv")
_CONTROL = re.compile(r"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_CONTROL_BYTES = bytes(byte for byte in range(0x80) if _CONTROL.match(chr(byte)))
_HTML_ROOT = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_HTML_TAG = re.compile(
    r"\s*<(p|div|h[1-6]|span|table|ul|ol|a|br|hr|img|b|i|em|strong|font|center|meta|script|style)[\s>/]",
    re.IGNORECASE,
)
_ANY_HTML_TAG = re.compile(r"</?(p|div|h[1-6]|span|table|ul|ol|a|br|b|i|em|strong)[\s>/]", re.IGNORECASE)
_XML_ROOT = re.compile(
    r"\s*(<\?xml[\s?]|<!doctype\s+\w|(<!--.*?-->\s*)*<[A-Za-z_][\w.:-]*(\s[^<>]*)?/?>)", re.IGNORECASE | re.DOTALL
)
_MHTML = re.compile(r"^(?:Snapshot-Content-Location:|From:\s*<Saved by )", re.IGNORECASE | re.MULTILINE)
_RELATED = re.compile(r"^Content-Type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
_MHTML_SUFFIXES = {".mht", ".mhtml"}
_LATEX = re.compile(r"\s*(?:%[^\n]*\n\s*){0,50}\\document(?:class|style)\b")
# A manual page begins with a comment or a request, and has a title and a section.
_TROFF = re.compile(
    r"\s*(?:'\\\"|[.'][ \t]*(?:\\[\"#]|(?:TH|Dd|so|mso|ig|de1?|ds|do|nr|if|ie|lf|als|pc|tr)\b|$))", re.MULTILINE
)
_TITLE = re.compile(r"^[.'][ \t]*(?:TH|Dd)[ \t]", re.MULTILINE)
_SECTION = re.compile(r"^[.'][ \t]*S[Hh]\b", re.MULTILINE)
_FIRST_TAG = re.compile(rb"<([A-Za-z_][\w.:-]*)")
_XHTML_ROOT = re.compile(r"<html\s[^>]*http://www\.w3\.org/1999/xhtml", re.IGNORECASE)
_JSON_START = re.compile(r"\s*(\{\s*[\"}]|\[\s*[\[{\"\]\d-]|\[\s*(true|false|null))")
_NOTEBOOK = re.compile(rb'"(?:nbformat|kernelspec|cell_type)"')
_MBOX_LINE = re.compile(r"From \S.*\d{4}\s*$")
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]*):( |\t|$)")
_MAIL_HEADERS = {"from", "to", "cc", "subject", "date", "sender", "reply-to", "newsgroups"}
_MAIL_ONLY_HEADERS = {
    "received", "message-id", "mime-version", "return-path", "delivered-to", "content-type", "in-reply-to",
    "references", "content-transfer-encoding", "dkim-signature", "x-mailer", "thread-index", "x-sender",
}  # fmt: skip


def sniff(head: bytes, name: str, stream: BinaryIO) -> str:
    """The media type of the file. ``head`` is its beginning, up to HEAD_BYTES; the stream may be read and moved.

    Unreadable ``corrupt`` when a zip container has lost its directory.
    """
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(stream)
    if head.startswith(ole.MAGIC):
        names = ole.names(stream)
        return next((media_type for entry, media_type in _OLE if entry in names), "application/x-ole-storage")
    return _by_magic(head) or _text(head, name, stream)


def _by_magic(head: bytes) -> str:
    """The media type of a binary file, empty for any other."""
    found = ""
    if head.startswith(_ANY_MAGIC):
        found = next(media_type for magic, media_type in _MAGIC if head.startswith(magic))
    if b"%PDF" in head[:1024] or (head.startswith(b"%") and b" 0 obj" in head[:1024]):  # some lack the first line
        found = found or "application/pdf"
    elif head.startswith(b"RIFF"):
        found = _RIFF.get(head[8:12], "")
    elif head[4:8] == b"ftyp":
        found = "image/heic" if head[8:12] in _HEIF_BRANDS else "video/mp4"
    elif head[257:262] == b"ustar" or _is_old_tar(head):
        found = "application/x-tar"
    elif head.startswith(b"BM") and head[6:10] == b"\x00\x00\x00\x00":
        found = "image/bmp"
    elif head[:1] == b"\x09" and head[1:2] in _BIFF_VERSIONS and head[2:4] in _BIFF_LENGTHS:
        found = "application/vnd.ms-excel"  # without the OLE container: Excel 2 to 4
    return found


def _is_old_tar(head: bytes) -> bool:
    """A tar archive of before 1988 has no magic, but a check sum: of its first header, itself taken as spaces."""
    digits = head[148:156].strip(b" \0")
    if len(head) < 512 or not head[0] or head[511] or not digits.isdigit():
        return False
    return sum(head[:148]) + 8 * ord(" ") + sum(head[156:512]) == _octal(digits)


def _octal(digits: bytes) -> int:
    return int(digits, 8) if not set(digits) - set(b"01234567") else -1


def _zip(stream: BinaryIO) -> str:
    """Which kind of zip, by the names in it: archives cut short, or with more files than can be listed, are just that."""
    from corpuskit.extract.archives.zip import directory

    entries, directory_bytes = directory(stream)
    stream.seek(0)
    if entries > _MOST_ZIP_ENTRIES:
        return "application/zip"
    if not directory_bytes:
        if _DOCUMENT_IN_ZIP.search(stream.read(HEAD_BYTES)):
            raise Unreadable("corrupt", "the zip directory is missing or damaged")
        return "application/zip"
    try:
        with zipfile.ZipFile(stream) as archive:
            names = [info.filename.replace("\\", "/").lstrip("/").lower() for info in archive.infolist()]
            mimetype = ""
            if "mimetype" in names:
                info = archive.infolist()[names.index("mimetype")]
                mimetype = archive.open(info).read(200).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise Unreadable("corrupt", "the zip directory is missing or damaged") from error
    if mimetype.startswith("application/vnd.oasis.") or mimetype in _MIMETYPES:
        return _MIMETYPES.get(mimetype, mimetype)
    for prefix, media_type in _ZIP:
        if any(part.startswith(prefix) for part in names) and (
            prefix not in {"word/", "ppt/", "xl/"} or "[content_types].xml" in names
        ):
            return media_type
    return "application/zip"


def _text(head: bytes, name: str, stream: BinaryIO) -> str:
    if not _is_text(head):
        return "application/octet-stream"
    suffix = PurePosixPath(name).suffix.lower()
    text = outline(head).lstrip("\ufeff")
    language = code.language(name, text)
    if code.may_begin_with_a_tag(language):
        return language
    found = (
        _marked_up(text, suffix, stream) or _saved_page(text, suffix) or _mail(text, suffix) or language or _set(text)
    )
    if not found and suffix not in _ROW_SUFFIXES and _JSON_START.match(text):
        found = _json(head, suffix, stream)
    return found or _TEXT_SUFFIXES.get(suffix, "text/plain")


def _saved_page(text: str, suffix: str) -> str:
    """A web page saved as one file (MHTML): a mail's header as browsers write it, or a related one under their suffix."""
    header = text.replace("\r\n", "\n").lstrip().split("\n\n", 1)[0]
    found = _HEADER.match(header) and (_MHTML.search(header) or (suffix in _MHTML_SUFFIXES and _RELATED.search(header)))
    return "application/x-mimearchive" if found else ""


def _set(text: str) -> str:
    """Text for a typesetter: LaTeX, or a manual page in the macros of man(7) or mdoc(7)."""
    if _LATEX.match(text):
        return "application/x-latex"
    return "text/troff" if _TROFF.match(text) and _TITLE.search(text) and _SECTION.search(text) else ""


def _marked_up(text: str, suffix: str, stream: BinaryIO) -> str:
    """HTML or XML by its beginning. Markdown may begin with a tag, and text with one that nothing closes."""
    if _HTML_ROOT.match(text):
        return "text/html"
    if suffix in _MARKDOWN_SUFFIXES:
        return ""
    if (_HTML_TAG.match(text) and suffix != ".xml") or (suffix in _HTML_SUFFIXES and _ANY_HTML_TAG.search(text)):
        return "text/html"
    root = _XML_ROOT.match(text)
    if root is None:
        return ""
    if _XHTML_ROOT.search(text[:4096]):
        return "text/html"
    declared = text.lstrip()[:5].lower() == "<?xml" or suffix == ".xml"
    return "application/xml" if declared or _closes(stream) else ""


def _closes(stream: BinaryIO) -> bool:
    """Whether the file ends with the end tag of the element it begins with, as well-formed XML does."""
    stream.seek(0)
    opening = _FIRST_TAG.search(stream.read(4096))
    stream.seek(max(stream.seek(0, 2) - 1024, 0))
    closing = stream.read().rstrip()
    return opening is not None and closing.endswith((b"</" + opening.group(1) + b">", b"/>"))


def _is_text(head: bytes) -> bool:
    """Text has no zeros, unless it is UTF-16 or UTF-32, and next to no control characters."""
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")) or utf16_without_bom(head) != ""
    if b"\x00" in head and not wide:
        # A stray zero in a long text is a blemish; in a short or a dense one it is a binary file.
        return head.count(0) * 2000 < len(head) and _few_controls(head.replace(b"\x00", b""))
    return _printable(decode(head)) if wide else _few_controls(head)


def _few_controls(head: bytes) -> bool:
    return len(head) - len(head.translate(None, _CONTROL_BYTES)) <= 0.01 * len(head)


def _printable(text: str) -> bool:
    return len(_CONTROL.findall(text)) <= 0.01 * len(text)


def _mail(text: str, suffix: str) -> str:
    """A mail has header lines from the first line on; a memo that merely begins ``From: To: Subject:`` stays a text."""
    lines = text.split("\n", 60)[:60]
    mbox = bool(_MBOX_LINE.match(lines[0]))
    seen: set[str] = set()
    for line in lines[1:] if lines[0].startswith("From ") else lines:
        if line[:1] in {" ", "\t"} and seen:
            continue
        match = _HEADER.match(line.rstrip("\r"))
        if match is None:
            break
        seen.add(match.group(1).lower())
    certain = len(seen & _MAIL_ONLY_HEADERS)
    likely = certain + len(seen & _MAIL_HEADERS)
    if mbox and likely >= 2:
        return "application/mbox"
    if (likely >= 2 and (certain or suffix not in _MEMO_SUFFIXES)) or (seen and suffix == ".eml"):
        return "message/rfc822"
    return ""


def _json(head: bytes, suffix: str, stream: BinaryIO) -> str:
    """JSON lines when the first line is a whole object and more follow; JSON when it parses, or is too long to try."""
    stream.seek(0)
    first = stream.readline(_FIRST_ROW_BYTES)
    more = stream.readline(1 << 10)
    while more and not more.strip():
        more = stream.readline(1 << 10)
    if first.lstrip(b"\xef\xbb\xbf \t").startswith(b"{") and more and _parses(first):
        return "application/x-ndjson"
    whole = len(head) < HEAD_BYTES
    if suffix == ".ipynb" or (_NOTEBOOK.search(head) and b'"cells"' in head):
        return "application/x-ipynb+json"
    if suffix == ".json" or not whole or _parses(head):
        return "application/json"
    return ""


def _parses(data: bytes) -> bool:
    try:
        json.loads(decode(data))
    except (ValueError, RecursionError):
        return False
    return True
