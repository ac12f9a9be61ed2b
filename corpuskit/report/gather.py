"""The report of a finished corpus: one value, from which page, Markdown and JSON are written. schema.json says what is in it.

All of it follows from the files of the corpus folder: no times but the approval's, no paths of the machine, the same value for the
same files.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpuskit import approve, parts
from corpuskit.approve import signature
from corpuskit.budget import repetition
from corpuskit.dedupe.settings import Dedupe
from corpuskit.errors import CorpuskitError
from corpuskit.filter.profiles import Profiles, Rules
from corpuskit.filter.rules import bound, named
from corpuskit.report import asked, columns, counts
from corpuskit.report.composition import QUALITY_BAND_NOTE, composition, labelled
from corpuskit.report.could_add import could_add
from corpuskit.report.duplicates import duplicates, near_copies
from corpuskit.report.lengths import lengths, packed
from corpuskit.report.samples import drops
from corpuskit.report.sensitive import sensitive
from corpuskit.report.text import account
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader

FORMAT = 2
SIGNATURE = f"{approve.NAME}{signature.SUFFIX}"
ASSESSED = 1  # the format of assess.json that is read here
FAILURES = 1000  # listed; documents/ has them all


def gather(corpus: Path) -> dict[str, Any]:
    """The report. Raises UsageError where there is no corpus, CorpuskitError where one of its files is damaged."""
    manifest = manifests.account(corpus)
    digest = reader.digest(corpus / manifests.NAME)
    recipe, ledger = manifest["recipe"], manifest["ledger"]
    documents = columns.read(corpus, manifest)
    kept = labelled(columns.kept(documents))
    failures = manifests.failures(corpus, manifest)
    tokenizer = manifest["tokenizer"] | {"name": counts.named(manifest["tokenizer"]["name"])}
    report = {
        "format": FORMAT,
        "corpuskit": manifest["corpuskit"],
        "corpus": {"digest": digest},
        **{name: manifest[name] for name in ("inputs", "ledger", "shards")},
        "tokenizer": tokenizer,
        "failures": failures[:FAILURES],
        "failures_total": len(failures),
        "rules": list(rules(recipe["filter"])),
        "near_copies": near_copies(Dedupe(**recipe["dedupe"])),
        "waterfall": [
            {name: getattr(line, name) for name in ("what", "sign", "documents", "text_bytes", "tokens")}
            for line in account(ledger)
        ],
        "composition": composition(kept),
        "quality_band_note": QUALITY_BAND_NOTE,
        "lengths": lengths(kept["tokens"].to_numpy()),
        "tokenizers": [counts.row(tokenizer, kept), *counts.counted(corpus, manifest, digest)],
        "packed": packed(kept),
        "split": manifest.get("split"),
        "duplicates": duplicates(documents, recipe["dedupe"]["threshold"]),
        "drops": drops(documents, corpus, manifest),
        "sensitive": sensitive(documents, recipe),
        "could_add": could_add(documents, recipe["filter"]),
        "epochs": repetition.rows(ledger["splits"]["train"]["tokens"]),
        "assessment": assessment(corpus, digest),
        "approval": approval(corpus),
    }
    report |= {name: manifest[name] for name in ("contamination",) if name in manifest}
    return report | {"budget": asked.budget(corpus, report)}


def rules(filter_: Rules) -> Iterator[dict[str, Any]]:
    """The rules in the order in which they are tried; those that a type has otherwise come behind what holds for all, with its name."""
    profiles = Profiles.of(filter_)
    for name in profiles.names:
        common = profiles.threshold(name, None)
        if common is not None:
            yield {"rule": name, "threshold": bound(name, common), "reason": named(name).reason}
        for kind in profiles.by_type:
            own = profiles.threshold(name, kind)
            if own != common:
                said = "no rule" if own is None else bound(name, own)
                yield {"rule": name, "type": kind, "threshold": said, "reason": named(name).reason}


def assessment(corpus: Path, digest: str) -> dict[str, Any] | None:
    """What `corpuskit assess` found for this state of the corpus; None where it was not asked, is of another state, or damaged."""
    try:
        found: dict[str, Any] = parts.read_json(corpus / "report" / "assess.json")
        whole = found.pop("digest") == parts.key("assessment", found)
        return found if (whole, found.pop("corpus"), found["format"]) == (True, digest, ASSESSED) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def approval(corpus: Path) -> dict[str, Any] | None:
    """Who approved this state of the corpus, when, and up to which limits; None without an approval of it.

    `signature` says whether one lies beside it: whether it fits is for `corpuskit train` to check, which has the keys.
    """
    try:
        found = approve.written(corpus)
    except CorpuskitError:
        return None
    if found is None or found.corpus != approve.manifest_digest(corpus):
        return None
    limits = {name: value for name, value in asdict(found).items() if name not in {"corpus", "format"}}
    return limits | {"signature": "beside it, not checked here" if (corpus / SIGNATURE).exists() else "none"}
