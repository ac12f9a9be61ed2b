"""Text from pictures, read by Tesseract: a program of its own, talked to over pipes.

It runs under the limits of the process that starts it, which it inherits: the child of the sandbox may write no file and has
so much memory. Off unless `extract.ocr` says "auto": a page takes seconds, and what comes out should not depend on
what happens to be installed.
"""

import ctypes
import os
import re
import resource
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import ceil

from corpuskit.extract.found import Limits

DPI = 300  # what Tesseract's models were made for (tesseract-ocr.github.io, "Improving the quality of the output")
_KILL_WITH_PARENT = 1  # PR_SET_PDEATHSIG, prctl(2)
_BEAT_SECONDS = 10.0
_LONGEST = 20  # times the limit of processor time: a machine that busy reads nothing
_FULL = 0.75  # of a paragraph's longest line: shorter ones end where they were meant to
_WITHOUT_SPACES = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff9f]")


class Illegible(Exception):  # noqa: N818 - a finding about a picture
    """Tesseract could not read a picture: a snake_case reason, and a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The installed program with the languages it is to read."""

    version: str
    command: tuple[str, ...]

    def read(self, picture: bytes, timeout_seconds: float, beat: Callable[[], None], *options: str) -> list[str]:
        """The text of each page of a picture in any format that Leptonica reads. Illegible when it cannot.

        The limit is processor time, so that a busy machine does not change what is read.
        """
        process = subprocess.Popen(
            [*self.command, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"},
            preexec_fn=_guarded(ceil(timeout_seconds)),  # noqa: PLW1509 - system calls alone, nothing that takes a lock
        )
        try:
            said = _answer(process, picture, timeout_seconds, beat)
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None and not pipe.closed:
                    pipe.close()
        if process.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
            raise Illegible("timed_out", f"OCR of a page took more than {timeout_seconds:g} seconds of processor time")
        if process.returncode < 0:
            name = signal.Signals(-process.returncode).name
            raise Illegible("crashed", f"Tesseract died with signal {-process.returncode} ({name})")
        if process.returncode:
            raise Illegible("corrupt", f"Tesseract cannot read the picture (exit code {process.returncode})")
        pages = said.decode("utf-8", "replace").split("\f")
        return [paragraphs(page) for page in (pages[:-1] if len(pages) > 1 else pages)]


def tesseract(limits: Limits) -> Tesseract | None:
    """The program, where `extract.ocr` wants it and it is there with all the languages that are wanted."""
    return _installed(limits.ocr_languages) if limits.ocr != "off" else None


def versions(limits: Limits) -> dict[str, str]:
    """What reads pictures, for the name of a result; nothing where OCR is off."""
    if limits.ocr == "off":
        return {}
    found = tesseract(limits)
    return {"tesseract": found.version if found else "none"}


def why_not(limits: Limits) -> str:
    """Why pictures are not read, as the end of a sentence."""
    if limits.ocr == "off":
        return "OCR is off (extract.ocr)"
    return f"Tesseract is not installed with {', '.join(limits.ocr_languages)}"


def paragraphs(text: str) -> str:
    """Tesseract's lines joined to paragraphs, apart by blank lines; words that a line's end divided joined."""
    return "\n\n".join(
        _paragraph([line.strip() for line in one.split("\n")]) for one in re.split(r"\n\s*\n", text.strip())
    )


def _paragraph(lines: list[str]) -> str:
    longest = max(map(len, lines))
    text = lines[0]
    for before, line in pairwise(lines):
        if text.endswith(("-", "\u2010", "\xad")) and text[-2:-1].isalpha() and line[:1].islower():
            text = text[:-1] + line
        elif len(before) < _FULL * longest:
            text += "\n" + line
        else:
            text += ("" if _WITHOUT_SPACES.match(text[-1:]) and _WITHOUT_SPACES.match(line[:1]) else " ") + line
    return text


@cache
def _installed(languages: tuple[str, ...]) -> Tesseract | None:
    program = shutil.which("tesseract")
    if program is None:
        return None
    try:
        version = _said(program, "--version").split("\n", 1)[0].strip()
        there = set(_said(program, "--list-langs").split("\n")[1:])
    except (OSError, subprocess.SubprocessError):
        return None
    if not languages or not there.issuperset(languages):
        return None
    turning = "1" if "osd" in there else "3"  # 1 finds out first which way the page is turned
    command = (program, "stdin", "stdout", "-l", "+".join(languages), "--psm", turning)
    return Tesseract(f"{version} {'+'.join(languages)} psm {turning}", command)


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, check=True, timeout=60, stdin=subprocess.DEVNULL)
    return (done.stdout or done.stderr).decode("utf-8", "replace")


def _answer(
    process: "subprocess.Popen[bytes]", picture: bytes, timeout_seconds: float, beat: Callable[[], None]
) -> bytes:
    patience = min(timeout_seconds / 4, _BEAT_SECONDS)
    given: bytes | None = picture
    for _ in range(ceil(_LONGEST * timeout_seconds / patience)):
        beat()
        try:
            return process.communicate(given, timeout=patience)[0]
        except subprocess.TimeoutExpired:
            given = None  # communicate goes on where it was, and refuses to be given the picture again
    raise Illegible("timed_out", f"OCR of a page took more than {_LONGEST * timeout_seconds:g} seconds")


def _guarded(cpu_seconds: int) -> Callable[[], None]:
    """What the new process does first: limit its processor time, and have the kernel end it with its parent, on Linux."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)

    def guard() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
        if prctl is not None:
            prctl(_KILL_WITH_PARENT, int(signal.SIGKILL))

    return guard
