"""The proof in the model card: a section between two comments, which a later proof replaces."""

import hashlib
from collections.abc import Iterator

from corpuskit.evaluate.figures import change, moved, named, points
from corpuskit.evaluate.rows import Proof, Row, adapted, base, controls, difference, general_change, in_bits
from corpuskit.evaluate.sentence import sentence, verdict
from corpuskit.report.files import as_json
from corpuskit.report.page.figures import exact
from corpuskit.train.card import plain

BEGIN, END = "<!-- corpuskit proof -->", "<!-- end of corpuskit proof -->"


def section(proof: Proof) -> str:
    """Markdown: sentence, tasks, held-out text, controls, what was not measured, and the SHA-256 of proof.json (by `as_json`)."""
    digest = hashlib.sha256(as_json(proof).encode(errors="replace")).hexdigest()
    blocks = [
        ["## Proof"],
        [f"**{verdict(proof).capitalize()}.** {sentence(proof, name)}"],
        list(_tasks(proof)),
        list(_held_out(proof)),
        [f"Not measured: {', '.join(missing(proof))}."] if missing(proof) else [],
        [f"SHA-256 of proof.json: `{digest}`"],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def with_section(readme: str, section: str) -> str:
    """The card with this section: in the earlier one's place, else at the end."""
    block = f"{BEGIN}\n{section.strip()}\n{END}\n"
    head, begin, rest = readme.partition(BEGIN)
    if not begin:
        return f"{readme.rstrip()}\n\n{block}" if readme.strip() else block
    _, end, after = rest.partition(END)
    return head + block + (after if end else rest).removeprefix("\n")


def name(text: str) -> str:
    """A name as text: no Markdown, no HTML, on one line."""
    return plain(named(text))


def missing(proof: Proof) -> list[str]:
    """What the proof does not hold."""
    ours = adapted(proof)
    held = {
        "bits per byte of held-out text": proof["bits"],
        "tasks": proof["tasks"],
        "a control": controls(proof),
        "what was forgotten": ours and general_change(proof, ours["name"]),
        "what was memorised": proof["memorised"],
        "a forecast": proof["forecast"],
        "public benchmarks": proof["benchmarks"],
    }
    return [what for what, there in held.items() if not there]


def _tasks(proof: Proof) -> Iterator[str]:
    """Each task with all labels, against base and controls."""
    ours, start = adapted(proof), base(proof)
    if not ours or not proof["tasks"]:
        return
    yield from [
        "| task | metric | against | difference (95 % interval) | seeds | could show | outcome |",
        "|---|---|---|---|---|---|---|",
    ]
    for task in proof["tasks"]:
        for other in [start, *(arm["name"] for arm in controls(proof))]:
            row = difference(task, ours["name"], other)
            if row:
                yield _cells(task, row)
            elif other == start and task["contamination"]["marked"]:
                yield f"| {name(task['name'])} | {name(task['metric'])} | {name(other or '')} | the test set leaks | | | not measured |"


def _cells(task: Row, row: Row) -> str:
    write, unit = (moved, "bits per byte saved") if in_bits(task) else (points, "points")
    without = ", without leaked examples" if task["contamination"]["marked"] else ""
    figures = f"{write(row['value'])} ({write(row['low'])} to {write(row['high'])}) {unit}{without}"
    seeds = f"{row['wins']} won, {row['ties']} tied, {row['losses']} lost"
    least = write(row["detectable"]).removeprefix("+")
    cells = (name(task["name"]), name(task["metric"]), name(row["against"]), figures, seeds, least, row["outcome"])
    return f"| {' | '.join(cells)} |"


def _held_out(proof: Proof) -> Iterator[str]:
    """Bits per byte of each corpus, all sources together."""
    whole = [one for one in proof["bits"]["sets"] if one["source"] is None] if proof["bits"] else []
    if not whole:
        return
    yield from ["| held-out text | model | bits per byte | change (95 % interval) |", "|---|---|---|---|"]
    for one in whole:
        for arm, told in one["arms"].items():
            by = one["changes"].get(arm)
            moved_by = f"{change(by['value'])} ({change(by['low'])} to {change(by['high'])})" if by else ""
            yield f"| {name(one['corpus'])} ({one['set']}) | {name(arm)} | {exact(told['value'])} | {moved_by} |"
