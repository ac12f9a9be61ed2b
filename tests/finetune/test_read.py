"""Files, folders and corpora become examples; what cannot be used is named by its line."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit.errors import UsageError
from corpuskit.finetune.examples import Asked, Classified, Example, Message, Pair, Tagged, Talk, TaskKind
from corpuskit.finetune.read import Columns, read

ROWS = [{"text": f"pump number {number} leaks at the flange", "label": "fault"} for number in range(6)]
ROWS += [{"text": f"valve number {number} was ordered today", "label": "order"} for number in range(6)]


def jsonl(file: Path, rows: list[Any]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def only(tmp_path: Path, task: TaskKind, row: dict[str, Any], **settings: Any) -> Any:
    """What one row of the train part becomes."""
    folder = tmp_path / "only"
    for part in ("train", "dev", "test"):
        jsonl(folder / f"{part}.jsonl", [row])
    return read(folder, task, Columns(**settings)).train[0].content


def fault(tmp_path: Path, task: TaskKind, row: dict[str, Any]) -> str:
    with pytest.raises(UsageError) as refused:
        only(tmp_path, task, row)
    return str(refused.value).partition("train.jsonl:1: ")[2].partition(";")[0]


def test_a_file_becomes_three_parts_that_hold_all_of_it(tmp_path: Path) -> None:
    data = read(jsonl(tmp_path / "tickets.jsonl", ROWS), "classification", Columns(test_share=0.25, dev_share=0.25))
    assert (data.name, data.labels, data.several) == ("tickets", ("fault", "order"), False)
    assert [len(part) for part in (data.train, data.dev, data.test)] == [6, 3, 3]
    places = {example.place for part in (data.train, data.dev, data.test) for example in part}
    assert places == {f"tickets.jsonl:{line}" for line in range(1, 13)}
    assert data.found["drawn"] == ["dev", "test"]


def test_a_folder_gives_its_own_parts(tmp_path: Path) -> None:
    for name, rows in {"train": ROWS[:8], "valid": ROWS[8:10], "test": ROWS[10:]}.items():
        jsonl(tmp_path / f"{name}.jsonl", rows)
    data = read(tmp_path, "classification", Columns())
    assert data.train[0] == Example("train.jsonl:1", "train.jsonl:1", Classified(ROWS[0]["text"], ("fault",)))
    assert [len(part) for part in (data.train, data.dev, data.test)] == [8, 2, 2]


def test_a_glob_joins_several_files(tmp_path: Path) -> None:
    for name, rows in {"a-1": ROWS[:4], "a-2": ROWS[4:8], "b": ROWS[8:10], "c": ROWS[10:]}.items():
        jsonl(tmp_path / f"{name}.jsonl", rows)
    data = read(tmp_path, "classification", Columns(train="a-*", dev="b.jsonl", test="c.jsonl"))
    assert [data.train[3].place, data.train[4].place] == ["a-1.jsonl:4", "a-2.jsonl:1"]


def test_the_first_five_faults_are_named_with_their_lines_and_the_rest_counted(tmp_path: Path) -> None:
    rows = [
        *ROWS,
        {"text": "secret words"},
        {"label": "order"},
        3,
        {"text": "   ", "label": "order"},
        *[{"text": 1}] * 4,
    ]
    file = jsonl(tmp_path / "train.jsonl", rows)
    with pytest.raises(UsageError) as refused:
        read(file, "classification", Columns())
    assert str(refused.value) == (
        f"{file}: 8 faults in the labelled data: train.jsonl:15: not an object in JSON; train.jsonl:13: no label; "
        "train.jsonl:14: no text; train.jsonl:16: empty text; train.jsonl:17: text is not a string; and 3 more. "
        "Mend or remove them."
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "train.jsonl: no examples there"),
        (b'{"text": "a", "label": "b"}\n\xff\xfe\n', "train.jsonl:2: not UTF-8"),
        (b'{"text": "a", "label": "b"}\n{"text": \n', "train.jsonl:2: not JSON"),
        (b'{"text": "\\ud800", "label": "b"}\n', "train.jsonl:1: text holds half a character"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "train.jsonl").write_bytes(content)
    with pytest.raises(UsageError, match=reason):
        read(tmp_path, "classification", Columns())


def test_a_missing_column_names_those_that_are_there(tmp_path: Path) -> None:
    file = jsonl(tmp_path / "t.jsonl", [{"note": "a", "label": "b"}])
    with pytest.raises(
        UsageError, match=r"no column for the text .* there are: note, label\. Name it with --set data\.text=NAME"
    ):
        read(file, "classification", Columns())


def test_two_columns_that_could_be_it_are_refused(tmp_path: Path) -> None:
    file = jsonl(tmp_path / "t.jsonl", [{"text": "a", "body": "c", "label": "b"}])
    with pytest.raises(UsageError, match=r"text and body could be the text; say which with --set data\.text=NAME"):
        read(file, "classification", Columns())


def test_a_set_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no column kind, which data\.label names; there are: text, label"):
        read(jsonl(tmp_path / "t.jsonl", ROWS), "classification", Columns(label="kind"))


def test_a_csv_without_a_header_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("the patient says she has pain in her back,GENHX\n" * 3)
    with pytest.raises(UsageError) as refused:
        read(tmp_path / "t.csv", "classification", Columns())
    assert "patient" not in str(refused.value)


def test_csv_cells_may_hold_lines_and_rows_keep_the_line_they_begin_at(tmp_path: Path) -> None:
    rows = "".join(f'"line one\nnumber {row}",{"a" if row % 2 else "b"}\n' for row in range(20))
    (tmp_path / "t.csv").write_text("text,label\n" + rows)
    data = read(tmp_path / "t.csv", "classification", Columns())
    found = {example.place: example.content for part in (data.train, data.dev, data.test) for example in part}
    assert found["t.csv:4"] == Classified("line one\nnumber 1", ("a",))


@pytest.mark.parametrize(
    ("line", "reason"), [("a,b,c\n", "3 cells, but 2 columns"), ('"a,b\n', "a quote is not closed")]
)
def test_a_row_of_csv_that_does_not_fit_is_a_fault(tmp_path: Path, line: str, reason: str) -> None:
    (tmp_path / "t.csv").write_text("text,label\na,b\n" + line)
    with pytest.raises(UsageError, match=rf"t.csv:3: .*{reason}"):
        read(tmp_path / "t.csv", "classification", Columns())


@pytest.mark.parametrize("name", ["t.json", "t.csv", "t.tsv", "t.parquet", "t.arrow", "t.ndjson"])
def test_every_format_holds_the_same_examples(tmp_path: Path, name: str) -> None:
    file, table = tmp_path / name, pa.Table.from_pylist(ROWS)
    if name.endswith("json"):
        file.write_text(json.dumps(ROWS) if name == "t.json" else "".join(json.dumps(row) + "\n" for row in ROWS))
    elif name == "t.parquet":
        pq.write_table(table, file)
    elif name == "t.arrow":
        with pa.ipc.new_stream(str(file), table.schema) as writer:  # as `datasets` writes it
            writer.write(table)
    else:
        mark = "\t" if name == "t.tsv" else ";"
        file.write_text("".join(mark.join(row) + "\n" for row in [("text", "label"), *(r.values() for r in ROWS)]))
    data = read(file, "classification", Columns())
    found = {example.content for part in (data.train, data.dev, data.test) for example in part}
    assert found == {Classified(row["text"], (row["label"],)) for row in ROWS}


def test_numbers_take_the_names_that_the_schema_has(tmp_path: Path) -> None:
    features = {"label": {"names": ["fault", "order"], "_type": "ClassLabel"}}
    rows = [row | {"label": ["fault", "order"].index(row["label"])} for row in ROWS]
    plain = pa.Table.from_pylist(rows)
    pq.write_table(
        plain.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})}),
        tmp_path / "a.parquet",
    )
    pq.write_table(plain, tmp_path / "b.parquet")
    assert read(tmp_path / "a.parquet", "classification", Columns()).labels == ("fault", "order")
    assert read(tmp_path / "b.parquet", "classification", Columns()).labels == ("0", "1")
    assert read(tmp_path / "b.parquet", "classification", Columns(names=("x", "y"))).labels == ("x", "y")


def test_a_label_is_cut_at_the_separator(tmp_path: Path) -> None:
    rows = [row | {"label": "a; b" if number % 2 else ""} for number, row in enumerate(ROWS)]
    data = read(jsonl(tmp_path / "t.jsonl", rows), "classification", Columns(separator=";"))
    assert (data.labels, data.several) == (("a", "b"), True)
    assert {example.content.labels for example in data.train if isinstance(example.content, Classified)} == {
        (),
        ("a", "b"),
    }


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    for name in ("agreements/credit", "agreements/employment", "plans/retirement"):
        for number in range(8):
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
            (tmp_path / name / f"{number}.txt").write_text(f"{name} says {number}")
    data = read(tmp_path, "classification", Columns())
    assert data.labels == ("credit", "employment", "retirement")
    assert read(tmp_path, "classification", Columns(label_folder=-2)).labels == ("agreements", "plans")
    assert data.train[0].place.startswith("agreements/credit/")
    (tmp_path / "plans" / "scan.pdf").write_bytes(b"%PDF")
    with pytest.raises(UsageError, match=r"files that are not text \(\.pdf 1\); build a corpus first"):
        read(tmp_path, "classification", Columns())


def test_folders_of_parts_hold_folders_of_classes(tmp_path: Path) -> None:
    for part, count in {"train": 4, "test": 2, "dev": 2}.items():
        for label in ("pos", "neg"):
            (tmp_path / part / label).mkdir(parents=True)
            for number in range(count):
                (tmp_path / part / label / f"{number}.txt").write_text(f"{part} {label} {number}")
    data = read(tmp_path, "classification", Columns())
    assert (len(data.train), len(data.test), data.labels) == (8, 4, ("neg", "pos"))


def test_an_empty_place_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no train file there"):
        read(tmp_path, "chat", Columns())
    with pytest.raises(UsageError, match="not there"):
        read(tmp_path / "nowhere", "chat", Columns())


def test_squads_answers_become_spans(tmp_path: Path) -> None:
    row = {"question": "Who?", "context": "Ada wrote it.", "answers": {"text": ["Ada"], "answer_start": [0]}}
    assert only(tmp_path, "extraction", row) == Asked("Who?", "Ada wrote it.", ((0, 3),))


@pytest.mark.parametrize(
    "answers", [[[0, 3]], [{"start": 0, "end": 3}], [{"text": "Ada", "answer_start": 0}], "[[0, 3]]"]
)
def test_answers_are_spans_in_any_of_their_shapes(tmp_path: Path, answers: Any) -> None:
    row = {"question": "Who?", "context": "Ada wrote it.", "answers": answers}
    assert only(tmp_path, "extraction", row).answers == ((0, 3),)


def test_a_text_may_hold_no_answer(tmp_path: Path) -> None:
    assert only(tmp_path, "extraction", {"question": "Who?", "context": "Nobody.", "answers": []}).answers == ()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"text": ["Bob"], "answer_start": [0]}, "an answer does not stand where its answer_start says"),
        ([[0, 99]], "an answer lies outside the text, or is empty"),
        ([[3, 4]], "an answer is blank"),
        ("Ada", "the answers are text without places: give start and end in characters. Mend"),
    ],
)
def test_an_answer_that_is_not_there_is_a_fault(tmp_path: Path, answers: Any, reason: str) -> None:
    assert fault(
        tmp_path, "extraction", {"question": "Who?", "context": "Ada wrote it.", "answers": answers}
    ).startswith(reason[:60])


def test_squads_nested_file_keeps_its_titles_as_clusters(tmp_path: Path) -> None:
    asked = {"question": "Who?", "answers": [{"text": "Ada", "answer_start": 0}]}
    about = [
        {"title": f"contract {n}", "paragraphs": [{"context": f"Ada wrote {n}.", "qas": [asked]}]} for n in range(12)
    ]
    (tmp_path / "cuad.json").write_text(json.dumps({"version": "1", "data": about}))
    data = read(tmp_path / "cuad.json", "extraction", Columns())
    assert data.train[0].cluster.startswith("contract ")
    assert isinstance(data.train[0].content, Asked)


def test_questions_to_one_text_are_one_cluster(tmp_path: Path) -> None:
    rows = [{"question": f"{q}?", "context": f"Text {t}.", "answers": []} for t in range(10) for q in range(3)]
    data = read(jsonl(tmp_path / "t.jsonl", rows), "extraction", Columns())
    assert data.found["clusters"] == {"train": 7, "dev": 1, "test": 2}
    assert data.found["clusters_shared"] == {"train_dev": 0, "train_test": 0, "dev_test": 0}


HELLO = (Message("user", "Hello?"), Message("assistant", "Good day."))


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "Good day."}]},
        {"conversations": [{"from": "human", "value": "Hello?"}, {"from": "gpt", "value": "Good day."}]},
        {"prompt": "Hello?", "completion": "Good day."},
        {"instruction": "Hello?", "input": "", "output": "Good day."},
    ],
)
def test_every_usual_form_of_a_conversation_is_read(tmp_path: Path, row: dict[str, Any]) -> None:
    assert only(tmp_path, "chat", row) == Talk(HELLO)


def test_an_instruction_comes_before_its_input(tmp_path: Path) -> None:
    row = {"instruction": "Sum up.", "input": "Long.", "output": "Short."}
    assert only(tmp_path, "chat", row).messages[0] == Message("user", "Sum up.\n\nLong.")


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([{"role": "tool", "content": "x"}], "message 1: its role is none of"),
        ([{"role": "user", "content": ""}], "empty message 1"),
        ([{"role": "user", "content": "x"}], "the assistant says nothing"),
    ],
)
def test_a_conversation_that_teaches_nothing_is_a_fault(tmp_path: Path, messages: Any, reason: str) -> None:
    assert fault(tmp_path, "chat", {"messages": messages}).startswith(reason)


def test_what_both_ends_begin_with_is_the_prompt(tmp_path: Path) -> None:
    said = [{"role": "user", "content": "Hello?"}]
    ends = {name: [*said, {"role": "assistant", "content": name}] for name in ("chosen", "rejected")}
    wanted = Pair((Message("user", "Hello?"),), (Message("assistant", "chosen"),), (Message("assistant", "rejected"),))
    assert only(tmp_path, "preference", ends) == wanted
    assert only(tmp_path, "preference", ends | {"prompt": "Hello?"}) == wanted
    assert only(tmp_path, "preference", {"prompt": "Hello?", "chosen": "chosen", "rejected": "rejected"}) == wanted


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"prompt": "a", "chosen": "b", "rejected": "b"}, "chosen and rejected are the same"),
        ({"chosen": "b", "rejected": "c"}, "no prompt"),
        ({"prompt": "a", "chosen": "b", "rejected": [{"role": "user", "content": "c"}]}, "rejected does not end with"),
    ],
)
def test_a_pair_without_a_difference_or_a_prompt_is_a_fault(tmp_path: Path, row: dict[str, Any], reason: str) -> None:
    assert fault(tmp_path, "preference", row).startswith(reason)


@pytest.mark.parametrize(
    "wrong",
    [{"dev_share": 0.0}, {"dev_share": 0.5, "test_share": 0.5}, {"label_folder": 0}, {"separator": ""}, {"seed": -1}],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|counts"):
        Columns(**wrong)


def test_words_and_tags_may_be_strings_in_a_table(tmp_path: Path) -> None:
    row = {"words": "Ada wrote", "tags": '["B-PER", "O"]'}
    assert only(tmp_path, "tagging", row) == Tagged(("Ada", "wrote"), ("B-PER", "O"))
