"""Personal data on forms as people fill them in: the floor below which no change may fall, on numbers made here."""

import random

from corpuskit.sensitive import found
from corpuskit.sensitive.checksums import luhn, mod_97

TEMPLATES = [
    ("card", "Please charge my card {} for the two tickets."),
    ("card", "Kartennummer: {}\nGültig bis 09/29"),
    ("iban", "Überweisen Sie den Betrag auf das Konto {} bei der Sparkasse."),
    ("iban", "IBAN\t{}\tBIC\tXXXXDEFF"),
    ("phone", "Ring me at {} after six, or leave a note."),
    ("phone", "Tel.: {} · Zimmer 4"),
    ("email", "Send the minutes to {}, not to the whole list."),
    ("email", "From: A. Writer <{}>"),
    ("ip", "blocked {} after three attempts"),
    ("birth_date", "The claimant, born on {}, lives in the old harbour."),
]
NOISE = [
    "Invoice 20240117-0042, article 4006381333931, 12 pieces of 3.50 each, total 1,234,567.89",
    "2024-11-22T19:10:34.123456Z worker-7 finished batch 1732302634123 in 15.04 s (build 10.4.2.118)",
    "commit 9e107d9d372bb6826bd81d3542a419d6b0c5a1f2 touched 12 files, 4111 lines",
    "x = 0.4539148803436467; y = 5105105105105100000000; id_4539148803436467 = 7",
    "Sections 12.2.4.39 and 1.2.840.113549.1.1.11 of the annex, pages 100-199, 2010-2015",
]
FLOOR = 0.99


def values(random_: random.Random) -> dict[str, str]:
    number = f"4{random_.randrange(10**14):014}"
    card = next(number + str(last) for last in range(10) if luhn((number + str(last)).encode()))
    account = f"{random_.randrange(10**18):018}"
    iban = next(f"DE{check:02}{account}" for check in range(2, 99) if mod_97(f"DE{check:02}{account}".encode()))
    day, month, year = random_.randrange(1, 29), random_.randrange(1, 13), random_.randrange(1930, 2010)
    return {
        "card": random_.choice([card, " ".join(card[place : place + 4] for place in range(0, 16, 4))]),
        "iban": random_.choice([iban, " ".join(iban[place : place + 4] for place in range(0, 22, 4))]),
        "phone": random_.choice(["+49 30 {}", "030 {}", "(030) {}", "0171-{}"]).format(random_.randrange(10**6, 10**7)),
        "email": f"nobody{random_.randrange(1000)}@{random_.choice(['firma.de', 'mail.example.org', 'a-b.co.uk'])}",
        "ip": f"{random_.randrange(100, 126)}.{random_.randrange(256)}.{random_.randrange(256)}.{random_.randrange(256)}",
        "birth_date": random_.choice([f"{day}.{month}.{year}", f"{year}-{month:02}-{day:02}", f"{day} May {year}"]),
    }


def test_forms_are_read_and_noise_is_left() -> None:
    random_ = random.Random(7)
    right = wanted = got = 0
    for _ in range(400):
        kind, template = random_.choice(TEMPLATES)
        value, noise = values(random_)[kind], random_.choice(NOISE)
        text = f"{noise}\n{template.format(value)}\n{noise}"
        spans = [(one.kind, text[one.start : one.end]) for one in found(text)]
        right, wanted, got = right + ((kind, value) in spans), wanted + 1, got + len(spans)
    assert 2 * right / (wanted + got) >= FLOOR


def test_noise_holds_nothing() -> None:
    assert [found(line) for line in NOISE] == [[], [], [], [], []]
