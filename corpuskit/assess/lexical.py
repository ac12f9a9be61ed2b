"""The part of an assessment that needs no model: what a corpus's words say of its distance from general text."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from corpuskit.assess import fragments, gap, general, overlap, reading, saturation, terms
from corpuskit.errors import UsageError
from corpuskit.score.tokens import Tokens

LISTED = 50  # terms
LEAST_COUNT = 10  # of a term that is listed as broken
DIGITS = 6  # significant places of what is written


def lexical(corpus: Path, tokenizer: Tokens | None, reference: Path | None = None) -> dict[str, Any]:
    """Measure a finished corpus against general text: the shipped counts, or another finished corpus.

    Returns language, language_share (of kept tokens), general, words (of that language), lexical, fragmentation (None without a
    tokenizer), terms, saturation and atlas (empty for a reference of one's own: its figures would not compare), as in assess.json. The
    same corpus gives the same values. Raises UsageError where no document can be compared.
    """
    against = general.load(reference)
    found = _read(corpus, against)
    spellings = found.bags.spellings()
    over = terms.over_represented(found.types, against.counts, fragments.TERMS)
    return {
        "language": found.language,
        "language_share": _short(found.share),
        "general": {
            "kind": against.kind,
            "name": against.name,
            "language": against.language,
            "words": against.words,
        },
        "words": found.words,
        "lexical": _gap(found, against),
        "fragmentation": _fragmentation(found, against, over, tokenizer),
        "terms": _terms(over, spellings, tokenizer),
        "saturation": _saturation(found, against),
        "atlas": gap.atlas() if against.kind == "bundled" else [],
    }


def _read(corpus: Path, against: general.General) -> reading.Reading:
    languages = reading.languages(corpus)
    if not languages:
        raise UsageError(f"{corpus}: no document was kept, so there is nothing to assess; corpuskit explain says why.")
    if against.language not in languages:
        listed = ", ".join(list(languages)[:3])
        raise UsageError(
            f"{corpus}: no document in the reference's language ({against.language}); kept are {listed}. "
            f"Name a finished corpus of general text in {next(iter(languages))} with --general."
        )
    found = reading.read(corpus, against.language, general.MOST_WORDS)
    if not found.words or not found.bags.total:
        raise UsageError(f"{corpus}: no words in the documents in {against.language}; there is nothing to assess.")
    return found


def _gap(found: reading.Reading, against: general.General) -> dict[str, Any]:
    measured = overlap.measure(found.bags.lowered(), against.pool.lowered(), frozenset(against.counts))
    return {
        **{name: _measure(getattr(measured, name)) for name in ("overlap", "jaccard", "jsd_bits", "oov")},
        "overlap_of_floor": _short(gap.overlap_of_floor(measured.overlap)),
        "jsd_excess": _short(gap.jsd_excess(measured.jsd_bits)),
        "band": gap.band(measured),
        "sample": {"words": measured.words, "documents": measured.documents, "top": measured.top},
        "note": _note(measured.words, found),
    }


def _note(words: int, found: reading.Reading) -> str | None:
    """Why the band decides nothing; None where it may."""
    if words < gap.LEAST_WORDS:
        return f"{words:,} words are compared; below {gap.LEAST_WORDS:,} the measures mean nothing."
    if found.share < gap.LANGUAGE_SHARE:
        return (
            f"The language compared ({found.language}) is {found.share:.0%} of the tokens; "
            f"below {gap.LANGUAGE_SHARE:.0%} it says nothing of the corpus, and its band decides nothing."
        )
    return None


def _measure(measured: overlap.Measure) -> dict[str, float | None]:
    return {name: None if value is None else _short(value) for name, value in asdict(measured).items()}


def _fragmentation(
    found: reading.Reading, against: general.General, over: Any, tokenizer: Tokens | None
) -> dict[str, Any] | None:
    if tokenizer is None:
        return None
    size = min(overlap.MOST_WORDS, found.bags.total)
    domain, other = (fragments.measure(bags, tokenizer) for bags in (found.bags.first(size), against.pool))
    ratio = domain.pieces_per_word / other.pieces_per_word if other.pieces_per_word else 0.0
    frequent = over.filter(over["count"] >= LEAST_COUNT)
    return {
        "tokenizer": tokenizer.name,
        "pieces_per_word": {
            "domain": _short(domain.pieces_per_word),
            "general": _short(other.pieces_per_word),
            "ratio": _short(ratio),
        },
        "three_or_more": {"domain": _short(domain.three_or_more), "general": _short(other.three_or_more)},
        "broken": _broken(frequent["word"].to_list(), frequent["count"].to_list(), found.bags.spellings(), tokenizer),
    }


def _broken(words: list[str], counts: list[int], spellings: dict[str, int], tokenizer: Tokens) -> list[dict[str, Any]]:
    """The terms in most pieces, the more frequent first among equals."""
    written = fragments.spelled(words, spellings)
    rows = zip(written, counts, fragments.pieces(written, tokenizer), strict=True)
    several = sorted((row for row in rows if len(row[2]) > 1), key=lambda row: (-len(row[2]), -row[1], row[0]))
    return [{"term": term, "count": count, "pieces": pieces} for term, count, pieces in several[: fragments.LISTED]]


def _terms(over: Any, spellings: dict[str, int], tokenizer: Tokens | None) -> list[dict[str, Any]]:
    listed = over.head(LISTED)
    written = fragments.spelled(listed["word"].to_list(), spellings)
    pieces = [len(one) for one in fragments.pieces(written, tokenizer)] if tokenizer else [None] * len(written)
    return [
        {
            "term": row["word"],
            "count": row["count"],
            "per_million": _short(row["per_million"]),
            "general_per_million": _short(row["general_per_million"]),
            "log_odds": _short(row["log_odds"]),
            "z": _short(row["z"]),
            "pieces": number,
        }
        for row, number in zip(listed.iter_rows(named=True), pieces, strict=True)
    ]


def _saturation(found: reading.Reading, against: general.General) -> dict[str, Any]:
    curve = saturation.curve(found.types, found.tokens, against.counts)
    points = [
        asdict(point)
        | {
            "new_types_per_10k": _short(point.new_types_per_10k),
            "term_share": None if point.term_share is None else _short(point.term_share),
        }
        for point in curve.points
    ]
    fit = None if curve.k is None or curve.beta is None else {"k": _short(curve.k), "beta": _short(curve.beta)}
    return {"points": points, "heaps": fit, "saturates_at": curve.saturates_at}


def _short(value: float) -> float:
    """Six significant digits: enough, and the same on every machine."""
    return float(f"{value:.{DIGITS}g}")
