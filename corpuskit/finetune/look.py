"""What a person may look at before a run: the data's account, and examples token by token."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from corpuskit.finetune import template
from corpuskit.finetune.encoded import Encoded
from corpuskit.finetune.extraction import END, START
from corpuskit.finetune.prepare import Prepared, Request, prepare
from corpuskit.train import devices

WIDTH = 24  # characters of a token that are shown
BORDERS = {0: "", START: "start", END: "end", START | END: "start and end"}


def prepared(request: Request) -> Prepared:
    """The run as it would begin; no weight is loaded."""
    return prepare(request, devices.machine(request.recipe.device, 1))


def lines(one: Prepared) -> list[str]:
    """The data's account: sizes, labels, and what the checks say."""
    data = one.data
    told = [
        f"{data.name}: {data.kind}, {len(data.train):,} train, {len(data.dev):,} dev, {len(data.test):,} test examples",
        *([f"labels: {', '.join(data.labels)}"] if data.labels else []),
        f"{len(one.learned):,} learned from; {one.plan.steps:,} steps of {one.plan.sequences_per_step} examples",
        f"rate {one.learning_rate:g} ({one.rate_source})",
    ]
    return [*told, *one.notes]


def shown(one: Prepared, count: int) -> list[str]:
    """The first examples, a token a line: place, token, and what is asked there. The text is the owner's: it goes to nobody else."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(one.source.folder, local_files_only=True, trust_remote_code=False)
    rows: list[str] = []
    for encoded in one.plan.encoded[:count]:
        rows += [*([""] if rows else []), f"{one.learned[encoded.example].place}", *_tokens(one, encoded, tokenizer)]
    return rows


def _tokens(one: Prepared, encoded: Encoded, tokenizer: Any) -> Iterator[str]:
    asked = dict(zip(encoded.target.tolist(), encoded.answer, strict=False))
    spoken = one.asking.task in {"chat", "preference"}
    decode = tokenizer.decode
    texts = [text for text, _ in template.shown(encoded.ids, encoded.ids > 0, tokenizer)] if spoken else None
    for place, token in enumerate(encoded.ids.tolist()):
        said, answer = json.dumps(texts[place] if texts else decode([token]), ensure_ascii=False)[:WIDTH], ""
        if place in asked:
            answer = (
                json.dumps(decode([int(asked[place])]), ensure_ascii=False) if spoken else _label(one, asked[place])
            )
        arrow = f"→ {answer}" if answer else ""
        yield f"{place:>6}  {token:>7}  {said:<{WIDTH}}  {arrow}".rstrip()


def _label(one: Prepared, answer: object) -> str:
    names = one.asking.config.get("id2label")
    value = np.asarray(answer)
    if one.asking.task == "extraction":
        return BORDERS[int(value)]
    if names is None:
        return str(value.tolist())
    if value.ndim:
        return ", ".join(names[at] for at in np.flatnonzero(value > 0).tolist()) or "none"
    return str(names[int(value)])
