"""A tokenizer with a chat template, a Llama of two layers that reads it, and conversations."""

import json
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from corpuskit.finetune.encoded import Encoded, together
from corpuskit.finetune.examples import Example, Message, Pair, Talk
from corpuskit.finetune.tasks import Task
from corpuskit.finetune.template import CHATML
from corpuskit.train.tensors import Tensors, to_device

IDS = 400
RATE, CLIP = 1e-3, 0.5
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
# Answers marked by the template itself, and nothing after the token that closes a turn
MARKED = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
# As Qwen3's: what an earlier turn thought is left out
THINKING = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{{ message['content'] if loop.last else message['content'].split('</think>')[-1] }}{{ '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TEXT = "system user assistant the pump is leaking check seal and valve what now replace it thank you be brief"

SYSTEM = Message("system", "be brief")
TURNS = (
    SYSTEM,
    Message("user", "the pump is leaking"),
    Message("assistant", "check the seal"),
    Message("user", "what now"),
    Message("assistant", "replace it"),
)
TALKS = (
    TURNS,
    TURNS[1:3],
    (Message("user", "what is leaking"), Message("assistant", "the pump and the valve")),
    (SYSTEM, Message("user", "thank you"), Message("assistant", "check it now 😀")),
)
PROMPT = (SYSTEM, Message("user", "the pump is leaking"))
ENDS = (
    ("check the seal", "what now"),
    ("replace the valve", "thank you and thank you"),
    ("check it", "the pump is the pump"),
    ("replace it now", ""),
)


def said(messages: tuple[Message, ...]) -> list[dict[str, str]]:
    """As transformers and TRL want it."""
    return [{"role": message.role, "content": message.content} for message in messages]


def talks(conversations: tuple[tuple[Message, ...], ...] = TALKS) -> list[Example]:
    return [Example(f"talks.jsonl:{at}", str(at), Talk(one)) for at, one in enumerate(conversations, 1)]


def pairs() -> list[Example]:
    return [
        Example(
            f"pairs.jsonl:{at}", str(at), Pair(PROMPT, (Message("assistant", one),), (Message("assistant", other),))
        )
        for at, (one, other) in enumerate(ENDS, 1)
    ]


def tokenizer(folder: Path, template: str | None = CHATML, special: list[str] = SPECIAL) -> Path:
    """A byte-level BPE's folder that knows a few words."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=IDS,
        special_tokens=special,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator([TEXT, "\n".join(TEXT.split())], trainer)
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    about = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": special[-1],
        "pad_token": special[0],
        "model_max_length": 512,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(about))
    if template is not None:
        (folder / "chat_template.jinja").write_text(template)
    return folder


def llama(attention: str | None = None) -> Any:
    """Random weights, the same each time."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=IDS,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        bos_token_id=None,
        eos_token_id=2,
        pad_token_id=0,
        tie_word_embeddings=False,
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    if attention is not None:
        model.set_attn_implementation(attention)
    return model


def tensors(encoded: list[Encoded]) -> Tensors:
    import torch

    return to_device(together(encoded), torch.device("cpu"))


def stepped(task: Task, encoded: list[Encoded], steps: int = 1) -> tuple[list[float], Any]:
    """Some steps of our own with all examples: the mean losses and the model after them."""
    from corpuskit.train import optimizer
    from corpuskit.train.attention import NAME
    from corpuskit.train.learner import Learner
    from corpuskit.train.recipe import Optimizer

    learner = Learner(llama(NAME).train(), task)
    adamw = optimizer.adamw(learner, Optimizer(weight_decay=0.0), RATE)
    losses = []
    for _ in range(steps):
        loss = learner(tensors(encoded)) / sum(one.weight for one in encoded)
        loss.backward()
        optimizer.step(adamw, learner, CLIP)
        losses.append(loss.item())
    return losses, learner.model


def theirs(folder: Path, steps: int, batches: int = 1) -> dict[str, Any]:
    """The same steps, each in so many batches, as settings of TRL's trainers."""
    return {
        "output_dir": str(folder),
        "per_device_train_batch_size": 4 // batches,
        "gradient_accumulation_steps": batches,
        "max_steps": steps,
        "num_train_epochs": steps,
        "learning_rate": RATE,
        "lr_scheduler_type": "constant",
        "weight_decay": 0.0,
        "adam_beta1": 0.9,
        "adam_beta2": 0.95,
        "adam_epsilon": 1e-8,
        "max_grad_norm": CLIP,
        "max_length": None,
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "dataloader_pin_memory": False,
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
    }


def assert_same(model: Any, other: Any) -> None:
    """Equal weights, which are others than at the start."""
    import torch

    start = llama().state_dict()
    for (name, one), (_, two) in zip(model.named_parameters(), other.named_parameters(), strict=True):
        assert torch.allclose(one, two, rtol=1e-5, atol=1e-6), name
        assert not torch.allclose(one, start[name], rtol=1e-5, atol=1e-6), name


def outputs(task: Task, model: Any, encoded: list[Encoded]) -> list[Any]:
    """What a model says, for each of `encoded`."""
    import torch

    from corpuskit.train.learner import Learner

    learner = Learner(model, task)
    found = []
    with torch.no_grad():
        for one in encoded:
            batch = tensors([one])
            found.append(task.outputs(model, learner.hidden(batch), batch).numpy())
    return found
