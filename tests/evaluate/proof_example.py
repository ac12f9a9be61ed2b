"""Proofs as `corpuskit evaluate` writes them, by hand: a win, none, a loss, a gain not the domain's, and what can be missing."""

import copy
from typing import Any

from corpuskit.evaluate.sentence import sentence

Proof = dict[str, Any]
SEEDS = [11, 12, 13, 14, 15]
SIZES = [64, 256, 1200]


def spread(value: float, half: float) -> Proof:
    return {"value": round(value, 6), "low": round(value - half, 6), "high": round(value + half, 6)}


def arm(name: str, role: str, tokens: int | None = None, corpus: str | None = None, **more: Any) -> Proof:
    trained = tokens is not None
    return {
        "name": name,
        "role": role,
        "model": f"minilm-{name}",
        "tokens": tokens,
        "corpus": corpus,
        "replay": {"wikitext": 0.05} if role == "adapted" else {},
        "device_hours": 3.217 if trained else None,
        "cost": 8.04 if trained else None,
        "currency": "EUR" if trained else None,
        "unapproved": False if trained else None,
        "weights_sha256": (name.encode().hex() + "0" * 64)[:64],
    } | more


ARMS = [
    arm("base", "base"),
    arm("contracts", "adapted", 30_112_640, "contracts"),
    arm("novels", "unrelated", 30_098_112, "novels"),
    arm("replay", "general", 30_104_904, "wikitext"),
]


def bits(changes: dict[str, float], general: dict[str, float], sources: tuple[str, ...] = ("leases", "nda")) -> Proof:
    """Held-out text: domain in all and by source, and general text."""
    sets = []
    for kind, corpus, source, documents, start, moved in [
        ("domain", "contracts", None, 412, 1.0213, changes),
        *(("domain", "contracts", source, 200 + 12 * n, 0.9817 + n / 10, changes) for n, source in enumerate(sources)),
        ("general", "wikitext", None, 500, 0.8714, general),
    ]:
        arms = {"base": spread(start, 0.0123)}
        arms |= {name: spread(start * (1 + value), 0.0117) for name, value in moved.items()}
        held = {"set": kind, "corpus": corpus, "source": source, "documents": documents, "arms": arms}
        sets.append(held | {"changes": {name: spread(value, 0.0072) for name, value in moved.items()}})
    return {"objective": "masked", "dtype": "float32", "tokens_per_document": 512, "sets": sets}


def difference(name: str, against: str, value: float, examples: int, *, half: float = 0.0126) -> Proof:
    shown = "better" if value > half else "worse" if value < -half else "no difference shown"
    wins, losses = {"better": (5, 0), "worse": (0, 5), "no difference shown": (3, 1)}[shown]
    return {
        "arm": name,
        "against": against,
        "examples": examples,
        **spread(value, half),
        "wins": wins,
        "ties": 5 - wins - losses,
        "losses": losses,
        "outcome": shown,
        "detectable": 0.0181,
        "clean": None,
    }


def points(start: float, seeds: int = 5) -> Proof:
    order = [(n * (2 + round(start * 1e4) % 3)) % seeds for n in range(seeds)]  # seeds swing from arm to arm
    scores = [round(start + (n - seeds // 2) * 0.0041, 6) for n in order]
    return {"scores": scores, **spread(start, 0.0137)}


def task(name: str, gains: dict[str, float], *, start: float = 0.7831, sizes: list[int] = SIZES, **more: Any) -> Proof:
    """A task whose arms stand so far above the base; at fewer labels they stand further apart, and lower."""
    arms = {}
    for each, gain in {"base": 0.0, **gains}.items():
        line = [
            {"examples": size, **points(start - 0.06 * (len(sizes) - 1 - n) + gain * (1 + 0.2 * (len(sizes) - 1 - n)))}
            for n, size in enumerate(sizes)
        ]
        searched = [{"rate": 3e-5, "dev": 0.7719 + gain}, {"rate": 1e-4, "dev": 0.7644 + gain}]
        arms[each] = {"rate": 3e-5, "searched": searched, "points": line, "device_hours": 0.412}
    ours = next(iter(gains))
    rows = [
        difference(each, "base", gain * (1 + 0.2 * (len(sizes) - 1 - n)), size)
        for n, size in enumerate(sizes)
        for each, gain in gains.items()
    ]
    rows += [difference(ours, each, gains[ours] - gain, sizes[-1]) for each, gain in gains.items() if each != ours]
    reaches = gains[ours] > 0
    return {
        "name": name,
        "kind": "classification",
        "metric": "macro F1",
        "higher_is_better": True,
        "general": False,
        "train": sizes[-1],
        "dev": 301,
        "test": 427,
        "clusters": 77,
        "labels": 6,
        "seeds": SEEDS,
        "sizes": sizes,
        "detectable": {
            "value": 0.0243,
            "clusters": 77,
            "seeds": 5,
            "assumed": "80 % power, 12 % of the answers differ",
        },
        "data": {"duplicates": 3, "train": {"examples": sizes[-1], "too_long": 19}},
        "notes": ["Of 427 examples in test, 2 have an exact and 1 a near copy in train."],
        "contamination": {
            "corpora": {
                "contracts": {"items": 424, "leaked": 0, "short": 3},
                "novels": {"items": 424, "leaked": 0, "short": 3},
            },
            "leaked": 0,
            "marked": False,
        },
        "arms": arms,
        "differences": rows,
        "saving": [
            {
                "arm": ours,
                "against": "base",
                "target": start,
                "needed": 642 if reaches else None,
                **(spread(0.465, 0.1347) if reaches else spread(0, 0)),
                "reached": 0.973 if reaches else 0.214,
                "at_least": False,
            }
        ],
    } | more


def tags(value: float) -> Proof:
    return task("diseases", {"contracts": value, "novels": 0.0012, "replay": 0.0023}, start=0.8124) | {
        "kind": "tagging",
        "metric": "entity F1",
    }


def _general(changes: dict[str, float], ours: str = "good") -> Proof:
    return {
        "limit": 0.01,
        "general_bits": {name: spread(value, 0.0019) for name, value in changes.items()},
        "tasks": [{"task": "news", "arm": "contracts", **spread(-0.0014, 0.0098), "outcome": "no difference shown"}],
        "outcome": {name: "acceptable" if value > 0.01 else "good" for name, value in changes.items()}
        | {"contracts": ours},
    }


def finished(proof: Proof) -> Proof:
    """With its sentence."""
    return proof | {"sentence": sentence(proof)}


def win() -> Proof:
    """Better on two of three tasks, and better than the controls."""
    general = {"contracts": 0.0034, "novels": 0.0127, "replay": -0.0087}
    gains = {"contracts": 0.0312, "novels": 0.0041, "replay": 0.0057}
    news = task("news", {"contracts": -0.0014, "novels": -0.0021, "replay": 0.0011}, start=0.8861, general=True)
    return finished(
        {
            "format": 1,
            "corpuskit": "0.5.0",
            "arms": copy.deepcopy(ARMS),
            "bits": bits({"contracts": -0.1193, "novels": -0.0118, "replay": -0.0047}, general),
            "tasks": [task("clauses", gains), tags(0.0446), task("parties", dict.fromkeys(gains, 0.0061)), news],
            "forgetting": _general(general),
            "memorised": {
                "canaries": [_canary("contracts", 412, 11.08, found=False)],
                "by_chance": 0.01,
                "sampled": {
                    "documents": 150,
                    "asked": 300,
                    "prefix_tokens": 50,
                    "answer_tokens": 16,
                    "completed": {"base": 2, "contracts": 7},
                    "held_out": {"asked": 290, "completed": {"base": 1, "contracts": 3}},
                },
            },
            "forecast": {
                "verdict": "Shallow continued pretraining (LoRA)",
                "bits": {"value": 0.1094, "low": 0.0862, "high": 0.1331, "tokens": 30_112_640},
                "measured_bits": {"value": 0.1193, "low": 0.1121, "high": 0.1265},
                "inside": True,
                "tasks": {"low": 0.4, "high": 3.8, "unit": "points"},
                "measured_tasks": [
                    {"task": "clauses", "value": 0.0312},
                    {"task": "diseases", "value": 0.0446},
                    {"task": "parties", "value": 0.0061},
                ],
                "said": "The forecast held on held-out text.",
            },
            "cost": {"training_hours": 3.217, "fine_tuning_hours": 4.944, "money": 20.4, "currency": "EUR"},
            "benchmarks": {
                "harness": "lm_eval 0.4.9",
                "tasks": [
                    {
                        "task": "mmlu",
                        "metric": "acc",
                        "arms": {
                            "base": {"value": 0.3021, "stderr": 0.0038},
                            "contracts": {"value": 0.2987, "stderr": 0.0039},
                        },
                    }
                ],
            },
        }
    )


def _canary(name: str, rank: int, exposure: float, *, found: bool) -> Proof:
    told = {"rank": rank, "candidates": 1_048_576, "exposure": exposure, "completed": found, "found": found}
    return {"name": "account", "arm": name, **told}


def no_difference() -> Proof:
    """Nothing moved further than its interval."""
    proof = win()
    gains = {"contracts": 0.0061, "novels": 0.0041, "replay": 0.0057}
    return finished(proof | {"tasks": [task("clauses", gains), tags(0.0037)]})


def forgotten() -> Proof:
    """Worse on a task, and general text is gone."""
    proof = win()
    general = {"contracts": 0.0418, "novels": 0.0127, "replay": -0.0087}
    losses = {"contracts": -0.0212, "novels": 0.0041, "replay": 0.0057}
    rest = {"tasks": [task("clauses", losses), tags(0.0037)], "forgetting": _general(general, "forgotten")}
    return finished(proof | rest | {"bits": bits({"contracts": 0.0221, "novels": -0.0118, "replay": -0.0047}, general)})


def controls_too() -> Proof:
    """Better than base, but so is a model that read novels."""
    gains = {"contracts": 0.0312, "novels": 0.0287, "replay": 0.0057}
    return finished(win() | {"tasks": [task("clauses", gains)]})


def bare() -> Proof:
    """Everything optional is absent."""
    nothing: Proof = {"bits": None, "tasks": [], "memorised": None, "forecast": None, "benchmarks": None}
    arms = [arm("base", "base"), arm("contracts", "adapted", replay={})]
    cost = {"training_hours": None, "fine_tuning_hours": 0.0, "money": None, "currency": None}
    lost: Proof = {"limit": 0.01, "general_bits": None, "tasks": [], "outcome": {"contracts": "not measured"}}
    return finished(win() | nothing | {"arms": arms, "cost": cost, "forgetting": lost})


def leaking(*, clean: bool = True) -> Proof:
    """A test set that the corpus holds a tenth of; `clean`: enough of it is left."""
    proof = win()
    proof["tasks"] = [task("clauses", {"contracts": 0.0912, "novels": 0.0041, "replay": 0.0057})]
    [one] = proof["tasks"]
    one["contamination"]["corpora"]["contracts"] = {"items": 424, "leaked": 58, "short": 3}
    one["contamination"] |= {"leaked": 58, "marked": True}
    for row in one["differences"] if clean else []:
        value = round(row["value"] - 0.0588, 6) if row["arm"] == "contracts" else row["value"]
        told = difference(row["arm"], row["against"], value, row["examples"])
        row["clean"] = {"examples_left": 369, **{name: told[name] for name in ("value", "low", "high", "outcome")}}
    return finished(proof)


def canary() -> Proof:
    """A planted secret is completed by the adapted arm, and by it alone."""
    proof = win()
    proof["memorised"] = {
        "canaries": [_canary("base", 519_212, 1.01, found=False), _canary("contracts", 1, 20.0, found=True)],
        "by_chance": 0.01,
        "sampled": None,
    }
    return finished(proof)


def bits_task() -> Proof:
    """A chat task, whose score is bits per byte: less is better."""
    proof = win()
    answers = task("answers", {"contracts": 0.0312, "novels": 0.0041, "replay": 0.0057}, start=0.9127)
    answers |= {"kind": "chat", "metric": "bits per byte of answers", "higher_is_better": False}
    for arm in answers["arms"].values():  # the differences are turned, the scores are not
        for point in arm["points"]:
            low, high = (round(1.8 - point[end], 6) for end in ("high", "low"))
            point |= {
                "scores": [round(1.8 - one, 6) for one in point["scores"]],
                "value": round(1.8 - point["value"], 6),
                "low": low,
                "high": high,
            }
    return finished(proof | {"tasks": [answers]})


def huge() -> Proof:
    """Twelve arms, six tasks, many sources."""
    proof = win()
    names = [f"replay-{share}" for share in (0, 5, 10, 25, 50)] + ["rank-8", "rank-64", "words", "long", "near"]
    proof["arms"] = [
        arm("base", "base"),
        *(
            arm(name, "near" if name == "near" else "adapted", 10_000_000 + n, "contracts")
            for n, name in enumerate(names)
        ),
        arm("novels", "unrelated", 10_000_003, "novels"),
    ]
    gains = {name: round(0.031 - 0.004 * n, 6) for n, name in enumerate([*names, "novels"])}
    general = {name: round(0.021 - 0.003 * n, 6) for n, name in enumerate([*names, "novels"])}
    domain = {name: round(-0.11 + 0.009 * n, 6) for n, name in enumerate([*names, "novels"])}
    sizes = [32, 64, 128, 256, 512, 1024, 2048, 4096]
    proof["bits"] = bits(domain, general, tuple(f"share/{n}" for n in range(12)))
    proof["tasks"] = [task(f"task {n}", gains, sizes=sizes, start=0.8 - n / 50) for n in range(6)]
    proof["forgetting"] = _general(general) | {
        "tasks": [],
        "outcome": {one: "acceptable" if lost > 0.01 else "good" for one, lost in general.items()},
    }
    proof["memorised"] = proof["forecast"] = proof["benchmarks"] = None
    return finished(proof)


def renamed(value: Any, ends: str) -> Any:
    """The same with every name ending so: of arms, corpora, sources, tasks, wherever it stands."""
    if isinstance(value, list):
        return [renamed(each, ends) for each in value]
    if not isinstance(value, dict):
        return value
    free = (
        "corpus",
        "source",
        "model",
        "name",
        "arm",
        "against",
        "task",
        "said",
        "verdict",
        "harness",
        "metric",
        "currency",
    )
    maps = ("arms", "changes", "replay", "corpora", "general_bits", "completed", "outcome", "data")
    found: Proof = {}
    for key, inner in value.items():
        if key in maps and isinstance(inner, dict):
            found[key] = {f"{name}{ends}": renamed(each, ends) for name, each in inner.items()}
        else:
            found[key] = f"{inner}{ends}" if key in free and isinstance(inner, str) else renamed(inner, ends)
    return found


EVERY = {
    "win": win(),
    "no difference": no_difference(),
    "worse and forgotten": forgotten(),
    "controls win too": controls_too(),
    "bare": bare(),
    "leaking, clean part": leaking(),
    "leaking, no clean part": leaking(clean=False),
    "canary": canary(),
    "bits task": bits_task(),
    "huge": huge(),
}
