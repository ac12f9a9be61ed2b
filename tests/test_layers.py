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
    {"documents", "parts", "words"},
    {"extract", "score", "filter", "dedupe", "shard"},
    {"report", "engine"},
    {"recipe"},
    {"claim", "pipeline"},
    {"progress", "cli", "__main__"},
)
FLOOR = {room: floor for floor, rooms in enumerate(LAYERS) for room in rooms}
BROTHERS = LAYERS[2]


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
        assert not ({here, there} <= BROTHERS), f"{here} imports its brother {there}"


def test_only_the_engine_imports_ray_and_nothing_torch() -> None:
    for path in FILES:
        names = {name.split(".")[0] for name in imports(path)}
        assert "torch" not in names
        assert "ray" not in names or path.name == "cluster.py"


def test_importing_corpuskit_imports_neither_ray_nor_torch() -> None:
    code = (
        "import corpuskit, corpuskit.cli, corpuskit.pipeline, sys; print(sorted({'ray', 'torch'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
