from corpuskit.dedupe.settings import Dedupe
from corpuskit.report.duplicates import duplicates, near_copies
from tests.report.frames import documents, merged

ROWS = documents(
    {"path": "s/a.txt"},
    {"path": "s/b.eml", "member": "attachment: b.pdf"},
    merged("exact", 0, 1.0, tokens=10),
    merged("near", 0, 0.8, tokens=7),
    merged("near", 1, 0.95, tokens=5),
    merged("near", 0, 1.0, tokens=3),
)


def test_exact_and_near_copies_are_told_apart() -> None:
    found = duplicates(ROWS, 0.8)
    assert found["exact"] == {"documents": 1, "tokens": 10}
    assert found["near"] == {"documents": 3, "tokens": 15}


def test_overlaps_are_those_of_near_copies_and_the_last_bin_holds_its_edge() -> None:
    assert duplicates(ROWS, 0.8)["overlap"] == {"edges": [0.8, 0.85, 0.9, 0.95, 1.0], "documents": [1, 0, 0, 2]}


def test_the_histogram_begins_at_the_recipes_threshold() -> None:
    assert duplicates(documents(), 0.88)["overlap"] == {"edges": [0.88, 0.9, 0.95, 1.0], "documents": [0, 0, 0]}
    assert duplicates(documents(), 1)["overlap"]["documents"] == [0]


def test_the_most_copied_document_comes_first_with_its_copies_tokens() -> None:
    assert duplicates(ROWS, 0.8)["largest"] == [
        {"path": "s/a.txt", "member": "", "copies": 3, "tokens": 20},
        {"path": "s/b.eml", "member": "attachment: b.pdf", "copies": 1, "tokens": 5},
    ]


def test_ten_are_listed() -> None:
    rows = [*({"path": f"s/{number}"} for number in range(12)), *(merged("exact", number, 1.0) for number in range(12))]
    assert len(duplicates(documents(*rows), 0.8)["largest"]) == 10


def test_the_curve_says_how_many_pairs_of_each_overlap_are_compared() -> None:
    found = near_copies(Dedupe())
    assert (found["bands"], found["rows"]) == (32, 4)
    assert {one["overlap"]: one["proposed"] for one in found["curve"]} == {
        0.3: 0.2291,
        0.4: 0.5639,
        0.5: 0.8732,
        0.6: 0.9882,
        0.7: 0.9998,
        0.8: 1.0,
        0.9: 1.0,
        1.0: 1.0,
    }
