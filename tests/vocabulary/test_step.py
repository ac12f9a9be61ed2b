"""The whole way: a corpus, a model, and what is written, or not."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from corpuskit.errors import UsageError
from corpuskit.pipeline import Build, build
from corpuskit.progress import Silence
from corpuskit.recipe import load
from corpuskit.shard import reader
from corpuskit.vocabulary.step import Extend, Extended, extend
from corpuskit.vocabulary.text import lines
from tests.vocabulary import made
from tests.vocabulary.test_rows import bert, llama


def corpus(folder: Path, words: list[str], model: Path) -> Path:
    """A corpus of sixty documents in a model's tokens."""
    for number, text in enumerate(made.documents(words)):
        (folder / "texts").mkdir(parents=True, exist_ok=True)
        (folder / "texts" / f"{number:02d}.txt").write_text(text, encoding="utf-8")
    settings = (f'score.tokenizer="{model}"', "shard.validation_share=0.15", "dedupe.near=false")
    build(Build((str(folder / "texts"),), folder / "corpus", load(None, settings), "local", 1), Silence())
    return folder / "corpus"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A decoder, an encoder, and for each a domain corpus and a general one."""
    root = tmp_path_factory.mktemp("vocabulary")
    llama(made.byte_level(root / "llama"), tied=True, vocab_size=332)
    bert(made.wordpiece(root / "bert"), vocab_size=260)
    for model in ("llama", "bert"):
        corpus(root / f"{model}-domain", made.DOMAIN, root / model)
        corpus(root / f"{model}-general", made.GENERAL, root / model)
    return root


Run = Callable[..., Extended]


@pytest.fixture
def run(made_once: Path, tmp_path: Path) -> Run:
    """Extends a copy of the corpus."""

    def go(model: str = "llama", general: bool = True, domain: str = "domain", tokens: int | None = None) -> Extended:
        copy = tmp_path / "corpus"
        if not copy.exists():
            shutil.copytree(made_once / f"{model}-{domain}" / "corpus", copy)
        control = made_once / f"{model}-general" / "corpus" if general else None
        return extend(Extend(copy, made_once / model, tmp_path / "out", control, tokens))

    return go


def test_a_saving_worth_it_is_written_as_model_and_shards(run: Run, tmp_path: Path, made_once: Path) -> None:
    found = run()
    assert found.worth
    assert found.general is not None
    assert found.domain.share > 0.3 > found.general.share
    assert found.round_trips == 60
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    assert len(tokenizer) == 332 + found.added <= model.config.vocab_size
    assert tokenizer.encode("<|begin|><|end|>") == [330, 331]
    ids = tokenizer.encode(" angioplasty dialysis")
    assert tokenizer.decode(ids) == " angioplasty dialysis"
    assert len(ids) < len(AutoTokenizer.from_pretrained(made_once / "llama").encode(" angioplasty dialysis"))
    assert model(torch.tensor([ids])).logits.shape[-1] == model.config.vocab_size


def test_the_new_shards_hold_the_same_documents(run: Run, tmp_path: Path) -> None:
    found = run()
    assert found.shards is not None
    assert found.shards.tokens < found.shards.tokens_before
    for split in ("train", "validation"):
        old, new = reader.read(tmp_path / "corpus", split), reader.read(tmp_path / "corpus", split, "shards-out")
        new.verify()
        before, now = old.documents(), new.documents()
        everything = range(len(before))
        assert before.names(everything) == now.names(everything)
        assert (now.lengths <= before.lengths).all()
    assert (new.tokenizer_file).read_bytes() == (tmp_path / "out" / "tokenizer.json").read_bytes()


def test_the_list_says_of_each_token_where_it_comes_from(run: Run, tmp_path: Path) -> None:
    found = run()
    about = json.loads((tmp_path / "out" / "vocabulary.json").read_text())
    assert len(about["tokens"]) == found.added
    first = about["tokens"][0]
    assert (first["id"], "".join(first["merge"])) == (332, first["token"])
    assert len(first["pieces"]) >= 2
    parents = {parent for token in about["tokens"] for parent in token["merge"]}
    assert all(token["uses"] > 0 or token["token"] in parents for token in about["tokens"])
    assert about["corpus"] == reader.digest(tmp_path / "corpus" / "corpus.json")


def test_the_same_inputs_give_the_same_bytes(run: Run, tmp_path: Path) -> None:
    run()
    names = ("model.safetensors", "tokenizer.json", "vocabulary.json")
    before = [(tmp_path / "out" / name).read_bytes() for name in names]
    run()
    assert [(tmp_path / "out" / name).read_bytes() for name in names] == before
    assert not list(tmp_path.glob(".*.tmp"))


def test_a_number_is_the_most_that_is_added(run: Run) -> None:
    found = run(tokens=4)
    assert found.added == 4
    assert found.shards is not None


def test_an_encoder_gets_whole_words(run: Run, tmp_path: Path) -> None:
    found = run("bert", tokens=20)
    assert found.kind == "WordPiece"
    assert found.added >= 3
    assert found.rows is not None
    assert found.rows.architecture == "BertForMaskedLM"
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    word = json.loads((tmp_path / "out" / "vocabulary.json").read_text())["tokens"][0]["token"]
    assert tokenizer.tokenize(f"The {word.upper()}, {word}s")[1] == word


def test_a_small_saving_is_not_worth_it_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    found = run(domain="general")
    assert not found.worth
    assert lines(found)[-1] == "nothing was written."
    assert not (tmp_path / "out").exists()
    assert not list((tmp_path / "corpus").glob("shards-*"))


def test_without_a_control_it_says_so(run: Run) -> None:
    found = run(general=False, tokens=2)
    assert "control      none: part of this any text would save; give a corpus of general text with --general" in lines(
        found
    )


def test_a_folder_of_other_files_is_left_alone(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"holds other files \(thesis\.txt\); name a new or empty folder"):
        run()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_a_corpus_in_another_models_tokens_is_refused(made_once: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="its shards were made with another tokenizer"):
        extend(Extend(made_once / "bert-domain" / "corpus", made_once / "llama", tmp_path / "out"))
