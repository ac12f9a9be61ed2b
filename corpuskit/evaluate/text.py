"""A proof for a terminal: what will be measured, before; what was, after."""

import textwrap
from collections.abc import Callable, Iterator, Sequence

from corpuskit.evaluate.figures import cents, change, hours, moved, named, points, score
from corpuskit.evaluate.rows import Proof, Row, base, clean, general_change, in_bits, replayed
from corpuskit.evaluate.sentence import verdict
from corpuskit.report.page.figures import SPACE, exact, plain

WIDTH, LABEL, NAMES = 100, 15, 26
Write = Callable[[float], str]


def before(tasks: Sequence[Row], runs: int | None = None) -> list[str]:
    """What is said before anything is trained: each task, and the smallest difference its test set can show.

    `tasks` are rows of a proof, without their results.
    """
    rows = []
    for task in tasks:
        sizes = ", ".join(f"{size:,}" for size in task["sizes"])
        seeds, one = _count(len(task["seeds"]), "seed"), task["detectable"]
        rows += _wrapped(
            f"{task['kind']}, {named(task['metric'], 30)}; {task['train']:,} train, {task['dev']:,} dev, "
            f"{_count(task['test'], 'test example')} in {_count(task['clusters'], 'cluster')}; {sizes} labels, {seeds}; "
            f"smallest difference that it can show: {_foretold(task, one['value'])} ({_safe(one['assumed'])})",
            named(task["name"], LABEL - 1),
        )
    if runs is not None:
        rows += _wrapped(f"{_count(runs, 'run')} of fine-tuning", "to do")
    return rows


def lines(proof: Proof) -> list[str]:
    """The proof in lines of at most 100 characters, its sentence last."""
    parts = (_arms, _bits, _tasks, _forgetting, _memorised, _forecast, _benchmarks, _cost)
    pieces = [found for part in parts if (found := list(part(proof)))]
    rows = [row for piece in pieces for row in [*piece, ""]]
    return [row.rstrip() for row in [*rows, verdict(proof).upper(), *_wrapped(_safe(proof["sentence"]))]]


def _arms(proof: Proof) -> Iterator[str]:
    yield f"{'arm':<{NAMES}}  {'role':<9}  {'tokens':>14}  corpus"
    for arm in proof["arms"]:
        tokens = "" if arm["tokens"] is None else f"{arm['tokens']:,}"
        yield f"{_name(arm['name'])}  {arm['role']:<9}  {tokens:>14}  {named(arm['corpus'] or '', 24)}"
        if arm["unapproved"]:
            yield f"{'':<{NAMES}}  UNAPPROVED: nobody approved training on its corpus"


def _bits(proof: Proof) -> Iterator[str]:
    if not proof["bits"]:
        return
    for held in proof["bits"]["sets"]:
        if held["source"] is not None:
            continue
        again = ", replayed" if held["set"] == "general" and any(replayed(proof, arm) for arm in proof["arms"]) else ""
        title = f"{held['set']}: {named(held['corpus'], 30)}{again}, {_count(held['documents'], 'document')}"
        yield f"{title:<56}  bits per byte"
        for arm, one in held["arms"].items():
            by = held["changes"].get(arm)
            yield f"  {_name(arm, NAMES - 2)}  {exact(one['value']):>10}  {_interval(by, change) if by else ''}"


def _tasks(proof: Proof) -> Iterator[str]:
    for number, task in enumerate(proof["tasks"]):
        if number:
            yield ""
        yield from _task(proof, task)


def _task(proof: Proof, task: Row) -> Iterator[str]:
    full = (task["sizes"] or [0])[-1]
    general = ", general text" if task["general"] else ""
    yield from _wrapped(
        f"{named(task['metric'], 30)}{general}; {full:,} labels, {task['test']:,} test examples, {_count(len(task['seeds']), 'seed')}; "
        f"could show {_foretold(task, task['detectable']['value'])}",
        named(task["name"], LABEL - 1),
    )
    rows = {(row["arm"], row["against"]): row for row in task["differences"] if row["examples"] == full}
    for name, arm in task["arms"].items():
        last = next((one for one in arm["points"] if one["examples"] == full), None)
        figure = "" if last is None else exact(last["value"]) if in_bits(task) else score(last["value"])
        row = rows.pop((name, base(proof)), None)
        yield from _compared(task, f"{_name(name)}  {figure:>8}", row)
    for (arm, other), row in rows.items():
        yield from _compared(task, f"{named(arm, 16)} against {named(other, 11)}", row)
    yield from _leaks(task)
    for one in [] if task["contamination"]["marked"] else task["saving"]:
        yield from _wrapped(f"{_saving(one)}, beside {task['dev']:,} to choose by", "  labels")


def _compared(task: Row, head: str, row: Row | None) -> Iterator[str]:
    """A line for a difference, and one for what is left of it without leaked examples."""
    write = moved if in_bits(task) else points
    if row is None:
        yield f"  {head}"
        return
    yield f"  {head:<36}  {_interval(row, write):<30}  {row['outcome']}, {row['wins']}-{row['ties']}-{row['losses']}"
    if task["contamination"]["marked"]:
        fair = clean(row)
        text = "too few are left" if fair is None else f"{_interval(fair, write):<30}  {fair['outcome']}"
        yield f"  {'  without leaked examples':<36}  {text}"


def _leaks(task: Row) -> Iterator[str]:
    told = task["contamination"]
    if told["marked"]:
        yield f"  LEAKS: {told['leaked']:,} test examples stand in a corpus; their scores do not count"


def _saving(one: Row) -> str:
    arm = named(one["arm"])
    if one["needed"] is None:
        return f"{arm} does not reach {named(one['against'])}'s full score ({one['reached']:.0%} of the draws do)"
    least = "at least " if one["at_least"] else ""
    spread = f"{one['low']:.0%} to {one['high']:.0%}"
    return f"{arm} needs {one['needed']:,} for the full score of {named(one['against'])}: {least}{one['value']:.0%} saved ({spread})"


def _forgetting(proof: Proof) -> Iterator[str]:
    for arm, outcome in proof["forgetting"]["outcome"].items():
        by = general_change(proof, arm)
        yield _row(
            "forgetting", f"{named(arm, 24):<24}  {_interval(by, change) if by else 'not measured':<34}  {outcome}"
        )


def _memorised(proof: Proof) -> Iterator[str]:
    told = proof["memorised"]
    if not told:
        yield _row("memorised", "not measured")
        return
    for one in told["canaries"]:
        found = "FOUND" if one["found"] else "not found"
        text = f"canary {named(one['name'], 20)}, {named(one['arm'], 20)}: {found}, rank {one['rank']:,} of {one['candidates']:,}"
        yield from _wrapped(text, "memorised")
    if told["canaries"]:
        yield _row("", f"{plain(told['by_chance'])} of these secrets would be found in a model by chance")
    if sampled := told["sampled"]:
        done = ", ".join(f"{named(arm, 16)} {count:,}" for arm, count in sampled["completed"].items())
        yield from _wrapped(f"of {sampled['asked']:,} passages completed: {done}", "memorised")
        held = sampled["held_out"]
        done = ", ".join(f"{named(arm, 16)} {count:,}" for arm, count in held["completed"].items())
        yield from _wrapped(f"of {held['asked']:,} passages that were held out: {done}", " ")


def _forecast(proof: Proof) -> Iterator[str]:
    if told := proof["forecast"]:
        yield from _wrapped(_safe(told["said"]), "forecast")


def _benchmarks(proof: Proof) -> Iterator[str]:
    for one in proof["benchmarks"]["tasks"] if proof["benchmarks"] else []:
        each = ", ".join(f"{named(arm, 16)} {found['value']:.4f}" for arm, found in one["arms"].items())
        yield from _wrapped(f"{named(one['task'], 24)} {named(one['metric'], 16)}: {each}", "benchmark")


def _cost(proof: Proof) -> Iterator[str]:
    told = proof["cost"]
    training = "not known" if told["training_hours"] is None else f"{hours(told['training_hours'])} hours"
    money = "" if told["money"] is None else f"; {cents(told['money'])} {named(told['currency'] or '', 8)}"
    yield _row("cost", f"training {training}, fine-tuning {hours(told['fine_tuning_hours'])} hours{money}")


def _interval(row: Row, write: Write) -> str:
    return f"{write(row['value']):>9} ({write(row['low'])} to {write(row['high'])})".replace(SPACE, " ")


def _foretold(task: Row, value: float | None) -> str:
    return "not known before" if value is None else _amount(task, value)


def _amount(task: Row, value: float) -> str:
    return f"{value:.4f} bits per byte" if in_bits(task) else f"{value * 100:.1f} points"


def _name(name: str, width: int = NAMES) -> str:
    return named(name, width).ljust(width)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _row(label: str, text: str) -> str:
    return f"{label:<{LABEL}}{text}"


def _safe(text: str) -> str:
    """A sentence that steers no terminal; the space before % stays whole."""
    return SPACE.join(named(part, 10_000) for part in text.split(SPACE))


def _wrapped(text: str, label: str = "") -> list[str]:
    indent = " " * LABEL if label else ""
    head = f"{label:<{LABEL}}" if label else ""
    return [
        row.replace(SPACE, " ") for row in textwrap.wrap(text, WIDTH, initial_indent=head, subsequent_indent=indent)
    ]
