import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, processors

from corpuskit.errors import UsageError
from corpuskit.train.learner import asking, most_places, position_offset
from corpuskit.train.objectives import Objective
from corpuskit.train.objectives.causal import Causal
from corpuskit.train.objectives.masked import Masked
from tests.train.conftest import END, tiny

PLAIN = Objective()


def copied(folder: Path, into: Path, **config: Any) -> Path:
    """A tokenizer's folder with other names in its config."""
    into.mkdir(exist_ok=True)
    (into / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    about = json.loads((folder / "tokenizer_config.json").read_text()) | config
    (into / "tokenizer_config.json").write_text(json.dumps({k: v for k, v in about.items() if v is not None}))
    return into


def test_an_end_of_text_stands_after_each_document(byte_level: Path) -> None:
    found = asking("causal", byte_level, PLAIN, None, {})
    assert isinstance(found, Causal)
    assert (found.frame.before, found.frame.after, found.frame.shifted) == ((), (0,), True)


def test_what_the_tokenizer_puts_around_a_text_is_put_around_each_document(byte_level: Path, tmp_path: Path) -> None:
    folder = copied(byte_level, tmp_path)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.add_special_tokens(["<|begin|>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="<|begin|> $A", special_tokens=[("<|begin|>", 320)])
    tokenizer.save(str(folder / "tokenizer.json"))
    found = asking("causal", folder, PLAIN, None, {})
    assert (found.frame.before, found.frame.after) == ((320,), (0,))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"<|begin|> $A {END}", special_tokens=[("<|begin|>", 320), (END, 0)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    found = asking("causal", folder, PLAIN, None, {})
    assert (found.frame.before, found.frame.after) == ((320,), (0,))  # not twice


def test_another_token_may_separate_documents(byte_level: Path) -> None:
    vocab = Tokenizer.from_file(str(byte_level / "tokenizer.json")).get_vocab()
    assert asking("causal", byte_level, PLAIN, "Ċ", {}).frame.after == (vocab["Ċ"],)


def test_a_separator_that_is_no_token_is_refused(byte_level: Path) -> None:
    with pytest.raises(UsageError, match=r"the tokenizer has no token <\|end\|>; name what ends a document"):
        asking("causal", byte_level, PLAIN, "<|end|>", {})


def test_a_tokenizer_that_names_no_end_of_text_is_refused(byte_level: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"names no end of text \(eos_token\); name what ends a document"):
        asking("causal", copied(byte_level, tmp_path, eos_token=None), PLAIN, None, {})


def test_an_encoder_s_pieces_stand_within_its_special_tokens(wordpiece: Path) -> None:
    found = asking("masked", wordpiece, PLAIN, None, {"model_type": "bert"})
    assert isinstance(found, Masked)
    assert (found.frame.before, found.frame.after, found.frame.shifted) == ((2,), (3,), False)
    assert (found.mask, found.share, found.continues) == (4, 0.15, None)
    assert found.ordinary.tolist() == list(range(5, 110))


def test_special_tokens_that_no_name_is_given_to_are_not_drawn_either(wordpiece: Path, tmp_path: Path) -> None:
    folder = copied(wordpiece, tmp_path)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.add_special_tokens(["[TURN]"])
    tokenizer.save(str(folder / "tokenizer.json"))
    found = asking("masked", folder, PLAIN, None, {})
    assert isinstance(found, Masked)
    assert found.ordinary.tolist() == list(range(5, 110))


@pytest.mark.parametrize(
    ("kind", "given", "share"), [("bert", None, 0.15), ("modernbert", None, 0.3), ("modernbert", 0.2, 0.2)]
)
def test_the_mask_s_share_is_the_architecture_s_unless_given(
    wordpiece: Path, kind: str, given: float | None, share: float
) -> None:
    assert asking("masked", wordpiece, Objective(mask_share=given), None, {"model_type": kind}).share == share


def test_a_tokenizer_without_a_mask_is_refused(byte_level: Path) -> None:
    with pytest.raises(UsageError, match="the tokenizer has no mask token; the masked objective needs one"):
        asking("masked", byte_level, PLAIN, None, {})


def test_words_go_on_where_wordpiece_and_byte_level_bpe_say_so(
    wordpiece: Path, byte_level: Path, tmp_path: Path
) -> None:
    whole = Objective(whole_words=True)
    found = asking("masked", wordpiece, whole, None, {})
    vocab = Tokenizer.from_file(str(wordpiece / "tokenizer.json")).get_vocab()
    assert isinstance(found, Masked)
    assert found.continues is not None
    assert {token for token, at in vocab.items() if found.continues[at]} == {t for t in vocab if t.startswith("##")}
    folder = copied(byte_level, tmp_path, mask_token="a")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found = asking("masked", folder, whole, None, {})
    assert isinstance(found, Masked)
    assert found.continues is not None
    tokens = tokenizer.encode("the impeller, größer.\nPump").tokens
    goes_on = [bool(found.continues[tokenizer.token_to_id(token)]) for token in tokens]
    begins = [token for token, on in zip(tokens, goes_on, strict=True) if not on and token[0] == "Ġ"]
    assert len(begins) == 2
    assert not any(on for token, on in zip(tokens, goes_on, strict=True) if token in {",", ".", "Ċ"})


@pytest.mark.parametrize(("name", "offset"), [("bert", 0), ("roberta", 2), ("modernbert", 0), ("llama", 0)])
def test_positions_begin_where_the_architecture_begins(name: str, offset: int) -> None:
    assert position_offset(tiny(name, 20)) == offset


@pytest.mark.parametrize(
    ("config", "most"), [({"max_position_embeddings": 512}, 510), ({"n_positions": 1024}, 1022), ({}, None)]
)
def test_a_model_has_places_for_its_positions_but_those_it_keeps(config: dict[str, int], most: int | None) -> None:
    assert most_places(config, 2) == most
