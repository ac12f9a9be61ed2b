"""The model card: what the model was made of, by whose leave, and what it did to held-out text."""

from typing import Any

MARKS = "\\`*_{}[]()<>#+-.!|&~$@:/"  # what Markdown or HTML would act on


def card(record: dict[str, Any]) -> str:
    """Markdown with the front matter that model hubs read, from a run's record."""
    task = "text-generation" if record["objective"] == "causal" else "fill-mask"
    lines = [
        "---",
        "library_name: transformers",
        f"pipeline_tag: {task}",
        "tags: [continued-pretraining, corpuskit]",
        "---",
        "",
        f"# {record['base_model']}, adapted",
        "",
        (
            f"{record['base_model']} after continued pretraining ({record['objective']} language modelling, method "
            f"{record['recipe']['method']['kind']}) on a private corpus, by corpuskit {record['corpuskit']}."
        ),
        "",
        *_leave(record),
        "",
        "## Held-out text",
        "",
        *_held_out(record),
        "",
        "## What it has seen",
        "",
        *_seen(record),
        "",
        "## How",
        "",
        *_how(record),
        "",
        "## Where it comes from",
        "",
        f"- corpus manifest (SHA-256 of corpus.json): `{record['corpus_manifest']}`",
        *(f"- {name}: SHA-256 `{digest}`" for name, digest in record.get("model_sha256", {}).items()),
        f"- versions: {', '.join(f'{name} {version}' for name, version in record['versions'].items())}",
    ]
    return "\n".join(lines) + "\n"


def _leave(record: dict[str, Any]) -> list[str]:
    by, replayed = record.get("approved_by"), record.get("replayed", [])
    if record["unapproved"] or not record["approval"]:
        lines = ["**UNAPPROVED: nobody approved training on this corpus.**"]
        covers = "Replayed with it:"
    else:
        who = f" by {plain(by)}, {record['approved_at']}" if by else ""
        lines = [f"Training was approved{who} (SHA-256 of the approval: `{record['approval']}`)."]
        covers = "The approval does not cover what was replayed:"
    if replayed:
        lines += ["", covers, ""]
    return lines + [
        f"- {plain(one['corpus'])}, {one['share']:.1%} of the tokens, manifest (SHA-256 of its corpus.json): `{one['manifest']}`"
        for one in replayed
    ]


def plain(name: str) -> str:
    """A name as text: no Markdown, no HTML."""
    return "".join(f"&#{ord(one)};" if one in MARKS else one for one in name)


def exported(record: dict[str, Any]) -> dict[str, Any]:
    """The evaluation that speaks of the exported weights: that of the best step where the run forgot too much, else the last."""
    best = record["best_step"] if record["ending"] == "forgetting" else None
    found: dict[str, Any] = next(
        (one for one in record["evaluations"] if one["step"] == best), record["evaluations"][-1]
    )
    return found


def _held_out(record: dict[str, Any]) -> list[str]:
    evaluations = record["evaluations"]
    if not evaluations:
        return ["The corpus has no validation split; nothing was measured."]
    first, last = evaluations[0], exported(record)
    lines = ["| set | bits per byte before | after | change |", "|---|---|---|---|"]
    for name, before in first["sets"].items():
        after = last["sets"][name]["bits_per_byte"]
        change = 100 * (after / before["bits_per_byte"] - 1)
        lines.append(f"| {name} | {before['bits_per_byte']:.4f} | {after:.4f} | {change:+.1f} % |")
    fresh = record.get("fresh_weights")
    if record["ending"] == "limit" and last["step"] != record["steps"]:
        lines += [
            "",
            f'"After" was measured at step {last["step"]:,}; these are the weights of step {record["steps"]:,}.',
        ]
    if fresh:
        lines += ["", f'{len(fresh)} weights of the base\'s head were drawn at random: "before" says nothing here.']
    if record["ending"] == "forgetting":
        best = record["best_step"]
        whose = "the last step; none that was measured forgot less" if best is None else f"step {best}"
        lines += ["", f"The run stopped because general text was being forgotten; these are the weights of {whose}."]
    return lines


def _seen(record: dict[str, Any]) -> list[str]:
    lines = ["| corpus | source | tokens |", "|---|---|---|"]
    for corpus, sources in record["tokens_seen"].items():
        lines += [f"| {corpus} | {source} | {tokens:,} |" for source, tokens in sources.items()]
    total = sum(sum(sources.values()) for sources in record["tokens_seen"].values())
    return [*lines, f"| all | | {total:,} |"]


def _how(record: dict[str, Any]) -> list[str]:
    plan, device = record["plan"], record["device"]
    return [
        (
            f"- {record['steps']:,} of {plan['steps']:,} steps of {plan['sequences_per_step']} sequences of "
            f"{plan['sequence_length']:,} places, {plan['padding_share']:.2%} padding; ending: {record['ending']}"
        ),
        f"- learning rate {record['learning_rate']:g} ({record['learning_rate_source']}), {record['recipe']['schedule']['kind']}",
        f"- {device['workers']} x {device['name']}, {device['dtype']}, {record['device_hours']:.2f} device hours",
        (
            f"- attention: {record['attention']}; documents in a sequence do not see each other "
            f"(largest difference at the start: {max(record['self_check'].values()):.1e})"
        ),
    ]
