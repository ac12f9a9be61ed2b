"""The peak learning rate of a task, and where it comes from."""

from corpuskit.finetune.examples import TaskKind
from corpuskit.train.objectives import Kind
from corpuskit.train.recipe import Method

ADAPTERS = {"lora", "dora"}


def default_rate(task: TaskKind, kind: Kind, method: Method) -> tuple[float, str]:
    """For a backbone that is causal or masked. Search beats any of them: `corpuskit evaluate` does, for each arm alike."""
    adapters = method.kind in ADAPTERS
    if task == "preference":
        if adapters:
            return 1e-5, "our convention: ten times the rate of all weights, as for LoRA elsewhere"
        return 1e-6, "Rafailov et al. 2023 (arXiv 2305.18290), DPO: 1e-6"
    if adapters:
        return (
            2e-4,
            "Hu et al. 2021 (arXiv 2106.09685), RoBERTa: 2e-4 to 5e-4; QLoRA (arXiv 2305.14314), up to 13B: 2e-4",
        )
    if task == "chat":
        return 2e-5, "Llama 2 (arXiv 2307.09288), supervised fine-tuning: 2e-5"
    if kind == "masked":
        return 5e-5, "Devlin et al. 2019 (arXiv 1810.04805): the highest of 5e-5, 3e-5, 2e-5"
    return 2e-5, "our convention for a decoder's head: the rate of its supervised fine-tuning"
