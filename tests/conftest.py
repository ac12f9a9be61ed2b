"""A small company's share, made of sentences, and builds of it."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from corpuskit.pipeline import Build, Built, build
from corpuskit.progress import Silence
from corpuskit.recipe import load

# Speed is for benchmarks; the first call of a kernel compiles or loads it.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

WORDS = [
    "pump",
    "valve",
    "pressure",
    "contract",
    "supplier",
    "invoice",
    "bearing",
    "seal",
    "motor",
    "delivery",
    "warranty",
    "inspection",
    "meeting",
    "budget",
    "order",
    "customer",
    "drawing",
    "report",
    "repair",
    "schedule",
    "price",
    "quality",
    "test",
    "shaft",
    "flange",
    "coupling",
    "impeller",
    "clause",
    "party",
    "notice",
    "term",
]


def prose(seed: int, words: int = 120) -> str:
    """Sentences of random words: the same for the same seed, hardly alike for two seeds."""
    draw = random.Random(seed)
    sentences = [" ".join(draw.choices(WORDS, k=8)).capitalize() + "." for _ in range(words // 8)]
    return "\n".join(" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)) + "\n"


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """Forty files: thirty distinct texts, four copies, two near copies, two notes, an empty file, a broken PDF."""
    root = tmp_path / "share"
    texts = {f"reports/{number:02d}.txt": prose(number) for number in range(30)}
    texts |= {f"archive/copy-{number}.txt": prose(number).replace("\n", "\r\n\r\n") for number in range(4)}
    texts |= {f"drafts/near-{number}.txt": prose(number).replace("Pump", "Fan", 1)[:-20] for number in (7, 8)}
    texts |= {
        "notes/todo.txt": "call back",
        "notes/idea.txt": "new pump?",
        "notes/empty.txt": "",
        "notes/broken.pdf": "%PDF-1.7 x",
    }
    for name, text in texts.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, newline="")
    return root


Builder = Callable[..., Built]


@pytest.fixture
def built(share: Path) -> Builder:
    """Builds the share (or other sources) into a folder beside it, in this process unless told otherwise."""

    def run(out: Path, *sources: Path, settings: tuple[str, ...] = (), **how: Any) -> Built:
        given = tuple(str(source) for source in sources or (share,))
        options: dict[str, Any] = {"engine": "local", "workers": 1} | how
        return build(Build(given, out, load(None, settings), **options), Silence())

    return run


def fingerprint(corpus: Path) -> dict[str, Any]:
    """What two equal corpora agree on: the manifest, and every file it names, byte for byte."""
    manifest = json.loads((corpus / "corpus.json").read_text())
    names = [entry["file"] for entry in [*manifest["shards"], *manifest["documents"]]]
    return {"corpus.json": manifest} | {name: (corpus / name).read_bytes() for name in names}
