"""Make what is not plain text in sample_data/share, compare all pairs of documents, and write sample_data/planted.yaml.

Most texts lie in the share as they are and are the originals; the others are in tools/sample_data/texts. Needs, in an
environment of its own: pip install python-docx python-pptx openpyxl reportlab pyarrow pillow lxml pyyaml

    python tools/make_sample_data.py

Run again with the same versions of these packages it makes the same bytes. Exit code 1, and a sentence for each, when
the share does not hold what the plan promises.
"""

import random
import sys
from pathlib import Path

import yaml
from sample_data.edits import edited

from sample_data import check, formats, plan, sheets

ROOT = Path(__file__).resolve().parent.parent / "sample_data"
SHARE = ROOT / "share"
TEXTS = Path(__file__).resolve().parent / "sample_data" / "texts"
HEAD = """\
# The truth about share/: written by tools/make_sample_data.py, not by hand. README.md says what it means.
# Paths are relative to this folder; "path#row 7" is the seventh line or row, "path#attachment: NAME" that of a mail.
"""


def _text(names: str) -> str:
    paths = [TEXTS / f"{name}.md" for name in names.split("+")]
    return "\n".join(path.read_text("utf-8") for path in paths)


def _bytes(kind: str, text: str) -> bytes:
    writers = {
        "docx": formats.word,
        "docx with letterhead": lambda text: formats.word(text, plan.LETTERHEAD),
        "pdf": formats.pdf,
        "numbered pdf": lambda text: formats.pdf(text, formats.blocks(text)[0].text),
        "odt": formats.odt,
        "rtf": formats.rtf,
        "pptx": formats.slides,
        "html": lambda text: formats.web(text).encode(),
        "plain": lambda text: formats.plain(text).encode(),
        "text": str.encode,
        "cp1252": lambda text: text.encode("cp1252"),
        "utf-16": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    }
    return writers[kind](text)


def _put(path: str, data: bytes) -> None:
    place = SHARE / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)


def _made() -> check.Documents:
    """Files from texts, by edits, and copies of others; returns their texts."""
    texts = {}
    for path, (kind, names) in plan.MADE.items():
        texts[path] = _text(names)
        _put(path, _bytes(kind, texts[path]))
    for path, (original, edits) in plan.EDITED.items():
        text = edited(texts.get(original) or (SHARE / original).read_text("utf-8"), edits)
        if original in plan.MADE:
            texts[path] = text
        kind = plan.MADE[original][0] if original in plan.MADE else "text"
        _put(path, _bytes(kind, text))
    for path, original in plan.COPIED.items():
        if original in texts:
            texts[path] = texts[original]
        _put(path, (SHARE / original).read_bytes())
    for path, original in plan.RESPACED.items():
        text = (SHARE / original).read_text("utf-8")
        _put(path, text.replace("\n\n", "  \n\n\n").replace("\n", "\r\n").encode())
    return texts


def _tables() -> check.Documents:
    """Workbooks and rows; returns their texts."""
    texts = {}
    books = {
        "engineering/test-results-vh-c40.xlsx": sheets.TEST_RESULTS,
        "sales/price-list-2024.xlsx": sheets.PRICE_LIST,
        "finance/budget-2025.xlsx": sheets.BUDGET,
    }
    for path, book in books.items():
        texts[path] = "\n".join(" ".join(map(str, row)) for rows in book.values() for row in rows)
        _put(path, formats.workbook(book))
    path = "exports/knowledge-base.parquet"
    found = formats.blocks(_text("knowledge-base"))
    rows = [{"id": f"KB-{number:03}", "title": title.text, "text": body.text, "views": 40 + 17 * number % 90}
            for number, (title, body) in enumerate(zip(found[::2], found[1::2], strict=True), 1)]  # fmt: skip
    _put(path, formats.parquet(rows))
    return texts | {f"{path}#row {number}": str(row["text"]) for number, row in enumerate(rows, 1)}


def _mails() -> check.Documents:
    """Mails that are encoded or carry a file; returns the text of the attachment, the others are read back."""
    head = {
        "From": "lucia.ferran@robledal.example",
        "To": "Owen Thackray <owen.thackray@vennholt.example>",
        "Subject": "Bomba dosificadora de Las Encinas: mensaje E1",
        "Date": "Tue, 03 Sep 2024 08:52:10 +0200",
    }
    _put("mail/2024-09-03-consulta-dosificadora.eml", formats.mail_quoted(head, _text("mail-consulta")))
    head = {
        "From": "Odile Sauvageot <sauvageot@delorval.example>",
        "To": "Felix Aubert <felix.aubert@vennholt.example>",
        "Subject": "Garnitures mécaniques : où est le colis ?",
        "Date": "Tue, 16 Jul 2024 14:05:44 +0200",
    }
    _put("mail/2024-07-16-relance-delorval.eml", formats.mail_quoted(head, _text("mail-relance")))
    head = {
        "From": "Owen Thackray <owen.thackray@vennholt.example>",
        "To": "olmedo@robledal.example",
        "Subject": "Protocol of the visit in October",
        "Date": "Thu, 17 Oct 2024 17:20:03 +0100",
    }
    path, name, text = "mail/2024-10-17-visit-protocol.eml", "visit-protocol.docx", _text("visit-protocol")
    _put(path, formats.mail_with_attachment(head, _text("mail-visit-protocol"), name, formats.word(text)))
    return {f"{path}#attachment: {name}": text}


def _junk() -> None:
    chance = random.Random(1961)
    number = chance.randrange
    lines = [
        "ALARM gateway 3: no answer from sensor 4711, trying again in 30 seconds",
        "INFO gateway 3: connection lost, buffer kept, waiting for the network",
        "INFO gateway 3: connection restored, nothing to send",
    ]
    ledger = [",".join(f"{number(10**6) / 100:.2f}" for _ in range(9)) for _ in range(160)]
    dump = [
        f"{16 * i:08d}  " + " ".join(f"{number(256):02x}" for _ in range(16)) + "  |" + 16 * "." + "|"
        for i in range(220)
    ]
    banner = ["".join(chance.choice(r"/\|_-=+*#~^<>[]{}():;.'`xo8") for _ in range(72)) for _ in range(24)]
    letter = "\n".join(
        "".join(chance.choice("\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdÃ¢€™Â¤ ¼½¬§±ãæ") for _ in range(70))
        for _ in range(18)
    )
    texts = {
        "archive/misc/note.txt": "call Redfern back, Thursday!",
        "exports/plc-gateway.log.txt": "\n".join(lines * 150),
        "exports/firmware-backup.txt": "\n".join(chance.randbytes(160).hex() for _ in range(40)),
        "exports/firmware-dump.txt": "\n".join(dump),
        "finance/ledger-export.csv": "\n".join(ledger),
        "archive/misc/banner.txt": "\n".join(banner),
        "archive/misc/unreadable-letter.txt": letter,
    }
    for path, text in texts.items():
        _put(path, f"{text}\n".encode())


def _broken() -> None:
    secret = (
        "# Salary agreement\nThis file asks for a password. What it says concerns only the two people who signed it."
    )
    _put("contracts/salary-agreement-protected.pdf", formats.pdf(secret, password=plan.PASSWORD))
    whole = formats.pdf(_text("lost-contract"))
    _put("archive/scan-contract-truncated.pdf", whole[: len(whole) * 2 // 5])
    document = formats.word("# Minutes\nThese minutes were on a memory stick that went through the laundry.")
    _put("archive/corrupt-minutes.docx", document[: len(document) // 2])
    _put("archive/misc/empty.txt", b"")
    _put("archive/misc/blank.txt", b" \n\t\n\r\n   \n")
    _put("archive/plant-layout-1998.vsd", formats.old_drawing())
    _put("engineering/nameplate-40-3117.png", formats.nameplate())


def main() -> int:
    """Make the files, check them, write the truth."""
    texts = _made() | _tables() | _mails()
    _junk()
    _broken()
    found = check.documents(SHARE, texts)
    truth = check.truth(found)
    body = yaml.safe_dump(truth, sort_keys=False, allow_unicode=True, width=150)
    (ROOT / "planted.yaml").write_text(HEAD + body, "utf-8")
    files = [path for path in SHARE.rglob("*") if path.is_file()]
    near, one, other = check.highest_unplanned(found)
    print(
        f"{len(files)} files, {sum(path.stat().st_size for path in files):,} bytes, {len(found)} documents with words"
    )
    print(
        f"{sum(len(check.words(text)) for path, text in found.items() if path not in plan.JUNK):,} words without junk"
    )
    print(f"the most similar pair that is not planted: {near:.3f} {one} | {other}")
    said = check.mistakes(found)
    print("\n".join(said) or "everything is as planned")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
