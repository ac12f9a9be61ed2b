"""What is said of the validation side: how it was drawn, and how much of it stands in train too. Paths, never a text."""

from typing import Any


def told(split: dict[str, Any]) -> list[str]:
    """Sentences about the split, from what the manifest says of it (docs/splits.md)."""
    stayed = split["validation"]
    if not stayed["documents"]:
        return [_none(split)]
    lines = [
        f"{stayed['documents']:,} documents, {stayed['tokens']:,} tokens, drawn by {_keys(split)}; {_known(split)}"
    ]
    if split["forced"]:
        lines.append("no group was drawn, so the one nearest in size to shard.validation_share is validation")
    if split["moved"]["groups"]:
        lines.append(f"{_sum(split['moved'])} went to train, which knew more than {split['max_leak']:.0%} of them")
    if split["too_large"]["groups"]:
        lines.append(
            f"{_sum(split['too_large'])} hold more than {split['share']:.3g} of the tokens each, so they are train"
        )
    return lines


def _known(split: dict[str, Any]) -> str:
    if not split["looked_at"]:
        return f"all shorter than {split['ngram']} words"
    known = f"{split['known']:.1%} of their runs of {split['ngram']} words stand in train too"
    if not split["worst"]:
        return known
    worst = split["worst"][0]
    return f"{known}; worst: {' '.join(filter(None, (worst['path'], worst['member'])))}, {worst['share']:.0%}"


def _none(split: dict[str, Any]) -> str:
    if split["share"] == 0:
        return "none: shard.validation_share is 0"
    if not split["groups"]:
        return "none: no document was kept"
    return f"none: by {_keys(split)} every group holds more than half of the tokens; name fewer keys in shard.split_by"


def _keys(split: dict[str, Any]) -> str:
    keys = [key for key in split["by"] if key != "cluster"]
    return " and ".join(["cluster", *keys])


def _sum(counts: dict[str, int]) -> str:
    groups = f"{counts['groups']:,} group{'s' if counts['groups'] != 1 else ''}"
    return f"{groups} ({counts['documents']:,} documents, {counts['tokens']:,} tokens)"
