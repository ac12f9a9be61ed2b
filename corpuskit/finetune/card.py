"""The model card of a fine-tuned model: what it learned from, and how it scores."""

from typing import Any

from corpuskit.train.card import plain

PIPELINES = {
    "classification": "text-classification",
    "tagging": "token-classification",
    "extraction": "question-answering",
    "chat": "text-generation",
    "preference": "text-generation",
}


def card(record: dict[str, Any]) -> str:
    """Markdown with the front matter that model hubs read, from a run's record."""
    data, device = record["data"], record["device"]
    lines = [
        "---",
        "library_name: transformers",
        f"pipeline_tag: {PIPELINES[record['task']]}",
        "tags: [fine-tuning, corpuskit]",
        "---",
        "",
        f"# {record['base_model']}, fine-tuned: {record['task']}",
        "",
        (
            f"{record['base_model']} fine-tuned on {data['learned']:,} private examples ({plain(data['name'])}), method "
            f"{record['recipe']['method']['kind']}, by corpuskit {record['corpuskit']}."
        ),
        "",
        "## Scores",
        "",
        *_scores(record),
        "",
        "## How",
        "",
        (
            f"- {record['steps']:,} of {record['plan']['steps']:,} steps of {record['plan']['examples_per_step']} examples; ending: "
            f"{record['ending']}; the weights are those of step {_exported(record):,}"
        ),
        f"- learning rate {record['learning_rate']:g} ({record['learning_rate_source']}), {record['recipe']['schedule']['kind']}",
        f"- {device['workers']} x {device['name']}, {device['dtype']}, {record['device_hours']:.2f} device hours",
        "",
        "## Where it comes from",
        "",
        *(f"- {name}: SHA-256 `{digest}`" for name, digest in record.get("model_sha256", {}).items()),
        f"- versions: {', '.join(f'{name} {version}' for name, version in record['versions'].items())}",
    ]
    return "\n".join(lines) + "\n"


def _exported(record: dict[str, Any]) -> int:
    best = record["best_step"]
    return int(record["steps"] if best is None else best)


def _scores(record: dict[str, Any]) -> list[str]:
    data, step = record["data"], _exported(record)
    dev = next((one["sets"]["dev"] for one in record["evaluations"] if one["step"] == step), None)
    sets = [("development", data["dev"], dev), ("test", data["test"], record.get("test"))]
    lines = [
        f"- {name} ({count:,} examples): " + ", ".join(f"{metric} {value:.4f}" for metric, value in scores.items())
        for name, count, scores in sets
        if scores
    ]
    return lines or ["Nothing was measured: there is neither a development nor a test set."]
