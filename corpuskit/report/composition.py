"""What the kept text is made of: documents, bytes and tokens by source, language, format, quality band and more."""

from typing import Any

import polars as pl

from corpuskit.filter.rules import RULES, Threshold

WEB: dict[str, Threshold] = {
    "max_replacement_share": 0.02,
    "min_words": 50,
    "max_words": 100000,
    "min_mean_word_length": 3,
    "max_mean_word_length": 10,
    "min_letter_share": 0.6,
    "max_duplicate_line_share": 0.3,
    "max_short_line_share": 0.67,
    "min_language_confidence": 0.65,
}
"""The common rules of pipelines/web.yaml: Gopher's and FineWeb's bounds (Rae et al. 2021, table A1; Penedo et al. 2024)."""

QUALITY_BAND_NOTE = (
    "How many of the rules of pipelines/web.yaml a document breaks. They were made for web pages and take forms, tables and slides "
    "for poor text: a band says what the text looks like, not what it is worth."
)
LISTED = 200  # values of a dimension that are named; the rest is one line
UNSAID = "not said"
FORMATS = {
    "text/plain": "plain text",
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
    "text/markdown": "Markdown",
    "text/html": "web page",
    "application/pdf": "PDF",
    "application/rtf": "RTF",
    "application/epub+zip": "EPUB",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "application/vnd.ms-excel": "Excel",
    "application/vnd.ms-excel.sheet.binary": "Excel",
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument spreadsheet",
    "application/vnd.oasis.opendocument.text": "OpenDocument text",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument presentation",
    "application/json": "JSON",
    "application/x-ndjson": "JSON Lines",
    "application/vnd.apache.parquet": "Parquet",
    "application/vnd.apache.arrow.file": "Arrow",
    "application/vnd.apache.arrow.stream": "Arrow",
    "application/xml": "XML",
    "text/prs.fallenstein.rst": "reStructuredText",
    "text/troff": "manual page",
    "application/x-latex": "LaTeX",
    "application/x-ipynb+json": "notebook",
    "application/x-mimearchive": "web page",
    "image/png": "picture",
    "image/jpeg": "picture",
    "image/gif": "picture",
    "image/tiff": "picture",
    "image/webp": "picture",
    "image/bmp": "picture",
    "application/msword": "Word",
    "application/vnd.ms-powerpoint": "PowerPoint",
    "application/vnd.ms-outlook": "Outlook message",
    "application/vnd.ms-tnef": "Outlook message",
    "application/zip": "ZIP archive",
    "application/x-tar": "TAR archive",
    "application/gzip": "GZ file",
    "application/x-bzip2": "BZ2 file",
    "application/x-xz": "XZ file",
    "application/zstd": "ZST file",
    "application/x-lz4": "LZ4 file",
    "application/x-7z-compressed": "7Z archive",
    "application/x-archive": "AR archive",
    "application/x-cpio": "CPIO archive",
    "application/warc": "WARC archive",
    "text/calendar": "calendar",
    "text/vcard": "contact",
    "message/rfc822": "e-mail",
    "application/mbox": "mailbox",
}
COLUMNS = {
    "source": "source",
    "language": "language",
    "format": "media_type",
    "type": "document_type",
    "split": "split",
    "confidentiality": "confidentiality",
    "retention": "retention",
    "source_system": "source_system",
    "licence": "licence",
}
ORDER = (
    *("source", "type", "language", "format", "quality_band", "split"),
    *("confidentiality", "retention", "source_system", "licence"),
)


def labelled(documents: pl.DataFrame) -> pl.DataFrame:
    """The documents with a column of text for each dimension that they say something of."""
    labels = {name: pl.col(column).cast(pl.String) for name, column in COLUMNS.items() if column in documents.columns}
    named = {
        name: pl.when(label.fill_null("").str.strip_chars() == "").then(pl.lit(UNSAID)).otherwise(label)
        for name, label in labels.items()
    }
    found = documents.with_columns(**named)
    if "format" in named:
        found = found.with_columns(pl.col("format").replace(FORMATS))
    band = quality_bands(documents)
    return found if band is None else found.with_columns(quality_band=band)


def quality_bands(documents: pl.DataFrame) -> pl.Series | None:
    """How many rules of WEB each document breaks, "0" to "3+"; None where a signal was not measured."""
    signals = [RULES[name].signal for name in WEB]
    if not set(signals) <= set(documents.columns):
        return None
    broken = pl.sum_horizontal(_breaks(name, threshold) for name, threshold in WEB.items()).clip(0, 3).cast(pl.String)
    return documents.select(quality_band=broken.replace("3", "3+"))["quality_band"]


def _breaks(name: str, threshold: Threshold) -> pl.Expr:
    """1 where the rule, which bounds a number, would say no; as filter.rules decides, without its words."""
    signal = pl.col(RULES[name].signal)
    over = signal < threshold if RULES[name].bound == "min" else signal > threshold
    return over.fill_null(value=False).cast(pl.Int64)


def composition(kept: pl.DataFrame, listed: int = LISTED) -> dict[str, list[dict[str, Any]]]:
    """Documents, bytes of text and tokens for each value of each dimension, most tokens first; `kept` is `labelled`.

    More values than `listed` end in one row for the rest.
    """
    return {name: _by(kept, name, listed) for name in ORDER if name in kept.columns}


def _by(kept: pl.DataFrame, name: str, listed: int) -> list[dict[str, Any]]:
    counts = (pl.len().cast(pl.Int64).alias("documents"), pl.sum("bytes").alias("text_bytes"), pl.sum("tokens"))
    table = kept.group_by(pl.col(name).alias("value")).agg(*counts)
    table = table.sort("tokens", "documents", "value", descending=[True, True, False])
    rows = table.head(listed).to_dicts()
    if len(rest := table[listed:]):
        rows.append({"value": f"{len(rest):,} others"} | rest.drop("value").sum().row(0, named=True))
    return rows
