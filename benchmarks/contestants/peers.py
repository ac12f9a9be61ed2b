"""Hugging Face's Trainer and TRL's SFTTrainer, each with the best settings that work where it runs.

usage: peers.py hf|trl CASE.json RESULT.json

Same weights in float32 computed with in bfloat16 (float32 on a processor), same adapters, AdamW fused, gradients clipped, no
checkpointing unless the model fits no other way; micro-batches as large as ours, halved until they fit. Attention is
flash_attention_2 where the flash-attn wheel is installed: documents of a sequence do not see each other. Without it, it is PyTorch's
sdpa over whole sequences, as run_clm.py and TRL's "wrapped" packing have it: fast, but documents do see each other.
"""

import gc
import importlib
import importlib.util
import os
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

os.environ |= {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "TRL_EXPERIMENTAL_SILENCE": "1"}

import numpy as np
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorWithFlattening,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)
from transformers.utils import logging

from contestants import case as cases
from corpuskit.train import devices
from corpuskit.train.batches import IGNORED, Batch
from corpuskit.train.prepare import Prepared

CUDA = torch.cuda.is_available()
FLASH = CUDA and importlib.util.find_spec("flash_attn") is not None


class Trial(NamedTuple):
    """One way to run; the next is tried where it does not fit or does not compile."""

    sequences: int
    compiled: bool
    checkpointing: bool


class Clock(TrainerCallback):
    """Notes when the warm-up and the last step end."""

    def __init__(self, case: cases.Case) -> None:
        self.wanted = (case.warmup, case.warmup + case.steps)
        self.ends: list[float] = []

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 (its signature)
        """Called after each optimizer step."""
        if state.global_step in self.wanted:
            if CUDA:
                torch.cuda.synchronize()
            self.ends.append(time.perf_counter())


def arguments(case: cases.Case, trial: Trial, out: str) -> dict[str, Any]:
    """Of TrainingArguments and SFTConfig."""
    return {
        "output_dir": out,
        "max_steps": case.warmup + case.steps,
        "per_device_train_batch_size": trial.sequences,
        "gradient_accumulation_steps": max(1, case.sequences_per_step // trial.sequences),
        "learning_rate": cases.LEARNING_RATE,
        "lr_scheduler_type": "cosine",
        "optim": "adamw_torch_fused",
        "weight_decay": 0.1,
        "max_grad_norm": 1.0,
        "bf16": CUDA,
        "use_cpu": not CUDA,
        "torch_compile": trial.compiled,
        "gradient_checkpointing": trial.checkpointing,
        "train_sampling_strategy": "sequential",
        "dataloader_num_workers": 2 if CUDA else 0,
        "dataloader_pin_memory": CUDA,
        "logging_strategy": "no",
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
    }


def model(case: cases.Case) -> Any:
    """The model with what learns in float32; a frozen base in the type that is computed with."""
    frozen = torch.bfloat16 if CUDA else torch.float32
    loaded: Any = AutoModelForCausalLM.from_pretrained(
        case.model,
        dtype=torch.float32 if case.method == "full" else frozen,
        attn_implementation="flash_attention_2" if FLASH else "sdpa",
        local_files_only=True,
        use_cache=False,
    )
    if case.method == "lora":
        from peft import LoraConfig, get_peft_model

        loaded = get_peft_model(
            loaded, LoraConfig(r=cases.RANK, lora_alpha=2 * cases.RANK, target_modules="all-linear")
        )
    return loaded


def documents(one: Batch) -> list[list[int]]:
    """The pieces of a sequence, without its padding."""
    ends = np.unique(one.ends)
    return [one.input_ids[start:stop].tolist() for start, stop in pairwise(ends.tolist()) if start < one.filled]


def hf(case: cases.Case, made: Prepared, trial: Trial, out: str, clock: Clock) -> Any:
    """Trainer on our sequences, row by row."""
    from datasets import Dataset

    rows: list[dict[str, Any]]
    if FLASH:
        rows = [{"documents": documents(one)} for one in cases.sequences(made)]
        flat: Any = DataCollatorWithFlattening(return_flash_attn_kwargs=True)  # type: ignore[no-untyped-call]

        def collate(features: list[dict[str, Any]]) -> Any:
            return flat([{"input_ids": ids} for feature in features for ids in feature["documents"]])
    else:
        rows = [
            {
                "input_ids": one.input_ids,
                "labels": np.where(np.arange(case.length) < one.filled, one.input_ids, IGNORED),
            }
            for one in cases.sequences(made)
        ]

        def collate(features: list[dict[str, Any]]) -> Any:
            return {name: torch.tensor([one[name] for one in features]) for name in ("input_ids", "labels")}

    options = TrainingArguments(**arguments(case, trial, out), remove_unused_columns=False)
    return Trainer(model(case), options, collate, Dataset.from_list(rows), callbacks=[clock])


def trl(case: cases.Case, made: Prepared, trial: Trial, out: str, clock: Clock) -> Any:
    """SFTTrainer on our sequences' documents, which it packs itself."""
    from datasets import Dataset

    sft: Any = importlib.import_module("trl")
    pieces = [ids for one in cases.sequences(made) for ids in documents(one)]
    rows = Dataset.from_dict({"input_ids": pieces, "labels": pieces})
    options = sft.SFTConfig(
        **arguments(case, trial, out),
        max_length=case.length,
        packing=True,
        packing_strategy="bfd_split" if FLASH else "wrapped",
    )
    tokenizer = AutoTokenizer.from_pretrained(case.model, local_files_only=True)
    return sft.SFTTrainer(model(case), options, train_dataset=rows, processing_class=tokenizer, callbacks=[clock])


CONTESTANTS = {"hf": hf, "trl": trl}


def trials(name: str, most: int) -> list[Trial]:
    """What to try, the fastest first. TRL's flattened batches change their shape, for which the compiler starts anew."""
    compiled = CUDA and not (name == "trl" and FLASH)
    sizes = [most >> halved for halved in range(most.bit_length())]
    found = [Trial(size, how, False) for size in sizes for how in ((True, False) if compiled else (False,))]
    return [*found, Trial(1, False, True)]


def run(name: str, case: cases.Case) -> cases.Result:
    """Train, and say how fast that was."""
    begun = time.perf_counter()
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as out:
        made = cases.prepared(case, Path(out))
        too_large, no_compiler = made.sequences_per_micro_batch + 1, False
        for trial in trials(name, made.sequences_per_micro_batch):
            if (trial.sequences >= too_large and not trial.checkpointing) or (trial.compiled and no_compiler):
                continue
            clock = Clock(case)
            try:
                trainer = CONTESTANTS[name](case, made, trial, out, clock)
                loss = trainer.train().training_loss
            except torch.OutOfMemoryError:
                too_large = trial.sequences
            except Exception as error:  # whatever a compiler raises
                if not trial.compiled:
                    raise
                no_compiler = True
                notes.append(f"torch_compile failed: {str(error).splitlines()[0][:120]}")
            else:
                break
            trainer = None
            gc.collect()
            torch.cuda.empty_cache()
        else:
            sys.exit(f"{name}: does not fit the device, with activation checkpointing and one sequence at a time.")
    seconds = clock.ends[1] - clock.ends[0]
    speed = measured_tokens(name, case, made, trainer) / seconds
    return cases.Result(
        contestant=name,
        tokens_per_second=speed,
        mfu=cases.used(made, speed),
        peak_bytes=devices.memory_peak(torch.device("cuda" if CUDA else "cpu")),
        seconds=seconds,
        setup_seconds=clock.ends[0] - begun,
        loss=loss,
        sequences=trial.sequences,
        attention="flash_attention_2" if FLASH else "sdpa, documents see each other",
        compiled=trial.compiled,
        checkpointing=trial.checkpointing,
        notes=notes,
    )


def measured_tokens(name: str, case: cases.Case, made: Prepared, trainer: Any) -> int:
    """Tokens of the rows that were trained on after the warm-up, without padding."""
    per_step = trainer.args.per_device_train_batch_size * trainer.args.gradient_accumulation_steps
    first, last = case.warmup * per_step, (case.warmup + case.steps) * per_step
    if name == "hf":
        return sum(one.filled for one in list(cases.sequences(made))[first:last])
    sizes = [len(ids) for ids in trainer.train_dataset["input_ids"]]  # it begins again when it has run out
    return sum(sizes[number % len(sizes)] for number in range(first, last))


if __name__ == "__main__":
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    cases.write(Path(sys.argv[3]), run(sys.argv[1], cases.read(Path(sys.argv[2]))))
