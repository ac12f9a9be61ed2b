"""Languages named rightly: the floor below which no change may fall, on sentences written for it."""

import numpy as np
import pyarrow as pa
import pytest

from corpuskit.score.language import identify

# The same three clauses of a lease, in twelve languages.
CLAUSES = {
    "en": [
        "The tenant pays the rent on the first day of each month.",
        "Repairs are the landlord's duty.",
        "Pets need consent.",
    ],
    "de": [
        "Der Mieter zahlt die Miete am ersten Tag jedes Monats.",
        "Reparaturen sind Sache des Vermieters.",
        "Haustiere brauchen eine Erlaubnis.",
    ],
    "fr": [
        "Le locataire paie le loyer le premier jour de chaque mois.",
        "Les réparations incombent au propriétaire.",
        "Les animaux sont soumis à autorisation.",
    ],
    "es": [
        "El inquilino paga el alquiler el primer día de cada mes.",
        "Las reparaciones corresponden al propietario.",
        "Los animales necesitan permiso.",
    ],
    "it": [
        "L'inquilino paga l'affitto il primo giorno di ogni mese.",
        "Le riparazioni spettano al proprietario.",
        "Gli animali richiedono un permesso.",
    ],
    "pt": [
        "O inquilino paga a renda no primeiro dia de cada mês.",
        "As reparações cabem ao senhorio.",
        "Os animais precisam de autorização.",
    ],
    "nl": [
        "De huurder betaalt de huur op de eerste dag van elke maand.",
        "Reparaties zijn voor rekening van de verhuurder.",
        "Huisdieren hebben toestemming nodig.",
    ],
    "pl": [
        "Najemca płaci czynsz pierwszego dnia każdego miesiąca.",
        "Naprawy należą do obowiązków właściciela.",
        "Zwierzęta wymagają zgody.",
    ],
    "ru": [
        "Арендатор платит арендную плату в первый день каждого месяца.",
        "Ремонт является обязанностью владельца.",
        "На животных нужно разрешение.",
    ],
    "tr": [
        "Kiracı kirayı her ayın ilk günü öder.",
        "Onarımlar ev sahibinin görevidir.",
        "Evcil hayvanlar için izin gerekir.",
    ],
    "ja": [
        "借主は毎月一日に家賃を支払う。",
        "修繕は貸主の義務である。",
        "ペットを飼うには許可が必要である。",
    ],
    "zh": [
        "承租人应于每月第一天支付租金。",
        "维修由出租人负责。",
        "饲养宠物须经同意。",
    ],
}
FLOOR = {"one sentence": 0.91, "three sentences": 1.0, "in capitals": 1.0}


def share(texts: list[tuple[str, str]]) -> float:
    found = identify(pa.array([text for _, text in texts]))["language"].to_pylist()
    return float(np.mean([code == named for (code, _), named in zip(texts, found, strict=True)]))


@pytest.mark.parametrize("kind", FLOOR)
def test_the_language_of_a_lease_is_named(kind: str) -> None:
    joined = [(code, " ".join(lines)) for code, lines in CLAUSES.items()]
    texts = {
        "one sentence": [(code, line) for code, lines in CLAUSES.items() for line in lines],
        "three sentences": joined,
        "in capitals": [(code, text.upper()) for code, text in joined],
    }
    assert share(texts[kind]) >= FLOOR[kind]


def test_both_languages_of_a_bilingual_lease_are_named() -> None:
    long = {code: "\n".join([*lines * 6]) for code, lines in CLAUSES.items() if code not in {"ja", "zh"}}
    pairs = [(one, other) for one in long for other in long if one < other]
    rows = identify(pa.array([f"{long[one]}\n{long[other]}" for one, other in pairs])).to_pylist()
    right = [{row["language"], row["second_language"]} == {*pair} for row, pair in zip(rows, pairs, strict=True)]
    assert sum(right) / len(right) >= 0.97
