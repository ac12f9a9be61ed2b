from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit.forget.account import unnamed
from corpuskit.forget.rewrite import lists


def test_lines_of_the_manifest_that_name_a_document_go_and_nothing_else() -> None:
    gone = {("s/a.txt", ""), ("s/rows.jsonl", "row 3")}
    before = {
        "split": {"known": 0.5, "worst": [{"path": "s/a.txt", "member": "", "share": 1.0}, {"path": "s/b.txt"}]},
        "hits": [{"path": "s/rows.jsonl", "member": "row 3"}, {"path": "s/rows.jsonl", "member": "row 4"}],
        "shards": [{"file": "shards/train-00000-of-00001.arrow", "rows": 3}],
    }
    assert unnamed(before, gone) == {
        "split": {"known": 0.5, "worst": [{"path": "s/b.txt"}]},
        "hits": [{"path": "s/rows.jsonl", "member": "row 4"}],
        "shards": [{"file": "shards/train-00000-of-00001.arrow", "rows": 3}],
    }


def test_lists_beside_the_manifest_lose_the_lines_of_a_document(tmp_path: Path) -> None:
    corpus, waiting = tmp_path / "corpus", tmp_path / "waiting"
    for folder in (corpus, waiting):
        folder.mkdir()
    pq.write_table(pa.table({"id": ["a", "b", "a"], "item": [1, 2, 3]}), corpus / "contamination.parquet")
    pq.write_table(pa.table({"id": ["a"]}), corpus / "somebody-elses.parquet")
    lists(corpus, waiting, pa.array(["a"]))
    assert pq.read_table(waiting / "contamination.parquet").to_pydict() == {"id": ["b"], "item": [2]}
    assert [file.name for file in waiting.iterdir()] == ["contamination.parquet"]
