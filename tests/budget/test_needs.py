from dataclasses import asdict, replace
from itertools import pairwise

from corpuskit.budget import models
from corpuskit.budget.gpus import gpus
from corpuskit.budget.memory import Load, memory
from corpuskit.budget.needs import ROOM, fewest, held, load, rows
from corpuskit.train.sizes import ROOM as ROOM_OF_TRAINING

H100 = gpus()["NVIDIA H100 80GB HBM3"]
SMALL, LARGE = models.presets()["smollm2-135m"], models.presets()["llama-3.1-8b"]


def test_bytes_are_those_of_the_memory_formula() -> None:
    row = rows(LARGE, "lora", 2048, H100, gpus(), [2])[0]
    expected = memory(LARGE, Load(2048, method="lora", world=2))
    assert row["bytes"] == asdict(expected) | {"total": expected.total}
    assert (row["gpus"], row["checkpointing"], row["fits"]) == (2, False, True)


def test_activations_are_recomputed_only_where_the_gpu_needs_it() -> None:
    found = rows(LARGE, "full", 2048, H100, gpus())
    assert [(row["gpus"], row["checkpointing"], row["fits"]) for row in found] == [
        (1, True, False),
        (2, True, False),
        (4, False, True),
        (8, False, True),
        (16, False, True),
    ]


def test_the_gpus_that_hold_a_training_are_named() -> None:
    one, many = rows(LARGE, "full", 2048, H100, gpus(), [1, 8])
    assert one["holds"] == ["NVIDIA B200"]
    assert "NVIDIA GeForce RTX 5090" in many["holds"]
    assert "NVIDIA L4" not in many["holds"]
    small = rows(SMALL, "full", 2048, H100, gpus(), [1])[0]
    assert small["holds"] == list(gpus())


def test_more_gpus_hold_what_fewer_hold() -> None:
    for method in ("full", "lora", "embeddings"):
        found = rows(LARGE, method, 2048, H100, gpus())
        for fewer, more in pairwise(found):
            assert set(fewer["holds"]) <= set(more["holds"])


def test_the_fewest_gpus_that_hold_a_training() -> None:
    assert fewest(SMALL, "full", 2048, H100) == 1
    assert fewest(LARGE, "full", 2048, H100) == 4
    assert fewest(LARGE, "lora", 2048, H100) == 1
    assert fewest(LARGE, "full", 2048, replace(H100, memory_gb=1)) == 16
    assert held(LARGE, load(LARGE, "full", 2048, 16), replace(H100, memory_gb=1)) is None


def test_an_encoder_holds_no_more_places_than_it_has_positions_for() -> None:
    asked = load(models.presets()["bert-base"], "full", 2048, 1)
    assert (asked.sequence_length, asked.head_share) == (514, 0.15)
    assert load(models.presets()["modernbert-base"], "full", 2048, 1).sequence_length == 2048


def test_training_plans_with_the_same_room() -> None:
    assert ROOM == ROOM_OF_TRAINING
