"""A share with a canary sentence in each kind of file, and a look at every byte of a corpus for one of them."""

import json
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from tokenizers import Tokenizer

from tests.conftest import prose
from tests.extract.made import docx, paragraph, pdf


def canary(name: str) -> str:
    """A sentence that stands nowhere else; the word in it is the name's own."""
    return f"The heron of {name}weir was seen behind the old brewery at dusk."


WORDS = {name: f"{name}weir" for name in ("Pdf", "Docx", "Box", "Row", "Quoted", "Short", "Text")}
FILES = {
    "Pdf": "share/letters/offer.pdf",
    "Docx": "share/letters/memo.docx",
    "Short": "share/notes/short.txt",
    "Text": "share/notes/long.txt",
}
MEMBERS = {
    "Box": ("share/mail/box.mbox", "message 2"),
    "Row": ("share/rows.jsonl", "row 3"),
    "Quoted": ("share/mail/reply.eml", "quoted 1"),
}


def _mailbox() -> bytes:
    """Three letters; the third quotes the second, whose words stand in the corpus once."""
    second = f"{canary('Box')}\n{prose(21, 40)}"
    quoted = "".join(f"> {line}\n" for line in second.splitlines())
    bodies = [
        prose(20, 60),
        second,
        f"{prose(22, 60)}\nOn Mon, 1 Jan 2024 10:00, Ada <ada@example.com> wrote:\n{quoted}",
    ]
    heads = "From a@b.c Mon Jan  1 00:00:00 2024\nFrom: ada@example.com\nSubject: Weir\nMessage-ID: <{}@x>\n\n"
    return "\n".join(heads.format(number) + body for number, body in enumerate(bodies)).encode()


def _reply() -> bytes:
    quoted = "".join(f"> {line}\n" for line in f"{canary('Quoted')}\n{prose(31, 40)}".splitlines())
    head = "From: bob@example.com\nSubject: Re: Brewery\n\n"
    return f"{head}{prose(30, 60)}\nOn Mon, 1 Jan 2024 10:00, Ada <ada@example.com> wrote:\n{quoted}".encode()


def share(root: Path) -> Path:
    """The share: seven canaries, each in a file of its own kind, among other documents."""
    rows = [{"text": prose(40 + row, 60) + (canary("Row") if row == 2 else "")} for row in range(5)]
    files = {
        "letters/offer.pdf": pdf(canary("Pdf") + " " + " ".join(prose(1, 60).split())),
        "letters/memo.docx": docx(paragraph(canary("Docx")) + paragraph(prose(2, 60))),
        "mail/box.mbox": _mailbox(),
        "mail/reply.eml": _reply(),
        "rows.jsonl": "".join(json.dumps(row) + "\n" for row in rows).encode(),
        "notes/short.txt": f"{WORDS['Short']} heron".encode(),
        "notes/long.txt": f"{canary('Text')}\n{prose(3)}".encode(),
    }
    files |= {f"plain/{number}.txt": prose(50 + number).encode() for number in range(6)}
    for name, data in files.items():
        file = root / "share" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return root / "share"


def documents(corpus: Path) -> pl.DataFrame:
    """The tables of documents, by path and id."""
    return pl.read_parquet(corpus / "documents" / "*.parquet").sort("path", "id")


def name_of(corpus: Path, kind: str) -> str:
    """What to call the document with this canary: its path, or the id of one that shares its file with others."""
    if kind in FILES:
        return FILES[kind]
    path, member = MEMBERS[kind]
    return str(documents(corpus).filter(path=path, member=member)["id"].item())


def holding(corpus: Path, word: str) -> set[str]:
    """The files of a corpus folder that hold the word: in their bytes, in what their columns unpack to, or as token ids."""
    tokenizer = Tokenizer.from_file(str(corpus / "shards" / "tokenizer.json"))
    files = [file for file in corpus.rglob("*") if file.is_file()]
    return {file.relative_to(corpus).as_posix() for file in files if _holds(file, word, tokenizer)}


def _holds(file: Path, word: str, tokenizer: Tokenizer) -> bool:
    data = file.read_bytes()
    if any(word.encode(coding) in data for coding in ("utf-8", "utf-16-le", "utf-16-be")):
        return True
    if file.suffix == ".parquet":
        return word in json.dumps(pq.ParquetFile(file).read().to_pylist(), default=str)
    if file.suffix != ".arrow":
        return False
    table = pa.ipc.open_file(file).read_all()
    if "input_ids" in table.schema.names:
        return any(word in tokenizer.decode(ids) for ids in table["input_ids"].to_pylist() if ids)
    return word in json.dumps(table.to_pylist(), default=str)
