"""Words that a domain uses more than general text does: log-odds with an informative Dirichlet prior (Monroe et al. 2008).

The prior is both texts together, weighing a quarter of the general text. Words are ranked by log-odds over their standard error, so
that neither chance (a word seen twice) nor mere frequency wins. Function words, words with digits and words of fewer than three
documents are no terms: a number, or a name in one letter, is nobody's language. (E-mail addresses are taken out when the text is
read. Names that many documents hold do appear.)
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from corpuskit.assess.bags import Counts, lettered
from corpuskit.assess.functions import FUNCTION_WORDS

LEAST_DOCUMENTS = 3
LEAST_Z = 1.96  # standard errors: 95 %
PRIOR = 0.25  # of the general text's words: a word that it does not hold has odds there that are low, not none


def over_represented(types: pl.DataFrame, general: Mapping[str, int], most: int) -> pl.DataFrame:
    """The `most` terms that stand out: word, count, per_million, general_per_million, log_odds, z.

    `types` has word, count and documents; the totals are those of all words.
    """
    domain_words = max(1, int(types["count"].sum()))
    general_words = max(1, sum(general.values()))
    there = pl.Series("general", [general.get(word, 0) for word in types["word"].to_list()], pl.Int64)
    listed = types.with_columns(there).filter(
        (pl.col("documents") >= LEAST_DOCUMENTS)
        & ~pl.col("word").is_in(sorted(FUNCTION_WORDS))
        & pl.Series([lettered(word) for word in types["word"].to_list()], dtype=pl.Boolean)
    )
    here, other = listed["count"].to_numpy().astype(float), listed["general"].to_numpy().astype(float)
    weight = PRIOR * general_words
    prior = (here + other) / (domain_words + general_words) * weight
    log_odds = _log_odds(here + prior, domain_words + weight) - _log_odds(other + prior, general_words + weight)
    z = log_odds / np.sqrt(1 / (here + prior) + 1 / (other + prior))
    return (
        listed.with_columns(
            per_million=pl.Series(here * 1e6 / domain_words),
            general_per_million=pl.Series(other * 1e6 / general_words),
            log_odds=pl.Series(log_odds),
            z=pl.Series(z),
        )
        .filter(pl.col("z") >= LEAST_Z)
        .sort(["z", "word"], descending=[True, False])
        .head(most)
        .select("word", "count", "per_million", "general_per_million", "log_odds", "z")
    )


def _log_odds(count: Counts, total: float) -> Counts:
    odds: Counts = np.log(count / (total - count))
    return odds
