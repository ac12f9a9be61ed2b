"""Signatures of approvals: made and checked by ssh-keygen or minisign, which people have and trust.

approval.json.sig signs the bytes of approval.json, for the namespace `corpuskit-approval`: a signature of something else made with
the same key is none here.
"""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from corpuskit.approve.approval import MOST_BYTES, shown
from corpuskit.approve.content import content
from corpuskit.errors import GateError, UsageError

SUFFIX = ".sig"
NAMESPACE = "corpuskit-approval"
MINISIGN = b"untrusted comment:"  # how its keys and signatures begin
PACKAGES = {"ssh-keygen": "OpenSSH 8.2 or later", "minisign": "minisign"}


@dataclass(frozen=True)
class Signature:
    """A signature that fits its approval. `signer` is the name that the signers' file gives the key; None where none was asked."""

    key: str
    signer: str | None = None

    def __str__(self) -> str:
        return f"{self.key}, of {self.signer}" if self.signer else f"{self.key}; whose it is, --signers would tell"


def sign(message: bytes, key: Path) -> bytes:
    """The signature of an approval with a private key; the program asks for a passphrase itself.

    An SSH key may be a public one whose private half an agent holds. Raises UsageError when it cannot be made.
    """
    if not key.is_file():
        raise UsageError(f"--sign {key}: no such file; name a private key.")
    with tempfile.TemporaryDirectory() as there:
        file = Path(there) / "approval.json"
        file.write_bytes(message)
        made = file.with_name(f"{file.name}{SUFFIX}")
        if _is_minisign(key):
            comment = ["-t", NAMESPACE, "-c", "signature of an approval"]
            command = ["minisign", "-S", "-s", str(key.absolute()), "-m", str(file), "-x", str(made), *comment]
        else:
            command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(key.absolute()), "-n", NAMESPACE, str(file)]
        said = _run(command, error=UsageError, quiet=command[0] != "minisign")  # which asks on stdout
        if said.returncode or not made.is_file():
            raise UsageError(f"--sign {key}: {command[0]} could not sign with it{_reason(said)}.")
        return made.read_bytes()


def check(file: Path, message: bytes, signature: bytes, signers: Path | None) -> Signature:
    """The signature of `message`, which lies in `file`, checked. Raises GateError when it does not fit, or nobody in `signers` made it.

    Without `signers` an SSH signature is held against the key that it carries: the approval is as it was signed, by whomever.
    Minisign's carry no key, so they need one.
    """
    if signers is not None and not signers.is_file():
        raise UsageError(f"--signers {signers}: no such file.")
    minisign = signature.startswith(MINISIGN)
    with tempfile.TemporaryDirectory() as there:
        beside = Path(there) / f"approval.json{SUFFIX}"
        beside.write_bytes(signature)
        if minisign:
            return _minisign(file, message, beside, signers)
        return _ssh(file, message, beside, signers)


def _ssh(file: Path, message: bytes, signature: Path, signers: Path | None) -> Signature:
    about = ["-n", NAMESPACE, "-s", str(signature)]
    said = _run(["ssh-keygen", "-Y", "check-novalidate", *about], message)
    if said.returncode:
        raise GateError(
            f"{file}: its signature does not fit: the approval was changed after it was signed, or signed for something else."
        )
    found = re.search(r"with (\S+) key (SHA256:\S+)", said.stdout.decode(errors="replace"))
    key = f"{found[1]} key {found[2]}" if found else "SSH key"
    if signers is None:
        return Signature(key)
    allowed = ["-f", str(signers.absolute())]
    known = _run(["ssh-keygen", "-Y", "find-principals", *allowed, "-s", str(signature)], message)
    for name in re.split(r"[\n,]", known.stdout.decode(errors="replace")):
        if name and not _run(["ssh-keygen", "-Y", "verify", *allowed, "-I", name, *about], message).returncode:
            return Signature(key, shown(name))
    raise GateError(f"{file}: signed with the {key}, and {signers} allows nobody with that key to approve.")


def _minisign(file: Path, message: bytes, signature: Path, signers: Path | None) -> Signature:
    if signers is None:
        raise GateError(
            f"{file}: signed with minisign; name the public key with --signers, or the signature cannot be checked."
        )
    copy = signature.with_suffix("")
    copy.write_bytes(message)
    command = ["minisign", "-V", "-Q", "-p", str(signers.absolute()), "-m", str(copy), "-x", str(signature)]
    said = _run(command)
    if said.returncode or said.stdout.decode(errors="replace").strip() != NAMESPACE:
        raise GateError(f"{file}: its signature does not fit, or was not made with the key in {signers}.")
    public = signers.read_text(encoding="utf-8", errors="replace").split("\n")
    return Signature(f"minisign key {shown(public[1] if len(public) > 1 else '')}", shown(signers.name))


def _is_minisign(key: Path) -> bool:
    with key.open("rb") as stream:
        return stream.read(len(MINISIGN)) == MINISIGN


def read(file: Path) -> bytes | None:
    """The signature beside an approval, or None. Raises GateError when it cannot be read."""
    return content(file.with_name(f"{file.name}{SUFFIX}"), MOST_BYTES)


def _run(
    command: list[str],
    message: bytes | None = None,
    *,
    error: type[GateError | UsageError] = GateError,
    quiet: bool = True,
) -> "subprocess.CompletedProcess[bytes]":
    program = shutil.which(command[0])
    if program is None:
        raise error(f"{command[0]} is not installed ({PACKAGES[command[0]]}); signatures are made and checked with it.")
    return subprocess.run([program, *command[1:]], input=message, capture_output=quiet, check=False)


def _reason(said: "subprocess.CompletedProcess[bytes]") -> str:
    lines = [line for line in (said.stderr or b"").decode(errors="replace").splitlines() if line.strip()]
    return f" ({shown(lines[-1].strip().rstrip('.'))})" if lines else ""
