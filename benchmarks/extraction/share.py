"""How much of our time is spent in our own Python code, and how much in libraries."""

import cProfile
import pstats
from pathlib import Path
from typing import Any

import corpuskit

from .family import Family

HERE = str(Path(corpuskit.__file__).parent)


def own_share(family: Family, data: Path) -> float:
    """The share of functions in corpuskit, without what they call, by cProfile.

    An upper bound: the profiler slows Python down more than C, and what C does behind an attribute or a ctypes function
    counts as the line that asked for it.
    """
    read = family.ours()
    cases = list(family.cases(data))
    for case in cases[:1]:
        read(case.data, case.name)
    profile = cProfile.Profile()
    for case in cases:
        profile.runcall(read, case.data, case.name)
    stats: Any = pstats.Stats(profile)
    times = {place: figures[2] for place, figures in stats.stats.items()}
    own = sum(seconds for (file, _, _), seconds in times.items() if file.startswith(HERE))
    return float(own / (sum(times.values()) or 1.0))
