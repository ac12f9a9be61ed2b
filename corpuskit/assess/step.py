"""`corpuskit assess`: measure how far the corpus is from what the model knows, ask the verdict's questions, write assess.json."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from corpuskit import __version__, parts
from corpuskit.assess import general, reading
from corpuskit.assess.bits import bits, lacks_torch
from corpuskit.assess.facts import Task
from corpuskit.assess.leaks import NGRAM, leaks
from corpuskit.assess.lexical import lexical
from corpuskit.assess.probe import check, probe
from corpuskit.assess.saving import saving
from corpuskit.assess.situation import situation
from corpuskit.assess.verdict import verdict
from corpuskit.budget import models
from corpuskit.budget.shape import Shape
from corpuskit.errors import UsageError
from corpuskit.score import tokens
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader

NAME = "report/assess.json"
FORMAT = 1
OF_A_MODEL = ("vocabulary", "bits", "probe")
FOLDERS = re.compile(r"(?<![\w.:/])/(?:[^\s/]+/)+")  # of an absolute path

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Assess:
    """What to assess, and with what. `probe_tokens` is how long the probe trains; 0 is no probe."""

    corpus: Path
    model: Path | None = None
    general: Path | None = None  # a corpus of general text: for the probe, the bits per byte and the vocabulary
    reference: Path | None = None  # a corpus of general text to compare words with; None: the bundled counts
    tests: tuple[Path, ...] = ()
    task: Task = field(default_factory=Task)
    probe_tokens: int = 0


def assess(request: Assess, say: Say = lambda _: None) -> dict[str, Any]:
    """Everything that can be measured here, and the verdict; it is written into the corpus and returned.

    What needs a model is left out without one, and `left_out` says why. Raises UsageError for a request that cannot be meant.
    """
    if request.probe_tokens:
        check(request.probe_tokens)
    manifest, control = manifests.read(request.corpus), manifests.read(request.general) if request.general else None
    shape = _shape(request.model)
    left_out = _left_out(request, manifest, control)
    if request.probe_tokens and "probe" in left_out:
        raise UsageError(f"--probe: {left_out['probe']}.")
    say("words, against general text")
    by_words = _by_words(request, manifest, left_out)
    if request.tests:
        say("test sets, in the corpus")
    tests = [one.plain() for one in leaks(request.corpus, list(request.tests))] if request.tests else None
    found: dict[str, Any] = {
        "format": FORMAT,
        "corpuskit": __version__,
        "corpus": reader.digest(request.corpus / manifests.NAME),
        "model": {"name": request.model.resolve().name, "shape": asdict(shape)} if request.model and shape else None,
        **by_words,
        **_by_model(request, left_out, say),
        "leaks": tests,
        "facts": asdict(request.task),
        "left_out": [{"what": what, "why": why} for what, why in [*left_out.items(), *_too_short(tests or [])]],
    }
    encoder = None if shape is None else not shape.causal
    found["verdict"] = verdict(situation(manifest["ledger"], found, request.task, encoder)).plain()
    parts.write_json(request.corpus / NAME, found | {"digest": parts.key("assessment", found)})
    return found


WORDS = ("language", "language_share", "general", "words", "lexical", "fragmentation", "terms", "saturation", "atlas")


def _by_words(request: Assess, manifest: dict[str, Any], left_out: dict[str, str]) -> dict[str, Any]:
    """The words against general text; None of it where there is no general text in the corpus's language, and `left_out` says so.

    The bundled counts are English. For a corpus mainly in another language `general` takes their place, where it is in that language.
    """
    spoken = list(reading.languages(request.corpus))
    reference = request.reference
    if reference is None and spoken and spoken[0] != general.LANGUAGE and _same_language(request):
        reference = request.general
    if reference is None and general.LANGUAGE not in spoken:
        found = f"the corpus is in {', '.join(spoken[:3])}" if spoken else "nothing was kept"
        left_out["words"] = (
            f"the bundled general text is in {general.LANGUAGE}, {found}; --reference names a corpus to compare with"
        )
        return dict.fromkeys(WORDS)
    return lexical(request.corpus, _tokenizer(request, manifest), reference)


def _same_language(request: Assess) -> bool:
    """True where the general corpus is mainly in the language that the corpus is mainly in."""
    both = [reading.languages(corpus) for corpus in (request.corpus, request.general) if corpus]
    return len(both) == 2 and next(iter(both[0]), None) == next(iter(both[1]), None)


def _too_short(tests: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What of the test sets could not be looked for."""
    return [
        (
            f"test set {one['file']}",
            f"{one['short']:,} of {one['items'] + one['short']:,} items are too short to look for (under {NGRAM} words)",
        )
        for one in tests
        if one["short"]
    ]


def _tokenizer(request: Assess, manifest: dict[str, Any]) -> tokens.Tokens:
    """The model's tokenizer, or else the corpus's, by a name that is no path of this machine."""
    if request.model:
        return replace(tokens.load(str(request.model)), name=request.model.resolve().name)
    own = tokens.load(str(reader.read(request.corpus).tokenizer_file))
    return replace(own, name=Path(manifest["tokenizer"]["name"]).name)


def _shape(model: Path | None) -> Shape | None:
    """The model's shape; None without a model, or where its cost is not known."""
    if model is None:
        return None
    if not (model / models.CONFIG).is_file():
        raise UsageError(f"{model}: no {models.CONFIG} there; --model names a folder as save_pretrained makes it.")
    try:
        return models.read(str(model))[1]
    except UsageError:
        return None


def _left_out(request: Assess, manifest: dict[str, Any], control: dict[str, Any] | None) -> dict[str, str]:
    """What cannot be measured here, and why."""
    model = request.model
    if model is None:
        return dict.fromkeys(OF_A_MODEL, "it takes a model (--model)")
    name = model.resolve().name
    if tokens.load(str(model)).digest != manifest["tokenizer"]["digest"]:
        other = Path(manifest["tokenizer"]["name"]).name
        return dict.fromkeys(
            OF_A_MODEL, f"the shards were made with another tokenizer ({other}); build with --tokenizer {name}"
        )
    found = {}
    if not _held_out(manifest):
        found = dict.fromkeys(
            OF_A_MODEL, "no validation documents to measure on; build with shard.validation_share above 0"
        )
    elif lacks_torch():
        found = dict.fromkeys(("bits", "probe"), "it takes PyTorch (pip install 'corpuskit-cpt[train]')")
    elif not any(model.glob("*.safetensors")):
        found = dict.fromkeys(("bits", "probe"), f"{name} holds no weights (*.safetensors)")
    elif control and not _held_out(control):
        found = dict.fromkeys(("bits", "probe"), "the general corpus has no validation documents to measure on")
    elif control and control["tokenizer"]["digest"] != manifest["tokenizer"]["digest"]:
        found = dict.fromkeys(("bits", "probe"), "the general corpus was made with another tokenizer")
    if not request.probe_tokens and "probe" not in found:
        found["probe"] = "it was not asked for (--probe)"
    return found


def _held_out(manifest: dict[str, Any]) -> bool:
    return any(entry["split"] == "validation" and entry["rows"] for entry in manifest["shards"])


def _by_model(request: Assess, left_out: dict[str, str], say: Say) -> dict[str, Any]:
    """Token saving of a larger vocabulary, bits per byte, and the probe; None for each that is left out, or cannot be had."""
    found: dict[str, Any] = dict.fromkeys(OF_A_MODEL)
    model = request.model
    if model is None:
        return found
    parts_of_it: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
        "vocabulary": ("what a larger vocabulary would save", lambda: _saving(request, model)),
        "bits": ("bits per byte", lambda: bits(request.corpus, model, request.general)),
        "probe": (
            f"probe: {request.probe_tokens:,} tokens of training",
            lambda: probe(request.corpus, model, request.general, tokens=request.probe_tokens, say=say),
        ),
    }
    for name, (what, measure) in parts_of_it.items():
        if name not in left_out:
            say(what)
            try:
                found[name] = measure()
            except UsageError as error:
                left_out[name] = _by_names(str(error).rstrip("."), request)
    if found["vocabulary"] and found["vocabulary"]["net"] is None:
        spoken = next(iter(reading.languages(request.corpus)), "no language")
        left_out["vocabulary, net"] = (
            f"the bundled general text is in {general.LANGUAGE}, the corpus is mainly in {spoken}; --general names a corpus in that"
        )
    return found


def _saving(request: Assess, model: Path) -> dict[str, Any]:
    """Net of general text in the corpus's language: the general corpus's where that is in it, else the bundled counts'."""
    if _same_language(request):
        return saving(request.corpus, model, request.general)
    english = next(iter(reading.languages(request.corpus)), None) == general.LANGUAGE
    return saving(request.corpus, model, control=general.load(None).pool.spellings() if english else None)


def _by_names(sentence: str, request: Assess) -> str:
    """The sentence without paths of this machine: what the request names goes by its last name, and so does the rest."""
    for path in filter(None, (request.corpus, request.model, request.general)):
        for written in (str(path.resolve()), str(path)):
            if "/" in written:
                sentence = sentence.replace(written, path.resolve().name)
    return FOLDERS.sub("", sentence)
