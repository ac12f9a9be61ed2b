"""The approval that lies in a corpus, as CORPUS/approval.json, and whether it holds for the corpus as it is now.

It names the manifest by its SHA-256, and the manifest names every shard by its own: a corpus that was built again is another corpus.
"""

import hashlib
from pathlib import Path

from corpuskit import parts
from corpuskit.approve import base, signature
from corpuskit.approve.approval import MOST_BYTES, Approval, parsed, text
from corpuskit.approve.content import content
from corpuskit.approve.signature import Signature
from corpuskit.errors import CorpuskitError, GateError, UsageError
from corpuskit.shard import reader

NAME = "approval.json"
MANIFEST = "corpus.json"


def manifest_digest(corpus: Path) -> str:
    """SHA-256 of the manifest. Raises UsageError when there is none."""
    file = corpus / MANIFEST
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError:
        raise UsageError(f"{corpus}: no corpus here (there is no {MANIFEST}).") from None


def sets(corpus: Path) -> dict[str, str]:
    """The shard sets that other tokenizers made of the corpus, each with the SHA-256 of its set.json."""
    return {name: reader.digest(corpus / name / reader.SET) for name in reader.sets(corpus)}


def write(corpus: Path, approval: Approval, key: Path | None = None) -> None:
    """Put the approval beside the manifest, in the place of an earlier one; signed, where a private key is given.

    Raises UsageError when it names another state of the corpus, or cannot be signed.
    """
    file, written_text = corpus / NAME, text(approval)
    if (changed := _changed(corpus, approval)) is not None:
        raise UsageError(changed)
    if len(written_text.encode()) > MOST_BYTES:
        raise UsageError(f"{file}: an approval has at most {MOST_BYTES:,} bytes; write a shorter --note.")
    made = signature.sign(written_text.encode(), key) if key else None
    beside = file.with_name(f"{NAME}{signature.SUFFIX}")
    try:
        beside.unlink(missing_ok=True)  # first: no moment may show the new approval under the old signature
        if made is not None:
            parts.write_text(beside, made.decode("ascii"))
        parts.write_text(file, written_text)
    except IsADirectoryError as error:
        raise UsageError(f"{error.filename2 or error.filename}: a folder; move it away.") from None


def written(corpus: Path) -> Approval | None:
    """What approval.json says, whether it holds or not; None when there is none. Raises GateError when it cannot be read."""
    found = content(corpus / NAME, MOST_BYTES)
    return None if found is None else parsed(corpus / NAME, found)


def signed(corpus: Path, signers: Path | None = None) -> Signature | None:
    """The signature of the approval; None where it has none. Raises GateError when it does not fit, or `signers` lack its key."""
    found = content(corpus / NAME, MOST_BYTES)
    return None if found is None else _signed(corpus / NAME, found, signers)


def read(corpus: Path, signers: Path | None = None) -> Approval | None:
    """The approval of a corpus, or None when nobody has given one.

    Raises GateError when the file is not an approval, when its signature does not fit, and when it is for another state of the
    corpus. With `signers` (ssh-keygen's allowed signers, or a minisign public key) it must be signed by one of them.
    """
    file = corpus / NAME
    found = content(file, MOST_BYTES)
    if found is None:
        return None
    if _signed(file, found, signers) is None and signers is not None:
        raise GateError(f"{file}: not signed, and --signers asks for a signature; approve with --sign KEY.")
    approval = parsed(file, found)
    if (changed := _changed(corpus, approval)) is not None:
        raise GateError(changed)
    return approval


def _signed(file: Path, found: bytes, signers: Path | None) -> Signature | None:
    made = signature.read(file)
    return None if made is None else signature.check(file, found, made, signers)


def _changed(corpus: Path, approval: Approval) -> str | None:
    """The sentence to say of an approval for another state of the corpus."""
    found = manifest_digest(corpus)
    if approval.corpus == found:
        return None
    return (
        f"{corpus / NAME}: the approval of {approval.by} is for another state of the corpus "
        f"({approval.corpus[:12]}…, now {found[:12]}…); have it approved again."
    )


def check_shards(corpus: Path, names: tuple[str, ...] = ("shards",)) -> None:
    """Read every shard of these sets and compare it with its SHA-256. Raises GateError naming the first that differs or is missing."""
    for name in names:
        for split in ("train", "validation"):
            shards = reader.read(corpus, split, name)
            try:
                shards.verify()
            except CorpuskitError as error:
                raise GateError(str(error)) from None


def check_set(approval: Approval, corpus: Path, name: str) -> None:
    """Raise GateError when a shard set is not one that was approved, as it was then: its tokens are another manifest's.

    Raises UsageError for a name that no set has.
    """
    if name == "shards":
        return
    found = sets(corpus).get(name)
    if found is None:
        reader.read(corpus, "train", name)  # says which there are
    if approval.sets is None:
        raise GateError(f"{corpus / NAME}: says nothing of {name}; have the corpus approved again.")
    if found is None or approval.sets.get(name) != found:
        raise GateError(
            f"{corpus / name}: made or changed after {approval.by} approved the corpus; have it approved again."
        )


def check_model(approval: Approval, folder: Path) -> None:
    """Raise GateError when another model was approved than the one in `folder`."""
    if approval.model_digest is not None and base.digest(folder) != approval.model_digest:
        raise GateError(
            f"{folder}: not the model that {approval.by} approved ({approval.model}): its weights, their index, config.json "
            "or vocabulary.json differ. Train that one, or have this one approved."
        )


def check_tokens(approval: Approval, planned: int) -> None:
    """Raise GateError when a run plans more tokens than were approved."""
    if approval.max_tokens is not None and planned > approval.max_tokens:
        raise GateError(
            f"{approval.by} approved {approval.max_tokens:,} tokens a run; this one plans {planned:,}. Have more approved, or "
            "train less (data.epochs, data.tokens or data.steps)."
        )
