"""The runs that a task takes: those that choose each arm's rate, and those that count."""

from collections.abc import Sequence

from corpuskit.evaluate.arms import Digests
from corpuskit.evaluate.jobs import Job, Result
from corpuskit.evaluate.recipe import Arm, Evaluation, TaskAsked
from corpuskit.evaluate.tasks import Asking

SEARCH_SEED = 1000  # of the runs that choose a rate; the seeds that count are 0, 1, 2 ...


def searches(
    one: Asking, arms: Sequence[Arm], models: dict[str, Digests], rates: Sequence[float]
) -> dict[tuple[str, float], Job]:
    """The runs that choose a rate, by arm and rate; none where there is one rate alone."""
    if len(rates) == 1:
        return {}
    return {
        (arm.name, rate): _job(one, arm, models, one.sizes[-1], rate, SEARCH_SEED) for arm in arms for rate in rates
    }


def chosen(found: dict[tuple[str, float], Result], arms: Sequence[Arm], rates: Sequence[float]) -> dict[str, float]:
    """Each arm's rate: the best on the development set, the lowest of equals."""
    if len(rates) == 1:
        return {arm.name: rates[0] for arm in arms}
    return {arm.name: max(sorted(rates), key=lambda rate: found[arm.name, rate].dev) for arm in arms}


def counting(
    one: Asking, asked: Evaluation, models: dict[str, Digests], rates: dict[str, float]
) -> dict[tuple[str, int, int], Job]:
    """The runs that count, by arm, size and seed. The largest size first: it is what is compared."""
    return {
        (arm.name, size, seed): _job(one, arm, models, size, rates[arm.name], seed)
        for arm in asked.arms
        for size in reversed(one.sizes)
        if size == one.sizes[-1] or asked.trials.curve_for_all or arm.role in {"base", "adapted"}
        for seed in range(asked.trials.seeds)
    }


def count(one: Asking, asked: Evaluation) -> int:
    """How many runs the task takes."""
    nobody = {arm.name: Digests("", "") for arm in asked.arms}
    searched = searches(one, asked.arms, nobody, asked.trials.rates)
    return len(searched) + len(counting(one, asked, nobody, dict.fromkeys(nobody, 0.0)))


def _job(one: Asking, arm: Arm, models: dict[str, Digests], size: int, rate: float, seed: int) -> Job:
    return Job(arm.name, one.task, one.digest, arm.model, *models[arm.name], size, rate, seed, _machine(one.task))


def _machine(task: TaskAsked) -> tuple[str, str]:
    """What the runs are made on: a proof that goes on elsewhere does not mix number formats."""
    from corpuskit.train import devices

    found = devices.machine(task.recipe.device, 1)
    return found.kind, found.dtype
