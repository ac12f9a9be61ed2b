from typing import Any

from corpuskit.report.validation import told

NONE = {"groups": 0, "documents": 0, "tokens": 0}
SPLIT: dict[str, Any] = {
    "by": ["cluster", "folder"],
    "share": 0.02,
    "ngram": 13,
    "max_leak": 0.5,
    "groups": 40,
    "too_large": NONE,
    "moved": NONE,
    "validation": {"groups": 2, "documents": 7, "tokens": 1200},
    "forced": False,
    "looked_at": 6,
    "short": 1,
    "known": 0.1234,
    "above_half": 1,
    "worst": [{"path": "share/mail/a.mbox", "member": "message 7", "share": 0.93}],
}


def test_validation_is_told_with_what_train_knows_of_it_and_the_worst_document() -> None:
    (line,) = told(SPLIT)
    assert line == (
        "7 documents, 1,200 tokens, drawn by cluster and folder; 12.3% of their runs of 13 words stand in train too; "
        "worst: share/mail/a.mbox message 7, 93%"
    )


def test_groups_that_were_moved_or_too_large_are_told() -> None:
    moved, large = {"groups": 1, "documents": 3, "tokens": 50}, {"groups": 2, "documents": 30, "tokens": 5000}
    assert told(SPLIT | {"moved": moved, "too_large": large, "forced": True})[1:] == [
        "no group was drawn, so the one nearest in size to shard.validation_share is validation",
        "1 group (3 documents, 50 tokens) went to train, which knew more than 50% of them",
        "2 groups (30 documents, 5,000 tokens) hold more than 0.02 of the tokens each, so they are train",
    ]


def test_no_validation_is_told_with_its_reason() -> None:
    nothing = SPLIT | {"validation": NONE}
    assert told(nothing) == [
        "none: by cluster and folder every group holds more than half of the tokens; name fewer keys in shard.split_by"
    ]
    assert told(nothing | {"share": 0}) == ["none: shard.validation_share is 0"]
    assert told(nothing | {"groups": 0}) == ["none: no document was kept"]
