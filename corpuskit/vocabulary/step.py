"""`corpuskit vocabulary`: learn candidates, choose by net saving, measure, and only then write model and shards."""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from corpuskit import parts
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.score import tokens
from corpuskit.score.tokens import Tokens
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader
from corpuskit.shard.retokenise import Retokenised, refuse, retokenise
from corpuskit.vocabulary import folder, measure, merges, rows, wholes, words
from corpuskit.vocabulary import tokenizer as tokenizers
from corpuskit.vocabulary.choose import Chosen, choose
from corpuskit.vocabulary.measure import Saving
from corpuskit.vocabulary.rows import Rows
from corpuskit.vocabulary.tokenizer import Base, Entry
from corpuskit.vocabulary.words import Words

LEAST = 10.0  # tokens saved per million, net, or a token is not worth its row. Convention: docs/vocabulary.md says why
WORTH = 0.10  # net saving on held-out text from which an extension is worth a tokenizer of one's own. Convention
SPARE = 2  # candidates learned for each token asked for
PROBES = 200  # words that are looked up as a user's program would
NAMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Extend:
    """What to extend. `tokens` is the most to add, and says to write whatever they save; None lets the saving decide."""

    corpus: Path
    model: Path
    out: Path | None = None  # None: only to be measured
    general: Path | None = None  # a corpus of general text: the control
    tokens: int | None = None
    name: str | None = None  # of the shard set, shards-NAME; None: the folder's name
    most_bytes: int = words.MAX_BYTES  # of each corpus's text that words are counted in


@dataclass(frozen=True, slots=True)
class Extended:
    """What came of it. `rows` and `shards` are None where nothing was written."""

    request: Extend
    kind: str
    candidates: int
    refused: int  # whole words that might have made others longer
    refused_saving: float  # what they would have saved, per million
    added: int
    inner: int  # of those, kept because others are made of them
    domain: Saving
    general: Saving | None
    rows: Rows | None = None
    shards: Retokenised | None = None
    round_trips: int = 0

    @property
    def net(self) -> float:
        """The saving beyond what general text saves too; without a control, all of it."""
        return self.domain.share - (self.general.share if self.general else 0.0)

    @property
    def worth(self) -> bool:
        """True where the net saving is worth a tokenizer of one's own."""
        return self.added > 0 and self.net >= WORTH


@dataclass(frozen=True, slots=True)
class _Given:
    """The request with what it names, read."""

    request: Extend
    manifest: dict[str, Any]
    general: dict[str, Any] | None
    base: Base
    control: Words | None  # words of general text, where there is no corpus of it


@dataclass(frozen=True, slots=True)
class _Learned:
    """Candidates, and the words that they are chosen on."""

    entries: tuple[Entry, ...]
    refused: int
    refused_saving: float
    held: Words
    control: Words | None


@dataclass(frozen=True, slots=True)
class _Measured:
    """What was found, with both tokenizers: `new` lies in a file that is there as long as it is measured."""

    found: Extended
    chosen: Chosen
    larger: Base
    old: Tokens
    new: Tokens


def measured(request: Extend, control: Words | None = None, say: Callable[[str], None] = lambda _: None) -> Extended:
    """What `extend` would find, without writing anything; it takes no torch and no weights.

    `control` are words of general text to hold against where the request names no corpus of it. They are what tokens are chosen
    on and measured on alike. Raises UsageError where the request makes no sense.
    """
    with _measuring(_given(request, control), say) as one:
        return one.found


def extend(request: Extend, say: Callable[[str], None] = lambda _: None) -> Extended:
    """Extend a model's vocabulary by what a corpus is written in, and tokenize the corpus again.

    Nothing is written where no token is found, or where they save less than WORTH and no number was asked for. Raises
    UsageError where the request makes no sense, CorpuskitError where a promise does not hold.
    """
    given = _given(request, None)
    out, shards = _place(request)
    with _measuring(given, say) as one:
        if not (one.found.worth or (request.tokens is not None and one.found.added)):
            return one.found
        say("writing the model and the shards")
        return _written(given, one, out, shards)


@contextmanager
def _measuring(given: _Given, say: Callable[[str], None]) -> Iterator[_Measured]:
    """Learn, choose and measure on held-out text."""
    request, base = given.request, given.base
    say("counting words")
    learned = _learn(given)
    say(f"choosing among {len(learned.entries):,} candidates")
    chosen = choose(base, learned.entries, learned.held, learned.control, _least(request), request.tokens)
    larger = tokenizers.parse(base, tokenizers.extended(base, chosen.entries))
    _check_reachable(larger, chosen)
    with tempfile.TemporaryDirectory() as work:
        file = Path(work) / tokenizers.FILE
        parts.write_text(file, tokenizers.extended(base, chosen.entries))
        old, new = tokens.load(str(request.model)), tokens.load(str(file))
        say(f"measuring {len(chosen.entries):,} tokens on held-out text")
        yield _Measured(_found(given, learned, chosen, larger, old, new), chosen, larger, old, new)


def _given(request: Extend, control: Words | None) -> _Given:
    """Everything read. Raises UsageError where something stands in the way."""
    if request.tokens is not None and request.tokens < 1:
        raise UsageError(f"--tokens {request.tokens}: at least 1.")
    manifest = _manifest(request.corpus)
    general = _manifest(request.general) if request.general else None
    base = tokenizers.read(request.model)
    if manifest["tokenizer"]["digest"] != base.digest:
        raise UsageError(
            f"{request.corpus}: its shards were made with another tokenizer ({manifest['tokenizer']['name']}); build it "
            f"with --tokenizer {request.model}, then extend that."
        )
    return _Given(request, manifest, general, base, control)


def _place(request: Extend) -> tuple[Path, str]:
    """The model's folder and the shard set's name. Raises UsageError where they cannot be written."""
    if request.out is None:
        raise UsageError("--out: name a folder for the extended model.")
    name = request.name or request.out.resolve().name
    if not NAMED.fullmatch(name):
        raise UsageError(f"--name {name}: letters, digits, dots and dashes name a shard set; give it another --name.")
    folder.refuse(request.out)
    refuse(request.corpus, f"shards-{name}")
    return request.out, f"shards-{name}"


def _manifest(corpus: Path) -> dict[str, Any]:
    manifest = manifests.read(corpus)
    if not any(entry["split"] == "validation" and entry["rows"] for entry in manifest["shards"]):
        raise UsageError(f"{corpus}: no validation documents to measure on; build with shard.validation_share above 0.")
    return manifest


def _least(request: Extend) -> float:
    """What a token must save, per million: the convention, unless so many tokens were asked for."""
    return LEAST if request.tokens is None else 0.0


def _learn(given: _Given) -> _Learned:
    """Candidates by falling net saving on most of the training text; the rest is for choosing."""
    request, base = given.request, given.base
    learn, held = words.halves(request.corpus, given.manifest, base, request.most_bytes)
    control: tuple[Words | None, Words | None] = (given.control, given.control)
    if request.general and given.general:
        control = words.halves(request.general, given.general, base, request.most_bytes)
    most = None if request.tokens is None else request.tokens * SPARE
    if base.kind == "WordPiece":
        whole = wholes.propose(base, learn, control[0], _least(request))
        return _Learned(whole.entries[:most], whole.refused, whole.refused_saving, held, control[1])
    entries = tuple(islice(merges.propose(base, learn, control[0], _least(request)), most))
    return _Learned(entries, 0, 0.0, held, control[1])


def _check_reachable(larger: Base, chosen: Chosen) -> None:
    """Raise CorpuskitError unless every new token is what its own text is spelled with."""
    for entry in chosen.entries:
        if larger.pieces(entry.token) != [entry.token]:
            raise CorpuskitError(f"{entry.token!r} was added and cannot be reached. This is a bug in corpuskit.")


def _found(given: _Given, learned: _Learned, chosen: Chosen, larger: Base, old: Tokens, new: Tokens) -> Extended:
    request, base = given.request, given.base
    domain = measure.saving(old, new, words.texts(request.corpus, given.manifest, "validation"))
    general = None
    if request.general and given.general:
        general = measure.saving(old, new, words.texts(request.general, given.general, "validation"))
    elif given.control:
        general = Saving(0, given.control.tokens(base), given.control.tokens(larger))
    candidates, added = len(learned.entries), len(chosen.entries)
    refused = (learned.refused, learned.refused_saving)
    return Extended(request, base.kind, candidates, *refused, added, chosen.inner, domain, general)


def _written(given: _Given, one: _Measured, out: Path, name: str) -> Extended:
    """Write the model's folder and the shard set, the folder's name last."""
    request, base, chosen, new = given.request, given.base, one.chosen, one.new
    with folder.whole(out) as beside:
        pieces = [[base.vocabulary[piece] for piece in entry.pieces] for entry in chosen.entries]
        written = rows.write(request.model, beside, base.next_id, pieces)
        parts.write_text(beside / tokenizers.FILE, new.file.read_text(encoding="utf-8"))
        folder.write_tokenizer(beside, request.model, one.larger)
        probes = [base.text(entry.token) for entry in chosen.entries[:PROBES]]
        folder.check(beside, request.model, base, one.larger, probes)
        folder.write_list(beside, _about(given, one.found, chosen, new))
        named = new.about() | {"name": str(out)}
        shards = retokenise(request.corpus, name, beside / tokenizers.FILE, named, new.encode)
        trips = measure.round_trips(request.corpus, name, one.old, new)
    return replace(one.found, rows=written, shards=shards, round_trips=trips)


def _about(given: _Given, found: Extended, chosen: Chosen, new: Tokens) -> dict[str, Any]:
    """What vocabulary.json says."""
    request, base = given.request, given.base
    listed = [
        {
            "id": base.next_id + number,
            "token": entry.token,
            "text": base.text(entry.token),
            "merge": list(entry.parents) if entry.parents else None,
            "pieces": list(entry.pieces),
            "saving_per_million": round(entry.saving, 2),
            "uses": chosen.uses.get(entry.token, 0),
            "control_uses": chosen.control_uses.get(entry.token, 0),
        }
        for number, entry in enumerate(chosen.entries)
    ]
    return {
        "corpus": reader.digest(request.corpus / manifests.NAME),
        "general": reader.digest(request.general / manifests.NAME) if request.general else None,
        "tokenizer": {"kind": base.kind, "before": base.digest, "now": new.digest},
        "settings": {
            "tokens": request.tokens,
            "least_per_million": _least(request),
            "min_documents": merges.MIN_DOCUMENTS,
        },
        "candidates": {"learned": found.candidates, "refused": found.refused},
        "saving": {
            "domain": found.domain.share,
            "general": found.general.share if found.general else None,
            "net": found.net,
        },
        "tokens": listed,
    }
