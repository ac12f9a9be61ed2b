"""What is said of the test data that the corpus was held against. Names and numbers, never a text."""

from typing import Any

WENT = {"documents": "dropped", "spans": "rid of what they share with it", "nothing": "left as they are"}


def told(found: dict[str, Any]) -> list[str]:
    """Sentences about it, from what the manifest says (docs/contamination.md)."""
    tests = found["tests"]
    items, short, common, leaked = (
        sum(one[name] for one in tests) for name in ("items", "short", "common", "contaminated")
    )
    looked_for = items - short - common
    where = (
        f"{leaked:,} of {looked_for:,} items of {len(tests):,} test file{'s' * (len(tests) != 1)} stand in {found['documents']:,} "
        f"documents ({found['tokens']:,} tokens), by more than {found['share']:.0%} of their words in runs of {found['ngram']}"
    )
    lines = [where]
    if found["documents"]:
        lines.append(f"these documents are {WENT[found['remove']]}{_sums(found)}")
    if short:
        lines.append(f"{short:,} items are too short to be looked for: a few words stand in any text")
    if common:
        lines.append(f"{common:,} items are common language, and were not looked for{_named(found['common_items'])}")
    return lines


def _sums(found: dict[str, Any]) -> str:
    if found["remove"] == "documents":
        return f": {found['dropped']['documents']:,} documents, {found['dropped']['tokens']:,} tokens"
    if found["remove"] == "spans":
        return f": {found['cut']['characters']:,} characters, about {found['cut']['tokens']:,} tokens"
    return ""


def _named(items: list[str]) -> str:
    """The first of the items that stand in too many documents."""
    return f"; in many documents, for example: {', '.join(items[:3])}" if items else ""


def line(document: dict[str, Any]) -> list[str]:
    """For `explain`: how much of which test item a document has; nothing where it has none, or nothing was looked for."""
    share, item = document.get("contamination"), document.get("contaminated_by")
    return [f"  tests    has {share:.0%} of the words of {item}"] if share and item else []
