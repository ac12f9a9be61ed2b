"""What datatrove's filters say of texts, in its own Python: `PYTHON filters_datatrove.py TEXTS.parquet OUT.json`.

Needs datatrove and spacy there. For each set its reason for each text ("" where it keeps it) and the CPU seconds that it took.
"""

import json
import sys
import time

import pyarrow.parquet as pq
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)

FILTERS = {
    "gopher": GopherQualityFilter(),
    "gopher_repetition": GopherRepetitionFilter(),
    "gopher_repetition, without top n-grams": GopherRepetitionFilter(top_n_grams=()),
    "c4": C4QualityFilter(),
    "fineweb": FineWebQualityFilter(),
}


def reason(found: bool | tuple[bool, str]) -> str:
    """Why a text is dropped."""
    return "" if found is True else found[1] if isinstance(found, tuple) else "dropped"


def main() -> None:
    """Every filter over every text."""
    texts = pq.read_table(sys.argv[1], columns=["text"])["text"].to_pylist()
    found = {}
    for name, one in FILTERS.items():
        one.filter(Document(text="The first text loads what is loaded late. " * 20, id="warm"))
        begun, reasons = time.process_time(), []
        for text in texts:
            try:
                reasons.append(reason(one.filter(Document(text=text, id=""))))
            except Exception as error:  # noqa: BLE001 - a division by zero on a text of signs, for one
                reasons.append(f"error: {type(error).__name__}")
        found[name] = {"reasons": reasons, "seconds": time.process_time() - begun}
    with open(sys.argv[2], "w", encoding="utf-8") as out:  # noqa: PTH123
        json.dump(found, out)


if __name__ == "__main__":
    main()
