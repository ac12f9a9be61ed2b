"""A small company's share, made of sentences, and builds of it; which tests go together, and which go first."""

import gc
import json
import random
import shutil
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

# Files that take long are begun first, so that no process is left alone with one at the end. The first compiles the kernels of
# a build while the next two, which need few of them, run beside it: what one process has compiled the other one loads.
FIRST = (
    "test_build.py",
    "finetune/test_tuning_resume.py",
    "finetune/test_runner.py",
    "evaluate",
    "train/test_resume.py",
    "assess/test_step.py",
    "contamination/test_contamination_build.py",
    "assess/test_lexical.py",
    "forget",
    "train/test_launch.py",
    "test_cli.py",
    "train/test_approval.py",
    "repair/test_repair_build.py",
    "assess/test_probe.py",
    "dedupe/test_families.py",
    "report/test_what_if.py",
    "report/test_diff.py",
)

SHARED = ("evaluate", "forget")  # folders of one world, which takes long to make
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


def _together(nodeid: str) -> str:
    """What runs in one process: the tests of a file, or of a folder of SHARED."""
    file = nodeid.partition("::")[0].removeprefix("tests/")
    return next((folder for folder in SHARED if file.startswith(f"{folder}/")), file)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first."""

    def turn(item: pytest.Item) -> int:
        name = _together(item.nodeid)
        return FIRST.index(name) if name in FIRST else len(FIRST)

    items.sort(key=turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """As `--dist loadfile`, and the files of a folder of SHARED in one process."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class Together(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return _together(nodeid)

    return Together(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish() -> None:
    """Each training run collects Python's garbage before it begins: it need not look through all that was imported."""
    gc.collect()
    gc.freeze()


def prose(seed: int, words: int = 120) -> str:
    """Sentences of random words: the same for the same seed, hardly alike for two seeds."""
    draw = random.Random(seed)
    sentences = [" ".join(draw.choices(WORDS, k=8)).capitalize() + "." for _ in range(words // 8)]
    return "\n".join(" ".join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)) + "\n"


def share_in(folder: Path) -> Path:
    """Forty files: thirty distinct texts, four copies, two near copies, two notes, an empty file, a broken PDF."""
    root = folder / "share"
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


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """A share of the test's own."""
    return share_in(tmp_path)


@pytest.fixture(scope="session")
def _built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built-once")
    build(Build((str(share_in(folder)),), folder / "corpus", load(None, ()), engine="local", workers=1), Silence())
    return folder / "corpus"


@pytest.fixture
def ready(_built_once: Path, tmp_path: Path) -> Path:
    """A corpus of such a share, for a test that builds nothing itself: a copy of one that was built for all of them."""
    return Path(shutil.copytree(_built_once, tmp_path / "corpus"))


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
