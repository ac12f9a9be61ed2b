import json
import shutil
from pathlib import Path

import pytest

from corpuskit import approve, parts
from corpuskit.approve import Wanted, give
from corpuskit.errors import CorpuskitError, GateError
from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load
from corpuskit.report.what_if import what_if
from corpuskit.score import tokens
from corpuskit.shard import manifest as manifests
from corpuskit.shard import reader
from corpuskit.shard.exports.export import NAME as EXPORT
from corpuskit.shard.retokenise import retokenise
from tests.conftest import fingerprint
from tests.forget import made
from tests.forget.conftest import forgotten
from tests.test_cli import corpuskit


def test_without_yes_it_lists_what_would_go_and_touches_nothing(corpus: Path) -> None:
    before = fingerprint(corpus)
    code, out, err = corpuskit("forget", corpus, "notes/long.txt")
    assert code == 3
    assert out.startswith("would go    1 document\n  share/notes/long.txt  [")
    assert "nothing was forgotten; say --yes to do it" in err
    assert fingerprint(corpus) == before
    assert not (corpus / "forgotten.json").exists()


def test_with_yes_it_says_what_went_and_again_that_it_has(corpus: Path) -> None:
    code, out, _ = corpuskit("forget", corpus, "notes/long.txt", "--yes")
    assert code == 0
    assert out.startswith("forgotten   1 document\n  share/notes/long.txt  [")
    assert "shards      held 1 of them, " in out
    before = fingerprint(corpus)
    code, out, _ = corpuskit("forget", corpus, "notes/long.txt", "--yes", "--json")
    assert (code, [one["reason"] for one in json.loads(out)["documents"]]) == (0, ["forgotten"])
    assert fingerprint(corpus) == before


@pytest.mark.parametrize(
    ("names", "refusal"),
    [
        (("s3://bucket/corpus", "a.txt"), "is forgotten from in a folder of this machine"),
        (("{corpus}",), "no forgetting was interrupted here"),
        (("{corpus}", "no-such.txt"), "no document of the corpus has this path or id"),
        (("{corpus}", "plain", "--runs", "/no/such/folder"), "no such folder on this machine"),
        (("{corpus}/documents", "a.txt"), "no corpus here"),
    ],
)
def test_what_cannot_be_meant_is_refused(corpus: Path, names: tuple[str, ...], refusal: str) -> None:
    code, _, err = corpuskit("forget", *(name.format(corpus=corpus) for name in names), "--yes")
    assert code == 2
    assert refusal in err
    assert not (corpus / "documents" / "work").exists()


def test_a_damaged_list_stops_builds_and_forgetting(corpus: Path, share: Path) -> None:
    (corpus / "forgotten.json").write_text("{}")
    with pytest.raises(CorpuskitError, match="nobody knows what was to be forgotten"):
        forgotten(corpus, "notes/long.txt")
    with pytest.raises(CorpuskitError, match="nobody knows what was to be forgotten"):
        build(Build((str(share),), corpus, load(None), "local", 1, replace=True), Silence())


def run(folder: Path, **record: object) -> None:
    parts.write_json(folder / "run.json", record)


def test_runs_that_had_it_are_named(corpus: Path, tmp_path: Path) -> None:
    now = reader.digest(corpus / manifests.NAME)
    parts.write_json(corpus / manifests.STATES, {"format": 1, "manifests": ["earlier", now]})
    run(tmp_path / "runs" / "a", corpus_manifest=now)
    run(tmp_path / "runs" / "b", claim={"corpus": "earlier"})
    run(tmp_path / "runs" / "c", corpus_manifest="another", replayed=[{"manifest": now}])
    run(tmp_path / "runs" / "d", corpus_manifest="another")
    (tmp_path / "runs" / "e").mkdir()
    (tmp_path / "runs" / "e" / "run.json").write_text("[]")
    code, out, _ = corpuskit("forget", corpus, "notes/long.txt", "--runs", tmp_path / "runs", "--yes")
    assert code == 0
    said = [line.removeprefix(f"run         {tmp_path}/runs/") for line in out.splitlines() if line.startswith("run ")]
    assert said == [
        "a: trained on this corpus with them in it",
        "b: trained on this corpus in an earlier state, perhaps with them in it",
        "c: replayed this corpus with them in it",
    ]
    assert "A model cannot forget" in out
    later = reader.digest(corpus / manifests.NAME)
    run(tmp_path / "runs" / "f", corpus_manifest=later)
    answer = forgotten(corpus, "plain/1.txt", runs=(tmp_path / "runs",))
    assert [(Path(one.folder).name, one.held) for one in answer.runs] == [
        ("a", "perhaps"), ("b", "perhaps"), ("c", "perhaps"), ("f", "yes"),
    ]  # fmt: skip


def test_every_state_of_a_corpus_is_remembered(corpus: Path) -> None:
    before = reader.digest(corpus / manifests.NAME)
    forgotten(corpus, "notes/long.txt")
    assert manifests.states(corpus) == [before, reader.digest(corpus / manifests.NAME)]


def test_an_approval_no_longer_holds_and_the_shards_can_be_approved_again(corpus: Path) -> None:
    give(corpus, Wanted("Ada", max_gpu_hours=1.0), "2026-01-31T09:00:00+00:00")
    assert forgotten(corpus, "notes/long.txt").approved
    with pytest.raises(GateError, match="is for another state of the corpus"):
        approve.read(corpus)
    give(corpus, Wanted("Ada", max_gpu_hours=1.0, replace=True), "2026-01-31T10:00:00+00:00")
    approve.check_shards(corpus)
    assert forgotten(corpus, "plain/1.txt").runs_told == []


def test_other_shard_sets_lose_it_too_and_stay_whole(corpus: Path) -> None:
    tokenizer = tokens.load(str(corpus / "shards" / "tokenizer.json"))
    retokenise(corpus, "shards-more", tokenizer.file, tokenizer.about(), tokenizer.encode)
    answer = forgotten(corpus, "notes/long.txt")
    assert [(one.name, one.documents) for one in answer.sets] == [("shards", 1), ("shards-more", 1)]
    for split in ("train", "validation"):
        reader.read(corpus, split, "shards-more").verify()
    assert made.holding(corpus, made.WORDS["Text"]) == set()


def test_exports_in_the_folder_go_and_what_is_not_ours_is_named(corpus: Path) -> None:
    shutil.copytree(corpus / "shards", corpus / "exports" / "for-trl")
    parts.write_json(corpus / "exports" / "for-trl" / EXPORT, {})
    (corpus / "notes.txt").write_text("of somebody")
    answer = forgotten(corpus, "notes/long.txt")
    assert (answer.exports, answer.not_looked_into) == (["exports/for-trl"], ["notes.txt"])
    assert made.holding(corpus, made.WORDS["Text"]) == set()
    assert (corpus / "notes.txt").exists()


def test_other_rules_do_not_bring_it_back(corpus: Path) -> None:
    forgotten(corpus, "notes/short.txt", "notes/long.txt")
    found = what_if(corpus, manifests.read(corpus), {})
    assert (found["gained"]["documents"], found["lost"]["documents"]) == (0, 0)
