"""What others gained: the quartiles of literature.yaml's rows."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from corpuskit.assess.questions import FULL_TOKENS, Branch

UNIT = "points of the task's score, of encoders fine-tuned on it before and after"
TASK_ONLY = f"; below {FULL_TOKENS:,} tokens this is published for a task's own text only"


@cache
def _literature() -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = yaml.safe_load(
        Path(__file__).with_name("literature.yaml").read_text(encoding="utf-8")
    )
    return loaded


def expected(branch: Branch, tokens: int) -> dict[str, Any] | None:
    """The quartiles of published gains, in points of a task's score; None where the text is not trained on.

    Below FULL_TOKENS the rows are those of training on a task's own text, from there on those of a whole domain's.
    """
    if branch not in {"shallow", "full"}:
        return None
    kind = "domain" if tokens >= FULL_TOKENS else "task"
    rows = _literature()[kind]
    gains = [gain for row in rows for gain in row["gains"].values()]
    low, middle, high = (round(float(one), 2) for one in np.quantile(gains, [0.25, 0.5, 0.75]))
    return {
        "low": low,
        "median": middle,
        "high": high,
        "least": min(gains),
        "most": max(gains),
        "tasks": len(gains),
        "unit": UNIT if kind == "domain" else UNIT + TASK_ONLY,
        "source": "; ".join(row["source"] for row in rows),
    }
