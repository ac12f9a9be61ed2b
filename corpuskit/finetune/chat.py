"""Chat: the model learns what the assistant says in a conversation, and how it ends; nothing else is asked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpuskit.errors import UsageError
from corpuskit.finetune import nats, template
from corpuskit.finetune.encoded import Encoded
from corpuskit.finetune.examples import Example, Talk, TaskKind
from corpuskit.finetune.metrics import BITS_PER_BYTE, Parts
from corpuskit.train.batches import IGNORED
from corpuskit.train.feed import Frame
from corpuskit.train.objectives import Kind

if TYPE_CHECKING:
    import torch

    from corpuskit.train.tensors import Tensors

NO_ANSWER, TOO_LONG = "no_answer", "answer_beyond_length"  # why a conversation is not learnt from


@dataclass(slots=True)
class Chat:
    """Conversations with a decoder, see tasks.Task. `length` is the most places of a sequence: what lies beyond is cut off.

    Of the latest encode, `account` says how many `examples` became how many `sequences`, one for each conversation or, where the
    template rewrites what was said before, for each answer; how many `turns` the assistant has, and how many of them no token ends
    (`unclosed`); how many tokens are `asked`, how many sequences were `cut`, and how many are left out (`without_answer`). `refused`
    are the places of those, each with the reason.
    """

    form: template.Template
    length: int
    account: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    task: TaskKind = "chat"
    kind: Kind = "causal"
    frame: Frame = field(default_factory=lambda: Frame((), (), shifted=False))  # the template writes all there is
    share: float = 1.0
    auto: str = "AutoModelForCausalLM"

    def encode(self, examples: Sequence[Example]) -> list[Encoded]:
        """A conversation without an answer within the length is left out.

        Raises UsageError where the template refuses a conversation.
        """
        found, self.refused = [], []
        counts = Counter(turns=0, unclosed=0, cut=0)
        for number, example in enumerate(examples):
            assert isinstance(example.content, Talk)  # noqa: S101 (the task's examples are conversations)
            for laid in self.form.conversation(example.content.messages, example.place):
                asked, one = np.count_nonzero(laid.asked[1:]), self._encoded(number, laid)
                counts.update(turns=laid.turns, unclosed=laid.unclosed)
                if one is None:
                    self.refused.append((example.place, TOO_LONG if asked else NO_ANSWER))
                    continue
                counts["cut"] += int(asked > len(one.target))
                found.append(one)
        asked_tokens = sum(len(one.target) for one in found)
        self.account = {"examples": len(examples), "sequences": len(found), **counts, "asked": asked_tokens}
        self.account["without_answer"] = len(self.refused)
        return found

    def _encoded(self, number: int, laid: template.Laid) -> Encoded | None:
        """The first places, as far as something is asked; None where nothing is."""
        target = np.flatnonzero(laid.asked[1:][: self.length])
        if not len(target):
            return None
        places = int(target[-1]) + 1
        size = np.array([[laid.sizes[target + 1].sum()]], np.float32)
        return Encoded(number, laid.ids[:places], (places,), target, laid.ids[target + 1], float(len(target)), size)

    def loss(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """See Task: over answers' tokens, as transformers and TRL take the mean."""
        from corpuskit.train.heads import summed_nll

        softcap = getattr(model.config, "final_logit_softcapping", None)
        return summed_nll(
            model.get_output_embeddings(), nats.asked(model, hidden, batch), batch.labels, IGNORED, softcap
        )

    def outputs(self, model: Any, hidden: "torch.Tensor", batch: "Tensors") -> "torch.Tensor":
        """-log p in nats of each token that is asked: float32 (targets, 1)."""
        return nats.each(model, hidden, batch)[:, None]

    def parts(
        self, examples: Sequence[Example], encoded: Sequence[Encoded], outputs: Sequence[Any]
    ) -> tuple[Parts, ...]:
        """Bits per byte of what was asked, the end of an answer included in the bits."""
        each = np.zeros((len(examples), 2))
        for one, losses in zip(encoded, outputs, strict=True):
            assert one.numbers is not None  # noqa: S101 (bytes of the answers)
            each[one.example] += float(np.sum(losses, dtype=np.float64)) / np.log(2), float(one.numbers.sum())
        return (Parts(BITS_PER_BYTE, each),)


def make(tokenizer_folder: Path, model_kind: Kind, length: int, choice: template.Choice = "auto") -> Chat:
    """The task with the tokenizer and the chat template of a folder. Raises UsageError for an encoder and without a template."""
    check_decoder(tokenizer_folder, model_kind, "chat")
    return Chat(template.load(tokenizer_folder, choice), length)


def check_decoder(folder: Path, kind: Kind, task: TaskKind) -> None:
    """Raise UsageError where a model cannot say anything."""
    if kind != "causal":
        raise UsageError(
            f"{folder}: the model is an encoder, and the task {task} wants a decoder (AutoModelForCausalLM); name one with --model."
        )
