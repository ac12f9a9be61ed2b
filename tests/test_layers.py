"""Imports point down only; curation knows nothing of torch, and only the engine knows Ray."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import corpuskit

PACKAGE = Path(corpuskit.__file__).parent
LAYERS = (
    {"__init__", "errors"},
    {"components", "documents", "forgotten", "neural", "parts", "policy", "sensitive", "settings", "words"},
    {"extract", "repair", "score", "filter", "dedupe", "shard"},
    {"budget", "contamination"},
    {"report", "engine", "approve"},
    {"train", "vocabulary"},
    {"assess", "finetune"},
    {"evaluate"},
    {"recipe"},
    {"claim", "forget", "pipeline", "products", "progress", "verdicts"},
    {"experiment"},
    {"cli", "__main__"},
)
FLOOR = {room: floor for floor, rooms in enumerate(LAYERS) for room in rooms}
BROTHERS = (LAYERS[2], {"train", "vocabulary"}, {"assess", "finetune"})
TRAINING = {
    "neural",
    "train",
    "vocabulary",
    "finetune",
    "evaluate",
}  # the rooms where torch may be; in `neural` at the first text


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path: Path) -> set[str]:
    """Dotted names of everything that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= (
                {f"{node.module}.{alias.name}" for alias in node.names} if node.module == "corpuskit" else {node.module}
            )
    return found


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    here = room_of(path)
    for name in imports(path):
        if not name.startswith("corpuskit."):
            continue
        there = name.split(".")[1]
        if there.startswith("__") or there == here:
            continue
        assert FLOOR[there] <= FLOOR[here], f"{here} imports {there}"
        assert not any({here, there} <= brothers for brothers in BROTHERS), f"{here} imports its brother {there}"


def test_ray_is_imported_in_two_files_and_torch_in_the_training_rooms_alone() -> None:
    for path in FILES:
        names = {name.split(".")[0] for name in imports(path)}
        if room_of(path) not in TRAINING:
            assert not names & {"torch", "transformers", "peft", "safetensors"}, path
        assert "ray" not in names or path.name in {"cluster.py", "launch_ray.py"}


def test_importing_corpuskit_imports_neither_ray_nor_torch() -> None:
    code = (
        "import corpuskit, corpuskit.cli, corpuskit.pipeline, sys; print(sorted({'ray', 'torch'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
