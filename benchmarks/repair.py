"""What `repair` takes out of texts where boilerplate was planted: precision and recall in characters, CPU seconds a GB, memory.

    python benchmarks/repair.py CORPUS... [--repeated 5] [--paragraphs 5] [--documents 4000] [--seed 7]

Documents of built corpora get letterheads, disclaimers and menus that stand in 3 to 200 of them; copies, versions of one page (a
twentieth of the lines edited) and filled-in forms stand beside them, whose lines repeat and must stay. Then, from the same documents
anew, notices, signatures and legal paragraphs inside the texts, wrapped at another width in each; beside them stand what must stay:
filled-in templates, a numbered clause, an answer to different questions.
"""

import argparse
import random
import re
import resource
import tempfile
import textwrap
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from corpuskit import parts
from corpuskit.documents import EXTRACTED
from corpuskit.extract.step import Part
from corpuskit.parts import Store
from corpuskit.repair.settings import REPEATED, Repair
from corpuskit.repair.step import repair

SIZES = (3, 6, 10, 20, 50, 200)  # documents that share a passage
PASSAGES = 4  # of each kind and size
INNER = ("notice", "signature", "legal")
BATCH, PART = 256, 2048  # documents


def words(draw: random.Random, count: int) -> str:
    """Invented words, so that no line of a real document is one of ours."""
    return " ".join("".join(draw.choices("bdfgklmnprstvz", k=2) + draw.choices("aeiou", k=1)) * 2 for _ in range(count))


def passage(kind: str, draw: random.Random) -> list[str]:
    """The lines of a letterhead, a disclaimer or a menu."""
    if kind == "letterhead":
        return [
            words(draw, 3).title(),
            f"{words(draw, 2).title()} {draw.randrange(99)}",
            f"Tel {draw.randrange(10**8)}, {words(draw, 3)}",
        ]
    if kind == "disclaimer":
        return [f"{words(draw, 20).capitalize()}.", f"{words(draw, 12).capitalize()}."]
    return [f"- {words(draw, 2).title()}" for _ in range(7)]


def planted(texts: list[str], draw: random.Random) -> tuple[list[str], list[tuple[str, int, list[str], list[int]]]]:
    """The texts with passages at their head or foot, and the passages: kind, size, lines, documents."""
    truth, texts = [], list(texts)
    free = draw.sample(range(len(texts)), len(texts))  # one passage a document
    for size in SIZES:
        for kind in ("letterhead", "disclaimer", "menu"):
            for _ in range(PASSAGES):
                lines, chosen, free = passage(kind, draw), free[:size], free[size:]
                truth.append((kind, size, lines, chosen))
                for one in chosen:
                    both = [texts[one], "\n".join(lines)]
                    texts[one] = "\n\n".join(both if kind == "disclaimer" else both[::-1])
    return texts, truth


def traps(texts: Sequence[str], draw: random.Random) -> list[str]:
    """Copies, versions and forms: their lines repeat, and are no boilerplate."""
    long = [text for text in texts if text.count("\n") > 20]
    copies = [text for text in draw.sample(list(texts), 100) for _ in range(9)]
    versions = []
    for text in draw.sample(long, min(20, len(long))):
        lines = text.split("\n")
        for number in range(30):
            edited = {draw.randrange(len(lines)) for _ in range(max(1, len(lines) // 20))}
            versions.append(
                "\n".join(f"{line} {number}" if place in edited else line for place, line in enumerate(lines))
            )
    labels = [words(draw, 4) for _ in range(20)]
    forms = ["\n".join(line for label in labels for line in (label, words(draw, 2))) for _ in range(100)]
    return copies + versions + forms


def inner(kind: str, draw: random.Random) -> str:
    """A notice, a signature, or a legal paragraph in one line."""
    if kind == "notice":
        return f"{words(draw, 20).capitalize()}. {words(draw, 14).capitalize()}."
    if kind == "signature":
        name, firm = words(draw, 2).title(), words(draw, 3).title()
        street, mail = f"{draw.randrange(99)} {words(draw, 2).title()}", f"{words(draw, 1)}@{words(draw, 1)}.example"
        return "\n".join([name, firm, street, words(draw, 4), mail])
    return " ".join(f"{words(draw, 18).capitalize()}." for _ in range(3))


def placed(text: str, paragraph: str, draw: random.Random) -> str:
    """The text with a paragraph at one of its blank lines, or at its end; not between a question and its answer."""
    breaks = [at for at in range(1, len(text)) if text.startswith("\n\n", at) and text[at - 1] not in ":?"] or [
        len(text)
    ]
    at = draw.choice(breaks)
    return f"{text[:at]}\n\n{paragraph}\n\n{text[at:].lstrip(chr(10))}"


def planted_inside(
    texts: Sequence[str], draw: random.Random
) -> tuple[list[str], list[tuple[str, int, list[str], list[int]]]]:
    """The texts with paragraphs inside, and what was planted: kind, documents, the paragraph's words, places."""
    truth, texts = [], list(texts)
    free = draw.sample(range(len(texts)), len(texts))
    for size in SIZES:
        for kind in INNER:
            for _ in range(PASSAGES):
                paragraph, chosen, free = inner(kind, draw), free[:size], free[size:]
                truth.append((kind, size, paragraph.split(), chosen))
                for one in chosen:
                    wrapped = textwrap.fill(paragraph, draw.randrange(60, 90)) if kind == "notice" else paragraph
                    texts[one] = placed(texts[one], wrapped, draw)
    return texts, truth


def inner_traps(texts: Sequence[str], draw: random.Random) -> tuple[list[str], list[str]]:
    """Templates that are filled in, clauses with a number, answers to questions; and what of them must stay."""
    template = [f"{words(draw, 30).capitalize()}." for _ in range(8)]
    filled = ["\n\n".join([f"Between {words(draw, 4)}", *template, words(draw, 20)]) for _ in range(100)]
    clause, answer = f"{words(draw, 40).capitalize()}.", f"{words(draw, 40).capitalize()}."
    chosen = draw.sample(list(texts), 100)
    numbered = [placed(text, f"{draw.randrange(1, 30)}. {clause}", draw) for text in chosen[:50]]
    asked = [placed(text, f"{words(draw, 6).capitalize()}?\n\n{answer}", draw) for text in chosen[50:]]
    return filled + numbered + asked, [*template, clause, answer]


def written(texts: Sequence[str], store: Store) -> list[Part]:
    """The texts as `extract` leaves them."""
    empty: dict[str, Any] = {
        field.name: [] if pa.types.is_list(field.type) else None if field.nullable else "" for field in EXTRACTED
    }
    empty |= {"file_bytes": 0, "pages": 0, "media_type": "text/plain"}
    found = []
    for begin in range(0, len(texts), PART):
        rows = [empty | {"file": one, "text": text} for one, text in enumerate(texts[begin : begin + PART])]
        batches = [
            pa.RecordBatch.from_pylist(rows[at : at + BATCH], schema=EXTRACTED) for at in range(0, len(rows), BATCH)
        ]
        file = store.path("extract", f"{begin:032x}")
        parts.write_arrow(file, EXTRACTED, batches)
        found.append(Part(file.stem, file, tuple(range(len(rows))), complete=True, rows=len(rows), left_out=0))
    return found


def run(texts: Sequence[str], settings: Repair, spent: dict[str, float]) -> pl.DataFrame:
    """Text and passages taken out, a row a document; CPU seconds are added to `spent`."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        live = written(texts, store)

        def each(name: str, function: Any, jobs: Sequence[Any]) -> None:
            for job in jobs:
                begin = time.process_time()
                function(job)
                spent[name] = spent.get(name, 0.0) + time.process_time() - begin

        found = repair(live, settings, store, each)
        tables = [
            pa.table({"text": parts.read_arrow(one.path)["text"], "removed": parts.read_arrow(one.beside)["removed"]})
            for one in found
        ]
        return pl.DataFrame(pl.from_arrow(pa.concat_tables(tables)))


def said(removed: Sequence[dict[str, Any]]) -> Counter[str]:
    """The lines of the passages, how often each."""
    return Counter(line for one in removed for line in one["text"].split("\n") if line.strip())


def paragraphs(real: Sequence[str], number: int, draw: random.Random) -> None:
    """Plant paragraphs, repair, count."""
    settings, spent = Repair(repeated=None, paragraphs=number), dict[str, float]()
    run(real[:10], settings, {})
    before = [taken(one) for one in run(real, settings, {})["removed"].to_list()]
    texts, truth = planted_inside(real, draw)
    trapped, stays = inner_traps(real, draw)
    texts += trapped
    after = [taken(one) for one in run(texts, settings, spent)["removed"].to_list()]
    size = sum(len(text.encode()) for text in texts) / 1e9
    print(
        f"\nparagraphs in more than {number}: {len(texts):,} documents; {sum(map(len, before)):,} go from the real ones"
    )
    found = {(document, said) for document, all_said in enumerate(after) for said in all_said}
    right = {(one, " ".join(said)) for _, _, said, chosen in truth for one in chosen}
    for wanted in SIZES:
        cells = []
        for kind in INNER:
            of_kind = [(said, chosen) for name, count, said, chosen in truth if (name, count) == (kind, wanted)]
            gone = sum((one, " ".join(said)) in found for said, chosen in of_kind for one in chosen)
            cells.append(f"{kind} {gone / sum(len(chosen) - 1 for _, chosen in of_kind):.3f}")
        print(f"in {wanted:3} documents: recall {', '.join(cells)}")
    went = {(document, said) for document, all_said in enumerate(before) for said in all_said}
    wrong = found - right - went
    print(
        f"precision {1 - len(wrong) / max(1, len(found - went)):.4f}: {len(wrong):,} of {len(found - went):,} were not planted"
    )
    lost = sum(one in said for all_said in after for said in all_said for one in stays)
    print(f"  of templates, clauses and answers: {lost}")
    print("CPU s a GB: " + ", ".join(f"{name} {seconds / size:.1f}" for name, seconds in spent.items()))


def taken(removed: Sequence[dict[str, Any]]) -> set[str]:
    """The paragraphs of the passages in one line each."""
    blocks = (block for one in removed for block in re.split(r"\n\s*\n", one["text"]))
    return {" ".join(block.split()) for block in blocks if block.strip()}


def main() -> None:
    """Plant, repair, count."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("corpora", nargs="+", type=Path)
    arguments.add_argument("--repeated", type=int, default=REPEATED)
    arguments.add_argument("--paragraphs", type=int, default=5)
    arguments.add_argument("--documents", type=int, default=4000, help="drawn from each corpus, at most")
    arguments.add_argument("--seed", type=int, default=7)
    given = arguments.parse_args()
    draw, real = random.Random(given.seed), list[str]()
    for corpus in given.corpora:
        held = (
            pl.read_parquet(corpus / "documents" / "*.parquet", columns=["id", "text"]).drop_nulls().sort("id")["text"]
        )
        real += draw.sample(held.to_list(), min(given.documents, len(held)))
    settings, spent = Repair(repeated=given.repeated), dict[str, float]()
    run(real[:10], settings, {})  # loads the kernels
    real_cuts = sum(sum(map(len, said(removed).elements())) for removed in run(real, settings, {})["removed"].to_list())
    texts, truth = planted(real, draw)
    texts += traps(real, draw)
    size = sum(len(text.encode()) for text in texts) / 1e9
    removed = [said(one) for one in run(texts, settings, spent)["removed"].to_list()]
    print(
        f"{len(texts):,} documents, {size:.3f} GB; {real_cuts:,} characters go from the real ones before anything is planted"
    )
    right = 0
    for wanted in SIZES:
        cells = []
        for kind in ("letterhead", "disclaimer", "menu"):
            whole = gone = 0
            for _, _, lines, chosen in (one for one in truth if one[:2] == (kind, wanted)):
                length = sum(map(len, lines))
                whole += length * (len(chosen) - 1)  # one document keeps it
                gone += sum(len(line) for one in chosen for line in lines if removed[one][line])
            right += gone
            cells.append(f"{kind} {gone / whole:.3f}")
        print(f"in {wanted:3} documents: recall {', '.join(cells)}")
    everything = sum(sum(map(len, one.elements())) for one in removed)
    print(
        f"precision {right / max(1, everything):.4f}; {(everything - right):,} of {everything:,} characters were not planted"
    )
    trapped = sum(sum(map(len, one.elements())) for one in removed[len(real) :])
    print(f"  of copies, versions and forms: {trapped:,}")
    print(
        "CPU s a GB: "
        + ", ".join(f"{name} {seconds / size:.1f}" for name, seconds in spent.items())
        + f"; all {sum(spent.values()) / size:.1f}"
    )
    paragraphs(real, given.paragraphs, random.Random(given.seed))
    print(
        f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB, the texts held by this script included"
    )


if __name__ == "__main__":
    main()
