import io

import pytest

from corpuskit.extract.sniff import sniff
from tests.extract import made

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def kind(data: bytes, name: str) -> str:
    return sniff(data[: 1 << 16], name, io.BytesIO(data))


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (made.pdf("Hi"), "report.txt", "application/pdf"),
        (b"junk before\n" + made.pdf("Hi"), "report.doc", "application/pdf"),
        (made.docx(made.paragraph("Hi")), "report.zip", DOCX),
        (made.odf("text", "<office:text/>"), "report.docx", "application/vnd.oasis.opendocument.text"),
        (made.zipped({"a.txt": "a"}), "report.docx", "application/zip"),
        (b"{\\rtf1 Hi}", "report.doc", "application/rtf"),
        (b"<!-- saved --><!DOCTYPE html><p>Hi", "page.txt", "text/html"),
        (b"<p>Hi</p>", "page", "text/html"),
        (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><p/></html>', "page.xml", "text/html"),
        ('<?xml version="1.0" encoding="utf-16"?><a>ä</a>'.encode("utf-16"), "data.txt", "application/xml"),
        (b"<record><a>1</a></record>\n", "data.txt", "application/xml"),
        (b"<PAGE> EXHIBIT 10\nThis agreement", "contract.txt", "text/plain"),
        (b"<p align=center>Logo</p>\n\n# Read me", "readme.md", "text/markdown"),
        (b"Received: by x\nFrom: a@b.c\nSubject: Hi\n\nHello", "mail.txt", "message/rfc822"),
        (b"From: a@b.c\nSubject: Hi\n\nHello", "mail", "message/rfc822"),
        (b"From: Ann\nTo: Bob\nRe: budget\n\nWe agreed", "memo.txt", "text/plain"),
        (b"From a@b.c Sat Jan  3 01:05:34 1996\nFrom: a@b.c\nTo: d@e.f\n\nHi", "archive", "application/mbox"),
        (b'{"text": "a"}\n{"text": "b"}\n', "rows.txt", "application/x-ndjson"),
        (b'{"text":\n"a"}\n', "tree", "application/json"),
        (b"[1] First reference\n[2] Second", "notes.txt", "text/plain"),
        (b"a,b\n1,2\n", "table.csv", "text/csv"),
        (b"a\tb\n", "table.tsv", "text/tab-separated-values"),
        (b"def f(): ...\n", "f.py", "text/x-python"),
        (b"#!/usr/bin/env -S python3 -u\nprint()", "tool", "text/x-python"),
        (b"#!/bin/bash\nls", "tool", "text/x-sh"),
        (b"all:\n\tcc a.c\n", "src/Makefile", "text/x-makefile"),
        (b"<?php echo 1; ?><html>", "index.php", "text/x-php"),
        (b"<!DOCTYPE html><p>saved under a wrong name", "page.py", "text/html"),
        (b"% a paper\n\\documentclass{article}\n", "paper", "application/x-latex"),
        (b"Title\n=====\n", "a.rst", "text/prs.fallenstein.rst"),
        (b'{"cells": [], "nbformat": 4}', "a.ipynb", "application/x-ipynb+json"),
        (b"From: <Saved by Blink>\nMIME-Version: 1.0\n\n", "page", "application/x-mimearchive"),
        (
            b'MIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"\n\n',
            "a.mht",
            "application/x-mimearchive",
        ),
        (
            b'From: a@b.c\nMIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"\n\n',
            "a",
            "message/rfc822",
        ),
        (b"caf\xe9\n", "menu", "text/plain"),
        (b"\x89PNG\r\n\x1a\n\x00", "picture.txt", "image/png"),
        (bytes(range(256)) * 4, "data.txt", "application/octet-stream"),
        (b"\x1f\x8b\x08\x00", "log.txt", "application/gzip"),
    ],
)
def test_tells_the_format_by_content(data: bytes, name: str, expected: str) -> None:
    assert kind(data, name) == expected


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("WordDocument", "application/msword"),
        ("Workbook", "application/vnd.ms-excel"),
        ("PowerPoint Document", "application/vnd.ms-powerpoint"),
        ("__properties_version1.0", "application/vnd.ms-outlook"),
        ("EncryptedPackage", "application/x-encrypted-office"),
        ("Something", "application/x-ole-storage"),
    ],
)
def test_tells_old_office_files_by_the_ole_directory(entry: str, expected: str) -> None:
    name = entry.encode("utf-16-le")
    row = name.ljust(64, b"\0") + (len(name) + 2).to_bytes(2, "little") + bytes(62)
    table = [0xFFFFFFFD, 0xFFFFFFFE] + [0xFFFFFFFF] * 126
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + (9).to_bytes(2, "little") + bytes(16)
    header += (1).to_bytes(4, "little") + bytes(24) + (0).to_bytes(4, "little") + b"\xff" * 432
    sectors = b"".join(number.to_bytes(4, "little") for number in table) + row.ljust(512, b"\0")
    assert kind(header + sectors, "file") == expected
