"""A report as gather() makes it, written by hand: a law firm's 61,204 documents. Every optional part can be left out."""

import copy
import math
from typing import Any

Report = dict[str, Any]
REPETITION = 15.387756
KEPT = {"documents": 48_912, "text_bytes": 361_204_118, "tokens": 86_412_337}
TRAIN = {"documents": 48_423, "text_bytes": 357_566_902, "tokens": 85_540_219}
VALIDATION = {"documents": 489, "text_bytes": 3_637_216, "tokens": 872_118}
DROPPED = {
    "too_short": {"documents": 1_846, "text_bytes": 92_300, "tokens": 21_114},
    "few_letters": {"documents": 412, "text_bytes": 11_204_800, "tokens": 4_120_551},
    "repeated_lines": {"documents": 288, "text_bytes": 6_912_004, "tokens": 1_840_022},
    "broken_characters": {"documents": 61, "text_bytes": 1_204_118, "tokens": 702_009},
}
MERGED = {
    "near_copy": {"documents": 6_104, "text_bytes": 48_112_004, "tokens": 11_902_118},
    "exact_copy": {"documents": 2_744, "text_bytes": 19_004_772, "tokens": 4_611_300},
}
SAMPLE = (
    "PRIVILEGED AND CONFIDENTIAL\n\nDear Ms Albrecht,\n\nWe refer to clause 14.2 of the Master Supply Agreement & to "
)


def _sum(*counts: dict[str, int]) -> dict[str, int]:
    return {unit: sum(one[unit] for one in counts) for unit in ("documents", "text_bytes", "tokens")}


EXTRACTED = _sum(KEPT, *DROPPED.values(), *MERGED.values())


def _ledger() -> Report:
    return {
        "files": {
            "found": 61_022,
            "bytes": 9_120_554_201,
            "excluded": 311,
            "left_out_of_archives": 0,
            "read": 60_185,
            "failed": 837,
            "failed_by_reason": {"needs_ocr": 702, "encrypted": 104, "corrupt": 31},
        },
        "documents": {"seen": 61_204, "kept": 48_912, "dropped": 2_607, "merged": 8_848, "failed": 837},
        "extracted": EXTRACTED,
        "dropped": DROPPED,
        "merged": MERGED,
        "failed": {"needs_ocr": 702, "encrypted": 104, "corrupt": 31},
        "kept": KEPT,
        "splits": {"train": TRAIN, "validation": VALIDATION},
        "languages": {"en": KEPT},
        "sources": {"share/matters": KEPT},
    }


def _waterfall() -> list[Report]:
    rows = [("extract: texts", "", EXTRACTED)]
    rows += [(f"filter: {reason}", "-", counts) for reason, counts in DROPPED.items()]
    rows += [(f"dedupe: {reason}", "-", counts) for reason, counts in MERGED.items()]
    rows += [("kept", "=", KEPT), ("shard: train", "", TRAIN), ("shard: validation", "", VALIDATION)]
    return [{"what": what, "sign": sign, **counts} for what, sign, counts in rows]


def _split(shares: dict[str, float]) -> list[Report]:
    return [
        {"value": value, **{unit: round(total * share) for unit, total in KEPT.items()}}
        for value, share in shares.items()
    ]


def _composition() -> Report:
    sources = {"share/matters": 0.52, "share/contracts": 0.21, "mail": 0.11, "share/opinions": 0.06, "share/courts": 0.04,
               "share/notes": 0.02, "share/finance": 0.015, "share/hr": 0.01, "share/web": 0.009, "share/v1.2": 0.006}  # fmt: skip
    return {
        "source": _split(sources),
        "language": _split({"en": 0.712, "de": 0.221, "fr": 0.052, "und": 0.015}),
        "format": _split({"PDF": 0.55, "Word (DOCX)": 0.31, "mail (EML)": 0.09, "HTML": 0.05}),
        "quality_band": _split({"0": 0.63, "1": 0.24, "2": 0.09, "3+": 0.04}),
        "split": [{"value": "train", **TRAIN}, {"value": "validation", **VALIDATION}],
        "confidentiality": _split({"client": 0.81, "internal": 0.16, "public": 0.03}),
    }


def _lengths() -> Report:
    documents = [12, 90, 704, 2_901, 6_120, 9_004, 10_877, 8_802, 5_204, 2_911, 1_402, 611, 201, 61, 12]
    tokens = [number * 24 * 2**place for place, number in enumerate(documents)]
    edges = [2**power for power in range(4, 20)]
    return {"edges": edges, "documents": documents, "tokens": tokens, "median": 702, "mean": 1766.7, "longest": 402_118}


def _tokenizers() -> list[Report]:
    def one(name: str, digest: str, scale: float, *, estimate: bool, vocab: int) -> Report:
        by = {dimension: {row["value"]: round(row["tokens"] * scale) for row in rows}
              for dimension, rows in _composition().items()}  # fmt: skip
        fertility = {language: {"tokens_per_word": base * scale, "bytes_per_token": 4.18 / scale}
                     for language, base in (("en", 1.31), ("de", 1.92), ("fr", 1.66))}  # fmt: skip
        return {"name": name, "digest": digest * 32, "estimate": estimate, "vocab_size": vocab,
                "tokens": round(KEPT["tokens"] * scale), "by": by, "fertility": fertility}  # fmt: skip

    return [
        one("corpuskit-default-32k", "bc", 1.0, estimate=True, vocab=32_000),
        one("meta-llama/Llama-3.1-8B", "0d", 0.931, estimate=False, vocab=128_256),
        one("google-bert/bert-base-uncased", "7a", 1.044, estimate=False, vocab=30_522),
    ]


def _packed() -> list[Report]:
    rows = []
    for length in (1024, 2048, 4096, 8192):
        places = TRAIN["tokens"] + TRAIN["documents"]
        sequences = math.ceil(places / length * 1.004)
        rows.append({"sequence_length": length, "sequences": sequences, "places": sequences * length,
                     "padding_share": 1 - places / (sequences * length), "split_documents": 30_000_000 // length,
                     "split_share": 30_000_000 / length / TRAIN["documents"], "squares": 200_000_000 * length})  # fmt: skip
    return rows


def effective(tokens: int, epochs: float) -> float:
    """Muennighoff et al. 2023, equation 5."""
    if epochs <= 1:
        return tokens * epochs
    return tokens * (1 + REPETITION * (1 - math.exp(-(epochs - 1) / REPETITION)))


def _epochs() -> list[Report]:
    unique = TRAIN["tokens"]
    return [{"epochs": epochs, "processed_tokens": unique * epochs, "effective_tokens": effective(unique, epochs),
             "value": effective(unique, epochs) / (unique * epochs)} for epochs in (1, 2, 4, 8, 16, 40)]  # fmt: skip


def _sides() -> Report:
    return {
        "by": ["thread"],
        "share": 0.02,
        "ngram": 13,
        "max_leak": 0.5,
        "groups": 31_442,
        "too_large": {"groups": 1, "documents": 2_110, "tokens": 9_001_377},
        "moved": {"groups": 12, "documents": 37, "tokens": 18_220},
        "validation": {"groups": 630, "documents": 1_014, "tokens": 2_302_551},
        "forced": False,
        "looked_at": 1_009,
        "short": 5,
        "known": 0.0412,
        "above_half": 3,
        "worst": [{"path": "share/mail/2019.mbox", "member": "message 7", "share": 0.71}],
    }


def _duplicates() -> Report:
    return {
        "exact": {"documents": 2_744, "tokens": 4_611_300},
        "near": {"documents": 6_104, "tokens": 11_902_118},
        "overlap": {"edges": [0.8, 0.85, 0.9, 0.95, 1.0], "documents": [904, 1_212, 1_688, 2_300]},
        "largest": [
            {
                "path": f"share/contracts/templates/engagement-letter-{number}.docx",
                "copies": 412 - 37 * number,
                "tokens": 512_440 - 40_211 * number,
            }
            for number in range(10)
        ],
    }


THRESHOLDS = {"too_short": "at least 10", "few_letters": "at least 0.3", "repeated_lines": "at most 0.8",
              "broken_characters": "at most 0.1"}  # fmt: skip
RULES = {"too_short": "min_words", "few_letters": "min_letter_share", "repeated_lines": "max_duplicate_line_share",
         "broken_characters": "max_replacement_share"}  # fmt: skip


def _drops(*, texts: bool) -> list[Report]:
    found = []
    for reason, counts in DROPPED.items():
        samples = [{"path": f"share/matters/2019-{number:03d}/annex.xlsx", "member": f"sheet {number}",
                    "value": 0.21 + number / 100, **({"text": SAMPLE} if texts else {})} for number in range(3)]  # fmt: skip
        found.append({"reason": reason, "rule": RULES[reason], "threshold": THRESHOLDS[reason],
                      "documents": counts["documents"], "tokens": counts["tokens"], "samples": samples})  # fmt: skip
    return found


def _could_add() -> list[Report]:
    return [
        {"what": "ocr", "label": "text recognition of 702 scans", "documents": 702, "tokens": None,
         "basis": "no PDF was kept, so nothing says how long they are"},
        {"what": "softer_rule", "label": "min_letter_share 0.24 instead of 0.3", "documents": 96, "tokens": 880_114,
         "basis": "decided again on the stored signals"},
        {"what": "copies", "label": "keeping near copies", "documents": 6_104, "tokens": 11_902_118,
         "basis": "worth little: text seen again"},
    ]  # fmt: skip


SHAPES = {"SmolLM2-135M": (134_515_008, True), "ModernBERT-base": (149_014_272, False),
          "Llama-3.1-8B": (8_030_261_248, True), "Llama-2-13B": (13_015_864_320, True)}  # fmt: skip
METHODS = {"full": 6.0, "lora": 4.1, "embeddings": 4.6}


def _model(name: str) -> Report:
    parameters, causal = SHAPES[name]
    methods = {}
    for method, factor in METHODS.items():
        memory = []
        for gpus in (1, 8):
            trained = parameters if method == "full" else parameters // 50
            parts = {"weights": parameters * 4 // gpus, "gradients": trained * 4 // gpus, "optimizer": trained * 8 // gpus,
                     "copies": parameters // 10, "activations": 2_401_222_656, "loss": 1_073_741_824}  # fmt: skip
            total = sum(parts.values())
            memory.append({"gpus": gpus, "bytes": parts | {"total": total}, "checkpointing": gpus == 1,
                           "fits": total < 68e9,
                           "holds": ["NVIDIA H200", *["NVIDIA H100 80GB HBM3"] * (total < 68e9)]})  # fmt: skip
        methods[method] = {"flops_per_token": factor * parameters * 1.0437, "memory": memory}
    return {
        "name": name,
        "parameters": parameters,
        "causal": causal,
        "preset": name != "Llama-2-13B",
        "methods": methods,
    }


def _budget() -> Report:
    def gpu(name: str, tflops: float, memory: float, bandwidth: float, price: tuple[float, float] | None) -> Report:
        seen = {"date": "2026-05", "source": "public price pages of GPU clouds, the range seen"}
        return {"name": name, "bf16_tflops": tflops, "memory_gb": memory, "bandwidth_gb_s": bandwidth,
                "price": {"low": price[0], "high": price[1], **seen} if price else None,
                "source": "NVIDIA's data sheet of the product"}  # fmt: skip

    row = _packed()[2]
    work = {"tokens": TRAIN["tokens"], "places": row["places"], "squares": row["squares"], "sequence_length": 4096,
            "documents": TRAIN["documents"]}  # fmt: skip
    models = [_model(name) for name in SHAPES]
    places = row["places"] * 2.0 / (1 - 0.05)
    flops = places * models[2]["methods"]["full"]["flops_per_token"]
    hours = flops / (989e12 * 0.4 * 3600)
    run = {"tokens_processed": places, "flops": flops, "gpu_hours": hours, "wall_hours": hours / 8, "energy_kwh": None,
           "cost": hours * 2.5, "cost_low": hours * 1.99, "cost_high": hours * 5.0}  # fmt: skip
    lines = [("the run", 1, 1.0), ("learning rate and replay sweep", 6, 0.6), ("further seeds", 2, 2.0),
             ("evaluation", 1, 0.3), ("failed starts", None, 0.5)]  # fmt: skip
    programme = [
        {"what": what, "runs": runs, "gpu_hours": hours * part, "cost": hours * part * 2.5}
        for what, runs, part in lines
    ]
    return {
        "work": work,
        "models": models,
        "gpus": [
            gpu("NVIDIA H100 80GB HBM3", 989, 80, 3350, (1.99, 5.0)),
            gpu("NVIDIA H200", 989, 141, 4800, (2.5, 7.0)),
            gpu("NVIDIA A100-SXM4-80GB", 312, 80, 2039, (0.8, 3.0)),
            gpu("NVIDIA L4", 121, 24, 300, None),
        ],
        "defaults": {
            "model": "Llama-3.1-8B",
            "gpu": "NVIDIA H100 80GB HBM3",
            "method": "full",
            "gpus": 8,
            "mfu": 0.4,
            "price_per_gpu_hour": 2.5,
            "epochs": 2.0,
            "replay": 0.05,
        },
        "run": run,
        "programme": {
            "cost": sum(line["cost"] for line in programme),
            "gpu_hours": sum(line["gpu_hours"] for line in programme),
            "lines": programme,
        },
        "assumptions": [
            {
                "what": "share of the GPU's peak that is used",
                "value": 0.4,
                "kind": "literature",
                "source": "llm-foundry's tables, 7B on 8 H100, sequence length 4096",
            },
            {
                "what": "price per GPU hour, USD",
                "value": 2.5,
                "kind": "measured",
                "source": "public price pages of GPU clouds, 2026-05",
            },
            {"what": "tokens, counted", "value": 85_540_219, "kind": "measured", "source": "the corpus's manifest"},
            {
                "what": "runs of a sweep",
                "value": 6,
                "kind": "convention",
                "source": "three learning rates, two replay shares",
            },
            {
                "what": "cost of a run on a 7B model, USD",
                "value": "2,000 to 10,000",
                "kind": "brief",
                "source": "corpuskit's brief",
            },
        ],
        "gates": [
            {
                "name": "tokens to begin with",
                "wanted": 500_000,
                "held": 86_412_337,
                "passed": True,
                "kind": "brief",
                "basis": "between a TAPT of 80 kB (nothing) and of 3 MB (+1.5), Gururangan et al. 2020, table 9",
            },
            {
                "name": "tokens for a full run",
                "wanted": 50_000_000,
                "held": 86_412_337,
                "passed": True,
                "kind": "brief",
                "basis": "no published support found; beside it stands the measured saturation",
            },
            {
                "name": "cost of a run, USD",
                "wanted": "2,000 to 10,000",
                "held": 11.84,
                "passed": False,
                "kind": "brief",
                "basis": "the range belongs to 7 to 60 billion tokens, or to a whole programme",
            },
        ],
    }


def _gap(value: float, low: float, high: float, floor: float | None = None) -> Report:
    return {"value": value, "low": low, "high": high, "floor": floor}


def _assessment() -> Report:
    places = [10_000 * 2**power for power in range(13)]
    points = [{"tokens": tokens, "types": round(44 * tokens**0.53), "new_types_per_10k": 44 * 0.53 * tokens**-0.47 * 1e4,
               "term_share": 1 - math.exp(-((tokens / 900_000) ** 0.4) * 1.6)} for tokens in places]  # fmt: skip
    curve = [{"tokens": tokens, "domain": 0.912 - 0.031 * (1 - math.exp(-tokens / 300_000)),
              "general": 1.126 + 0.009 * (1 - math.exp(-tokens / 500_000))} for tokens in range(0, 1_000_001, 125_000)]  # fmt: skip
    atlas = [("AG news", 0.534, 0.364, 0.260, 0.031), ("FOMC statements", 0.484, 0.313, 0.316, 0.036),
             ("CUAD contracts", 0.420, 0.259, 0.400, 0.073), ("MedQuAD patient questions", 0.322, 0.192, 0.432, 0.131),
             ("CRAFT biomedical articles", 0.320, 0.190, 0.414, 0.225)]  # fmt: skip
    terms = [
        ("indemnification", 4),
        ("hereinafter", 3),
        ("estoppel", 3),
        ("subrogation", 3),
        ("novation", 2),
        ("lessor", 2),
    ]
    return {
        "format": 1,
        "corpuskit": "0.2.0",
        "corpus": "61af03c2" * 8,
        "language": "en",
        "language_share": 0.712,
        "general": {"kind": "bundled", "name": "encyclopedia and news, 1.2 million words", "words": 1_204_118},
        "words": 52_118_402,
        "lexical": {
            "overlap": _gap(0.411, 0.402, 0.419, 0.872),
            "jaccard": _gap(0.259, 0.252, 0.265, 0.773),
            "jsd_bits": _gap(0.392, 0.388, 0.397, 0.050),
            "oov": _gap(0.071, 0.069, 0.074),
            "band": "moderate",
        },
        "fragmentation": {
            "tokenizer": "meta-llama/Llama-3.1-8B",
            "pieces_per_word": {"domain": 1.21, "general": 1.08, "ratio": 1.12},
            "three_or_more": {"domain": 0.041, "general": 0.013},
            "broken": [
                {"term": term, "count": 9_000 // pieces, "pieces": [term[at : at + 4] for at in range(0, len(term), 4)]}
                for term, pieces in terms
            ],
        },
        "terms": [
            {
                "term": term,
                "count": 41_204 // (place + 1),
                "per_million": 790.4 / (place + 1),
                "general_per_million": 0.8,
                "log_odds": 6.8 - place / 3,
                "pieces": pieces,
            }
            for place, (term, pieces) in enumerate(terms)
        ],
        "saturation": {"points": points, "heaps": {"k": 44.0, "beta": 0.53}, "saturates_at": None},
        "atlas": [
            {
                "name": name,
                "overlap": overlap,
                "jaccard": jaccard,
                "jsd_bits": jsd,
                "oov": oov,
                "overlap_of_floor": round(overlap / 0.872, 3),
            }
            for name, overlap, jaccard, jsd, oov in atlas
        ],
        "vocabulary": {
            "added": 5_000,
            "domain_saving": 0.062,
            "general_saving": 0.038,
            "net": 0.024,
            "control": "news",
        },
        "bits": {
            "model": "HuggingFaceTB/SmolLM2-135M",
            "objective": "causal",
            "domain": {"documents": 200, "mean": 0.912, "low": 0.884, "high": 0.941, "median": 0.897, "trimmed": 0.871},
            "general": {
                "documents": 200,
                "mean": 1.126,
                "low": 1.101,
                "high": 1.152,
                "median": 1.119,
                "trimmed": 1.094,
            },
        },
        "probe": {
            "model": "HuggingFaceTB/SmolLM2-135M",
            "objective": "causal",
            "tokens": 1_000_000,
            "method": "full",
            "learning_rate": 0.0002,
            "curve": curve,
            "gain": {"value": 0.033, "low": 0.024, "high": 0.036},
            "forgetting": {"value": 0.008, "low": 0.004, "high": 0.011},
            "extrapolated": {"tokens": 86_412_337, "value": 0.068, "low": 0.041, "high": 0.099, "quickens": False},
            "seeds": 1,
            "documents": 24,
            "interval_over": "documents",
        },
        "leaks": [{"file": "tasks/clauses-test.jsonl", "items": 476, "leaked": 12, "short": 3, "share": 12 / 476}],
        "left_out": [],
        "facts": {"retrieval": "does not answer it", "labels": 1_400},
        "verdict": {
            "branch": "shallow",
            "title": "Shallow continued pretraining (LoRA)",
            "sentence": "Train a LoRA for two epochs with 5 % replay: the text is far enough. Expect one to four points.",
            "path": [
                {
                    "question": "Is there enough text?",
                    "answer": "yes",
                    "inputs": {"tokens": 86_412_337},
                    "threshold": "at least 500,000",
                    "kind": "brief",
                    "source": "corpuskit's brief",
                },
                {
                    "question": "Would retrieval answer it?",
                    "answer": "no",
                    "inputs": "said by the person who asked",
                    "threshold": "an answer that stands in one document",
                    "kind": "literature",
                    "source": "Ovadia et al. 2023",
                },
                {
                    "question": "Is the gap more than near?",
                    "answer": "yes, moderate",
                    "inputs": {"overlap": 0.411},
                    "threshold": "overlap below 0.5",
                    "kind": "convention",
                    "source": "bands of the atlas",
                },
                {
                    "question": "Does the probe gain?",
                    "answer": "yes",
                    "inputs": {"gain": 0.03, "low": 0.024},
                    "threshold": "the interval excludes 0",
                    "kind": "literature",
                    "source": "Gururangan et al. 2020, table 1",
                },
                {
                    "question": "Are there a billion effective tokens?",
                    "answer": "no",
                    "inputs": {"effective tokens": 1.7e8},
                    "threshold": "at least 1,000,000,000",
                    "kind": "literature",
                    "source": "Biderman et al. 2024",
                },
            ],
            "would_change": [
                {"if": "there are a billion effective tokens", "branch": "full", "title": "Full continued pretraining"},
                {
                    "if": "a probe does not lower the loss beyond noise",
                    "branch": "fine_tune",
                    "title": "Fine-tune only",
                },
            ],
            "expected": {
                "low": 0.5,
                "median": 1.5,
                "high": 3.5,
                "unit": "points of the task's score",
                "source": "interquartile range of 19 published gains (Gururangan et al. 2020; Beltagy et al. 2019)",
            },
            "risks": [
                "12 of 476 test items stand in the corpus; remove them before you evaluate.",
                "22 % of the text is German; the gap was measured on English.",
            ],
        },
    }


APPROVAL = {"by": "Ada Okafor", "at": "2026-11-20T09:12:00+00:00", "max_cost": 400.0, "currency": "USD", "max_gpu_hours": 120.0,
            "price_per_gpu_hour": 2.5, "note": "one run and its sweep", "signature": "none"}  # fmt: skip
REASONS = (
    ("needs_ocr", "no text layer on any of 14 pages"),
    ("encrypted", "the PDF asks for a password"),
    ("corrupt", "no readable structure"),
)


def example(*, budget: bool = True, assessment: bool = True, approval: bool = False, texts: bool = True) -> Report:
    """The whole report, or one without some of its optional parts."""
    found = {
        "format": 2,
        "corpuskit": "0.2.0",
        "corpus": {"digest": "61af03c2" * 8},
        "inputs": {"files": 61_022, "bytes": 9_120_554_201, "digest": "c61c1d62" * 4},
        "tokenizer": {"name": "corpuskit-default-32k", "digest": "bc" * 32, "estimate": True, "vocab_size": 32_000},
        "ledger": _ledger(),
        "rules": [{"rule": RULES[reason], "threshold": THRESHOLDS[reason], "reason": reason} for reason in DROPPED],
        "waterfall": _waterfall(),
        "composition": _composition(),
        "quality_band_note": "how many rules of pipelines/web.yaml a document would break; contracts are not web pages",
        "lengths": _lengths(),
        "tokenizers": _tokenizers(),
        "packed": _packed(),
        "split": _sides(),
        "duplicates": _duplicates(),
        "drops": _drops(texts=texts),
        "sensitive": [
            {
                "kind": "emails",
                "documents": 9_204,
                "finds": 61_118,
                "kept_documents": 7_811,
                "kept_finds": 44_902,
                "masked": True,
                "dropped": 0,
            },
            {
                "kind": "cards",
                "documents": 14,
                "finds": 31,
                "kept_documents": 0,
                "kept_finds": 0,
                "masked": False,
                "dropped": 12,
            },
        ],
        "could_add": _could_add(),
        "epochs": _epochs(),
        "budget": _budget() if budget else None,
        "assessment": _assessment() if assessment else None,
        "approval": dict(APPROVAL) if approval else None,
        "shards": [
            {
                "file": "shards/train-00000-of-00001.arrow",
                "split": "train",
                "rows": 48_423,
                "tokens": 85_540_219,
                "bytes": 350_000_000,
                "sha256": "4b" * 32,
            }
        ],
        "failures": [
            {
                "path": f"archive/box-{number % 40}/scan-{number:04d}.pdf",
                "member": "",
                "reason": REASONS[number % 3][0],
                "detail": REASONS[number % 3][1],
            }
            for number in range(837)
        ],
        "failures_total": 837,
        "near_copies": {
            "threshold": 0.8,
            "ngram": 5,
            "bands": 32,
            "rows": 4,
            "curve": [{"overlap": 0.5, "proposed": 0.8732}, {"overlap": 0.8, "proposed": 1.0}],
        },
    }
    return copy.deepcopy(found)


def without_a_price() -> Report:
    """The whole report of a plan on a GPU whose price nobody gave: `--gpu A40`."""
    report = example()
    budget = report["budget"]
    budget["defaults"]["price_per_gpu_hour"] = None
    budget["run"] |= {"cost": None, "cost_low": None, "cost_high": None}
    budget["programme"]["cost"] = None
    for line in budget["programme"]["lines"]:
        line["cost"] = None
    for gpu in budget["gpus"]:
        gpu["price"] = None if gpu["name"] == budget["defaults"]["gpu"] else gpu["price"]
    return report


def empty() -> Report:
    """A corpus of nothing: every list empty, every count 0."""
    report = example(budget=False, assessment=False)
    none = {"documents": 0, "text_bytes": 0, "tokens": 0}
    report["ledger"] |= {
        "dropped": {},
        "merged": {},
        "failed": {},
        "kept": none,
        "extracted": none,
        "languages": {},
        "sources": {},
    }
    report["ledger"]["splits"] = {"train": none, "validation": none}
    report["ledger"]["documents"] = dict.fromkeys(("seen", "kept", "dropped", "merged", "failed"), 0)
    report["ledger"]["files"] |= {
        "found": 0,
        "bytes": 0,
        "excluded": 0,
        "left_out_of_archives": 0,
        "read": 0,
        "failed": 0,
        "failed_by_reason": {},
    }
    report["waterfall"] = [{"what": "extract: texts", "sign": "", **none}, {"what": "kept", "sign": "=", **none}]
    report["composition"] = {dimension: [] for dimension in report["composition"]}
    report["lengths"] = {"edges": [], "documents": [], "tokens": [], "median": None, "mean": None, "longest": None}
    report["tokenizers"] = [report["tokenizers"][0] | {"tokens": 0, "by": {}, "fertility": {}}]
    report["duplicates"] = {"exact": none, "near": none, "overlap": {"edges": [], "documents": []}, "largest": []}
    return report | {
        "packed": [],
        "split": None,
        "drops": [],
        "sensitive": [],
        "could_add": [],
        "epochs": [],
        "failures": [],
        "failures_total": 0,
        "shards": [],
        "rules": [],
    }


def hostile(marker: str) -> Report:
    """The whole report with the marker at the end of every text in it, names of values among them."""

    def poison(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: poison(item) for name, item in value.items()}
        if isinstance(value, list):
            return [poison(item) for item in value]
        return f"{value}{marker}" if isinstance(value, str) else value

    report: Report = poison(example(approval=True))
    for row in report["waterfall"]:
        row["sign"] = row["sign"].removesuffix(marker)
    for tokenizer in report["tokenizers"]:
        for dimension, counts in tokenizer["by"].items():
            tokenizer["by"][dimension] = {f"{value}{marker}": tokens for value, tokens in counts.items()}
        tokenizer["fertility"] = {f"{language}{marker}": values for language, values in tokenizer["fertility"].items()}
    return report


def many() -> Report:
    """300,000 documents' statistics, every list as long as gather() lets it become, and longer."""
    report = example()
    for dimension, rows in report["composition"].items():
        if dimension in {"source", "language"}:
            report["composition"][dimension] = [
                rows[number % len(rows)] | {"value": f"{dimension}/{number:03d}"} for number in range(100)
            ]
    for drop in report["drops"]:
        drop["samples"] = [drop["samples"][number % 3] | {"text": SAMPLE * 3} for number in range(20)]
    report["drops"] = [
        drop | {"reason": f"{drop['reason']}_{number}"} for number in range(4) for drop in report["drops"]
    ]
    losses = [row for row in report["waterfall"] if row["sign"] == "-"]
    report["waterfall"] = [
        report["waterfall"][0],
        *losses,
        *(
            {"what": f"filter: reason_{number}", "sign": "-", "documents": 1, "text_bytes": 9, "tokens": 2}
            for number in range(8)
        ),
        *report["waterfall"][7:],
    ]
    terms = report["assessment"]["terms"]
    report["assessment"]["terms"] = [terms[number % 6] | {"term": f"term{number}"} for number in range(200)]
    report["failures"] = [report["failures"][number % 3] | {"path": f"archive/{number}.pdf"} for number in range(1_000)]
    report["failures_total"] = 30_000
    return report
