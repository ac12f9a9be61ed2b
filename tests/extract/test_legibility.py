import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.extract.legibility import BOUNDS, legibility, rates

ENGLISH = (
    "The supplier delivers the goods within ten days of the order. If he is late, the buyer may set a last date in writing "
    "and withdraw from the contract after it has passed. What was paid until then is returned without interest. "
) * 8
CLEAN = {
    "English": ENGLISH,
    "German": "Der Lieferant übergibt die Ware binnen zehn Tagen; Verzögerungen meldet er schriftlich und unverzüglich. "
    * 6,
    "French": "Le fournisseur livre les marchandises commandées dans un délai de dix jours après réception. " * 6,
    "Vietnamese": "Bên bán phải giao hàng cho bên mua trong vòng mười ngày kể từ ngày ký hợp đồng này. " * 6,
    "Russian": "Поставщик передаёт товар в течение десяти дней после получения заказа от покупателя. " * 6,
    "Greek": "Ο προμηθευτής παραδίδει τα εμπορεύματα μέσα σε δέκα ημέρες από την παραγγελία. " * 6,
    "Arabic": "يسلم المورد البضائع خلال عشرة أيام من تاريخ استلام الطلب من المشتري. " * 6,
    "Hebrew": "הספק ימסור את הסחורה בתוך עשרה ימים מיום קבלת ההזמנה מן הקונה. " * 6,
    "Hindi": "आपूर्तिकर्ता आदेश मिलने के दस दिनों के भीतर माल की आपूर्ति करेगा। " * 6,
    "Thai": "ผู้ขายจะส่งมอบสินค้าภายในสิบวันนับจากวันที่ได้รับคำสั่งซื้อจากผู้ซื้อ " * 6,
    "Chinese": "供应商应在收到订单后十日内交付货物。如有延误，应立即书面通知买方。" * 6,
    "Japanese": "供給者は注文を受けてから十日以内に商品を引き渡すものとします。" * 6,
    "Korean": "공급자는 주문을 받은 날부터 십 일 이내에 물품을 인도하여야 한다. " * 6,
    "code": "def read(self, path: str) -> list[str]:\n    return [line.rstrip() for line in open(path) if line[0] != '#']\n"
    * 8,
    "names in code": 'import { AudioClassificationInput, newDocumentFromURL } from "./types/index.js"; // generated\n'
    * 10,
    "a table": "Q1 2025 | 1,204.50 | -3.1 % | n/a | AB-1200/X\nQ2 2025 | 998.00 | 0.4 % | n/a | AB-1201/X\n" * 10,
    "numbers": "3.14 2.71 -9 10e6 0x7f\n" * 30,
    "a list": "- milk\n- 2 eggs\n- a, b and c\n1. x\n2. y\n" * 10,
    "a formula": "Let x ∈ A and y ≤ z; then f(x) = ½ x² ± √y for all x, y, z ∈ ℝ, as shown in § 3. " * 5,
}


@pytest.mark.parametrize("text", CLEAN.values(), ids=CLEAN.keys())
def test_clean_text_of_any_kind_is_wholly_legible(text: str) -> None:
    assert legibility(text) == 1.0


def _shifted(text: str, by: int) -> str:
    return "".join(chr(33 + (ord(one) - 33 + by) % 94) if "!" <= one <= "~" else one for one in text)


DAMAGED = {
    "a font without its table": _shifted(ENGLISH, -29),
    "a cipher": ENGLISH.lower().translate(str.maketrans("abcdefghijklmnopqrstuvwxyz", "qzjxkvbwpygumcfldhrsnioate")),
    "UTF-8 read as Windows-1252": CLEAN["French"].encode().decode("cp1252"),
    "UTF-8 read as Windows-1251": CLEAN["Russian"].encode().decode("cp1251", "replace"),
    "Windows-1251 read as Latin-1": CLEAN["Russian"].encode("cp1251").decode("latin-1"),
    "KOI8-R read as Windows-1251": CLEAN["Russian"].encode("koi8_r").decode("cp1251"),
    "UTF-8 read as GBK": CLEAN["Chinese"].encode().decode("gbk", "replace"),
    "GBK read as Latin-1": CLEAN["Chinese"].encode("gbk").decode("latin-1"),
    "numbers of glyphs": " ".join(f"(cid:{ord(one)})" for one in ENGLISH),
    "names of glyphs": "".join(f"/g{ord(one)}" for one in ENGLISH.replace(" ", "")),
    "private use": "".join(chr(0xF000 + ord(one)) if one in "aeiourst" else one for one in ENGLISH),
    "control characters": "".join(chr(ord(one) % 8 + 1) if one in "aeiourst" else one for one in ENGLISH),
    "replacement characters": "".join("\ufffd" if one in "aeiourst" else one for one in ENGLISH),
    "no spaces": ENGLISH.replace(" ", ""),
    "spaces between letters": " ".join(ENGLISH.replace(" ", "")),
    "any case": "".join(one.upper() if at % 3 else one.lower() for at, one in enumerate(ENGLISH)),
}


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_text_is_hardly_legible(text: str) -> None:
    assert legibility(text) < 0.5


def test_one_odd_word_on_a_page_does_not_count() -> None:
    assert legibility(ENGLISH + "ÐŸÑ€Ð¸Ð²ÐµÑ‚ xkcdqrst (cid:3)") == 1.0


def test_half_a_page_of_letter_soup_stands_between() -> None:
    assert 0.2 < legibility(ENGLISH + DAMAGED["a cipher"]) < 1


def test_a_word_alone_proves_nothing() -> None:
    assert [legibility(text) for text in ("", "x", "GmbH & Co. KG", "§ 3", "\n", "xkcd")] == [1.0] * 6


def test_a_text_of_control_characters_is_lost() -> None:
    assert legibility("\x19\x12") == 0.0


def test_long_texts_are_measured_as_short_ones_are() -> None:
    soup = DAMAGED["a cipher"]
    assert rates(soup * 400)["vowels"] == pytest.approx(rates(soup * 8)["vowels"], abs=0.02)


@given(st.text())
def test_any_text_has_a_number_between_0_and_1(text: str) -> None:
    assert 0 <= legibility(text) <= 1
    assert rates(text).keys() == BOUNDS.keys()
