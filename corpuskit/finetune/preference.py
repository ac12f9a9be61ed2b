"""Preference: of two answers the better one becomes more probable than the worse one, against the model that it starts from.

Direct preference optimisation (DPO, Rafailov et al. 2023, arXiv 2305.18290, equation 7). What the starting weights give each answer
never changes, so it is computed once and kept in a file; no second model is in memory.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.finetune import nats, template
from corpuskit.finetune.chat import NO_ANSWER, TOO_LONG, check_decoder
from corpuskit.finetune.encoded import Encoded
from corpuskit.finetune.examples import Example, Pair, TaskKind
from corpuskit.finetune.metrics import PREFERRED, Metric, Parts, ratio
from corpuskit.parts import whole
from corpuskit.train.feed import Frame
from corpuskit.train.objectives import Kind

if TYPE_CHECKING:
    import torch

    from corpuskit.train.tensors import Tensors

MARGIN = Metric("reward margin", ratio)  # mean of the better answer's reward less the worse one's
Values = npt.NDArray[np.float32]


@dataclass(slots=True)
class Preference:
    """Pairs with a decoder, see tasks.Task. `length` is the most places of an answer with its prompt: what lies beyond is cut off.

    `beta` is how dear it is to leave the reference; `smoothing` the share of labels that are taken to be wrong (conservative DPO:
    Mitchell 2023, https://ericmitchell.ai/cdpo.pdf). Of the latest encode, `account` says how many `examples` became how many
    `pairs`, how many tokens are `asked`, of how many pairs an answer was `cut`, and how many are left out (`without_answer`);
    `refused` are the places of those, each with the reason.
    """

    form: template.Template
    length: int
    beta: float = 0.1
    smoothing: float = 0.0
    account: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    task: TaskKind = "preference"
    kind: Kind = "causal"
    frame: Frame = field(default_factory=lambda: Frame((), (), shifted=False))  # the template writes all there is
    share: float = 1.0
    auto: str = "AutoModelForCausalLM"

    def encode(self, examples: Sequence[Example]) -> list[Encoded]:
        """Two segments each, the better answer first. A pair without two answers within the length is left out.

        Raises UsageError where the template refuses a pair, or its prompt is not the same before both answers.
        """
        found, self.refused, cut = [], [], 0
        for number, example in enumerate(examples):
            pair, place = example.content, example.place
            assert isinstance(pair, Pair)  # noqa: S101 (the task's examples are pairs)
            both = [self.form.ending(pair.prompt, end, place) for end in (pair.chosen, pair.rejected)]
            asked = [np.flatnonzero(laid.asked[1:]) for laid in both]
            targets = [places[places < self.length] for places in asked]
            if not all(map(len, targets)):
                self.refused.append((place, TOO_LONG if all(map(len, asked)) else NO_ANSWER))
                continue
            _check_prompt(both, [int(target[0]) for target in targets], place)
            found.append(_encoded(number, both, targets))
            cut += sum(map(len, asked)) > sum(map(len, targets))
        asked_tokens = sum(len(one.target) for one in found)
        self.account = {"examples": len(examples), "pairs": len(found), "asked": asked_tokens, "cut": cut}
        self.account["without_answer"] = len(self.refused)
        return found

    def loss(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """See Task: summed over pairs."""
        import torch.nn.functional as F  # noqa: N812 (its usual name)

        if batch.numbers is None:  # no pair
            return nats.each(model, hidden, batch).sum()
        rewards = self.beta * (self.outputs(model, hidden, batch) - batch.numbers)[:, 0].view(-1, 2)
        margin = rewards[:, 0] - rewards[:, 1]
        agreed, flipped = F.logsigmoid(margin), F.logsigmoid(-margin)
        return -((1 - self.smoothing) * agreed + self.smoothing * flipped).sum()

    def outputs(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """log p in nats of each answer, float32 (segments, 1): of each pair the better one's, then the worse one's."""
        import torch

        assert batch.target is not None  # noqa: S101 (a pair says which places are asked)
        segments = 0 if batch.numbers is None else len(batch.numbers)
        segment = torch.bucketize(batch.target, batch.ends[1:].long(), right=True)
        each = nats.each(model, hidden, batch)
        return each.new_zeros(segments).index_add(0, segment, -each)[:, None]

    def parts(
        self, examples: Sequence[Example], encoded: Sequence[Encoded], outputs: Sequence[Any]
    ) -> tuple[Parts, ...]:
        """Whether the better answer has the higher reward, a tie being half; and by how much. Pairs left out count for neither."""
        right, margins = np.zeros((len(examples), 2)), np.zeros((len(examples), 2))
        for one, logs in zip(encoded, outputs, strict=True):
            if one.numbers is None or np.isnan(one.numbers).any():
                raise CorpuskitError("preference: the reference's log-probabilities are missing.")
            better, worse = (logs.astype(np.float64) - one.numbers).reshape(-1).tolist()
            right[one.example] = (better > worse) + 0.5 * (better == worse), 1
            margins[one.example] = self.beta * (better - worse), 1
        return Parts(PREFERRED, right), Parts(MARGIN, margins)


def _check_prompt(both: Sequence[template.Laid], before: Sequence[int], place: str) -> None:
    """Raise UsageError unless the tokens before the two answers are the same; `before` is the place of the last of them."""
    better, worse = (laid.ids[: last + 1] for laid, last in zip(both, before, strict=True))
    if not np.array_equal(better, worse):
        raise UsageError(
            f"{place}: the prompt becomes other tokens before the better answer than before the worse one; the chat template must end "
            "a prompt where a token ends."
        )


def _encoded(number: int, both: Sequence[template.Laid], targets: Sequence[npt.NDArray[np.int64]]) -> Encoded:
    sizes = [int(target[-1]) + 1 for target in targets]
    return Encoded(
        example=number,
        ids=np.concatenate([laid.ids[:size] for laid, size in zip(both, sizes, strict=True)]),
        segments=tuple(sizes),
        target=np.concatenate([targets[0], sizes[0] + targets[1]]),
        answer=np.concatenate([laid.ids[target + 1] for laid, target in zip(both, targets, strict=True)]),
        weight=1.0,
        numbers=np.full((2, 1), np.nan, np.float32),
    )


def referenced(encoded: Sequence[Encoded], outputs: Sequence[Values]) -> list[Encoded]:
    """The pairs with what the reference gives each answer: `outputs` of the starting weights, (2, 1) for each pair."""
    return [
        replace(one, numbers=np.asarray(logs, np.float32).reshape(2, 1))
        for one, logs in zip(encoded, outputs, strict=True)
    ]


def reference_digest(encoded: Sequence[Encoded], weights: str) -> str:
    """Names the log-probabilities that weights of this digest give these pairs."""
    total = hashlib.sha256(repr((weights, len(encoded))).encode())
    for one in encoded:
        total.update(repr((one.segments, len(one.target))).encode())
        for array in (one.ids, one.target, one.answer):
            total.update(np.ascontiguousarray(array, np.int64).tobytes())
    return total.hexdigest()


def save_reference(file: Path, outputs: Sequence[Values], digest: str) -> None:
    """Keep what the starting weights give each answer, under the name `digest`."""
    from safetensors.numpy import save

    values = np.array([np.asarray(logs, np.float32).reshape(2) for logs in outputs], np.float32).reshape(-1, 2)
    with whole(file) as beside:
        beside.write_bytes(save({"log_probabilities": values}, metadata={"digest": digest}))


def load_reference(file: Path, digest: str) -> list[Values] | None:
    """What was kept, (2, 1) for each pair; None where nothing is, or it was of other pairs or weights."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as kept:
            if (kept.metadata() or {}).get("digest") != digest:
                return None
            values = kept.get_tensor("log_probabilities")
    except (FileNotFoundError, SafetensorError):
        return None
    return [row.reshape(2, 1) for row in values]


def make(
    tokenizer_folder: Path,
    model_kind: Kind,
    length: int,
    beta: float = 0.1,
    smoothing: float = 0.0,
    choice: template.Choice = "auto",
) -> Preference:
    """The task with the tokenizer and the chat template of a folder. Raises UsageError for an encoder and without a template."""
    check_decoder(tokenizer_folder, model_kind, "preference")
    if not beta > 0:
        raise UsageError(f"preference.beta is {beta:g}; it must be above 0 (0.1 is usual).")
    if not 0 <= smoothing < 0.5:
        raise UsageError(f"preference.smoothing is {smoothing:g}; it must be at least 0 and below 0.5.")
    return Preference(template.load(tokenizer_folder, choice), length, beta, smoothing)
