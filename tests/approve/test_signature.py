"""Signed approvals, with keys that are made here by the programs that people use."""

import subprocess
from pathlib import Path

import pytest

from corpuskit import approve
from corpuskit.errors import GateError, UsageError
from tests.approve.conftest import approval, need, signers_file, ssh_key


def test_a_signed_approval_names_its_key(corpus: Path, key: Path) -> None:
    approve.write(corpus, approval(corpus), key)
    assert approve.read(corpus) == approval(corpus)
    told = subprocess.run(["ssh-keygen", "-lf", str(key)], capture_output=True, text=True, check=True).stdout.split()
    signature = approve.signed(corpus)
    assert signature is not None
    assert (signature.key, signature.signer) == (f"ED25519 key {told[1]}", None)


def test_the_signers_file_gives_the_key_its_name(corpus: Path, key: Path, tmp_path: Path) -> None:
    other = ssh_key(tmp_path / "other")
    approve.write(corpus, approval(corpus), key)
    signers = signers_file(tmp_path / "signers", ("eve@example.com", other), ("ada@example.com,ada@home", key))
    signature = approve.signed(corpus, signers)
    assert signature is not None
    assert signature.signer == "ada@example.com"
    assert approve.read(corpus, signers) == approval(corpus)


def test_a_key_that_the_signers_file_lacks_is_refused(corpus: Path, key: Path, tmp_path: Path) -> None:
    approve.write(corpus, approval(corpus), key)
    signers = signers_file(tmp_path / "signers", ("eve@example.com", ssh_key(tmp_path / "other")))
    with pytest.raises(GateError, match=r"signers allows nobody with that key to approve"):
        approve.read(corpus, signers)


def test_a_key_that_may_sign_other_things_only_is_refused(corpus: Path, key: Path, tmp_path: Path) -> None:
    approve.write(corpus, approval(corpus), key)
    (tmp_path / "signers").write_text(f'ada@example.com namespaces="git" {key.with_suffix(".pub").read_text()}')
    with pytest.raises(GateError, match="allows nobody with that key"):
        approve.read(corpus, tmp_path / "signers")


def test_where_signers_are_asked_for_an_unsigned_approval_is_refused(corpus: Path, key: Path, tmp_path: Path) -> None:
    approve.write(corpus, approval(corpus))
    signers = signers_file(tmp_path / "signers", ("ada@example.com", key))
    with pytest.raises(GateError, match="not signed, and --signers asks for a signature"):
        approve.read(corpus, signers)
    assert approve.read(corpus) == approval(corpus)


@pytest.mark.parametrize(("ours", "theirs"), [("10.0", "99.0"), ("Ada", "Eve"), ("\n}", "\n }"), ('"by"', '"bx"')])
def test_an_approval_that_was_changed_after_it_was_signed_is_refused(
    corpus: Path, key: Path, ours: str, theirs: str
) -> None:
    approve.write(corpus, approval(corpus), key)
    file = corpus / "approval.json"
    file.write_text(file.read_text().replace(ours, theirs))
    with pytest.raises(GateError, match="its signature does not fit: the approval was changed after it was signed"):
        approve.read(corpus)


def test_the_signature_of_another_approval_is_refused(corpus: Path, key: Path) -> None:
    approve.write(corpus, approval(corpus, max_gpu_hours=20.0), key)
    signature = (corpus / "approval.json.sig").read_bytes()
    approve.write(corpus, approval(corpus))
    (corpus / "approval.json.sig").write_bytes(signature)
    with pytest.raises(GateError, match="its signature does not fit"):
        approve.read(corpus)


def test_a_signature_for_another_purpose_is_refused(corpus: Path, key: Path) -> None:
    approve.write(corpus, approval(corpus))
    signing = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", "git", str(corpus / "approval.json")]
    subprocess.run(signing, check=True, capture_output=True)
    with pytest.raises(GateError, match="its signature does not fit"):
        approve.read(corpus)


@pytest.mark.parametrize("found", [b"", b"junk", b"\xff" * 100], ids=["empty", "junk", "bytes"])
def test_a_damaged_signature_is_refused(corpus: Path, key: Path, found: bytes) -> None:
    approve.write(corpus, approval(corpus), key)
    (corpus / "approval.json.sig").write_bytes(found)
    with pytest.raises(GateError, match="its signature does not fit"):
        approve.read(corpus)


def test_a_huge_signature_is_not_read(corpus: Path) -> None:
    approve.write(corpus, approval(corpus))
    with (corpus / "approval.json.sig").open("wb") as stream:
        stream.truncate(100_000_000)
    with pytest.raises(GateError, match=r"approval\.json\.sig: more than 65,536 bytes"):
        approve.read(corpus)


def test_an_unsigned_approval_takes_the_old_signature_away(corpus: Path, key: Path) -> None:
    approve.write(corpus, approval(corpus), key)
    approve.write(corpus, approval(corpus))
    assert not (corpus / "approval.json.sig").exists()
    assert approve.signed(corpus) is None


def test_a_key_that_cannot_sign_leaves_the_approval_as_it_was(corpus: Path, tmp_path: Path) -> None:
    need("ssh-keygen")
    approve.write(corpus, approval(corpus))
    (tmp_path / "no key").write_text("no key\n")
    with pytest.raises(UsageError, match=r"no key: ssh-keygen could not sign with it \("):
        approve.write(corpus, approval(corpus, max_gpu_hours=99.0), tmp_path / "no key")
    with pytest.raises(UsageError, match=r"absent: no such file; name a private key"):
        approve.write(corpus, approval(corpus, max_gpu_hours=99.0), tmp_path / "absent")
    assert approve.read(corpus) == approval(corpus)


def test_without_ssh_keygen_a_signed_approval_is_no_leave(
    corpus: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve.write(corpus, approval(corpus), key)
    monkeypatch.setenv("PATH", str(corpus))
    with pytest.raises(GateError, match="ssh-keygen is not installed"):
        approve.read(corpus)
    with pytest.raises(UsageError, match="ssh-keygen is not installed"):
        approve.write(corpus, approval(corpus), key)


def test_a_signers_file_that_is_not_there_is_said(corpus: Path, key: Path, tmp_path: Path) -> None:
    approve.write(corpus, approval(corpus), key)
    with pytest.raises(UsageError, match="absent: no such file"):
        approve.read(corpus, tmp_path / "absent")


@pytest.fixture
def minisign(tmp_path: Path) -> Path:
    """A minisign key without a passphrase, its public half beside it as minisign.pub."""
    need("minisign")
    made = ["minisign", "-G", "-W", "-p", str(tmp_path / "minisign.pub"), "-s", str(tmp_path / "minisign.key")]
    subprocess.run(made, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return tmp_path / "minisign.key"


def test_minisign_signs_too(corpus: Path, minisign: Path) -> None:
    public = minisign.with_suffix(".pub")
    approve.write(corpus, approval(corpus), minisign)
    assert approve.read(corpus, public) == approval(corpus)
    with pytest.raises(GateError, match="name the public key with --signers"):
        approve.read(corpus)
    file = corpus / "approval.json"
    file.write_text(file.read_text().replace("10.0", "99.0"))
    with pytest.raises(GateError, match="its signature does not fit"):
        approve.read(corpus, public)


def test_a_minisign_signature_for_another_purpose_is_refused(corpus: Path, minisign: Path) -> None:
    approve.write(corpus, approval(corpus))
    file = corpus / "approval.json"
    signing = ["minisign", "-S", "-s", str(minisign), "-m", str(file), "-x", f"{file}.sig"]
    subprocess.run(signing, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    with pytest.raises(GateError, match="its signature does not fit"):
        approve.read(corpus, minisign.with_suffix(".pub"))
