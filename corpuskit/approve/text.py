"""An approval in plain words: what is approved, what that buys, what is spent of it."""

from pathlib import Path

from corpuskit.approve.approval import Approval, shown
from corpuskit.approve.signature import Signature
from corpuskit.approve.spent import Spent
from corpuskit.budget import cost, gpus, models
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.shard import reader

GPU, LENGTH = (
    "NVIDIA H100 80GB HBM3",
    2048,
)  # for scale: what the limit buys on a common GPU with sequences as `train` makes them


def lines(
    corpus: Path, approval: Approval, signature: Signature | None, spent: Spent, model: Path | None = None
) -> list[str]:
    """What stands in an approval, for a terminal; with the model's folder, what its limit buys too."""
    try:
        held, validation = reader.read(corpus).tokens, reader.read(corpus, "validation").tokens
        holds = f"{held + validation:,} tokens, {held:,} of them to train on"
    except CorpuskitError:  # the manifest was changed: that is said apart
        held, holds = 0, "its manifest cannot be read"
    found = [
        f"corpus      {shown(corpus.resolve().name)}: {holds}",
        f"approved    by {approval.by}, {approval.at}",
        f"limit       {_money(approval)}{approval.gpu_hours_limit:,.2f} GPU hours, all runs together",
    ]
    if approval.max_tokens is not None:
        times = f", {approval.max_tokens / held:,.1f} times what there is" if held else ""
        found.append(f"            {approval.max_tokens:,} tokens a run{times}")
    if model is not None:
        found += _buys(approval, model)
    found.append(f"spent       {spent.gpu_hours:,.2f} GPU hours")
    about = "any" if approval.model_digest is None else f"{approval.model} ({approval.model_digest[:12]}…)"
    found.append(f"model       {about}")
    found.append(f"signed      {signature or 'no'}")
    if approval.note:
        found.append(f"note        {approval.note}")
    return [*found, "expiry      none; it ends when the corpus changes or another approval replaces it"]


def _buys(approval: Approval, model: Path) -> list[str]:
    """Tokens that the limit buys of full training on one kind of GPU; nothing for an architecture whose cost is not known."""
    try:
        _, shape = models.read(str(model))
        each = cost.per_place(shape, cost.Work(LENGTH, LENGTH * LENGTH))
        tokens = approval.gpu_hours_limit * 3600 * gpus.gpus()[GPU].peak_flops * cost.MFU / each
    except UsageError:
        return []
    return [
        f"buys        about {tokens / 1e6:,.1f} million tokens of full training on {GPU} at {cost.MFU:.0%} of its peak"
    ]


def _money(approval: Approval) -> str:
    if approval.price_per_gpu_hour is None:
        return ""
    each = f"at {approval.price_per_gpu_hour:,.2f} {approval.currency} a GPU hour: "
    return f"{each if approval.max_cost is None else f'{approval.max_cost:,.2f} {approval.currency} {each}'}"
