"""What a model folder scores with transformers alone, a text at a time: nothing of ours is asked."""

import math
from pathlib import Path
from typing import Any

import torch
from seqeval.metrics import f1_score as entity_f1
from sklearn.metrics import f1_score
from transformers import (
    AutoModelForCausalLM,
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
)

from corpuskit.finetune.examples import TaskKind

Rows = list[dict[str, Any]]


def loaded(auto: Any, folder: Path) -> tuple[Any, Any]:
    """The model, all of whose weights lie in the folder, and its tokenizer."""
    model, info = auto.from_pretrained(folder, output_loading_info=True)
    assert not info["missing_keys"]
    return model.eval(), AutoTokenizer.from_pretrained(folder)


@torch.no_grad()
def score(task: TaskKind, folder: Path, rows: Rows, base: Path) -> dict[str, float]:
    """Metrics by name."""
    match task:
        case "classification":
            return classified(folder, rows)
        case "tagging":
            return tagged(folder, rows)
        case "extraction":
            return extracted(folder, rows)
        case "chat":
            return told(folder, rows)
        case "preference":
            return preferred(folder, rows, base)


def classified(folder: Path, rows: Rows) -> dict[str, float]:
    model, tokenizer = loaded(AutoModelForSequenceClassification, folder)
    logits = torch.cat([model(**tokenizer(row["text"], return_tensors="pt")).logits for row in rows])
    names = model.config.id2label
    if "label" in rows[0]:
        right = [names[int(one)] == row["label"] for one, row in zip(logits.argmax(1), rows, strict=True)]
        return {"accuracy": sum(right) / len(right)}
    wanted = [[name in row["labels"] for name in names.values()] for row in rows]
    return {"micro F1": float(f1_score(wanted, logits > 0, average="micro", zero_division=0.0))}


def tagged(folder: Path, rows: Rows) -> dict[str, float]:
    model, tokenizer = loaded(AutoModelForTokenClassification, folder)
    said = []
    for row in rows:
        encoded = tokenizer(row["words"], is_split_into_words=True, return_tensors="pt")
        tags = model(**encoded).logits[0].argmax(1).tolist()
        words = encoded.word_ids()
        said.append([model.config.id2label[tags[words.index(at)]] for at in range(len(row["words"]))])
    return {"entity F1": float(entity_f1([row["tags"] for row in rows], said, zero_division=0))}


def extracted(folder: Path, rows: Rows) -> dict[str, float]:
    """Spans of at most 30 pieces; every question is answered."""
    model, tokenizer = loaded(AutoModelForQuestionAnswering, folder)
    right = []
    for row in rows:
        text = row["context"]
        encoded = tokenizer(row["question"], text, return_tensors="pt", return_offsets_mapping=True)
        offsets, sides = encoded.pop("offset_mapping")[0].tolist(), encoded.sequence_ids()
        encoded["token_type_ids"] = torch.zeros_like(encoded["input_ids"])  # as RoBERTa's: see Extraction
        out = model(**encoded)
        places = [at for at, side in enumerate(sides) if side == 1]
        spans = [(first, last) for first in places for last in places if 0 <= last - first < 30]
        first, last = max(spans, key=lambda one: float(out.start_logits[0, one[0]] + out.end_logits[0, one[1]]))
        right.append([offsets[first][0], offsets[last][1]] == row["answers"][0])
    return {"exact match": sum(right) / len(right)}


def told(folder: Path, rows: Rows) -> dict[str, float]:
    model, tokenizer = loaded(AutoModelForCausalLM, folder)
    nats, size = 0.0, 0
    for row in rows:
        nats -= answer(model, tokenizer, row["messages"])
        size += len(row["messages"][-1]["content"].encode())
    return {"bits per byte of answers": nats / math.log(2) / size}


def preferred(folder: Path, rows: Rows, base: Path) -> dict[str, float]:
    both = [loaded(AutoModelForCausalLM, one) for one in (folder, base)]
    margins = []
    for row in rows:
        prompt = [{"role": "user", "content": row["prompt"]}]
        ends = [[*prompt, {"role": "assistant", "content": row[end]}] for end in ("chosen", "rejected")]
        (one, other), (was, had) = ([answer(*each, end) for end in ends] for each in both)
        margins.append(0.1 * (one - was - (other - had)))
    return {"preferred": sum(one > 0 for one in margins) / len(margins), "reward margin": sum(margins) / len(margins)}


def answer(model: Any, tokenizer: Any, messages: list[dict[str, str]]) -> float:
    """log p of what the assistant says last, with the token that closes it, in nats."""
    before = tokenizer.apply_chat_template(messages[:-1], tokenize=False, add_generation_prompt=True)
    whole = before + messages[-1]["content"] + "<|im_end|>"
    ids = tokenizer(whole, add_special_tokens=False, return_tensors="pt")["input_ids"]
    start = len(tokenizer(before, add_special_tokens=False)["input_ids"])
    logs = model(input_ids=ids).logits[0, :-1].double().log_softmax(-1)
    return float(logs.gather(1, ids[0, 1:, None])[start - 1 :].sum())
