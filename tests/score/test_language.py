import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.errors import UsageError
from corpuskit.score.language import MODEL, SCHEMA, digest, identify, model
from corpuskit.score.language.passages import LONGEST, SHORTEST, Passages, passages, read_passages

SENTENCES = {
    "en": "Please send the signed contract and all of the invoices to our new office before Friday.",
    "de": "Der Mieter gibt dem Vermieter am letzten Tag des Mietverhältnisses alle Schlüssel zurück.",
    "fr": "Le locataire remet les clés au propriétaire le dernier jour du bail.",
    "es": "El inquilino devolverá las llaves al propietario el último día del contrato.",
    "ja": "賃借人は、賃貸借契約の最終日に鍵を貸主に返却するものとします。",
    "ru": "Арендатор возвращает ключи арендодателю в последний день срока аренды.",
}


CLAUSES = [
    (
        "The Supplier shall deliver the goods to the address named in the order within ten working days of its receipt.",
        "Der Lieferant liefert die Waren innerhalb von zehn Werktagen nach Eingang der Bestellung an die darin genannte Anschrift.",
    ),
    (
        "The Customer shall examine the goods without delay and give notice in writing of any defect that can be seen.",
        "Der Kunde untersucht die Waren unverzüglich und zeigt jeden erkennbaren Mangel schriftlich an.",
    ),
    (
        "Either party may end this agreement by giving three months' notice to the end of a calendar year.",
        "Jede Partei kann diesen Vertrag mit einer Frist von drei Monaten zum Ende eines Kalenderjahres kündigen.",
    ),
    (
        "The courts at the Supplier's registered office alone shall decide all disputes that arise from this agreement.",
        "Für alle Streitigkeiten aus diesem Vertrag sind allein die Gerichte am Sitz des Lieferanten zuständig.",
    ),
]
ENGLISH, GERMAN = ("\n".join(clauses) for clauses in zip(*CLAUSES, strict=True))
BY_TURNS = "\n".join(clause for pair in CLAUSES for clause in pair)


def spoken(text: str) -> tuple[object, ...]:
    """The one row of `identify`."""
    return tuple(identify(pa.array([text])).to_pylist()[0].values())


@pytest.mark.parametrize(("code", "sentence"), SENTENCES.items())
@pytest.mark.parametrize("form", [str, str.upper, lambda s: s.replace(" ", "\r\n"), lambda s: s * 300])
def test_knows_a_sentence_in_any_form(code: str, sentence: str, form: Callable[[str], str]) -> None:
    (found,) = identify(pa.array([form(sentence)])).to_pylist()
    assert found["language"] == code
    assert model.MIN_CONFIDENCE <= found["language_confidence"] <= 1


@pytest.mark.parametrize("text", ["", "\n", "12.50 EUR", "😀" * 50, "\x00", "=" * 5000, "1\n2\n3\n" * 500])
def test_fewer_than_ten_letters_are_undetermined(text: str) -> None:
    assert spoken(text) == ("und", 0.0, None, None)


def test_an_unsure_guess_is_undetermined_and_keeps_its_confidence() -> None:
    (found,) = identify(pa.array(["xqz vbnm plokij rtyw qwzx jhgt mnbv"])).to_pylist()
    assert found["language"] == "und"
    assert 0 < found["language_confidence"] < model.MIN_CONFIDENCE


def test_nulls_stay_null_and_order_is_kept() -> None:
    table = identify(pa.array([SENTENCES["de"], None, SENTENCES["en"]]))
    assert table["language"].to_pylist() == ["de", None, "en"]
    assert table["language_confidence"].null_count == 1
    assert table.schema == SCHEMA


def test_an_empty_array_gives_an_empty_table_of_the_same_types() -> None:
    assert identify(pa.array([], pa.string())).schema == identify(pa.array(["x"])).schema


def test_a_long_text_is_sampled_from_its_four_quarters() -> None:
    """Quarters of 1,000 characters: what is read are the characters 425 to 574 of each."""
    text = list("\N{EURO SIGN} " * 2000)
    for quarter in range(4):
        start = 1000 * quarter + 425
        text[start : start + 150] = (SENTENCES["de"] * 2)[:150]
    assert spoken("".join(text))[0] == "de"
    short = "".join(text[425:575] + text[1425:1575] + text[2425:2575] + text[3425:3575])
    assert spoken("".join(text))[1] == pytest.approx(spoken(short)[1], abs=0.05)


def test_a_cover_page_in_another_language_does_not_decide() -> None:
    text = SENTENCES["en"] + "\n" + SENTENCES["de"] * 40
    assert identify(pa.array([text]))["language"].to_pylist() == ["de"]


def test_loading_the_model_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    model._load.cache_clear()
    identify(pa.array(["The quick brown fox jumps over the lazy dog"]))
    assert capfd.readouterr() == ("", "")


def test_croatian_is_not_undetermined_for_looking_like_its_neighbours() -> None:
    text = "Stanar predaje ključeve stanodavcu posljednjeg dana najma i podmiruje sve račune za plin i vodu."
    assert spoken(text)[0] == "hr"


@pytest.mark.parametrize("text", [BY_TURNS, GERMAN + "\n" + ENGLISH, (BY_TURNS + "\n") * 50])
def test_a_bilingual_contract_has_two_languages(text: str) -> None:
    first, confidence, second, share = spoken(text)
    assert {first, second} == {"en", "de"}
    assert confidence >= model.MIN_CONFIDENCE  # type: ignore[operator]
    assert share == pytest.approx(0.5, abs=0.15)


def test_an_annex_in_another_language_is_the_second_one_with_its_share_of_the_characters() -> None:
    text = "\n".join([ENGLISH] * 4 + [GERMAN])
    assert spoken(text)[0] == "en"
    assert spoken(text)[2:] == ("de", pytest.approx(len(GERMAN) / len(text), abs=0.02))


@pytest.mark.parametrize("text", [ENGLISH, GERMAN, ENGLISH * 30, SENTENCES["ja"] * 200, SENTENCES["ru"] * 40])
def test_a_document_in_one_language_has_no_second_one(text: str) -> None:
    assert spoken(text)[2:] == (None, None)


@pytest.mark.parametrize(("characters", "found"), [(300, "de"), (299, None)])
def test_a_second_language_needs_three_hundred_characters(characters: int, found: str | None) -> None:
    read = Passages(Counter(en=600, de=characters), whole=1.0)
    most = read.most(but="en")
    assert (most.language if most else None) == found


@pytest.mark.parametrize(("characters", "found"), [(1000, "de"), (999, None)])
def test_a_second_language_needs_a_tenth_of_the_characters(characters: int, found: str | None) -> None:
    read = Passages(Counter(en=10_000 - characters, de=characters), whole=1.0)
    most = read.most(but="en")
    assert (most.language if most else None) == found


def test_siblings_count_together_and_the_larger_is_named() -> None:
    read = Passages(Counter(en=1000, hr=200, bs=150, und=50), whole=1.0)
    assert read.most(but="en") == ("hr", 0.25)
    assert read.most(but="sr") == ("en", 1000 / 1400)


def test_siblings_are_no_second_language() -> None:
    slovak = "Nájomca odovzdá kľúče prenajímateľovi v posledný deň nájmu a zaplatí všetky účty za plyn a vodu.\n" * 8
    czech = "Nájemce předá klíče pronajímateli v poslední den nájmu a zaplatí všechny účty za plyn a vodu.\n" * 8
    assert spoken(czech + slovak)[2] is None


def test_where_the_sample_shows_no_language_the_passages_do() -> None:
    numbers = "4711 0815 99 12 2026 17 % 3.50 / 8.25\n" * 12
    text = numbers + GERMAN + "\n" + numbers
    found, confidence, second, _ = spoken(text)
    assert (found, second) == ("de", None)
    assert confidence >= model.MIN_CONFIDENCE  # type: ignore[operator]


@given(st.text(alphabet="ab \n", max_size=3000), st.integers(1, 700))
def test_passages_are_the_whole_text_in_order_and_short_enough(text: str, width: int) -> None:
    text = text.replace("b", "b" * width)
    places = list(passages(text))
    assert "".join(text[start:stop] for start, stop in places) == text
    assert all(0 < stop - start <= LONGEST for start, stop in places)
    assert all(stop - start >= SHORTEST or text[stop : stop + 1] != "" for start, stop in places[:-1])


def test_long_documents_are_read_in_evenly_spread_passages() -> None:
    read = read_passages("\n".join([ENGLISH] * 300 + [GERMAN] * 200), model.load())
    found = read.most(but="en")
    assert found is not None
    assert found.language == "de"
    assert found.confidence == pytest.approx(0.37, abs=0.06)


@given(st.lists(st.sampled_from([None, "", ENGLISH, GERMAN, BY_TURNS, SENTENCES["ja"]]), max_size=8), st.integers(0, 8))
def test_rows_do_not_depend_on_their_neighbours(texts: list[str | None], cut: int) -> None:
    apart = pa.concat_tables([identify(pa.array(half, pa.string())) for half in (texts[:cut], texts[cut:])])
    assert identify(pa.array(texts, pa.string())).equals(apart)


@pytest.mark.parametrize(
    "text", ["\x00" * 2000, "٣" * 2000, "😀a" * 1000, "ا" * 2000, "\u202eabc " * 500, "a" * 100_000]
)
def test_odd_texts_are_answered(text: str) -> None:
    assert len(spoken(text)) == 4


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that knows two languages of our own making."""
    import fasttext

    folder = tmp_path_factory.mktemp("languages")
    lines = folder / "lines.txt"
    lines.write_text("__label__deu_Latn der die das\n__label__eng_Latn the of and\n" * 50)
    trained = fasttext.train_supervised(str(lines), dim=4, epoch=20, thread=1, verbose=0, bucket=1000)
    trained.save_model(str(folder / "own.bin"))
    return folder / "own.bin"


def test_another_model_by_path_gives_its_own_labels(own: Path) -> None:
    found = identify(pa.array(["der die das der die das", "the of and the of and"]), own)
    assert found["language"].to_pylist() == ["deu_Latn", "eng_Latn"]


def test_the_digest_is_that_of_the_file_and_follows_it(own: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model.bin"
    copy.write_bytes(own.read_bytes())
    assert digest(copy) == digest(own) == hashlib.sha256(own.read_bytes()).hexdigest()
    copy.write_bytes(MODEL.read_bytes())
    assert digest(copy) == digest() != digest(own)


@pytest.mark.parametrize("content", [b"", b"no model at all", MODEL.read_bytes()[:5000], MODEL.read_bytes()[:-1]])
def test_what_is_no_model_is_refused_in_a_sentence(content: bytes, tmp_path: Path) -> None:
    broken = tmp_path / "model.bin"
    broken.write_bytes(content)
    with pytest.raises(UsageError, match="not a whole fastText model"):
        identify(pa.array(["x"]), broken)


def test_a_missing_model_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        digest(tmp_path / "none.bin")
