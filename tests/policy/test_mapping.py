from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpuskit.errors import UsageError
from corpuskit.policy.mapping import Row, load

ROWS = (Row("legal/**", 2, ("internal", "7")), Row("*.pdf", 3, (None, "10")))


def test_csv_yaml_and_parquet_say_the_same(tmp_path: Path) -> None:
    texts = {
        "a.csv": "path,confidentiality,retention\nlegal/**,internal,7\n*.pdf,,10\n",
        "b.csv": "\ufeffretention;path;confidentiality\r\n7;legal/**; internal \r\n10;*.pdf;\r\n",
        "c.tsv": "path\tconfidentiality\tretention\nlegal/**\tinternal\t7\n*.pdf\t\t10\n",
        "d.yaml": "# ours\n- {path: legal/**, confidentiality: internal, retention: 7}\n"
        "- {path: '*.pdf', confidentiality: ~, retention: 10}\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
        found = load(tmp_path / name)
        order = [found.columns.index(name) for name in ("confidentiality", "retention")]
        assert [(row.pattern, row.line, *(row.values[place] for place in order)) for row in found.rows] == [
            (row.pattern, row.line, *row.values) for row in ROWS
        ]
    table = pa.table({"path": ["legal/**", "*.pdf"], "confidentiality": ["internal", None], "retention": [7, 10]})
    pq.write_table(table, tmp_path / "e.parquet")
    assert [row.values for row in load(tmp_path / "e.parquet").rows] == [row.values for row in ROWS]


def test_values_stay_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("- {path: a, retention: 2031-01-01, licence: no, source_system: 007}\n")
    assert load(tmp_path / "m.yaml").rows[0].values == ("2031-01-01", "no", "007")


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("m.txt", "", "m.txt: .txt: no such sort of mapping"),
        ("m.csv", "", "line 1: the names of the columns stand there, each once, one of them path."),
        ("m.csv", "folder,licence\na,b\n", "line 1: the names of the columns stand there"),
        ("m.csv", "path,licence,licence\na,b,c\n", "line 1: the names of the columns stand there, each once"),
        ("m.csv", "path,licence\na,b,c\n", "line 2: 3 cells, 2 columns."),
        ("m.csv", "path,licence\n,b\n", "line 2: no path; a row begins with the pattern"),
        ("m.csv", "path,licence\n", "says nothing; a row is a path and columns such as confidentiality"),
        ("m.csv", "path\na\n", "says nothing"),
        ("m.csv", "path,Licence\na,b\n", "'Licence': a column is named by small letters, digits and _."),
        ("m.csv", "path,words\na,b\n", "words: documents have a column of that name already; name it otherwise."),
        ("m.csv", 'path,licence\na,"b\nc,d\n', "line 3: unexpected end of data."),
        ("m.csv", 'path,licence\na,"b\nc,d"\n', "line 3: a cell goes over several lines; is a quote not closed?"),
        ("m.csv", "path,licence\na/[z-a]*,b\n", "line 2: 'a/[z-a]*': no pattern of paths"),
        ("m.yaml", "- {path: a, [x]: b}\n", "line 1: a row is a table of single values"),
        ("m.yaml", "path: a\n", "a list of rows belongs there"),
        ("m.yaml", "- {path: a, licence: [b]}\n", "line 1: a row is a table of single values, each given once."),
        ("m.yaml", "- {path: a, path: b}\n", "line 1: a row is a table of single values, each given once."),
        ("m.yaml", "- a\n", "line 1: a row is a table of single values"),
        ("m.yaml", "- [\n", "not YAML."),
        ("m.parquet", "x", "not a Parquet file of plain columns."),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_line(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UsageError) as raised:
        load(tmp_path / name, {"words"})
    assert sentence in str(raised.value)
    assert str(raised.value).startswith(str(tmp_path / name))


def test_a_missing_mapping_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="it cannot be read: No such file"):
        load(tmp_path / "m.csv")
