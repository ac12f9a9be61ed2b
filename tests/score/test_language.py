from collections.abc import Callable

import pyarrow as pa
import pytest

from corpuskit.score import language
from corpuskit.score.language import identify, sample

SENTENCES = {
    "en": "Please send the signed contract and all of the invoices to our new office before Friday.",
    "de": "Der Mieter gibt dem Vermieter am letzten Tag des Mietverhältnisses alle Schlüssel zurück.",
    "fr": "Le locataire remet les clés au propriétaire le dernier jour du bail.",
    "es": "El inquilino devolverá las llaves al propietario el último día del contrato.",
    "ja": "賃借人は、賃貸借契約の最終日に鍵を貸主に返却するものとします。",
    "ru": "Арендатор возвращает ключи арендодателю в последний день срока аренды.",
}


@pytest.mark.parametrize(("code", "sentence"), SENTENCES.items())
@pytest.mark.parametrize("form", [str, str.upper, lambda s: s.replace(" ", "\r\n"), lambda s: s * 300])
def test_knows_a_sentence_in_any_form(code: str, sentence: str, form: Callable[[str], str]) -> None:
    (found,) = identify(pa.array([form(sentence)])).to_pylist()
    assert found["language"] == code
    assert language.MIN_CONFIDENCE <= found["language_confidence"] <= 1


@pytest.mark.parametrize("text", ["", "\n", "12.50 EUR", "😀" * 50, "\x00", "=" * 5000, "1\n2\n3\n" * 500])
def test_fewer_than_ten_letters_are_undetermined(text: str) -> None:
    assert identify(pa.array([text])).to_pylist() == [{"language": "und", "language_confidence": 0.0}]


def test_an_unsure_guess_is_undetermined_and_keeps_its_confidence() -> None:
    (found,) = identify(pa.array(["xqz vbnm plokij rtyw qwzx jhgt mnbv"])).to_pylist()
    assert found["language"] == "und"
    assert 0 < found["language_confidence"] < language.MIN_CONFIDENCE


def test_nulls_stay_null_and_order_is_kept() -> None:
    table = identify(pa.array([SENTENCES["de"], None, SENTENCES["en"]]))
    assert table["language"].to_pylist() == ["de", None, "en"]
    assert table["language_confidence"].null_count == 1
    assert [str(field.type) for field in table.schema] == ["string", "double"]


def test_an_empty_array_gives_an_empty_table_of_the_same_types() -> None:
    assert identify(pa.array([], pa.string())).schema == identify(pa.array(["x"])).schema


def test_a_long_text_is_sampled_from_its_four_quarters() -> None:
    text = "a" * 1000 + "b" * 1000 + "c" * 1000 + "D" * 1000
    assert sample(text) == " ".join(letter * 150 for letter in "abcd")


def test_a_cover_page_in_another_language_does_not_decide() -> None:
    text = SENTENCES["en"] + "\n" + SENTENCES["de"] * 40
    assert identify(pa.array([text]))["language"].to_pylist() == ["de"]


def test_loading_the_model_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    language._model.cache_clear()
    identify(pa.array(["The quick brown fox jumps over the lazy dog"]))
    assert capfd.readouterr() == ("", "")
