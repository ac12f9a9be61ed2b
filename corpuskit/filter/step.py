"""filter: rules on signals, for every document, from columns alone; no text is read."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from corpuskit import parts
from corpuskit.filter.decisions import decide
from corpuskit.filter.profiles import Profiles, Rules
from corpuskit.parts import Store

VERSION = 4
RULE = "max_contamination"


@dataclass(frozen=True, slots=True)
class FilterJob:
    """Decide on the documents of the part at `part` by their signals at `signals`, what `repair` measured, and the policy's columns.

    `contamination` has how much of a test item each document has, and of which; None where there is no test data.
    """

    part: Path
    signals: Path
    beside: Path
    policy: Path | None
    rules: Rules
    out: Path
    contamination: Path | None = None

    @property
    def size(self) -> int:
        """Bytes of signals."""
        return self.signals.stat().st_size


def filter_job(
    store: Store,
    part: Path,
    signals: Path,
    beside: Path,
    policy: Path | None,
    rules: Rules,
    contamination: Path | None = None,
) -> FilterJob:
    """The job of a part, named by the signals, what `repair` left `beside` it, what the policy says, and the rules in their order."""
    said = policy.stem if policy else None
    measured = [contamination.stem] if contamination else []
    name = parts.key("filter", VERSION, signals.stem, beside.stem, said, Profiles.of(rules).written(), *measured)
    return FilterJob(part, signals, beside, policy, rules, store.path("filter", name), contamination)


def filter_part(job: FilterJob) -> None:
    """Write one DECIDED row a document."""
    read = parts.read_arrow(job.part, ["reason", "detail", "legibility"])
    signals = parts.read_arrow(job.signals).append_column("legibility", read["legibility"])  # measured by extract
    measured = parts.read_arrow(job.beside, ["boilerplate_share"])
    signals = signals.append_column("boilerplate_share", measured["boilerplate_share"])
    if job.policy is not None:
        said = parts.read_arrow(job.policy)
        for name in said.column_names:
            signals = signals.append_column(name, said[name])
    if job.contamination is not None:
        found = parts.read_arrow(job.contamination, ["contamination", "contaminated_by"])
        signals = signals.append_column("contamination", found["contamination"])
    decided = decide(signals, read["reason"].to_pylist(), read["detail"].to_pylist(), job.rules)
    if job.contamination is not None:
        decided = _by_item(decided, found["contaminated_by"])
    parts.write_arrow(job.out, decided.schema, [decided])


def _by_item(decided: pa.Table, items: pa.ChunkedArray) -> pa.Table:
    """With the test item in the detail of what was dropped for it."""
    here = pc.equal(decided["rule"], RULE).fill_null(False)
    detail = pc.if_else(here, items, decided["detail"])
    return decided.set_column(decided.schema.get_field_index("detail"), "detail", detail)
