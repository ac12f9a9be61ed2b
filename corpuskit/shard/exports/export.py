"""export: a shard set laid down for another training tool, read back, and held against the corpus token by token.

Each document is followed by one separator. Nothing is shortened: where a tool drops or cuts long rows, a document lies in several.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import corpuskit
from corpuskit import parts
from corpuskit.errors import AccountingError, UsageError
from corpuskit.settings import check_name
from corpuskit.shard import reader
from corpuskit.shard.exports import axolotl, llamafactory, megatron, nanotron, trl
from corpuskit.shard.exports.folder import listed, whole_folder
from corpuskit.shard.exports.plan import Plan, Tool
from corpuskit.shard.exports.policy import policies
from corpuskit.shard.exports.separator import find
from corpuskit.shard.exports.stream import Counts, compare
from corpuskit.shard.reader import ShardSet

TOOLS = {tool.name: tool for tool in (axolotl.TOOL, llamafactory.TOOL, trl.TOOL, megatron.TOOL, nanotron.TOOL)}
NAME = "export.json"
VERSION = 1
SPLITS = ("train", "validation")
LENGTH = 2048
SHORTEST = 16


@dataclass(frozen=True, slots=True)
class Export:
    """What to export. `separator` is the token after each document; unless named it is the tokenizer's eos_token."""

    corpus: Path
    tool: str
    out: Path
    shards: str = "shards"  # or shards-NAME
    length: int = LENGTH  # tokens of the longest row; for megatron and nanotron a line of the settings file
    separator: str | None = None


@dataclass(frozen=True, slots=True)
class Exported:
    """A finished export. `about` is what export.json says; `reused` that it stood there already."""

    out: Path
    about: dict[str, Any]
    notes: tuple[str, ...]
    reused: bool = False

    @property
    def splits(self) -> dict[str, Counts]:
        """What was written of each side of the split."""
        return _counts(self.about)


def _counts(about: dict[str, Any]) -> dict[str, Counts]:
    return {name: Counts(**entry["counts"]) for name, entry in about["splits"].items()}


def export(request: Export) -> Exported:
    """Write the export and account for every token. Raises UsageError, CorpuskitError for a damaged shard, AccountingError."""
    check_name("--to", "tool", request.tool, list(TOOLS))
    if request.length < SHORTEST:
        raise UsageError(f"--length {request.length}: at least {SHORTEST} tokens make a row.")
    tool = TOOLS[request.tool]
    sets = _sets(request)
    separator = find(sets[0], request.separator)
    about = sets[0].tokenizer
    plan = Plan(separator, request.length, about["name"], about["vocab_size"])
    made_from = parts.key(
        VERSION,
        corpuskit.__version__,
        tool.name,
        plan,
        sets[0].manifest_digest,
        [(one.split, one.fingerprint) for one in sets],
    )
    before = _before(request.out)
    if before.get("key") == made_from:
        return Exported(request.out, before, tuple(tool.notes(plan, _counts(before))), reused=True)
    for shards in sets:
        shards.verify()
    with whole_folder(request.out) as folder:
        written = {shards.split: tool.write(shards, plan, folder) for shards in sets}
        for name, text in tool.settings(plan, written).items():
            parts.write_text(folder / name, text)
        found = {shards.split: _account(shards, tool, plan, folder, written[shards.split]) for shards in sets}
        made = _describe(tool, plan, sets, found) | {"key": made_from, "files": _files(folder)}
        parts.write_json(folder / NAME, made)
    return Exported(request.out, made, tuple(tool.notes(plan, written)))


def _sets(request: Export) -> list[ShardSet]:
    """The sides of the split that hold documents."""
    found = [reader.read(request.corpus, split, request.shards) for split in SPLITS]
    if found[0].tokenizer["estimate"]:
        raise UsageError(
            f"{request.corpus}: its token ids are estimates, by a tokenizer of no model. "
            "Build the corpus with --tokenizer and your model's folder, then export it."
        )
    if not found[0].tokens:
        raise UsageError(f"{request.corpus}: no tokens to train on; see corpuskit report.")
    return [shards for shards in found if shards.tokens]


def _before(out: Path) -> dict[str, Any]:
    """What a whole earlier export at `out` says, else nothing. Raises UsageError when anything else lies there."""
    if not out.exists():
        return {}
    if not out.is_dir():
        raise UsageError(f"{out}: not a folder; name a folder with --out.")
    there = listed(out)
    if not any(out.iterdir()):
        return {}
    try:
        about: dict[str, Any] = parts.read_json(out / NAME)
        files = dict(about["files"])
        other = sorted({*there} - {*files, NAME})
    except (OSError, ValueError, KeyError, TypeError):
        other = there
    if other:
        raise UsageError(f"{out}: holds other files ({', '.join(other[:3])}); name a new or empty folder with --out.")
    whole = all(name in there and (out / name).stat().st_size == files[name]["bytes"] for name in files)
    return about if whole else {}


def _account(shards: ShardSet, tool: Tool, plan: Plan, folder: Path, counts: Counts) -> dict[str, Any]:
    """Read the split back: every token once, in order, and one separator after each document."""
    rows = sum(int(entry["rows"]) for entry in shards.entries)
    if (counts.tokens, counts.documents + counts.empty) != (shards.tokens, rows):
        raise AccountingError(
            f"{shards.corpus}: {counts.tokens:,} tokens of {counts.documents + counts.empty:,} documents of {shards.split} "
            f"were written, the manifest has {shards.tokens:,} of {rows:,}. This is a bug in corpuskit; nothing was written."
        )
    digest = compare(shards, tool.read(folder, shards.split), plan.separator.id)
    return {"counts": asdict(counts), "fingerprint": shards.fingerprint, "tokens_sha256": digest}


def _describe(tool: Tool, plan: Plan, sets: Sequence[ShardSet], splits: dict[str, Any]) -> dict[str, Any]:
    first = sets[0]
    return {
        "format": VERSION,
        "corpuskit": corpuskit.__version__,
        "tool": tool.name,
        "corpus": {"manifest": first.manifest_digest, "shards": first.name},
        "tokenizer": first.tokenizer,
        "separator": asdict(plan.separator),
        "length": plan.length,
        "cut_into_rows": tool.cuts,
        "verified": "read back: tokens less separators are the corpus's, in order; tokens_sha256 is over them as uint32",
        "splits": splits,
        **({"policy": said} if (said := policies(sets)) else {}),
    }


def _files(folder: Path) -> dict[str, dict[str, Any]]:
    return {
        name: {"bytes": (folder / name).stat().st_size, "sha256": reader.digest(folder / name)}
        for name in listed(folder)
    }


def terminal(exported: Exported) -> list[str]:
    """What to say of an export."""
    about = exported.about
    separator = about["separator"]
    said = (
        "stands already, as it would be written" if exported.reused else "every token of the corpus is there, read back"
    )
    lines = [f"{exported.out}: for {about['tool']}; {said}"]
    for split, counts in exported.splits.items():
        lines.append(
            f"  {split:<10}  {counts.tokens:,} tokens of {counts.documents:,} documents + {counts.separators:,} separators"
            + (f" in {counts.rows:,} rows" if about["cut_into_rows"] else "")
        )
        if counts.cut:
            lines.append(
                f"  {'':<10}  {counts.cut:,} documents are longer than {about['length']:,} tokens and lie in several rows"
            )
        if counts.empty:
            lines.append(f"  {'':<10}  {counts.empty:,} documents hold no token and are left out")
    lines.append(f"  separator   {separator['token']} (id {separator['id']}, {separator['found']})")
    return [*lines, *(f"  {note}" for note in exported.notes)]
