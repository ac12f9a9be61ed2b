"""What came of an extension, for a terminal."""

from corpuskit.vocabulary.measure import Saving
from corpuskit.vocabulary.step import LEAST, WORTH, Extended


def lines(found: Extended) -> list[str]:
    """The saving with its control, the verdict, and what was written where."""
    told = [
        f"vocabulary   {found.added:,} tokens of {found.candidates:,} candidates, {found.kind}"
        + (f"; {found.inner:,} of them are there for others that are made of them" if found.inner else ""),
    ]
    if found.refused:
        told.append(
            f"refused      {found.refused:,} whole words, {found.refused_saving / 1e4:.1f} % of the training tokens: "
            "as vocabulary, they might make other words longer"
        )
    told.append("held out     " + _saving(found.domain))
    if found.general:
        told += ["control      " + _saving(found.general), f"net          {found.net:.1%}"]
    else:
        told.append("control      none: part of this any text would save; give a corpus of general text with --general")
    return [*told, *_verdict(found), *_written(found)]


def _saving(saving: Saving) -> str:
    return f"{saving.before:,} tokens → {saving.after:,}, {saving.share:.1%} fewer, {saving.documents:,} documents"


def _verdict(found: Extended) -> list[str]:
    if not found.added:
        return [f"not worth it: no token saves {LEAST:g} in a million here."]
    net = f"{'net ' if found.general else ''}{found.net:.1%}"
    if not found.worth:
        return [f"not worth it: {net} is below {WORTH:.0%}; the model's own tokenizer serves this corpus well."]
    return [f"worth it: {net} is at least {WORTH:.0%}."]


def _written(found: Extended) -> list[str]:
    if found.rows is None or found.shards is None:
        return [
            "nothing was written; --tokens N writes the N best all the same." if found.added else "nothing was written."
        ]
    sizes = f"{found.rows.before:,} → {found.rows.now:,} rows"
    head = {"tied": "input and output tied", "untied": "input and output apart", "none": "no output head"}[
        found.rows.head
    ]
    share = 1 - found.shards.tokens / max(1, found.shards.tokens_before)
    tokens = f"{found.shards.documents:,} documents, {found.shards.tokens_before:,} tokens → {found.shards.tokens:,}, {share:.1%} fewer"
    return [
        f"model        {found.request.out}: {found.rows.architecture}, {sizes}, {head}",
        f"shards       {found.request.corpus / found.shards.name}: {tokens}, none longer",
        f"round trip   {found.round_trips:,} documents exact",
    ]
