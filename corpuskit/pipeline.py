"""The whole way of `corpuskit build`: each step once, in order, over parts."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import polars as pl
import pyarrow as pa

from corpuskit import forgotten, parts, products, verdicts
from corpuskit.claim import claimed
from corpuskit.contamination import listing
from corpuskit.contamination import step as contamination
from corpuskit.dedupe import step as dedupe
from corpuskit.dedupe.bands import compile_kernels, sign_part
from corpuskit.documents import DECIDED, EXTRACTED, KEPT, REMOVED, TAKEN_OUT
from corpuskit.engine import Engine, Kind, choose
from corpuskit.errors import CorpuskitError, UsageError
from corpuskit.extract import files as sources
from corpuskit.extract import step as extract
from corpuskit.filter import step as filter_
from corpuskit.filter.rules import POLICY, RULES
from corpuskit.forget import begun, own
from corpuskit.parts import Store
from corpuskit.policy import columns as policies
from corpuskit.policy import mapping as mappings
from corpuskit.recipe import Recipe
from corpuskit.repair import step as repair
from corpuskit.repair.tagger import versions as names_by
from corpuskit.report import files as reports
from corpuskit.report import ledger, text
from corpuskit.score import language, statistics, tokens
from corpuskit.score import step as score
from corpuskit.score.signals import SIGNALS
from corpuskit.settings import check_name
from corpuskit.shard import manifest as manifests
from corpuskit.shard import split, writer

STEPS = ("extract", "repair", "score", "filter", "dedupe", "shard", "report")
WORK = (*STEPS[:-1], "documents", "contamination")  # folders of results in the work folder
# Columns that a policy cannot name: those of documents/ and shards/, and words of the steps in between.
TAKEN = {
    *(*products.STANDING, *EXTRACTED.names, *DECIDED.names, *writer.SHARD.names, REMOVED.name, TAKEN_OUT.name),
    *(*(signal.name for signal in SIGNALS), *(rule.signal for rule in RULES.values()), *language.SCHEMA.names),
    *("document_type", "type", "format", "quality_band", "part", "row", "place", "copy", "group", "survivor", "live"),
    *("weight", "bucket", "then", "passes", "new_rule", "of", "stands", "leader", "document", "kind", "bound"),
    *("boilerplate_share", "cut", "names", "addresses", "places"),
    *listing.COLUMNS,
}


class Show(Protocol):
    """Shows how far a step is."""

    def step(self, name: str, total: int, unit: str = "B") -> AbstractContextManager[Callable[[int], None]]:
        """A step of `total` units begins; the function is told how many more are done."""
        ...

    def say(self, line: str) -> None:
        """One line for the person who waits."""
        ...


@dataclass(frozen=True, slots=True)
class Build:
    """What to build: sources as given on the command line, where to, and how."""

    sources: tuple[str, ...]
    out: Path
    recipe: Recipe
    engine: Kind = "auto"
    workers: int | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """The finished corpus: its manifest, its report, and what this run had to do for it."""

    manifest: dict[str, Any]
    report: dict[str, Any]  # report.json
    files_extracted: int
    files_reused: int
    changed: bool  # False when the corpus stood there already, byte for byte


@dataclass
class _Run:
    """One run: the work folder, the engine, and the results it uses."""

    store: Store
    engine: Engine
    show: Show
    used: set[Path] = field(default_factory=set)

    def each(self, name: str, function: Callable[[Any], None], jobs: Sequence[Any]) -> None:
        """Do the jobs whose results are missing, big ones first."""
        for job in jobs:
            self.used |= {getattr(job, name) for name in ("out", "file", "shares") if hasattr(job, name)}
        todo = [job for job in jobs if not _finished(job)]
        todo.sort(key=lambda job: -job.size)
        if not todo:
            return
        with self.show.step(name, sum(job.size for job in todo)) as done:
            for index, _ in self.engine.map(function, todo):
                done(todo[index].size)


def _finished(job: Any) -> bool:
    """True when the job's result is there; jobs that write a file of the corpus look closer."""
    return bool(job.finished()) if hasattr(job, "finished") else job.out.exists()


def build(request: Build, show: Show) -> Built:
    """Build the corpus; finished work is reused, and what is written last is the manifest.

    Raises UsageError for a command that cannot be meant, CorpuskitError for what went wrong on the way.
    """
    recipe = request.recipe
    if sources.is_remote(str(request.out).replace(":/", "://")):
        raise UsageError(f"{request.out}: a corpus is written to a folder of this machine; copy it from there.")
    found = sources.find(request.sources, recipe.extract.exclude, request.out)
    tests = _tests(recipe, request.out)
    tokenizer, models = tokens.load(recipe.score.tokenizer), score.Models.of(recipe.score)
    names_by(recipe.repair)  # a model that is missing is missing before work begins
    mapping = _mapping(recipe)
    split.check(recipe.shard, mapping.columns if mapping else ())
    claim = {"sources": found.sources, "tokenizer": tokenizer.digest, "recipe": recipe.plain()}
    with claimed(request.out, claim, replace=request.replace) as store:
        if begun.left_to_a_build(store):
            show.say("a `forget` was interrupted here: all is made anew; run it again to finish it")
        size = sum(file.size for file in found.files)
        chosen = choose(request.engine, request.workers, size)
        run = _Run(store, chosen, show)
        show.say(f"{len(found.files):,} files, {text.megabytes(size)}; engine: {chosen.name}")
        try:
            built = _steps(run, found, tests, recipe, tokenizer, models, mapping, request.out)
        except (pa.ArrowInvalid, pa.ArrowIndexError) as error:
            chosen.close(now=True)
            raise CorpuskitError(
                f"{store.root}: a file there is damaged ({error}); delete that folder, build again."
            ) from error
        except BaseException:
            chosen.close(now=True)
            raise
        finally:
            extract.close_sandboxes()
        chosen.close()
        run.store.remove_unused(run.used, WORK)
        if not recipe.repair.keep_originals:
            run.store.remove_unused(set(), ("extract",))
    return built


@dataclass(frozen=True, slots=True)
class _Judged:
    """The parts as the steps after `repair` read them, and every document with the verdict of `filter`."""

    made: products.Made
    documents: pl.DataFrame
    looked: contamination.Looked | None
    results: tuple[Sequence[Path | None], ...]  # of each step those of all parts


def _steps(
    run: _Run,
    found: sources.Found,
    tests: list[sources.File],
    recipe: Recipe,
    tokenizer: tokens.Tokens,
    models: score.Models,
    mapping: mappings.Mapping | None,
    out: Path,
) -> Built:
    out_of_it = forgotten.read(out)
    with run.show.step("extract: hash", sum(file.size for file in found.files)) as done:
        files = sources.hashed(found.files, run.store.root / "files.arrow", done, out_of_it.hides)
    limits = recipe.extract.limits()
    planned = extract.plan(files, limits, run.store, out_of_it)
    run.each("extract", extract.extract_part, planned.jobs)
    live = extract.live_parts(files, limits, run.store, planned.jobs, out_of_it)
    run.used |= {path for part in live for path in (part.path, part.path.with_suffix(".json"))}

    judged = _judged(run, live, tests, recipe, tokenizer, models, mapping)
    extracted, repaired = [part.path for part in live], [part.path for part in judged.made.live]
    documents = _merged(run, judged, extracted, recipe)
    documents, divided = split.divided(documents, recipe.shard, extracted, repaired, run.store, run.each)
    account = ledger.balance(
        documents,
        files=len(files),
        file_bytes=sum(file.size for file in files),
        excluded=found.excluded,
        left_out=sum(part.left_out for part in live),
    )
    made, manifest = products.write(documents, judged.made, recipe, tokenizer, mapping, run.store, run.each)
    manifest["inputs"] = {
        "files": len(files),
        "bytes": sum(file.size for file in files),
        "digest": parts.key([[file.path, file.sha256 or file.problem] for file in files]),
    }
    manifest["ledger"] = account | {"repaired": ledger.repaired(documents)}
    manifest["split"] = divided
    if looked := judged.looked:
        hits = listing.hits(looked, documents)
        manifest["contamination"] = listing.summary(looked, hits, documents)
        made.append(manifests.Product(listing.write(hits, run.store), listing.NAME))
        run.used.add(made[-1].file)
    ledger.check_files(account, manifest["shards"], manifest["documents"])
    changed = manifests.publish(out, manifest, made)
    report, rendered = reports.publish(out)
    return Built(manifest, report, len(files) - planned.reused, planned.reused, changed or rendered)


def _judged(
    run: _Run,
    live: list[extract.Part],
    tests: list[sources.File],
    recipe: Recipe,
    tokenizer: tokens.Tokens,
    models: score.Models,
    mapping: mappings.Mapping | None,
) -> _Judged:
    """From extracted parts to verdicts: contamination, repair, score, filter."""
    if not list(Path(statistics.__file__).parent.glob("__pycache__/statistics*.nbi")):
        run.show.say("compiling kernels, once after installation: up to a minute")
    looked = _contamination(run, live, tests, recipe)
    marks = looked.marks if looked else ()
    spans = marks if recipe.contamination.remove == "spans" else ()
    repaired = repair.repair(live, recipe.repair, run.store, run.each, spans)
    live = [replace(part, name=one.name, path=one.path) for part, one in zip(live, repaired, strict=True)]

    signals = [score.ScoreJob(part.path, score.score_path(run.store, part.name, models), models) for part in live]
    if any(not job.out.exists() for job in signals):
        score.compile_kernels()  # once, before workers would all do it
    run.each("score", score.score_part, signals)
    named = None if recipe.score.tokenizer is None else str(tokenizer.file.absolute())
    encoded = [
        score.TokensJob(part.path, score.tokens_path(run.store, part.name, tokenizer.digest), named, tokenizer.digest)
        for part in live
    ]
    run.each("score: tokens", score.encode_part, encoded)

    policy = _policy(run, live, mapping)
    decided = [
        filter_.filter_job(run.store, job.part, job.out, one.beside, file, recipe.filter, mark)
        for job, one, file, mark in zip(signals, repaired, policy, marks or [None] * len(live), strict=True)
    ]
    run.each("filter", filter_.filter_part, decided)
    scored, tokenised, filtered = ([job.out for job in jobs] for jobs in (signals, encoded, decided))
    beside = [one.beside for one in repaired]
    documents = verdicts.collect(live, repaired, scored, tokenised, filtered, policy, marks)
    results = [part.path for part in live], beside, policy, scored, tokenised, filtered
    return _Judged(products.Made(live, beside, scored, tokenised, models), documents, looked, results)


def _merged(run: _Run, judged: _Judged, extracted: Sequence[Path], recipe: Recipe) -> pl.DataFrame:
    """The documents with the verdict of `dedupe`."""
    live = judged.made.live
    signs = [dedupe.sign_job(run.store, part.name, part.path, recipe.dedupe) for part in live]
    if any(not job.out.exists() for job in signs):
        compile_kernels()
    run.each("dedupe", sign_part, signs)
    signed, part_files = [job.out for job in signs], [part.path for part in live]
    own.note(run.store, extracted, *judged.results, signed)
    passed = judged.documents.filter(pl.col("verdict") == KEPT)
    twins = dedupe.twins(passed, signed, part_files, recipe.dedupe, run.store, run.each)
    return verdicts.merged(judged.documents, passed, twins, recipe)


def _mapping(recipe: Recipe) -> mappings.Mapping | None:
    """The mapping that the recipe names. Raises UsageError where it lacks a column that a rule asks for."""
    if recipe.policy.mapping is None:
        return None
    file = Path(recipe.policy.mapping)
    found = mappings.load(file, TAKEN | set(recipe.score.named()))
    for column in recipe.filter.get(POLICY, {}):
        check_name(
            "recipe",
            f"column of {file}",
            f"filter.{POLICY}.{column}",
            [f"filter.{POLICY}.{one}" for one in found.columns],
        )
    return found


def _tests(recipe: Recipe, out: Path) -> list[sources.File]:
    """All files of test data that the recipe names, whatever `extract.exclude` says. Raises UsageError for one that is not there."""
    if not recipe.contamination.against:
        return []
    return sources.find(recipe.contamination.against, (), out).files


def _contamination(
    run: _Run, live: Sequence[extract.Part], tests: list[sources.File], recipe: Recipe
) -> contamination.Looked | None:
    """The parts held against the test data; None where there is none."""
    if not tests:
        return None
    with run.show.step("contamination: hash", sum(file.size for file in tests)) as done:
        files = sources.hashed(tests, run.store.root / "tests.arrow", done)
    looked = contamination.look(live, files, recipe.contamination, recipe.extract.limits(), run.store, run.each)
    run.used |= looked.used
    return looked


def _policy(run: _Run, live: Sequence[extract.Part], mapping: mappings.Mapping | None) -> list[Path | None]:
    """Files of the mapping's columns beside the parts; None for each where there is no mapping."""
    if mapping is None:
        return [None] * len(live)
    held = [policies.Held(part.name, part.path, tuple(part.live)) for part in live]
    files, idle = policies.write(mapping, held, run.store)
    run.used |= {*files}
    for line in policies.warning(mapping, idle):
        run.show.say(line)
    return [*files]
