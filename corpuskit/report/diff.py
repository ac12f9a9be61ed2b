"""Two corpora compared: which documents came, went or changed, which verdicts, tokens and settings differ."""

from pathlib import Path
from typing import Any

import polars as pl

from corpuskit.documents import FAILED
from corpuskit.report import columns
from corpuskit.report.composition import composition, labelled
from corpuskit.report.text import shown
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader

LISTED = 100  # documents of a kind that are named; all are counted
SHOWN = 10  # of them on the terminal
DIMENSIONS = ("source", "type", "language", "format")
WHY = ("verdict", "reason", "value", "threshold")
Frame = pl.DataFrame


def diff(before: Path, after: Path) -> dict[str, Any]:
    """What is different in the corpus `after`. Counts are exact, lists of documents hold the first LISTED by path.

    A document is known by its id, which follows from path and text; where the id is new or gone, by its path and place in the file:
    then its text changed. Raises UsageError where there is no corpus, CorpuskitError where one of its files is damaged.
    """
    corpora = (before, after)
    manifests_ = [manifests.account(corpus) for corpus in corpora]
    tables = [columns.read(corpus, manifest) for corpus, manifest in zip(corpora, manifests_, strict=True)]
    digests = [reader.digest(corpus / manifests.NAME) for corpus in corpora]
    one, other = (_numbered(table) for table in tables)
    same = _beside(one, other, "id")
    gone, new = (table.join(same, on="id", how="anti") for table in (one, other))
    moved = _beside(gone, new, ["path", "member", "again"])
    changed = moved.filter((pl.col("verdict") != FAILED) & (pl.col("verdict_after") != FAILED))
    gone = gone.join(moved, on=["path", "member", "again"], how="anti")
    new = new.join(moved, on=["path", "member", "again"], how="anti")
    pairs = pl.concat([same.select(_PAIR), moved.select(_PAIR)])
    different = (pl.col("verdict") != pl.col("verdict_after")) | pl.col("reason").ne_missing(pl.col("reason_after"))
    return {
        "before": _about(manifests_[0], digests[0]),
        "after": _about(manifests_[1], digests[1]),
        "same_corpus": digests[0] == digests[1],
        "same_documents": len(same),
        "only_before": _listed(gone, ("path", "member", *WHY, "tokens")),
        "only_after": _listed(new, ("path", "member", *WHY, "tokens")),
        "changed_text": _listed(changed, ("path", "member", "tokens", "tokens_after")),
        "changed_verdicts": _listed(pairs.filter(different), _PAIR) | {"kinds": _kinds(pairs.filter(different))},
        "tokens": _tokens(*(labelled(columns.kept(table)) for table in tables)),
        "recipe": _settings(manifests_[0]["recipe"], manifests_[1]["recipe"]),
        "tokenizers": [manifest["tokenizer"] for manifest in manifests_],
    }


_PAIR = ["path", "member", *WHY, *(f"{name}_after" for name in WHY)]


def _numbered(table: Frame) -> Frame:
    """Rows at one path and place are told apart by their order."""
    table = table.select("id", "path", "member", *WHY, "tokens")
    return table.with_columns(again=pl.int_range(pl.len()).over("path", "member"))


def _beside(one: Frame, other: Frame, key: str | list[str]) -> Frame:
    """Documents of both; what the second says of them ends in _after."""
    names = {name: f"{name}_after" for name in (*WHY, "tokens")}
    keys = [key] if isinstance(key, str) else key
    return one.join(other.select(*keys, *names).rename(names), on=keys, maintain_order="left")


def _about(manifest: dict[str, Any], digest: str) -> dict[str, Any]:
    ledger = manifest["ledger"]
    return {
        "digest": digest,
        "corpuskit": manifest["corpuskit"],
        "documents": ledger["documents"],
        "kept": ledger["kept"],
    }


def _listed(rows: Frame, names: tuple[str, ...] | list[str]) -> dict[str, Any]:
    return {"documents": len(rows), "listed": rows.select(names).sort("path", "member").head(LISTED).to_dicts()}


def _kinds(pairs: Frame) -> list[dict[str, Any]]:
    """How often each verdict became which other, with reasons."""
    keys = ["verdict", "reason", "verdict_after", "reason_after"]
    kinds = pairs.group_by(keys).agg(pl.len().cast(pl.Int64).alias("documents"))
    return kinds.sort("documents", *keys, descending=[True, False, False, False, False]).to_dicts()


def _tokens(before: Frame, after: Frame) -> dict[str, dict[str, Any]]:
    """Kept tokens by dimension: how many values differ, and those that differ most."""
    found = {}
    both = [composition(table, listed=len(table)) for table in (before, after)]
    for name in DIMENSIONS:
        one, other = ({row["value"]: row["tokens"] for row in table.get(name, [])} for table in both)
        rows = [
            {"value": value, "before": one.get(value, 0), "after": other.get(value, 0)}
            for value in sorted(one.keys() | other.keys())
            if one.get(value) != other.get(value)
        ]
        rows.sort(key=lambda row: -abs(row["after"] - row["before"]))
        found[name] = {"values": len(rows), "listed": rows[:LISTED]}
    return found


def _settings(before: Any, after: Any, where: str = "") -> list[dict[str, Any]]:
    """Settings that differ, by their names; rules in another order are one of them."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return [] if before == after else [{"setting": where, "before": before, "after": after}]
    found = []
    for name in dict.fromkeys([*before, *after]):
        found += _settings(before.get(name), after.get(name), f"{where}.{name}" if where else name)
    if not found and list(before) != list(after):
        found.append({"setting": where, "before": list(before), "after": list(after)})
    return found


def lines(found: dict[str, Any]) -> list[str]:
    """The difference for a terminal."""
    if found["same_corpus"]:
        return ["The two corpora are the same: their manifests are equal, byte for byte."]
    before, after = (found[side]["kept"] for side in ("before", "after"))
    out = [_figures("kept", before["documents"], after["documents"], "documents")]
    out.append(_figures("", before["tokens"], after["tokens"], "tokens"))
    if found["tokenizers"][0]["digest"] != found["tokenizers"][1]["digest"]:
        names = " and ".join(one["name"] for one in found["tokenizers"])
        out.append(f"           counted by different tokenizers: {names}")
    out += [
        f"recipe     {one['setting']}: {_plain(one['before'])}, now {_plain(one['after'])}" for one in found["recipe"]
    ]
    out += _documents("only in the first", found["only_before"])
    out += _documents("only in the second", found["only_after"])
    out += _documents("another text", found["changed_text"])
    out += _verdicts(found["changed_verdicts"])
    for name, rows in found["tokens"].items():
        out += ["", f"tokens by {name}: before, now, difference"] if rows["values"] else []
        out += [
            f"  {_change(one['before'], one['after'])}  {shown(str(one['value']))}" for one in rows["listed"][:SHOWN]
        ]
        out += _rest(rows["values"] - SHOWN)
    return out


def _figures(what: str, before: int, after: int, unit: str) -> str:
    return f"{what:<10} {before:,} {unit}, now {after:,} ({after - before:+,})"


def _change(before: int, after: int) -> str:
    return f"{before:>15,} {after:>15,} {after - before:>+15,}"


def _plain(value: object) -> str:
    return "none" if value is None else str(value)


def _rest(count: int) -> list[str]:
    return [f"  ... and {count:,} more"] if count > 0 else []


def _documents(what: str, found: dict[str, Any]) -> list[str]:
    if not found["documents"]:
        return []
    named = [f"  {_named(one)}" for one in found["listed"][:SHOWN]]
    return ["", f"{what}: {found['documents']:,} documents", *named, *_rest(found["documents"] - SHOWN)]


def _verdicts(found: dict[str, Any]) -> list[str]:
    if not found["documents"]:
        return []
    out = ["", f"another verdict: {found['documents']:,} documents"]
    for one in found["kinds"][:SHOWN]:
        was, now = (_verdict(one["verdict"], one["reason"]), _verdict(one["verdict_after"], one["reason_after"]))
        out.append(f"  {one['documents']:>9,}  {was}, now {now}")
    for one in found["listed"][:SHOWN]:
        now = _verdict(one["verdict_after"], one["reason_after"])
        number = f" ({one['value_after']}, {one['threshold_after']})" if one["value_after"] else ""
        out.append(f"  {_named(one)}: {_verdict(one['verdict'], one['reason'])}, now {now}{number}")
    return out + _rest(found["documents"] - SHOWN)


def _verdict(verdict: str, reason: str | None) -> str:
    return f"{verdict}: {reason}" if reason else verdict


def _named(one: dict[str, Any]) -> str:
    return shown(f"{one['path']} ({one['member']})" if one["member"] else str(one["path"]))
