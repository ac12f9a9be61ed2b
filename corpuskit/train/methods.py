"""Methods: which weights learn. Adapters and trainable rows are peft's; the modules of the model are changed in place."""

from collections.abc import Sequence
from typing import Any

from torch import nn

from corpuskit.errors import UsageError
from corpuskit.train.heads import head_modules
from corpuskit.train.recipe import Method


def apply(model: Any, method: Method, new_tokens: list[int], heads: Sequence[str] = ()) -> Any:
    """Make the model learn what the method says; returns peft's wrapper around it, or None where there are no adapters.

    `new_tokens` are the ids that `corpuskit vocabulary` added; `heads` are modules that learn whole beside adapters. Raises UsageError
    when the method has nothing to train.
    """
    if method.kind == "full":
        return None
    if method.kind == "head":
        return _head_alone(model)
    if method.kind == "embeddings":
        check_new_tokens(new_tokens)
        from peft import TrainableTokensConfig

        return _wrapped(model, TrainableTokensConfig(target_modules=_embedding_names(model), token_indices=new_tokens))
    from peft import LoraConfig

    whole = _embedding_names(model) if method.train_embeddings else []
    return _wrapped(
        model,
        LoraConfig(
            r=method.rank,
            lora_alpha=2 * method.rank if method.alpha is None else method.alpha,
            lora_dropout=method.dropout,
            target_modules="all-linear",
            use_dora=method.kind == "dora",
            modules_to_save=[*whole, *heads] or None,
            exclude_modules=list(heads) or None,
            ensure_weight_tying=bool(whole) and bool(model.config.tie_word_embeddings),
            trainable_token_indices=dict.fromkeys(_embedding_names(model), new_tokens)
            if new_tokens and not whole
            else None,
        ),
    )


def check_new_tokens(new_tokens: list[int]) -> None:
    """Raise UsageError when there are none to train."""
    if not new_tokens:
        raise UsageError(
            "method.kind=embeddings trains the rows of new tokens, and this model has none; extend it with corpuskit vocabulary."
        )


def _wrapped(model: Any, config: Any) -> Any:
    import warnings

    from peft import get_peft_model

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*", category=FutureWarning)
        # peft's layer for the rows of tokens does tie them (TrainableTokensModel.inject_adapter)
        warnings.filterwarnings(
            "ignore", message=".*no implementation exists to tie the adapters", category=UserWarning
        )
        return get_peft_model(model, config)


def _head_alone(model: Any) -> None:
    model.requires_grad_(False)
    modules = head_modules(model)
    output = model.get_output_embeddings()
    for module in modules:
        module.requires_grad_(True)
    if output is not None and output.bias is not None:
        output.bias.requires_grad_(True)
    shared = model.get_input_embeddings().weight
    if output is not None and output.weight is not shared:
        output.weight.requires_grad_(True)


def _embedding_names(model: Any) -> list[str]:
    """The last names of the modules that hold input and output embeddings; where they are tied, of the input's alone."""
    wanted = [model.get_input_embeddings()]
    if model.get_output_embeddings() is not None and model.get_output_embeddings().weight is not wanted[0].weight:
        wanted.append(model.get_output_embeddings())
    return sorted(
        {name.rsplit(".", 1)[-1] for name, module in model.named_modules() for one in wanted if module is one}
    )


def blocks(model: Any) -> list[nn.Module]:
    """The repeated layers: the longest list of modules in the backbone."""
    lists = [module for module in model.base_model.modules() if isinstance(module, nn.ModuleList)]
    return max((list(one) for one in lists), key=len, default=[])
