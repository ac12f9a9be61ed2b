import pyarrow as pa

from corpuskit.filter.decisions import decide


def test_what_is_not_listed_is_dropped_first_of_all_and_unknown_is_no_permission() -> None:
    table = pa.table({"words": [1, 99, 99, 99], "confidentiality": ["secret", "public", None, "internal"]})
    rules = {"min_words": 10, "policy": {"confidentiality": ["public", "internal"]}}
    rows = decide(table, [None] * 4, [None] * 4, rules).to_pylist()
    said = ("policy.confidentiality", "policy_confidentiality")
    assert [(row["verdict"], row["rule"], row["reason"], row["value"]) for row in rows] == [
        ("dropped", *said, "secret"),
        ("kept", None, None, None),
        ("dropped", *said, "not said"),
        ("kept", None, None, None),
    ]
    assert rows[0]["threshold"] == "one of public, internal"


def test_null_in_the_list_permits_what_nobody_has_said_anything_of() -> None:
    table = pa.table({"licence": pa.array([None, "gpl"], pa.string())})
    rows = decide(table, [None] * 2, [None] * 2, {"policy": {"licence": [None, "mit"]}}).to_pylist()
    assert [(row["verdict"], row["threshold"]) for row in rows] == [("kept", None), ("dropped", "one of not said, mit")]
