"""What was forgotten, or would be, in plain words."""

from pathlib import Path
from typing import Any

from corpuskit.forget.look import Answer
from corpuskit.report.explain import place

LISTED = 20  # documents that are named; --json has all
RETURNS = "the next build brings the best of them back into the shards"
MODELS = "A model cannot forget: what it learned of them, and what was made from it, stays until it is trained again without them."


def lines(corpus: Path, answer: Answer) -> list[str]:
    """The answer for a terminal."""
    out = _documents("forgotten" if answer.done else "would go", answer.documents)
    out += [
        f"{one.name:<11} held {one.documents:,} of them, {one.tokens:,} tokens" for one in answer.sets if one.documents
    ]
    if answer.copies_left:
        out += _documents("copies left", answer.copies_left)
        out.append("            they say the same, or nearly, and stay; --copies takes them too")
        if any(one["verdict"] == "merged" for one in answer.copies_left) and not any(
            one["verdict"] == "kept" for one in answer.copies_left
        ):
            out.append(f"            {RETURNS}")
    out += [f"run         {one.folder}: {_seen(one.how, one.held)}" for one in answer.runs]
    if answer.runs_told:
        out.append(
            f"run         named in {corpus / 'spent'}: {', '.join(answer.runs_told)}; --runs looks into their folders"
        )
    if answer.runs or answer.runs_told:
        out.append(f"            {MODELS}")
    if answer.exports:
        out.append(f"export      {', '.join(answer.exports)}: deleted with them; export again")
    if answer.not_looked_into:
        out.append(f"not ours    {', '.join(answer.not_looked_into)}: nobody looked there, and they may hold them")
    if answer.approved:
        out.append("approval    holds for the corpus as it was; without them it has to be approved again")
    return out


def _seen(how: str, held: str) -> str:
    with_them = {"yes": "with them in it", "perhaps": "in an earlier state, perhaps with them in it"}
    return f"{how} this corpus {with_them[held]}" if how == "replayed" else f"{how} on this corpus {with_them[held]}"


def _documents(what: str, documents: list[dict[str, Any]]) -> list[str]:
    named = [f"  {place(one)}  [{one['id']}] {_was(one)}" for one in documents[:LISTED]]
    more = [f"  ... and {len(documents) - LISTED:,} more"] if len(documents) > LISTED else []
    return [f"{what:<11} {_many(len(documents))}", *named, *more]


def _many(documents: int) -> str:
    return "1 document" if documents == 1 else f"{documents:,} documents"


def _was(document: dict[str, Any]) -> str:
    return f"{document['verdict']}: {document['reason']}" if document["reason"] else str(document["verdict"])
