"""What is added to a tokenizer: each token reachable, no text longer, every text given back."""

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models

from corpuskit.errors import UsageError
from corpuskit.vocabulary import merges, wholes
from corpuskit.vocabulary.tokenizer import Base, Entry, extended, parse, read
from tests.vocabulary import made

BPE = ["byte_level", "ignore_merges", "metaspace"]
PIECES = [
    *made.DOMAIN,
    *made.GENERAL,
    "iti",
    "athy",
    "s",
    "ing",
    "®",
    "_",
    "-",
    "é",
    "ﬁ",
    "漢字",
    "12",
    "\n",
    " ",
    "\t",
    "<s>",
]
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
MANY = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@lru_cache
def pair(kind: str) -> tuple[Base, Base, tuple[Entry, ...]]:
    """A tokenizer, the same with all candidates added, and these."""
    with TemporaryDirectory() as folder:
        base = made.base(kind, Path(folder))
    words = made.counted(base, made.documents(made.DOMAIN))
    whole = wholes.propose(base, words, None, 1.0).entries if kind == "wordpiece" else ()
    entries = whole or tuple(merges.propose(base, words, None, 1.0))
    return base, parse(base, extended(base, entries)), entries


@pytest.mark.parametrize("kind", made.KINDS)
def test_every_token_is_what_its_own_text_is_spelled_with(kind: str) -> None:
    base, larger, entries = pair(kind)
    assert len(entries) >= 4
    for number, entry in enumerate(entries):
        assert larger.ids(entry.token) == [base.next_id + number]
        assert entry.pieces == tuple(base.pieces(entry.token))
        assert len(entry.pieces) > 1


@pytest.mark.parametrize("kind", made.KINDS)
def test_no_text_gets_longer_and_every_text_comes_back(kind: str) -> None:
    base, larger, _ = pair(kind)

    @MANY
    @given(TEXTS)
    def holds(text: str) -> None:
        before, now = (one.tokenizer.encode(text, add_special_tokens=False).ids for one in (base, larger))
        assert len(now) <= len(before)
        assert base.tokenizer.decode(before, False) == larger.tokenizer.decode(now, False)
        if base.byte_level is not None:
            assert larger.tokenizer.decode(now, False) == text
        unknown = base.vocabulary.get("[UNK]")
        assert before.count(unknown) == now.count(unknown)

    holds()


@pytest.mark.parametrize("kind", BPE)
def test_any_of_the_merges_may_be_left_out(kind: str) -> None:
    base, _, entries = pair(kind)
    some = [entry for entry in entries if not {*(entry.parents or ())} & {one.token for one in entries}]
    assert 1 <= len(some) < len(entries)
    larger = parse(base, extended(base, some))
    for text in made.documents(made.DOMAIN, 20):
        assert len(larger.tokenizer.encode(text).ids) <= len(base.tokenizer.encode(text).ids)
    assert all(larger.pieces(entry.token) == [entry.token] for entry in some)


@pytest.mark.parametrize("kind", made.KINDS)
def test_every_id_there_was_stays(kind: str) -> None:
    base, larger, entries = pair(kind)
    assert {token: larger.vocabulary[token] for token in base.vocabulary} == base.vocabulary
    assert len(set(larger.vocabulary.values())) == len(base.vocabulary) + len(entries)


def test_special_tokens_behind_the_vocabulary_keep_their_ids() -> None:
    base, larger, _ = pair("ignore_merges")
    assert base.tokenizer.encode("<|end|>").ids == larger.tokenizer.encode("<|end|>").ids == [331]
    larger.tokenizer.encode_special_tokens = True
    assert 331 not in larger.tokenizer.encode("<|end|>").ids
    larger.tokenizer.encode_special_tokens = False


def test_no_token_is_of_digits_spaces_or_spelled_bytes_alone() -> None:
    for kind in BPE:
        base, _, entries = pair(kind)
        assert all(any(letter.isalpha() for letter in base.text(entry.token)) for entry in entries)
        assert not any("<0x" in entry.token for entry in entries)


def test_words_of_few_documents_do_not_become_vocabulary(tmp_path: Path) -> None:
    base = made.base("byte_level", tmp_path)
    texts = [*made.documents(made.DOMAIN, 20), "Wilhelmina Hohenzollern " * 50]
    entries = list(merges.propose(base, made.counted(base, texts), None, 1.0))
    assert not any("lmi" in entry.token or "zoll" in entry.token for entry in entries)


def test_what_general_text_has_as_often_is_no_candidate(tmp_path: Path) -> None:
    base = made.base("byte_level", tmp_path)
    shared = made.counted(base, made.documents(made.DOMAIN, 30))
    assert list(merges.propose(base, shared, shared, 1.0)) == []


def of(tokens: Iterable[str]) -> Base:
    """A WordPiece tokenizer of just these tokens."""
    tokenizer = Tokenizer(models.WordPiece({token: number for number, token in enumerate(tokens)}, unk_token="[UNK]"))
    return Base(Path("tokenizer.json"), "", json.loads(tokenizer.to_str()), tokenizer)


LETTERS = st.text("abc", min_size=1, max_size=4)


@MANY
@given(st.sets(LETTERS, max_size=5), st.sets(LETTERS, max_size=8), LETTERS, st.text("abcd", max_size=8))
def test_a_harmless_word_shortens_every_word_that_begins_with_it(
    starts: set[str], going_on: set[str], word: str, rest: str
) -> None:
    base = of(["[UNK]", *sorted({"a", *starts}), *(f"##{piece}" for piece in sorted(going_on))])
    old = base.pieces(word)
    if len(old) > 1 and wholes.harmless(old, "##", sorted(going_on)):
        before, now = (
            one.pieces(word + rest) for one in (base, parse(base, extended(base, [Entry(word, None, tuple(old), 1.0)])))
        )
        assert before == now or (len(now) == len(before) - len(old) + 1 and "[UNK]" not in before)


def test_a_word_that_would_make_another_longer_is_refused() -> None:
    base = of(["[UNK]", "ab", "##c", "##cde", "##d", "##e"])
    larger = parse(base, extended(base, [Entry("abc", None, ("ab", "##c"), 1.0)]))
    assert (base.pieces("abcde"), larger.pieces("abcde")) == (["ab", "##cde"], ["abc", "##d", "##e"])
    assert not wholes.harmless(["ab", "##c"], "##", ["c", "cde", "d", "e"])
    assert wholes.harmless(["ab", "##e"], "##", ["c", "cde", "d", "e"])


def refused(folder: Path, change: Callable[[dict[str, object]], None]) -> str:
    made.byte_level(folder)
    content = json.loads((folder / "tokenizer.json").read_text())
    change(content)
    (folder / "tokenizer.json").write_text(json.dumps(content))
    with pytest.raises(UsageError) as raised:
        read(folder)
    return str(raised.value)


def test_other_kinds_of_tokenizer_are_refused(tmp_path: Path) -> None:
    def unigram(content: dict[str, object]) -> None:
        content["model"] = {
            "type": "Unigram",
            "unk_id": 0,
            "vocab": [["<unk>", 0.0], ["a", -1.0]],
            "byte_fallback": False,
        }

    assert "a Unigram tokenizer; only BPE and WordPiece can be extended" in refused(tmp_path, unigram)
    with pytest.raises(UsageError, match=r"no tokenizer\.json to read"):
        read(tmp_path / "nowhere")
