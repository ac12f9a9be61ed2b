"""Not a byte of a forgotten document is left in the corpus folder, whatever it stood in."""

import json
from pathlib import Path

import pytest

from corpuskit.errors import UsageError
from corpuskit.report import explain
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader
from tests.conftest import prose
from tests.forget import made
from tests.forget.conftest import DAY, forgotten, rebuild

KINDS = sorted(made.WORDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_folder_holds_no_byte_of_a_forgotten_document(corpus: Path, kind: str) -> None:
    word = made.WORDS[kind]
    before = made.holding(corpus, word)
    assert any(name.startswith("documents/") for name in before)
    assert any(name.startswith("work/extract/") for name in before)
    if kind == "Short":
        assert "report/index.html" in before  # it was dropped, and the report quotes it
    else:
        assert any(name.startswith("shards/") for name in before)
    (document,) = forgotten(corpus, made.name_of(corpus, kind)).documents
    assert document["verdict"] == ("dropped" if kind == "Short" else "kept")
    assert made.holding(corpus, word) == set()
    assert all(made.holding(corpus, other) for one, other in made.WORDS.items() if one != kind)


def test_all_of_them_at_once_and_no_later_build_brings_one_back(corpus: Path, share: Path) -> None:
    names = [made.name_of(corpus, kind) for kind in KINDS]
    ledger = manifests.read(corpus)["ledger"]
    answer = forgotten(corpus, *names)
    assert [one for word in made.WORDS.values() for one in made.holding(corpus, word)] == []
    now = manifests.read(corpus)["ledger"]
    assert now["dropped"]["forgotten"] == {"documents": 7, "text_bytes": 0, "tokens": 0}
    assert now["documents"]["seen"] == ledger["documents"]["seen"]
    assert now["files"] == ledger["files"]
    (held,) = answer.sets
    assert now["kept"]["tokens"] == ledger["kept"]["tokens"] - held.tokens
    assert now["kept"]["documents"] == ledger["kept"]["documents"] - held.documents == ledger["kept"]["documents"] - 6
    for split in ("train", "validation"):
        reader.read(corpus, split).verify()
    report = json.loads((corpus / "report" / "report.json").read_text())
    assert [line["what"] for line in report["waterfall"] if "forgotten" in line["what"]] == ["forget: forgotten"]
    rows = made.documents(corpus).filter(reason="forgotten")
    rebuild(corpus, share, replace=True)
    assert [one for word in made.WORDS.values() for one in made.holding(corpus, word)] == []
    again = made.documents(corpus).filter(reason="forgotten")
    assert [name for name in rows.columns if not again[name].equals(rows[name])] == []  # as `forget` had left them


def test_what_stays_of_a_document_is_where_it_lay_and_why_it_went(corpus: Path) -> None:
    forgotten(corpus, "letters/memo.docx")
    (row,) = made.documents(corpus).filter(path="share/letters/memo.docx").to_dicts()
    said = {name: value for name, value in row.items() if value not in (None, "", 0, [])}
    assert said.keys() == {
        *("id", "path", "file_sha256", "file_bytes", "source", "media_type"),
        *("verdict", "step", "rule", "reason", "threshold", "detail"),
    }
    assert (row["verdict"], row["step"], row["reason"], row["detail"]) == (
        "dropped",
        "forget",
        "forgotten",
        f"forgotten on {DAY}",
    )
    (found,) = explain.find(corpus, "letters/memo.docx")
    assert explain.lines(found, [], manifests.read(corpus)["recipe"])[1:] == [
        f"  forget   forgotten on {DAY}; nothing of it is kept but where it lay and hashes (forgotten.json)"
    ]


def test_only_files_that_held_it_are_written_anew(corpus: Path) -> None:
    named = [entry["file"] for entry in manifests.read(corpus)["shards"]]
    before = {name: (corpus / name).stat().st_mtime_ns for name in named}
    forgotten(corpus, "letters/memo.docx")
    assert [entry["file"] for entry in manifests.read(corpus)["shards"]] == named
    changed = [name for name in named if (corpus / name).stat().st_mtime_ns != before[name]]
    assert len(changed) == 1 < len(named)


def test_hidden_paths_stand_nowhere_and_come_back_in_no_build(corpus: Path, share: Path) -> None:
    forgotten(corpus, "letters/memo.docx", paths=True)
    assert made.holding(corpus, "memo.docx") == set()
    rebuild(corpus, share, replace=True)
    assert made.holding(corpus, "memo.docx") == set()
    (row,) = made.documents(corpus).filter(reason="forgotten").to_dicts()
    assert row["path"].startswith("share/forgotten-")
    assert (
        forgotten(corpus, "share/letters/memo.docx").documents[0]["id"] == row["id"]
    )  # by its path, which is not told


@pytest.mark.parametrize("named", ["", "post="])
def test_a_source_that_is_the_hidden_file_is_named_nowhere_and_builds_on(
    tmp_path: Path, share: Path, named: str
) -> None:
    corpus, file = tmp_path / "of-files", tmp_path / "inbox" / "dismissal-of-ada.txt"
    file.parent.mkdir()
    file.write_text(prose(300))
    sources = (str(share / "plain"), f"{named}{file}")
    rebuild(corpus, sources)
    assert made.holding(corpus, "dismissal") >= {"work/claim.json"}
    forgotten(corpus, file.name, paths=True)
    assert made.holding(corpus, "dismissal") == set()
    rebuild(corpus, sources)  # it is the same claim, so nothing has to be replaced
    assert made.holding(corpus, "dismissal") == set()
    with pytest.raises(UsageError, match="belongs to another build"):
        rebuild(corpus, [*sources, str(share / "letters")])


def test_a_build_after_a_killed_forget_knows_the_claim_that_names_the_file(tmp_path: Path, share: Path) -> None:
    corpus, sources = tmp_path / "of-files", (str(share / "plain"), str(share / "letters" / "memo.docx"))
    rebuild(corpus, sources)
    claim = (corpus / "work" / "claim.json").read_text()
    forgotten(corpus, "memo.docx", paths=True)
    (corpus / "work" / "claim.json").write_text(claim)
    rebuild(corpus, sources)
    assert made.holding(corpus, "memo.docx") == set()


def test_a_file_that_had_failed_stays_failed_in_the_ledger(corpus: Path, share: Path) -> None:
    (share / "notes" / "broken.pdf").write_text("%PDF-1.7 x")
    rebuild(corpus, share, replace=True)
    before = manifests.read(corpus)["ledger"]
    assert before["files"]["failed_by_reason"] == {"corrupt": 1}
    forgotten(corpus, "notes/broken.pdf", "notes/long.txt")
    for build_again in (False, True):
        if build_again:
            rebuild(corpus, share, replace=True)
        now = manifests.read(corpus)["ledger"]
        assert now["files"] == before["files"] | {"failed_by_reason": {"forgotten": 1}}
        assert (now["documents"]["failed"], now["failed"]) == (1, {"forgotten": 1})
        assert now["dropped"]["forgotten"]["documents"] == 1
        rows = made.documents(corpus).filter(reason="forgotten").select("path", "verdict", "step", "detail").rows()
        assert rows == [
            ("share/notes/broken.pdf", "failed", "forget", f"forgotten on {DAY}, had failed"),
            ("share/notes/long.txt", "dropped", "forget", f"forgotten on {DAY}"),
        ]
    (found,) = explain.find(corpus, "notes/broken.pdf")
    (line,) = explain.lines(found, [], manifests.read(corpus)["recipe"])[1:]
    assert line.startswith(f"  forget   forgotten on {DAY}, had failed; nothing of it is kept")


def test_a_path_is_not_hidden_while_its_file_holds_other_documents(corpus: Path) -> None:
    forgotten(corpus, made.name_of(corpus, "Row"), paths=True)
    assert made.documents(corpus).filter(reason="forgotten")["path"].to_list() == ["share/rows.jsonl"]
