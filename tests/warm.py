"""Imported by the process that training runs are forked from (`tests.forked`): what each of them would import or load again."""

import gc

import nervaluate  # noqa: F401
import pandas as pd  # type: ignore[import-untyped]  # noqa: F401
import peft  # noqa: F401
import transformers.models.bert.modeling_bert
import transformers.models.llama.modeling_llama  # noqa: F401

import corpuskit.cli
import corpuskit.finetune.runner
import corpuskit.train.launch
import corpuskit.train.runner  # noqa: F401
from corpuskit.dedupe import minhash

minhash.compile_kernels()
gc.collect()
gc.freeze()  # a run collects Python's garbage before it begins
