"""A corpus in miniature, and keys made here to sign with."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from corpuskit.approve import Approval, manifest_digest
from corpuskit.shard.reader import digest

AT = "2026-01-31T09:00:00+00:00"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A manifest that names two shards; what is in them nobody asks here."""
    root = tmp_path / "corpus"
    (root / "shards").mkdir(parents=True)
    entries = []
    for split, tokens in (("train", 9000), ("validation", 1000)):
        file = root / "shards" / f"{split}-00000-of-00001.arrow"
        file.write_bytes(split.encode() * 100)
        name = str(file.relative_to(root))
        entries.append({"file": name, "split": split, "rows": 3, "tokens": tokens, "sha256": digest(file)})
    (root / "corpus.json").write_text(json.dumps({"format": 1, "tokenizer": {"digest": "0"}, "shards": entries}))
    return root


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A folder with the shape of a model and weights of some bytes."""
    folder = tmp_path / "tiny-llama"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llama", "hidden_size": 8}')
    (folder / "model.safetensors").write_bytes(b"weights" * 1000)
    return folder


def approval(corpus: Path, **values: object) -> Approval:
    """One of Ada's for ten GPU hours, with other values where given."""
    given: dict[str, object] = {"max_gpu_hours": 10.0} | values
    return Approval(by="Ada", at=AT, corpus=manifest_digest(corpus), **given)  # type: ignore[arg-type]


def lay(corpus: Path, /, **values: object) -> None:
    """An approval.json as somebody might have edited it; a value of ... leaves the field out."""
    fields = {"format": 1, "by": "Ada", "at": AT, "corpus": manifest_digest(corpus), "max_gpu_hours": 10} | values
    (corpus / "approval.json").write_text(json.dumps({name: v for name, v in fields.items() if v is not ...}))


def need(program: str) -> None:
    """Skip where a program is not installed."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """An SSH key without a passphrase, its public half in key.pub."""
    return ssh_key(tmp_path / "key")


def ssh_key(file: Path, passphrase: str = "") -> Path:
    """A new SSH key at this place."""
    need("ssh-keygen")
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "made by a test", "-f", str(file)]
    subprocess.run(made, check=True, stdin=subprocess.DEVNULL)
    return file


def signers_file(file: Path, *named: tuple[str, Path]) -> Path:
    """ssh-keygen's allowed signers: names and the keys that speak for them."""
    lines = [f"{name} {key.with_suffix('.pub').read_text()}" for name, key in named]
    file.write_text("".join(lines))
    return file
