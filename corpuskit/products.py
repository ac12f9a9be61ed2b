"""What a corpus is made of: its shards, its tables of documents, and what the manifest says of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from corpuskit import __version__, verdicts
from corpuskit.contamination import listing
from corpuskit.extract import step as extract
from corpuskit.parts import Map, Store
from corpuskit.policy import mapping as mappings
from corpuskit.recipe import Recipe
from corpuskit.repair import step as repair
from corpuskit.repair.tagger import versions as names_by
from corpuskit.score import step as score
from corpuskit.score import tokens
from corpuskit.shard import manifest as manifests
from corpuskit.shard import writer

DOCUMENTS_BYTES = 64 << 20  # text per file of documents/
# What a row of documents/ says before where it comes from, its text and its signals.
STANDING = (
    *("id", "path", "file_sha256", "verdict", "step", "rule", "reason", "value", "threshold", "detail", "twin"),
    *("overlap", "split", "tokens"),
)


@dataclass(frozen=True, slots=True)
class Made:
    """The parts as `repair` left them, and beside each what it measured, the signals and the tokens: one file each a part."""

    live: Sequence[extract.Part]
    beside: Sequence[Path]
    signals: Sequence[Path]
    tokens: Sequence[Path]
    models: score.Models


def write(
    documents: pl.DataFrame,
    made: Made,
    recipe: Recipe,
    tokenizer: tokens.Tokens,
    mapping: mappings.Mapping | None,
    store: Store,
    each: Map,
) -> tuple[list[manifests.Product], dict[str, Any]]:
    """Write shards and documents; returns them with the manifest, which lacks inputs and ledger yet."""
    made_by = [
        extract.VERSION,
        extract.versions(recipe.extract.limits()),
        repair.made_by(recipe.repair),
        score.VERSION,
        score.versions(),
        dict(made.models.digests),
        tokenizer.digest,
    ]
    said = mapping.columns if mapping else ()
    token_files = tuple(made.tokens)
    shards: list[tuple[str, str, writer.WriteJob]] = []
    for side in ("train", "validation"):
        kept = documents.filter(pl.col("split") == side)
        for number, count, bucket in writer.buckets(kept, "tokens", recipe.shard.tokens_per_shard):
            job = writer.shard_job(store, bucket, token_files, [made_by, verdicts.cuts(bucket)], said)
            shards.append((f"shards/{side}-{number:05d}-of-{count:05d}.arrow", side, job))
    each("shard", writer.write_shard, [job for _, _, job in shards])

    weighed = documents.select(
        *("part", "row", "cut", *STANDING, *said, "boilerplate_share"),
        *(name for name in listing.COLUMNS[:2] if name in documents.columns),
        weight=pl.col("bytes").fill_null(0) + 1,
    )
    made_from = tuple(part.path for part in made.live), tuple(made.beside), tuple(made.signals)
    tables: list[tuple[str, writer.WriteJob]] = []
    for number, count, bucket in writer.buckets(weighed, "weight", DOCUMENTS_BYTES):
        job = writer.documents_job(store, bucket.drop("weight", "cut"), made_from, [made_by, verdicts.cuts(bucket)])
        tables.append((f"documents/{number:05d}-of-{count:05d}.parquet", job))
    each("shard: documents", writer.write_documents, [job for _, job in tables])

    manifest: dict[str, Any] = {
        "format": manifests.FORMAT,
        "corpuskit": __version__,
        "inputs": {},
        "versions": extract.versions(recipe.extract.limits())
        | score.versions()
        | dict(made.models.digests)
        | names_by(recipe.repair),
        "recipe": recipe.plain(),
        "tokenizer": tokenizer.about(),
        **({"policy": mapping.about()} if mapping else {}),
        "ledger": {},
        "split": {},
        "documents": [{"file": name} | job.receipt() for name, job in tables],
        "shards": [{"file": name, "split": side} | job.receipt() for name, side, job in shards],
    }
    products = [manifests.Product(job.file, name) for name, _, job in shards]
    products += [manifests.Product(job.file, name) for name, job in tables]
    products.append(manifests.Product(tokenizer.file, "shards/tokenizer.json", ours=False))
    return products, manifest
