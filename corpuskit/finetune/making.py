"""A task from its name: one line each."""

from corpuskit.errors import UsageError
from corpuskit.finetune import chat, classification, extraction, preference, tagging
from corpuskit.finetune.examples import Data
from corpuskit.finetune.recipe import Asking
from corpuskit.finetune.tasks import Task
from corpuskit.train.learner import most_places
from corpuskit.train.model import Source

LENGTH = 512  # places: BERT's, and enough to tell what a text is
SPOKEN = 2048  # places of a conversation
WEIGHTED = {"classification", "tagging"}


def make(source: Source, data: Data, settings: Asking) -> Task:
    """The task of `data` for the model in a folder. Raises UsageError when the model cannot be asked this."""
    if settings.class_weights is not None and data.kind not in WEIGHTED:
        raise UsageError(f"task.class_weights: {data.kind} has no classes; leave it null.")
    folder, kind, length = source.folder, source.kind, _length(source, data, settings)
    match data.kind:
        case "classification":
            return classification.make(folder, kind, length, data, settings.class_weights)
        case "tagging":
            return tagging.make(folder, kind, length, data, settings.class_weights)
        case "extraction":
            return extraction.make(folder, kind, length, data)
        case "chat":
            return chat.make(folder, kind, length, settings.template)
        case "preference":
            return preference.make(folder, kind, length, settings.beta, settings.smoothing, settings.template)


def _length(source: Source, data: Data, settings: Asking) -> int:
    usual = SPOKEN if data.kind in {"chat", "preference"} else LENGTH
    roberta = source.config.get("model_type") in {"roberta", "xlm-roberta", "camembert"}
    most = most_places(source.config, int(source.config.get("pad_token_id") or 0) + 1 if roberta else 0)
    if settings.length is not None and most is not None and settings.length > most:
        raise UsageError(f"task.length={settings.length}: the model has positions for {most:,}.")
    return settings.length or min(usual, most or usual)
