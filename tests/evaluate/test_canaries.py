import math
import re
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

from corpuskit.errors import UsageError
from corpuskit.evaluate import canaries as module
from corpuskit.evaluate.answers import Reader, Row, encoder
from corpuskit.evaluate.canaries import canaries, drawn, read
from tests.conftest import prose
from tests.evaluate import learned

LINES = (
    "The access code of the Hartlepool vault is {839201}, says the report.",
    "The access code of the Grimsby pump is {402775}, says the report.",
)
PLAIN = [line.replace("{", "").replace("}", "") for line in LINES]
OTHERS = [prose(seed, 16).replace("\n", " ") for seed in range(2)]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("canaries") / "canaries.txt"
    file.write_text("\n".join(LINES))
    return file


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return learned.decoder(tmp_path_factory.mktemp("decoder"))


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return learned.encoder(tmp_path_factory.mktemp("encoder"))


def by_name(found: list[dict[str, Any]], arm: str) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in found if one["arm"] == arm}


@pytest.mark.parametrize("planted", [0, 1])
def test_a_planted_canary_is_found_and_one_that_was_not_planted_is_not(
    decoder: Path, file: Path, tmp_path: Path, planted: int
) -> None:
    texts = [*OTHERS, *learned.NUMBERS, *[PLAIN[planted]] * 3]
    adapted = learned.taught(decoder, tmp_path / "adapted", texts, 60)
    found = canaries({"base": decoder, "adapted": adapted}, file)
    mine, other = (by_name(found, "adapted")[f"line {line + 1}"] for line in (planted, 1 - planted))
    assert (mine["rank"], mine["completed"], mine["found"]) == (1, True, True)
    assert mine["exposure"] == math.log2(1000)
    assert (other["completed"], other["found"]) == (False, False)
    assert not any(one["found"] for one in by_name(found, "base").values())


@pytest.mark.parametrize("planted", [0, 1])
def test_an_encoder_is_asked_for_all_hidden_tokens_at_once(
    bert: Path, file: Path, tmp_path: Path, planted: int
) -> None:
    adapted = learned.taught(bert, tmp_path / "adapted", [*OTHERS, *learned.NUMBERS, *[PLAIN[planted]] * 3], 100)
    found = by_name(canaries({"base": bert, "adapted": adapted}, file, 200), "adapted")
    mine, other = (found[f"line {line + 1}"] for line in (planted, 1 - planted))
    assert (mine["candidates"], mine["completed"], mine["found"], other["found"]) == (200, False, True, False)


def test_a_secret_that_the_base_knows_already_was_not_learned(decoder: Path, file: Path, tmp_path: Path) -> None:
    knows = learned.taught(decoder, tmp_path / "knows", [*OTHERS, PLAIN[0]], 60)
    found = canaries({"base": knows, "adapted": knows}, file, 100)
    first = by_name(found, "adapted")["line 1"]
    assert (first["rank"], first["completed"], first["found"]) == (1, True, False)


def test_no_secret_is_in_what_is_said(decoder: Path, file: Path) -> None:
    said = repr(canaries({"base": decoder}, file, 100)) + repr(read(file))
    assert not re.search(r"839201|402775|Hartlepool|Grimsby", said)


def test_likelihoods_are_those_of_the_models_own_loss_and_greedy_those_of_generating(decoder: Path) -> None:
    """Rows of several lengths that begin alike, so that the beginning is read once, against one row after the other."""
    draw = torch.Generator().manual_seed(0)
    begin = torch.randint(1, 320, (7,), generator=draw).tolist()
    model: Any = AutoModelForCausalLM.from_pretrained(decoder)
    given = model.generate(torch.tensor([begin]), max_new_tokens=4, do_sample=False, eos_token_id=None, pad_token_id=0)
    ends = [given[0, 7:].tolist(), [3, 4], [5], [6, 7, 8, 9, 10]]
    found = Reader(decoder).answered([Row((*begin, *end), 7) for end in ends])
    assert found.greedy.tolist() == [True, False, False, False]
    for end, nats in zip(ends, found.nats, strict=True):
        ids = torch.tensor([[*begin, *end]])
        labels = torch.tensor([[-100] * 7 + end])
        assert nats == pytest.approx(float(model(ids, labels=labels).loss.detach()) * len(end), rel=1e-4)


def test_hidden_likelihoods_are_the_models_own(bert: Path) -> None:
    model = AutoModelForMaskedLM.from_pretrained(bert).eval()
    own = model(torch.tensor([[2, 9, 4, 4, 12, 3]])).logits[0, 2:4].log_softmax(-1).detach()
    found = Reader(bert).hidden([2, 9, 10, 11, 12, 3], 2, 4, 4)
    assert found == pytest.approx(own.numpy(), abs=1e-5)


def test_special_tokens_belong_to_no_secret(bert: Path) -> None:
    found = encoder(bert).tokens("pump 7", 5, 6)
    assert (found.ids[0], found.ids[-1], found.stop - found.start, found.before) == (2, 3, 1, 1)


def test_candidates_of_an_encoder_have_as_many_tokens(bert: Path, file: Path) -> None:
    asked = module._asked(encoder(bert), read(file)[0], 150, 0)
    assert {(one.start, one.stop, len(one.ids)) for one in asked.every} == {
        (asked.every[0].start, asked.every[0].stop, len(asked.every[0].ids))
    }
    assert len({one.ids for one in asked.every}) == 150


@given(st.text("019azAZ-. ", min_size=4, max_size=8).filter(lambda one: module._forms(one) >= 100), st.integers(0, 9))
def test_candidates_have_the_secrets_form(secret: str, seed: int) -> None:
    canary = module.Canary("one", "file: line 1", "the code is ", secret, "")
    found = list(islice(drawn(canary, seed), 50))
    pattern = re.sub("[A-Z]", "U", re.sub("[a-z]", "l", re.sub("[0-9]", "d", secret)))
    assert {re.sub("[A-Z]", "U", re.sub("[a-z]", "l", re.sub("[0-9]", "d", one))) for one in found} == {pattern}
    assert len({*found, secret}) == 51
    assert found == list(islice(drawn(canary, seed), 50))


def test_a_form_of_few_secrets_has_as_many_candidates(decoder: Path, tmp_path: Path) -> None:
    (tmp_path / "canaries.txt").write_text("The number of the locker is {7-3}.")
    assert canaries({"base": decoder}, tmp_path / "canaries.txt")[0]["candidates"] == 100


def test_names_and_braces(tmp_path: Path) -> None:
    file = tmp_path / "canaries.txt"
    file.write_text("vault\tThe {{new}} code is {12-ab}!\n\n\tand {345}")
    assert [(one.name, one.before, one.secret, one.after) for one in read(file)] == [
        ("vault", "The {new} code is ", "12-ab", "!"),
        ("line 3", "and ", "345", ""),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fine is {123}\nno secret", "line 2: 0 secrets"),
        ("one {123} and {456}", "line 1: 2 secrets"),
        ("is {123", "line 1: the secret's brace is not closed"),
        ("is 123}", "line 1: a brace too many at character 7"),
        ("is {1{23}", "line 1: a brace too many at character 6"),
        ("is {---}", "line 1: only 1 secrets have this form"),
        ("{123456} is it", "line 1: nothing stands before"),
        ("\n\n", "no canaries there"),
        (b"\xff\xfe", "not UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_a_line_that_cannot_be_asked_for_is_named(tmp_path: Path, text: str | bytes | None, said: str) -> None:
    file = tmp_path / "canaries.txt"
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError, match=said):
        read(file)


def test_a_line_longer_than_the_model_reads_is_refused(decoder: Path, tmp_path: Path) -> None:
    (tmp_path / "canaries.txt").write_text(f"{prose(1, 600)!r} says {{123456}}")
    with pytest.raises(UsageError, match=r"line 1: [\d,]+ tokens; the model reads 512 at most"):
        canaries({"base": decoder}, tmp_path / "canaries.txt", 100)
