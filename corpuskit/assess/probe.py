"""The probe: a small standard run of continued pretraining, and what it says of a whole one.

Standard, so that probes of different corpora compare: sequences of 512 places, 2,048 places a step, the default learning rate of the
model's size after two steps of warm-up and constant from there (so the points of one run are runs of each length), full weights
below 1B parameters and LoRA above, 5 % of general text replayed where there is any, one seed. Nothing is written or kept.

How it goes on beyond the probe is our convention, not a law; each point has twice the tokens of the one before.
- At least, nothing more is learned: the gain measured, at the lower end of its interval.
- At most, each doubling brings what the better of the last two brought: log-linear, at the upper end of its interval.
- Between them, each doubling brings the same share of what the doubling before brought: a power law with a floor. The share is that
  of the last two doublings' gain over the two's before them, and at most 0.82: no flatter than pretraining itself, whose loss falls
  with the tokens to the power of -0.28 (Hoffmann et al. 2022, arXiv 2203.15556).
Of a corpus that is shorter than the probe nothing is said: `extrapolated` is None.
While the last doubling still brings clearly more than the one before, all three may be too low, and `quickens` says so.

A step is always 2,048 places; longer runs take larger steps and decay their rate. Held against two such runs (4,096 places a step,
cosine) on the same documents: SmolLM2-135M on contracts, 200,704 tokens, 12.0 %: a probe of 32,768 said 14.6 % (8.3 to 19.0), one of
16,384, quickening, 13.0 % (6.0 to 18.7). MiniLM on medical questions, 400,000 tokens, 21.8 %: 17.8 % (6.2 to 29.2) and 9.0 % (2.2 to
16.2), both quickening: the second was wrong.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpuskit.assess.bits import DOCUMENTS, TOKENS, Float, drawn, interval, need_torch, ratio, units
from corpuskit.errors import UsageError

if TYPE_CHECKING:
    from corpuskit.train.curve import Curve
    from corpuskit.train.per_document import Scored
    from corpuskit.train.prepare import Request

PROBE = 65_536  # tokens
LEAST = 16_384  # with fewer, points lie within the warm-up
MOST = 8_388_608  # with more it is a run, which money is approved for. Convention
POINTS = 4  # of the curve after the first: the last is the whole probe, each other half of the next
LENGTH, PLACES_PER_STEP, WARMUP_STEPS = 512, 2048, 2
REPLAY = 0.05  # enough where the languages are the same: Ibrahim et al. 2024 (arXiv 2403.08763)
QUICKER = 1.25  # times the gain of the doubling before. Convention
SLOWEST = 2**-0.28  # of a doubling's gain that the next brings, at most: see above
FULL_BELOW = 1_000_000_000  # parameters


def asked(
    corpus: Path, model: Path, dtype: str | None, general: Path | None, tokens: int = PLACES_PER_STEP, seed: int = 0
) -> "Request":
    """The standard run of so many tokens. Raises UsageError where there is no model or corpus."""
    from corpuskit.budget.shape import count_parameters
    from corpuskit.train import model as models
    from corpuskit.train.learner import most_places
    from corpuskit.train.prepare import Replayed, Request
    from corpuskit.train.recipe import Data, Device, Method, Training, Watch
    from corpuskit.train.schedule import Schedule

    config = models.look(model).config
    length, steps = min(LENGTH, most_places(config) or LENGTH), tokens // PLACES_PER_STEP
    precision: Any = dtype or "auto"
    recipe = Training(
        data=Data(sequence_length=length, steps=steps, tokens_per_step=PLACES_PER_STEP, seed=seed),
        method=Method("full" if count_parameters(model) < FULL_BELOW else "lora"),
        schedule=Schedule("constant", warmup_steps=WARMUP_STEPS),
        device=Device(dtype=precision, compile=False),  # to compile takes longer than the run
        watch=Watch(log_every=1, evaluate_every=max(1, steps >> (POINTS - 1)), forgetting_limit=None, writers=()),
    )
    replay = (Replayed(general, REPLAY),) if general else ()
    return Request(corpus, model, corpus / "work" / "probe", recipe, replay, unapproved=True, quiet=True)


def probe(
    corpus: Path,
    model: Path,
    general: Path | None = None,
    tokens: int = PROBE,
    *,
    seeds: int = 1,
    documents: int = DOCUMENTS,
    tokens_per_document: int = TOKENS,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """What assess.json says under `probe`. `tokens` is a power of two, from LEAST to MOST.

    On a processor the same each time. Raises UsageError where it cannot be done, KeyboardInterrupt where it was stopped.
    """
    need_torch()
    check(tokens)
    from corpuskit.train import devices
    from corpuskit.train.curve import curve, fast_dtype
    from corpuskit.train.recipe import Device

    dtype = fast_dtype(devices.chosen(Device(), 1))
    points = (0, *(tokens // PLACES_PER_STEP >> half for half in reversed(range(POINTS))))
    requests = [asked(corpus, model, dtype, general, tokens, seed) for seed in range(seeds)]
    curves = [curve(one, general, points, documents, tokens_per_document, say) for one in requests]
    first, method = curves[0], requests[0].recipe.method.kind
    return {
        "model": model.resolve().name,
        "objective": first.objective,
        "tokens": tokens,
        "method": method,
        "learning_rate": first.learning_rate,
        "learning_rate_source": first.rate_source,
        "schedule": f"constant after {WARMUP_STEPS} steps of warm-up",
        "sequence_length": requests[0].recipe.data.sequence_length,
        "tokens_per_step": PLACES_PER_STEP,
        "replay": REPLAY if general else 0.0,
        "seeds": seeds,
        "dtype": first.dtype,
        "device": first.device,
        **_told(curves),
    }


def check(tokens: int) -> None:
    """Raise UsageError for a length that no probe has."""
    if not LEAST <= tokens <= MOST or tokens & (tokens - 1):
        raise UsageError(
            f"a probe of {tokens:,} tokens: it takes a power of two, at least {LEAST:,} and at most {MOST:,}; longer is a run "
            "(corpuskit train)."
        )


def _told(curves: list["Curve"]) -> dict[str, Any]:
    """Curve, gain, forgetting and what is to be expected."""
    points = [point.step * PLACES_PER_STEP for point in curves[0].points]
    domain, domain_draws = _losses([[point.domain for point in one.points] for one in curves])
    gains, gain_draws = _fallen(domain), _fallen(domain_draws)
    curve: list[dict[str, Any]] = [
        {"tokens": tokens, "domain": float(value), "general": None}
        for tokens, value in zip(points, domain, strict=True)
    ]
    forgetting, kept = None, [[point.general for point in one.points if point.general] for one in curves]
    if kept[0]:
        general, general_draws = _losses(kept)
        forgetting = _spread(-_fallen(general)[-1], -_fallen(general_draws)[-1])
        for at, value in zip(curve, general, strict=True):
            at["general"] = float(value)
    epoch = curves[0].epoch
    return {
        "curve": curve,
        "gain": _spread(gains[-1], gain_draws[-1]),
        "forgetting": forgetting,
        "extrapolated": beyond(gains[1:], gain_draws[1:], points[-1], epoch),
        "documents": int(curves[0].points[0].domain.document.max()) + 1,
        "interval_over": units(curves[0].points[0].domain)[2],
    }


def _losses(runs: "list[list[Scored]]") -> tuple[Float, Float]:
    """Bits per byte at each point (points,), mean of the runs; and for each draw of documents and runs (points, draws).

    A draw takes the same documents at all points: what is hard stays hard, so gains have far narrower intervals than losses.
    """
    _, sizes, _ = units(runs[0][0])
    nats = [np.stack([units(scored)[0] for scored in run]) for run in runs]
    each = np.stack([ratio(one, sizes, drawn(len(sizes))) for one in nats])
    chosen = np.random.default_rng(1).integers(len(runs), size=(len(runs), each.shape[-1]))
    draws = np.stack([each[run, :, np.arange(each.shape[-1])] for run in chosen]).mean(0).T
    return np.mean([ratio(one, sizes) for one in nats], axis=0), draws


def _fallen(losses: Float) -> Float:
    """By which share each point lies below the first."""
    return np.asarray(1 - losses / losses[0], np.float64)


def _spread(value: float, draws: Float) -> dict[str, float]:
    low, high = interval(draws)
    return {"value": float(value), "low": low, "high": high}


def beyond(gains: Float, draws: Float, tokens: int, epoch: int) -> dict[str, Any] | None:
    """The gain to be expected of a whole epoch; None where it is shorter than the probe, which says nothing of less than itself."""
    if epoch < tokens:
        return None
    return {"tokens": epoch, **extrapolated(gains, draws, math.log2(epoch / tokens))}


def extrapolated(gains: Float, draws: Float, more: float) -> dict[str, Any]:
    """The gain after `more` doublings, by the rule above; 0 or more. `gains` (points,), `draws` (points, draws)."""
    first, middle, last = np.diff(gains)[-3:]
    share = min(SLOWEST, max(0.0, (middle + last) / (first + middle))) if first + middle > 0 else SLOWEST
    times = share * (1 - share**more) / (1 - share)
    best = np.maximum(np.diff(draws, axis=0)[-2:].max(0), 0)
    low, high = interval(draws[-1])[0], min(1.0, interval(draws[-1] + more * best)[1])
    value = float(gains[-1] + times * max(0.0, last))
    quickens = bool(last > max(0.0, QUICKER * middle))
    return {"value": min(max(value, low), high), "low": low, "high": high, "quickens": quickens}
