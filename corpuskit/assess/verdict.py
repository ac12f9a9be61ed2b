"""The verdict: which kind of adaptation is worth its money, and why. "Don't" is one of the answers.

A list of questions, cheapest first; the first whose answer names a branch decides. Each carries its inputs, its threshold and what
that rests on. The same inputs give the same verdict. How they read stands in questions.yaml.
"""

from dataclasses import asdict, dataclass
from typing import Any

from corpuskit.assess.changes import changes
from corpuskit.assess.expected import expected
from corpuskit.assess.questions import TITLES, Branch, Step, walk
from corpuskit.assess.situation import Situation


@dataclass(frozen=True, slots=True)
class Verdict:
    """The branch, how it was reached, and what would lead elsewhere. `expected` is None where the text is not trained on."""

    branch: Branch
    title: str
    sentence: str
    path: tuple[Step, ...]
    would_change: tuple[dict[str, str], ...]
    expected: dict[str, Any] | None
    risks: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def verdict(at: Situation) -> Verdict:
    """Ask the questions in order until one decides."""
    path, branch, sentence = walk(at)
    return Verdict(
        branch,
        TITLES[branch],
        sentence,
        path,
        changes(at, branch),
        expected(branch, at.tokens),
        tuple(_risks(at, branch)),
    )


def _risks(at: Situation, branch: Branch) -> list[str]:
    """What nobody knows yet, and what went wrong for others. Only for branches that train."""
    if branch not in {"shallow", "full", "vocabulary"}:
        return []
    open_questions = (
        (at.gain is None, "No probe was run: whether the loss can be lowered on these documents is not known."),
        (at.forgetting is None, "Forgetting was not measured: it takes general text (--general) and a probe (--probe)."),
        (at.leaked is None, "No test set was compared with the corpus (--test): a leak would look like success."),
        (at.task.target is None, "No target score is known (--facts): prompting, retrieval or fine-tuning may be enough already."),
        (branch == "vocabulary", "Another tokenizer breaks what is built on the old one: instruct residuals, adapters, perplexities."),
        (
            branch != "vocabulary" and at.encoder is False,
            ("A decoder's prompted scores can fall while its fine-tuned ones rise (Cheng et al. 2023, arXiv 2309.09530). Nearly "
            "all of ten medical models failed to beat their own bases consistently (Jeong et al. 2024, arXiv 2411.04118)."),
        ),
    )  # fmt: skip
    return [said for holds, said in open_questions if holds]
