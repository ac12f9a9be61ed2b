"""Training, measured: the loader alone, and whole trainers side by side.

    python benchmarks/training.py loader CORPUS... [--lengths 512 2048 8192]
    python benchmarks/training.py train [--only 135m/2048/full] [--contestants ours hf trl] [--profile] [--json FILE]
    python benchmarks/training.py train --tiny

`loader` packs a corpus and makes all of its batches in a thread, without a model, and holds that against what an H100 at 40 % of
its peak would eat of them with SmolLM2-135M.

`train` makes models with random weights (the shapes of SmolLM2-135M and Llama-3.2-1B) and documents of log-normal lengths, or takes
--model and --corpus, and trains a few steps with each contestant on the same tokens: corpuskit, Hugging Face's Trainer, TRL's
SFTTrainer with packing. Each runs in a process of its own, in rounds whose order rotates; steps of the warm-up are not measured. MFU is
that of corpuskit/budget/flops.py: attention counted by the documents' lengths, whatever a contestant computes beside it.
"""

import argparse
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from contestants import case as cases

from corpuskit.budget import flops, gpus
from corpuskit.budget.cost import MFU
from corpuskit.errors import CorpuskitError
from corpuskit.shard import reader
from corpuskit.shard.packing import pack
from corpuskit.train.batches import Batch, ahead, batch
from corpuskit.train.feed import feed
from corpuskit.train.objectives.causal import Causal
from corpuskit.train.plan import Amount, Plan
from corpuskit.train.sizes import GPU_MICRO_BATCH, MOST_PER_STEP

HERE = Path(__file__).parent
H100 = "NVIDIA H100 80GB HBM3"
NEEDS = {"ours": "", "hf": "accelerate", "trl": "trl"}  # beside what `pip install 'corpuskit-cpt[train]'` brings
PACKAGES = ("torch", "transformers", "peft", "accelerate", "trl", "flash-attn", "liger-kernel", "triton")


def loader(corpora: list[Path], lengths: list[int]) -> None:
    """One line a corpus and length, by CPU seconds: other work on the machine can only slow a loader down.

    The first packing compiles its kernel, so one is thrown away.
    """
    pack(np.array([9]), 8, 0, np.random.default_rng(0))
    head = ("corpus", "length", "sequences", "padding", "plan s", "tokens/CPU-s", "eaten/s", "ratio")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}\n")
    print(f"{head[0]:<16}{head[1]:>8}{head[2]:>11}{head[3]:>9}{head[4]:>8}{head[5]:>13}{head[6]:>11}{head[7]:>8}")
    for corpus in corpora:
        for length in lengths:
            begun = time.perf_counter()
            asking = Causal((), (0,))
            one = feed("domain", reader.read(corpus), asking.frame, length, 0)
            plan = Plan([one], Amount(), MOST_PER_STEP // length)
            planned = time.perf_counter() - begun
            size = max(1, GPU_MICRO_BATCH // length)

            def made(plan: Plan = plan, size: int = size, asking: Causal = asking) -> Iterator[Batch]:
                for step in range(plan.steps):
                    numbers = plan.numbers(step)
                    yield from (
                        batch(plan, numbers[at : at + size], size, asking) for at in range(0, len(numbers), size)
                    )

            begun, filled, squares = time.process_time(), 0, 0
            for taken in ahead(made):
                filled, squares = filled + taken.filled, squares + taken.squares
            speed = filled / (time.process_time() - begun)
            eaten = _eaten(squares, filled)
            print(
                f"{corpus.name[:15]:<16}{length:>8,}{len(plan):>11,}{one.packed.padding_share:>9.2%}{planned:>8.2f}"
                f"{speed:>13,.0f}{eaten:>11,.0f}{speed / eaten:>7.1f}x",
                flush=True,
            )


def _eaten(squares: int, filled: int) -> float:
    """Tokens a second of SmolLM2-135M on one H100 at the MFU that `--dry-run` assumes."""
    card = gpus.gpu(H100)
    assert card is not None
    attended = flops.mean_attended(squares, filled, causal=True)
    return card.peak_flops * MFU / flops.flops_per_token(cases.shape_of("135m"), attended)


def train(given: argparse.Namespace) -> None:
    """A table for each case, and all of it as JSON."""
    names = [name for name in given.contestants if _there(name)]
    found: dict[str, Any] = {"about": about(), "cases": {}}
    print(json.dumps(found["about"]))
    with tempfile.TemporaryDirectory() as folder:
        for case_name, case in _cases(given, Path(folder)):
            results: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
            print(f"\n{case_name}: {case.warmup} + {case.steps} steps of {case.tokens_per_step:,} places", flush=True)
            for number in range(given.rounds):
                turn = number % len(names)
                for name in names[turn:] + names[:turn]:
                    one = raced(name, case, Path(folder), profiled=given.profile and name == "ours")
                    results[name].append(one)
                    print(f"  round {number + 1}  {name:<5} {_line(one)}", flush=True)
            found["cases"][case_name] = {"results": results, "ratios": _told(results)}
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def _cases(given: argparse.Namespace, folder: Path) -> Iterator[tuple[str, cases.Case]]:
    """Those that --only lets through."""
    lengths = given.lengths or ([128] if given.tiny else [2048, 8192])
    warmup, measured = given.warmup or (2 if given.tiny else 4), given.steps or (4 if given.tiny else 12)
    models = [given.model.name] if given.model else ["tiny"] if given.tiny else ["135m", "1b"]
    for model in models:
        for length in lengths:
            for method in ("full", "lora"):
                name = f"{model}/{length}/{method}"
                if not all(part in name.split("/") for part in given.only.split("/") if part):
                    continue
                places = max(given.tokens_per_step or (512 if given.tiny else 65_536), length)
                corpus = given.corpus or folder / f"corpus-{places}"
                if not corpus.is_dir():
                    cases.make_corpus(corpus, (warmup + measured + 1) * places)
                where = given.model or cases.make_model(model, folder / model)
                yield name, cases.Case(str(where), str(corpus), length, method, places, warmup, measured)


def raced(name: str, case: cases.Case, folder: Path, *, profiled: bool = False) -> dict[str, Any]:
    """What a contestant measured, or why it did not."""
    asked, answer = folder / "case.json", folder / "result.json"
    cases.write(asked, case)
    answer.unlink(missing_ok=True)
    module, options = ("ours", []) if name == "ours" else ("peers", [name])
    command = [sys.executable, "-m", f"contestants.{module}", *options, str(asked), str(answer)]
    path = os.pathsep.join([str(HERE), str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    ended = subprocess.run(
        [*command, *(["--profile"] if profiled else [])],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode or not answer.is_file():
        return {"contestant": name, "failed": (ended.stderr.strip().splitlines() or ["without a word"])[-1][:300]}
    loaded: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return loaded


def _line(one: dict[str, Any]) -> str:
    if "failed" in one:
        return f"FAILED: {one['failed']}"
    used = "MFU   n/a" if one["mfu"] is None else f"MFU {one['mfu']:6.1%}"
    how = f"{one['sequences']} a micro-batch, {one['attention']}{', compiled' if one['compiled'] else ''}"
    again = ", activations recomputed" if one["checkpointing"] else ""
    lines = [
        (
            f"{one['tokens_per_second']:>11,.0f} tokens/s  {used}  peak {one['peak_bytes'] / 2**30:5.1f} GiB  "
            f"loss {one['loss']:6.3f}  set up in {one['setup_seconds']:.0f} s  ({how}{again})"
        ),
        *(f"           note: {note}" for note in one["notes"]),
        *(f"           {share:7.1%}  {group}" for group, share in one["profile"].items()),
    ]
    return "\n".join(lines)


def _told(results: dict[str, list[dict[str, Any]]]) -> dict[str, dict[str, float]]:
    """Ours over each other contestant, round by round: the median and the extremes."""
    ratios = {}
    for name, theirs in results.items():
        pairs = zip(results.get("ours", []), theirs, strict=False)
        both = [
            ours["tokens_per_second"] / one["tokens_per_second"]
            for ours, one in pairs
            if name != "ours" and "failed" not in {**ours, **one}
        ]
        if both:
            ratios[name] = {"median": median(both), "least": min(both), "most": max(both)}
            print(f"  ours / {name}: {median(both):.2f} ({min(both):.2f} to {max(both):.2f}, {len(both)} rounds)")
    return ratios


def _there(name: str) -> bool:
    """Whether a contestant can run; says what to install where not."""
    missing = [one for one in dict.fromkeys(("accelerate", NEEDS[name])) if one and NEEDS[name]]
    missing = [one for one in missing if importlib.util.find_spec(one) is None]
    if missing:
        print(f"{name} is missing: pip install {' '.join(missing)}")
    return not missing


def about() -> dict[str, Any]:
    """What the figures were measured with."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=HERE, capture_output=True, text=True, check=False
    )
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else f"CPU, {os.cpu_count()} cores"
    return {"commit": git.stdout.strip() or "unknown", "device": device, "versions": versions}


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parts = parser.add_subparsers(dest="part", required=True)
    one = parts.add_parser("loader", help="the loader alone")
    one.add_argument("corpora", type=Path, nargs="+", metavar="CORPUS")
    one.add_argument("--lengths", type=int, nargs="+", default=[512, 2048, 8192])
    two = parts.add_parser("train", help="whole trainers side by side")
    two.add_argument("--only", default="", metavar="CASE", help="parts of MODEL/LENGTH/METHOD, such as 1b/full")
    two.add_argument("--contestants", nargs="+", choices=list(NEEDS), default=list(NEEDS))
    two.add_argument("--lengths", type=int, nargs="+", help="2048 8192")
    two.add_argument("--rounds", type=int, default=2)
    two.add_argument("--warmup", type=int, help="steps that are not measured (4; tiny: 2)")
    two.add_argument("--steps", type=int, help="steps that are (12; tiny: 4)")
    two.add_argument("--tokens-per-step", type=int, help="places of a step (65,536)")
    two.add_argument("--corpus", type=Path, help="a corpus in place of made-up documents; needs --model")
    two.add_argument("--model", type=Path, help="a model folder in place of made-up ones")
    two.add_argument("--profile", action="store_true", help="say where our time goes; slows ours down")
    two.add_argument("--tiny", action="store_true", help="a model of two layers, for a processor")
    two.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    try:
        if given.part == "loader":
            loader(given.corpora, given.lengths)
        elif given.corpus and not given.model:
            parser.error("--corpus needs --model: the corpus's ids are those of a tokenizer")
        else:
            train(given)
    except CorpuskitError as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()
