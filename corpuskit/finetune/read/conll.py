"""CoNLL: a word a line, sentences apart by a blank line; the first column is the word, the last one its tag."""

import re
from collections.abc import Iterator
from pathlib import Path

from corpuskit.finetune.read.faults import Faults
from corpuskit.finetune.read.rows import Rows, Sheet, lines

DOCSTART = "-DOCSTART-"
ROLES = {"words": "words", "tags": "tags", "cluster": "cluster"}
# Before a sentence, as in CoNLL-U: `# key = value`, `# newdoc`. A line of two or more cells is a word, even where the word is #.
COMMENT = re.compile(r"#\s*[\w.:-]+\s*=|#\s*new(doc|par)\b")
NEW_DOCUMENT = re.compile(r"#\s*newdoc\b")

Sentence = list[tuple[int, str]]


def read(file: Path, name: str, faults: Faults) -> Sheet:
    """The sentences, by the line that each begins at. Without a line that begins a document, none has a cluster."""
    rows: Rows = []
    document, shape = 0, 0
    for comments, sentence in _sentences(lines(file, name, faults)):
        begun = any(NEW_DOCUMENT.match(comment) for comment in comments)
        if sentence and sentence[0][1].startswith(DOCSTART):
            begun, sentence = True, sentence[1:]  # noqa: PLW2901 (without its first line)
        document += begun
        if not sentence:
            continue
        split = _tabs if "\t" in sentence[0][1] else _blanks
        cells = [(number, split(line)) for number, line in sentence]
        shape = shape or len(cells[0][1])
        if all(_well(name, number, found, shape, faults) for number, found in cells):
            cluster = f"{name}#{document}" if document else None
            words, tags = [found[0] for _, found in cells], [found[-1] for _, found in cells]
            rows.append((sentence[0][0], {"words": words, "tags": tags, "cluster": cluster}))
    return Sheet(tuple(ROLES.values()), rows, roles=ROLES)


def _sentences(stream: Iterator[tuple[int, str]]) -> Iterator[tuple[list[str], Sentence]]:
    """The comments before each sentence, and its lines."""
    comments: list[str] = []
    sentence: Sentence = []
    for number, raw in stream:
        line = raw.rstrip("\r\n")
        if not line.strip():
            yield comments, sentence
            comments, sentence = [], []
        elif not sentence and COMMENT.match(line):
            comments.append(line)
        else:
            sentence.append((number, line))
    yield comments, sentence


def _tabs(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t")]


def _blanks(line: str) -> list[str]:
    return re.split(r"[ \t]+", line.strip(" \t"))


def _well(name: str, number: int, cells: list[str], shape: int, faults: Faults) -> bool:
    """Whether the line has a word, a tag, and as many columns as the file's first."""
    if len(cells) < 2:
        faults.add(f"{name}:{number}", "one column, but a word and its tag make at least two")
    elif len(cells) != shape:
        faults.add(f"{name}:{number}", f"{len(cells)} columns, but {shape} in the first line")
    elif not cells[0] or not cells[-1]:
        faults.add(f"{name}:{number}", "no word" if not cells[0] else "no tag")
    else:
        return True
    return False
