"""What other rules would do to a corpus: decided again on the stored signals, in seconds, with no text read but the samples'.

Copies are taken as they were found. Where the survivor of some copies would be dropped and a copy would not, the copy with the most
tokens stands in for it. Whether a document that comes back is a copy of one that is kept, only a build finds out.
"""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from corpuskit.documents import DROPPED, FAILED, KEPT
from corpuskit.errors import UsageError
from corpuskit.filter.decisions import emptied, first_failing
from corpuskit.filter.profiles import Profiles, Rules
from corpuskit.filter.rules import LAST, POLICY, Threshold, bound, named, written
from corpuskit.forgotten import REASON
from corpuskit.report import columns, composition, samples
from corpuskit.report.text import shown

SAMPLES = 3
BY = ("source", "type", "language", "format", "confidentiality", "licence")
LISTED = 8  # values of a dimension
WIDTH = 100  # characters of a sample on the terminal


def what_if(corpus: Path, manifest: dict[str, Any], rules: Rules, quoted: int = SAMPLES) -> dict[str, Any]:
    """Documents and tokens that `rules` would keep, lose and gain, as JSON has it; `quoted` samples of each are named.

    Their beginnings are quoted unless the recipe says `report.samples: 0`. Raises UsageError where the corpus lacks a signal.
    """
    now: Rules = manifest["recipe"]["filter"]
    asked = Profiles.of(rules)
    documents = columns.read(corpus, manifest, (LAST.signal, *asked.signals, *Profiles.of(now).signals))
    if missing := [signal for signal in asked.signals if signal not in documents.columns]:
        if f"{POLICY}.{missing[0]}" in asked.policy:
            raise UsageError(
                f"{corpus}: has no column {missing[0]}: no mapping said it; build it with one (policy.mapping)."
            )
        raise UsageError(f"{corpus}: has no signal {missing[0]}: it was built before there was one; build it again.")
    documents = decided(documents, rules)
    kept, then = documents["verdict"] == KEPT, documents["then"]
    lost, gained = documents.filter(kept & ~then), documents.filter(then & ~kept)
    quotable = manifest["recipe"].get("report", {}).get("samples", SAMPLES) > 0
    return {
        "rules": dict(rules),
        "changed": changed(now, rules),
        "now": _totals(documents.filter(kept)),
        "then": _totals(documents.filter(then)),
        "lost": _side(corpus, manifest, lost, "new_rule", rules, quoted, quotable),
        "gained": _side(corpus, manifest, gained, "rule", now, quoted, quotable),
    }


def decided(documents: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """The documents with `then`, whether `rules` would keep each, and `new_rule`, the one that would drop it."""
    profiles = Profiles.of(rules)
    failing = first_failing(documents.select("id", *profiles.signals).to_arrow(), rules)
    names = pl.Series([*profiles.names, None], dtype=pl.String)
    there = (documents["verdict"] != FAILED) & (
        documents["reason"].fill_null("") != REASON
    )  # what was forgotten stays out
    # What repair left nothing of stays out too.
    left = ~emptied(documents.select("id", pl.col(f"^{LAST.signal}$")).to_arrow())
    passes = pl.Series((failing < 0) & there.to_numpy() & left)
    of = pl.coalesce("twin", "id")  # the document that stands for it
    found = documents.with_columns(
        passes=passes, new_rule=names.gather(np.where(failing < 0, len(names) - 1, failing)), of=of
    ).with_row_index("place")
    alone = found["verdict"] == DROPPED
    stands = pl.when(pl.col("verdict") == KEPT).then(2).otherwise(1) * pl.col("passes").cast(pl.Int64)
    best = (
        found.filter(~alone & passes)
        .with_columns(stands=stands)
        .sort("stands", "tokens", "place", descending=[True, True, False])
        .unique("of", keep="first", maintain_order=True)
    )
    chosen = np.zeros(len(found), dtype=bool)  # by place: equal rows of one file have one id
    chosen[best["place"].to_numpy()] = True
    return found.with_columns(then=passes & (alone | pl.Series(chosen))).drop("place")


def changed(now: Rules, then: Rules) -> list[str]:
    """What differs between two sets of rules, in words; of a type only what differs otherwise than for all."""
    one, other = Profiles.of(now), Profiles.of(then)
    out = []
    for name in dict.fromkeys((*one.names, *other.names)):
        for_all = [profiles.threshold(name, None) for profiles in (one, other)]
        out += _changed(name, *for_all)
        for kind in dict.fromkeys((*one.by_type, *other.by_type)):
            of_type = [profiles.threshold(name, kind) for profiles in (one, other)]
            out += _changed(f"{kind}: {name}", *of_type) if of_type != for_all else []
    return out or (["the same rules in another order"] if one.names != other.names else [])


def _changed(name: str, before: Threshold | None, after: Threshold | None) -> list[str]:
    rule = name.rpartition(": ")[2]
    was, now = ("no rule" if limit is None else bound(rule, limit) for limit in (before, after))
    return [] if before == after else [f"{name}: {now} instead of {was}"]


def _totals(documents: pl.DataFrame) -> dict[str, int]:
    return {"documents": documents.height, "tokens": int(documents["tokens"].sum() or 0)}


def _side(
    corpus: Path, manifest: dict[str, Any], documents: pl.DataFrame, rule: str, rules: Rules, count: int, quotable: bool
) -> dict[str, Any]:
    """What is lost, or gained: totals, by rule, source, language and format, and samples."""
    labelled = composition.labelled(documents)
    by = {
        name: composition.composition(labelled.select(name, "bytes", "tokens"), LISTED)[name]
        for name in BY
        if name in labelled.columns
    }
    profiles = Profiles.of(rules)
    bounded = _bounded(documents, rule, profiles)
    by_rule = bounded.group_by(rule, "bound").agg(pl.len().cast(pl.Int64).alias("documents"), pl.sum("tokens"))
    by_rule = by_rule.sort("tokens", "documents", rule, "bound", descending=[True, True, False, False], nulls_last=True)
    rows = by_rule.rename({rule: "rule"}).select("rule", "bound", "documents", "tokens").to_dicts()
    chosen = documents.sort("id").head(count)
    texts = samples.texts(corpus, manifest, chosen) if quotable and count else {}
    quotes = [
        {"path": row["path"], "member": row["member"], "tokens": row["tokens"], "rule": row[rule]}
        | ({"value": written(row[named(row[rule]).signal])} if row[rule] in profiles.names else {})
        | ({"text": texts[row["id"]]} if row["id"] in texts else {})
        for row in chosen.to_dicts()
    ]
    return _totals(documents) | {"by_rule": rows, "by": by, "samples": quotes}


def _bounded(documents: pl.DataFrame, rule: str, profiles: Profiles) -> pl.DataFrame:
    """The documents with `bound`: the threshold, in words, of the rule in the column `rule` for their type; null for no such rule."""
    typed = documents.with_columns(kind=pl.col("document_type") if profiles.by_type else pl.lit(None, pl.String))
    met = typed.select(rule, "kind").unique().rows()
    limits = [profiles.threshold(name, kind) if name in profiles.names else None for name, kind in met]
    said = [None if limit is None else bound(name, limit) for (name, _), limit in zip(met, limits, strict=True)]
    texts = dict.fromkeys((rule, "kind", "bound"), pl.String)
    table = pl.DataFrame([(*pair, text) for pair, text in zip(met, said, strict=True)], texts, orient="row")
    return typed.join(table, on=[rule, "kind"], how="left", nulls_equal=True)


def lines(found: dict[str, Any]) -> list[str]:
    """The answer for a terminal."""
    if not found["changed"]:
        return ["The corpus was built with these rules."]
    now, then, lost, gained = (found[name] for name in ("now", "then", "lost", "gained"))
    out = [*found["changed"], "", f"{'':16}{'documents':>12}{'tokens':>16}"]
    out.append(_row("kept now", now))
    out += [_row("- lost", lost), _row("+ gained", gained), _row("= kept then", then)]
    for name, side, verb in (("lost", lost, "drops"), ("gained", gained, "dropped")):
        if not side["documents"]:
            continue
        out += ["", f"{name}, by the rule that {verb} them"]
        out += [_row(f"  {_ruled(one)}", one, 52) for one in side["by_rule"]]
        for by, rows in side["by"].items():
            if len(rows) > 1 or rows[0]["value"] != composition.UNSAID:
                out += [f"{name}, by {by}", *(_row(f"  {shown(str(one['value']))}", one, 52) for one in rows)]
        out += [f"{name}, for example", *(line for one in side["samples"] for line in _sample(one))]
    if gained["documents"]:
        out += ["", "What comes back may be a copy of what is kept; a build would merge it."]
    return out


def _row(name: str, totals: dict[str, Any], width: int = 16) -> str:
    return f"{name:<{width}}{totals['documents']:>12,}{totals['tokens']:>16,}"


def _ruled(one: dict[str, Any]) -> str:
    if one["rule"] is None:
        return "as copies of one that comes back"
    return f"{one['rule']}: {one['bound']}" if one["bound"] else str(one["rule"])


def _sample(one: dict[str, Any]) -> list[str]:
    place = f"{one['path']} ({one['member']})" if one["member"] else str(one["path"])
    number = f", {one['rule']}: {one['value']}" if "value" in one else ""
    quoted = [f"    {shown(' '.join(one['text'].split())[:WIDTH])}"] if one.get("text") else []
    return [f"  {shown(place)}  {one['tokens']:,} tokens{number}", *quoted]
