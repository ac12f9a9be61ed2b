"""One corpus with canaries, built once; each test works on a copy of its own."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from corpuskit.forget.look import Answer, Request
from corpuskit.forget.step import forget
from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load
from tests.forget import made

DAY = "2026-01-31"
SETTINGS = ("shard.tokens_per_shard=1000", "shard.validation_share=0.2")  # several shards, some of them not touched


def rebuild(corpus: Path, source: Path | Sequence[str], *settings: str, **how: bool) -> int:
    """Build a folder, or several sources, in this process; how many files were extracted."""
    recipe = load(None, [*SETTINGS, *settings])
    sources = (str(source),) if isinstance(source, Path) else tuple(source)
    return build(Build(sources, corpus, recipe, "local", 1, **how), Silence()).files_extracted


def forgotten(corpus: Path, *names: str, **how: object) -> Answer:
    """Forget, quietly and for sure."""
    return forget(Request(corpus, names, DAY, **({"sure": True} | how)), lambda _: None)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("forget")
    rebuild(root / "corpus", made.share(root))
    return root


@pytest.fixture
def share(_world: Path, tmp_path: Path) -> Path:
    """The documents that the corpus was built from."""
    return Path(shutil.copytree(_world / "share", tmp_path / "share"))


@pytest.fixture
def corpus(_world: Path, tmp_path: Path) -> Path:
    """A corpus of the share."""
    return Path(shutil.copytree(_world / "corpus", tmp_path / "corpus"))
