"""`corpuskit assess`: measure how far the corpus is from what the model knows, ask the verdict's questions, write assess.json."""

import importlib.util
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from corpuskit import __version__, parts
from corpuskit.assess import general
from corpuskit.assess.bits import bits
from corpuskit.assess.facts import Task
from corpuskit.assess.leaks import leaks
from corpuskit.assess.lexical import lexical
from corpuskit.assess.probe import probe
from corpuskit.assess.saving import saving
from corpuskit.assess.situation import Interval, Situation
from corpuskit.assess.verdict import verdict
from corpuskit.budget import models
from corpuskit.budget.shape import Shape
from corpuskit.errors import UsageError
from corpuskit.score import tokens
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader

NAME = "report/assess.json"
FORMAT = 1
OCR = "needs_ocr"  # why a document failed

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
    manifest = manifests.read(request.corpus)
    shape = _shape(request.model)
    left_out = _left_out(request, manifest)
    if request.probe_tokens and "probe" in left_out:
        raise UsageError(f"--probe: {left_out['probe']}.")
    say("words, against general text")
    by_words = _by_words(request, manifest, left_out)
    found: dict[str, Any] = {
        "format": FORMAT,
        "corpuskit": __version__,
        "corpus": reader.digest(request.corpus / manifests.NAME),
        "model": {"name": request.model.resolve().name, "shape": asdict(shape)} if request.model and shape else None,
        **by_words,
        **_by_model(request, left_out, say),
        "leaks": [one.plain() for one in leaks(request.corpus, list(request.tests))] if request.tests else None,
        "facts": asdict(request.task),
        "left_out": [{"what": what, "why": why} for what, why in left_out.items()],
    }
    encoder = None if shape is None else not shape.causal
    found["verdict"] = verdict(situation(manifest["ledger"], found, request.task, encoder)).plain()
    parts.write_json(request.corpus / NAME, found)
    return found


WORDS = ("language", "language_share", "general", "words", "lexical", "fragmentation", "terms", "saturation", "atlas")


def _by_words(request: Assess, manifest: dict[str, Any], left_out: dict[str, str]) -> dict[str, Any]:
    """The words against general text; None of it where there is no general text in the corpus's language, and `left_out` says so.

    The bundled counts are English. For a corpus mainly in another language `general` takes their place, where it is given.
    """
    spoken = manifest["ledger"]["languages"]
    reference = request.reference
    if reference is None and next(iter(spoken), general.LANGUAGE) != general.LANGUAGE:
        reference = request.general
    if reference is None and general.LANGUAGE not in spoken:
        found = f"the corpus is in {', '.join(list(spoken)[:3])}" if spoken else "nothing was kept"
        left_out["words"] = (
            f"the bundled general text is in {general.LANGUAGE}, {found}; --reference names a corpus to compare with"
        )
        return dict.fromkeys(WORDS)
    return lexical(request.corpus, _tokenizer(request, manifest), reference)


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


def _left_out(request: Assess, manifest: dict[str, Any]) -> dict[str, str]:
    """What cannot be measured here, and why."""
    by_model = ("vocabulary", "bits", "probe")
    if request.model is None:
        return dict.fromkeys(by_model, "it takes a model (--model)")
    if tokens.load(str(request.model)).digest != manifest["tokenizer"]["digest"]:
        why = f"the shards were made with another tokenizer ({manifest['tokenizer']['name']}); build with --tokenizer {request.model}"
        return dict.fromkeys(by_model, why)
    found = {}
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("transformers") is None:
        found = dict.fromkeys(("bits", "probe"), "it takes PyTorch (pip install 'corpuskit-cpt[train]')")
    elif not any(request.model.glob("*.safetensors")):
        found = dict.fromkeys(("bits", "probe"), f"{request.model} holds no weights (*.safetensors)")
    if not request.probe_tokens and "probe" not in found:
        found["probe"] = "it was not asked for (--probe)"
    return found


def _by_model(request: Assess, left_out: dict[str, str], say: Say) -> dict[str, Any]:
    """Token saving of a larger vocabulary, bits per byte, and the probe; None for each that is left out."""
    found: dict[str, Any] = {"vocabulary": None, "bits": None, "probe": None}
    model = request.model
    if model is None:
        return found
    if "vocabulary" not in left_out:
        say("what a larger vocabulary would save")
        control = None if request.general else general.load(None).pool.spellings()
        found["vocabulary"] = saving(request.corpus, model, request.general, control)
    if "bits" not in left_out:
        say("bits per byte")
        found["bits"] = bits(request.corpus, model, request.general)
    if "probe" not in left_out:
        say(f"probe: {request.probe_tokens:,} tokens of training")
        found["probe"] = probe(request.corpus, model, request.general, tokens=request.probe_tokens, say=say)
    return found


def situation(ledger: dict[str, Any], found: dict[str, Any], task: Task, encoder: bool | None) -> Situation:
    """What the verdict is made from, out of a manifest's ledger and an assessment."""
    measured, trial, saved = found["lexical"], found["probe"], found["vocabulary"]
    seen = ledger["documents"]["seen"]
    return Situation(
        tokens=ledger["kept"]["tokens"],
        unreadable=ledger["failed"].get(OCR, 0) / seen if seen else 0.0,
        band=measured["band"] if measured else None,
        overlap=_interval(measured["overlap"]) if measured else None,
        gain=_interval(trial["gain"]) if trial else None,
        forgetting=_interval(trial["forgetting"]) if trial and trial["forgetting"] else None,
        saving=saved["net"] if saved else None,
        leaked=max(one["share"] for one in found["leaks"]) if found["leaks"] else None,
        encoder=encoder,
        task=task,
    )


def _interval(figures: dict[str, Any]) -> Interval:
    return Interval(figures["value"], figures["low"], figures["high"])
