"""What kind of document a text is, by signals that anyone can look at: its format, the shape of its lines, and cue words.

Asked in this order, the first that holds: mail, slides, table and code by format; table, code and form by the share of such lines; the
type whose cue words (cues.py) stand out most; web page by format; other. Bounds were chosen on documents of a company's share, 300
contracts, 300 pages on diseases, 400 clinical notes and 45 novels (docs/kinds.md).
"""

import numpy as np
import pyarrow as pa

from corpuskit.score.cues import NAMES
from corpuskit.score.signals import cue_signal

OTHER = "other"
KINDS = ("mail", "slides", "table", "code", "form", *NAMES, "web page", OTHER)
# Of the lines.
TABLE, CODE, FORM = 0.5, 0.3, 0.5
# Of the words, and how many cue words there must be: contracts have 12 to 43 in a thousand (nine tenths of them), novels none.
CUE_SHARE = {"contract": 0.008, "minutes": 0.008, "clinical note": 0.006, "manual": 0.006, "report": 0.01}
CUE_WORDS = 3
_FORMATS = {
    "mail": ("message/", "application/vnd.ms-outlook", "application/vnd.ms-tnef"),
    "slides": ("presentation", "powerpoint"),
    "table": ("spreadsheet", "ms-excel", "text/csv", "text/tab-separated-values"),
    "code": ("text/x-",),
    "web page": ("text/html", "application/x-mimearchive"),
}


def kinds(signals: pa.Table, media_types: pa.Array) -> pa.Array:
    """One of KINDS for each document, by the columns of SIGNALS and the media type; null where the signals are."""
    formats = _by_format(media_types)
    columns = {name: signals[name].to_numpy() for name in ("table_line_share", "code_line_share", "form_line_share")}
    words = np.nan_to_num(signals["words"].to_numpy(zero_copy_only=False))
    standing = _by_cues(signals, words)
    found = np.select(
        [
            np.isin(formats, ("mail", "slides", "table", "code")),
            columns["table_line_share"] >= np.float32(TABLE),
            columns["code_line_share"] >= np.float32(CODE),
            columns["form_line_share"] >= np.float32(FORM),
            standing != OTHER,
        ],
        [formats, "table", "code", "form", standing],
        formats,
    )
    return pa.array(found, pa.string(), mask=np.asarray(signals["words"].is_null()))


def _by_format(media_types: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    encoded = pa.array(media_types).dictionary_encode()
    names = [_format(media_type) for media_type in encoded.dictionary.to_pylist()]
    found: np.ndarray[tuple[int], np.dtype[np.str_]] = np.array([*names, OTHER])[
        encoded.indices.fill_null(len(names)).to_numpy()
    ]
    return found


def _format(media_type: str) -> str:
    return next((kind for kind, signs in _FORMATS.items() if any(sign in media_type for sign in signs)), OTHER)


def _by_cues(
    signals: pa.Table, words: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """The type whose share of cue words is the most times its bound; OTHER where none reaches it."""
    shares = np.stack([np.nan_to_num(signals[cue_signal(name)].to_numpy()) for name in NAMES])
    enough = shares * words >= CUE_WORDS - 0.5  # a count, within what 32 bits leave of it
    times = np.where(enough, shares / np.array([[CUE_SHARE[name]] for name in NAMES]), 0)
    best = times.argmax(axis=0)
    return np.where(times.max(axis=0) >= 1, np.array(NAMES)[best], OTHER)
