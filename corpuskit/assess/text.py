"""An assessment for a terminal."""

import textwrap
from typing import Any

Figures = dict[str, Any]
WIDTH, INDENT = 100, 15


def lines(found: Figures) -> list[str]:
    """What was measured, and the verdict with what it rests on."""
    return [*_words(found), *_pieces(found), *_model(found), *_left_out(found), "", *_verdict(found["verdict"])]


def _words(found: Figures) -> list[str]:
    measured, general = found["lexical"], found["general"]
    if not measured:
        return []
    rows = [
        f"general text  {general['name']}, {general['words']:,} words",
        f"language      {found['language']}, {found['language_share']:.0%} of the tokens",
        "",
        "                                   corpus  95 % interval      floor",
    ]
    named = (
        ("overlap", "top words shared"),
        ("jaccard", "the same, as Jaccard"),
        ("jsd_bits", "divergence, bits"),
        ("oov", "words unknown there"),
    )
    for name, what in named:
        one = measured[name]
        floor = "" if one["floor"] is None else f"{one['floor']:.3f}"
        rows.append(f"{what:<31}{one['value']:>10.3f}  {one['low']:.3f} to {one['high']:.3f}  {floor:>7}")
    return [*rows, _beside(measured, found["atlas"])]


def _beside(measured: Figures, atlas: list[Figures]) -> str:
    if measured["note"]:
        return str(measured["note"])
    near = sorted(atlas, key=lambda one: abs(one["overlap_of_floor"] - measured["overlap_of_floor"]))[:2]
    return str(measured["band"]) + (
        f": beside {' and '.join(one['name'] for one in near)} in the atlas" if near else ""
    )


def _pieces(found: Figures) -> list[str]:
    cut = found["fragmentation"]
    if not cut:
        return []
    each, torn = cut["pieces_per_word"], cut["three_or_more"]
    rows = [
        f"pieces a word  {each['domain']:.3f}, general {each['general']:.3f}",
        f"three or more  {torn['domain']:.1%} of the words, general {torn['general']:.1%}",
    ]
    if cut["broken"]:
        rows.append("most broken    " + ", ".join("·".join(one["pieces"]).strip() for one in cut["broken"][:5]))
    if found["terms"]:
        rows.append("typical terms  " + ", ".join(one["term"] for one in found["terms"][:8]))
    return ["", *rows]


def _model(found: Figures) -> list[str]:
    rows = []
    if found["vocabulary"]:
        rows.append(_vocabulary(found["vocabulary"]))
    if found["bits"]:
        both = [
            f"{name} {one['mean']:.4f} ({one['low']:.4f} to {one['high']:.4f})"
            for name, one in found["bits"].items()
            if isinstance(one, dict)
        ]
        rows.append(f"bits per byte  {', '.join(both)}")
    if found["probe"]:
        rows.append(_probe(found["probe"]))
        if forgot := found["probe"]["forgetting"]:
            rows.append(
                f"forgetting     {forgot['value']:+.1%} on general text ({forgot['low']:+.1%} to {forgot['high']:+.1%})"
            )
    rows += [
        f"test set       {one['file']}: {one['leaked']:,} of {one['items']:,} items stand in the corpus"
        + (f", {one['short']:,} too short to look for" if one["short"] else "")
        for one in found["leaks"] or ()
    ]
    return ["", *rows] if rows else []


def _vocabulary(saved: Figures) -> str:
    how = f"with {saved['added']:,} more"
    if saved["net"] is None:
        return f"vocabulary     {saved['domain_saving']:.1%} fewer tokens {how}; how many of them net of general text is not known"
    return f"vocabulary     {saved['net']:.1%} fewer tokens, net, {how}"


def _probe(trial: Figures) -> str:
    one, more = trial["gain"], trial["extrapolated"]
    row = (
        f"probe          {trial['tokens']:,} tokens took {one['value']:.1%} off ({one['low']:.1%} to {one['high']:.1%})"
    )
    if more is None:
        return row
    return f"{row}; {more['tokens']:,} might take {more['value']:.1%} ({more['low']:.1%} to {more['high']:.1%})"


def _left_out(found: Figures) -> list[str]:
    return [f"left out       {one['what']}: {one['why']}" for one in found["left_out"]]


def _verdict(found: Figures) -> list[str]:
    rows = [found["title"].upper(), *_wrapped(found["sentence"]), ""]
    rows += [f"  {step['answer']:<8} {step['question']}  [{step['kind']}]" for step in found["path"]]
    if found["expected"]:
        one = found["expected"]
        rows += [
            "",
            *_wrapped(
                f"{one['low']:+.1f} to {one['high']:+.1f} {one['unit']} (the middle half of {one['tasks']} published results)",
                "expect",
            ),
        ]
    titles = list(dict.fromkeys(one["title"] for one in found["would_change"]))
    for title in titles:
        ways = "; or ".join(one["if"] for one in found["would_change"] if one["title"] == title)
        rows += ["", *_wrapped(f"{title}, if {ways}.", "otherwise")]
    for risk in found["risks"]:
        rows += ["", *_wrapped(risk, "risk")]
    return rows


def _wrapped(text: str, label: str = "") -> list[str]:
    """The text in lines, beside its label."""
    indent = " " * INDENT if label else ""
    return textwrap.wrap(text, WIDTH, initial_indent=label.ljust(INDENT) if label else "", subsequent_indent=indent)
