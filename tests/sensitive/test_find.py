"""Every number here is made, or the specimen that the issuer prints in its own description; none is anybody's."""

from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.sensitive import KINDS, NAMED, Found, count, found
from corpuskit.sensitive.banks import LENGTHS

# kind, what leads to it, the value, and the same with one digit or letter wrong ("" where there is no checksum)
VALUES = [
    ("email", "", "nina.o'hara+post@mail.firma-x.co.uk", ""),
    ("email", "", "jörg_7@müller.de", ""),
    ("phone", "", "+49 30 90182032", "+999 30 9018203"),
    ("phone", "", "(415) 555-0132", "(115) 555-0132"),
    ("phone", "", "212-555-0187 x 12", ""),
    ("phone", "", "01 70 18 99 00", "01 70 18 99 0"),
    ("phone", "", "07700 900123", "07700 90012"),
    ("phone", "Telefon: ", "8 (912) 345-67-89", ""),
    ("phone", "please call ", "450 0840", ""),
    ("phone", "电话:", "13800138000", ""),
    ("iban", "", "DE89370400440532013000", "DE88370400440532013000"),
    ("iban", "", "GB29 NWBK 6016 1331 9268 19", "GB29 NWBK 6016 1331 9268 18"),
    ("iban", "", "NO9386011117947", "NO93860111179470"),
    ("card", "", "4539 1488 0343 6467", "4539 1488 0343 6468"),
    ("card", "", "5555555555554444", "5555555555554445"),
    ("card", "", "3782-822463-10005", "3782-822463-10006"),
    ("card", "debit card no. ", "30569309025904", "30569309025905"),
    ("national_id", "", "536-90-4399", "666-90-4399"),
    ("national_id", "", "AB 12 34 56 C", "GB 12 34 56 C"),
    ("national_id", "NHS number: ", "943 476 5919", "943 476 5918"),
    ("national_id", "Steuer-ID ", "86095742719", "86095742718"),
    ("national_id", "", "2 55 08 14 168 025 38", "2 55 08 14 168 025 39"),
    ("national_id", "con DNI ", "12345678Z", "12345678A"),
    ("national_id", "NIE: ", "X1234567L", "X1234567M"),
    ("national_id", "", "RSSMRA85T10A562S", "RSSMRA85T10A562T"),
    ("national_id", "BSN ", "111222333", "111222334"),
    ("national_id", "PESEL: ", "44051401359", "44051401358"),
    ("national_id", "personnummer ", "811218-9876", "811218-9877"),
    ("national_id", "fødselsnummer ", "01010750160", "01010750161"),
    ("national_id", "", "131052-308T", "131052-308U"),
    ("national_id", "CPR-nr. ", "070761-4285", "410761-4285"),
    ("national_id", "", "85.07.30-033.28", "85.07.30-033.29"),
    ("national_id", "NIF: ", "123456789", "123456788"),
    ("national_id", "", "756.9217.0769.85", "756.9217.0769.84"),
    ("national_id", "SV-Nummer ", "1237 010180", "1238 010180"),
    ("national_id", "", "529.982.247-25", "529.982.247-26"),
    ("national_id", "Aadhaar ", "2341 2341 2346", "2341 2341 2347"),
    ("national_id", "", "11010519491231002X", "110105194912310021"),
    ("national_id", "", "880101-1000006", "880101-1000007"),
    ("national_id", "social insurance number ", "130 692 544", "130 692 545"),
    ("national_id", "tax file number ", "123 456 782", "123 456 783"),
    ("national_id", "rodné číslo ", "710319/2745", "710319/2746"),
    ("national_id", "T.C. kimlik no: ", "10000000146", "10000000147"),
    ("national_id", "identity number ", "8001015009087", "8001015009086"),
    ("ip", "", "81.2.69.142", "81.2.69.256"),
    ("ip", "", "2a02:cf40:add:4002:91f2:a9b2:e09a:6fc6", "2a02:cf40:add:4002:91f2:a9b2:e09a:6fc6:1"),
    ("ip", "", "2001:41d0::8a2e:7334", ""),
    ("birth_date", "born on ", "12 March 1961", ""),
    ("birth_date", "geb. ", "01.02.1961", ""),
    ("birth_date", "Date of birth: ", "1961-03-12", ""),
    ("birth_date", "née le ", "3 février 1970", ""),
    ("birth_date", "生年月日:", "1984年5月6日", ""),
    ("passport", "passport no. ", "C01234567", ""),
    ("licence", "driver's license number is ", "LH329609T", ""),
    ("secret", "", "AKIAQ4KX7ZJ2WM5RTN3B", "AKIAIOSFODNN7EXAMPLE"),
    ("secret", "", "ghp_" + "a8Kq2Lw0Zx7Vb3Nm5Rt9Yu1Io4Pe6Sd8Fg2H", "ghp_" + "a" * 36),
    ("secret", "", "xoxb-" + "271828182845-904523536028-k3Jd82hLqPz", ""),
    ("secret", "", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", ""),
    ("secret", "password = ", "hT7!kd93Lq", "config.password"),
    ("secret", "api_key=", "9f8e7d6c5b4a39281706f5e4d3c2b1a0", "your_api_key_here"),
    ("secret", "Authorization: Bearer ", "mF_9-B5f4_1JqM88xKzPq", ""),
    ("secret", "postgres://app:", "s3cr3-Tz9Q", ""),
]  # fmt: skip
AFTER = {"secret": {"postgres://app:": "@db.intern/x"}}


def kinds(text: str) -> list[tuple[str, str]]:
    return [(kind, text[start:end]) for kind, start, end in found(text)]


def names(text: str) -> list[str]:
    return [kind for kind, _ in kinds(text)]


def test_finds_a_value_at_the_start_the_end_and_among_other_scripts() -> None:
    for kind, lead, value, wrong in VALUES:
        rest = AFTER.get(kind, {}).get(lead, "")
        for edge in ("{}", "{} ", "\n{}\n", "😀 ({}) 漢字", "Привет, {}."):
            assert (kind, value) in kinds(edge.format(lead + value + rest)), (edge, kind, value)
            assert not wrong or kind not in names(edge.format(lead + wrong + rest)), (edge, kind, wrong)


def test_a_number_inside_an_identifier_is_none() -> None:
    for kind, _, value, _ in VALUES:
        together = value.replace(" ", "").replace("-", "").replace(".", "")
        for inside in ("part-A{}7", "x{}", "{}z9", "sha_{}", "0.{}", "img/{}_{}.png"):
            if kind in {"iban", "card", "national_id"}:
                assert kind not in names("see " + inside.format(together, together) + " there"), (inside, value)


ONLY_LOOKS = [
    "version 10.0.19.41 and release 2.14.103.7",
    "1.2.840.113549.1.1.11",
    "### 12.2.4.39 Attribute value state",
    "listening on 127.0.0.1, 10.0.0.8, 192.168.1.20 and fe80::1",
    "std::cout << a::b; x = d::c;",
    "2024-11-22 19:10:34 ERROR 1732302634123 took 15:04:05",
    "ISBN 978-3-16-148410-0, ISBN 9783161484100",
    "md5 9e107d9d372bb6826bd81d3542a419d6",
    "550e8400-e29b-41d4-a716-446655440000",
    "the years 2010-2015 and (1907-1982), pages 100-199",
    "Call the meeting on 12/31/2019 about $1.500.000 or 1,234,567 shares",
    "part 12345678-90, order 4111-22, invoice 00123456",
    "npm install left-pad@1.3.0 icon@2x.png",
    "git@github.com:someone/repo.git",
    "password: String, token = next(tokens), secret = os.environ['S']",
    "Message-ID: <20020822.abc123@mail.firma.de>",
    "The constants 4539148803436468 and 0x4539148803436467",
    "0 12 14 2 * mail a birthday greeting",
    "founded on 12 March 1961",
    "078-05-1120",
    "π = 3.14159265358979323846",
    "passport control in 1998",
]


def test_what_only_looks_sensitive_is_left() -> None:
    assert [text for text in ONLY_LOOKS if found(text)] == []


def test_a_word_counts_within_40_characters_before_and_no_farther() -> None:
    assert kinds("BSN" + " " * 37 + "111222333") == [("national_id", "111222333")]
    assert kinds("BSN" + " " * 38 + "111222333") == []


def test_a_word_stands_whole() -> None:
    assert kinds("hôtel 450 0840") == []
    assert kinds("tel 450 0840") == [("phone", "450 0840")]
    assert kinds("отель 450 0840") == []


def test_another_label_between_word_and_number_takes_it() -> None:
    assert kinds("Phone desk, invoice 450 0840") == []


def test_private_addresses_are_found_when_asked_for() -> None:
    assert found("from 10.0.0.8") == []
    assert found("from 10.0.0.8", private=True) == [Found("ip", 5, 13)]


def test_a_private_key_is_found_from_its_first_dash_to_its_last() -> None:
    for name in ("", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "):
        lines = "MIIBVAIBADANBgkqhkiG9w0BAQ\n" * 4
        armor = f"-----BEGIN {name}PRIVATE KEY-----\n{lines}-----END {name}PRIVATE KEY-----"
        assert found("key:\n" + armor + "\n") == [Found("private_key", 5, 5 + len(armor))]
        assert found(armor.replace("PRIVATE", "PUBLIC")) == []


def test_a_private_key_that_is_cut_off_is_found_to_its_end() -> None:
    text = "-----BEGIN PRIVATE KEY-----\n" + "MIIBVAIBADANBgkqhkiG9w0BAQ\n" * 4
    assert found(text) == [Found("private_key", 0, len(text))]


def test_where_kinds_overlap_the_first_in_the_table_wins() -> None:
    assert kinds("https://me:Zq8-kLm2@mail.firma.de/") == [("secret", "Zq8-kLm2")]
    assert kinds("phone or card 4539 1488 0343 6467") == [("card", "4539 1488 0343 6467")]


def test_cards_side_by_side_are_all_found_and_a_row_of_groups_is_none() -> None:
    assert len(found("4539148803436467 5555555555554444\t4539148803436467\n5555555555554444")) == 4
    assert found("1234 4539 1488 0343 6467 8910 1112") == []


def test_a_quoted_secret_ends_with_its_quote() -> None:
    assert kinds('{"api_key": "9f8e7d6c5b4a39281706f5e4d3c2b1a0", "n": 1}') == [
        ("secret", "9f8e7d6c5b4a39281706f5e4d3c2b1a0")
    ]
    assert kinds("credentials = standard_b64encode(credentials)") == []


def test_a_web_token_is_found_with_all_its_parts() -> None:
    token = (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ" + "zdWIiOiJub2JvZHkifQk3" * 60 + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r"
    )
    assert kinds(f"cookie={token}; path=/") == [("secret", token)]


def test_a_comparison_assigns_nothing() -> None:
    assert kinds("if password == hT7!kd93Lq: pass") == []
    assert kinds("password := 'hT7!kd93Lq'") == [("secret", "hT7!kd93Lq")]


def test_a_value_is_found_again_where_nothing_calls_for_it_but_not_within_a_word() -> None:
    text = "BSN 111222333; later on and with nothing beside it that would tell: 111222333, x111222333, é111222333"
    assert found(text) == [Found("national_id", 4, 13), Found("national_id", 68, 77)]


def test_many_values_are_found_again_as_few_are() -> None:
    numbers = [f"BSN {number}" for number in ("111222333", "123456782", "232262536")]
    text = "; ".join(numbers) + "\n" + " " * 60 + "232262536; 111222333"
    many = text + "".join(f"\nmail{place}@firma.de" for place in range(40))
    assert [one for one in found(many) if one.kind == "national_id"] == found(text)
    assert len(found(text)) == 5


def test_a_placeholder_counts_as_one_of_its_kind() -> None:
    texts = [
        "<EMAIL_1> wrote to <EMAIL_2> and <EMAIL_1>, or a@firma.de",
        "<EMAIL_01> <EMAIL_> <EMAIL> EMAIL_1 <MAIL_1> <EMAIL_1",
        None,
    ]
    assert count(pa.array(texts))["emails"].to_pylist() == [4, 0, None]
    assert found("<EMAIL_1>") == []


def test_every_kind_has_a_placeholder_that_counts() -> None:
    texts = [f"<<{kind.upper()}_{number}>>" for kind in KINDS | NAMED for number in (1, 90, 999_999_999)]
    for place, column in enumerate((KINDS | NAMED).values()):
        assert count(pa.array(texts))[column].to_pylist() == [int(row // 3 == place) for row in range(len(texts))]


def test_a_placeholder_within_a_secret_is_part_of_it() -> None:
    counts = count(pa.array(['password="x<EMAIL_1>y9Z" <EMAIL_1>']))
    assert (counts["secrets"].to_pylist(), counts["emails"].to_pylist()) == ([1], [1])


def test_counts_are_one_column_a_kind_and_nulls_stay_null() -> None:
    texts = pa.array(["a@firma.de b@firma.de 536-90-4399", None, "", "nothing"])
    counts = count(texts)
    assert counts.column_names == [*KINDS.values(), *NAMED.values()]
    assert set(counts.schema.types) == {pa.int32()}
    assert counts["emails"].to_pylist() == [2, None, 0, 0]
    assert counts["national_ids"].to_pylist() == [1, None, 0, 0]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view()])
def test_counts_do_not_depend_on_how_arrow_holds_the_texts(kind: pa.DataType) -> None:
    texts = pa.array(["", "x a@firma.de", None, "536-90-4399"]).cast(kind)
    assert count(texts.slice(1))["emails"].to_pylist() == [1, None, 0]
    assert count(pa.chunked_array([texts.slice(0, 2), texts.slice(2)]))["national_ids"].to_pylist() == [0, 0, None, 1]
    assert count(texts.slice(4)).num_rows == 0


def test_a_text_without_end_or_sense_has_nothing() -> None:
    for text in (
        "",
        "1",
        "@",
        ":",
        "-----BEGIN ",
        "\ud800",
        "\x00" * 50,
        "1 " * 50_000,
        ":" * 50_000,
        "@" * 5_000,
        "a@" * 5_000,
    ):
        assert found(text) == []


def test_more_candidates_than_expected_are_all_seen() -> None:
    assert len(found("a@b.de " * 3_000)) == 3_000


@given(
    st.text(st.sampled_from("😀é漢\ud800 \n"), max_size=20),
    st.sampled_from(VALUES),
    st.text(st.sampled_from("😀é漢\ud800 \n"), max_size=9),
)
def test_offsets_are_characters_in_any_script(before: str, value: tuple[str, str, str, str], after: str) -> None:
    kind, lead, written, _ = value
    text = before + " " + lead + written + AFTER.get(kind, {}).get(lead, "") + " " + after
    assert (kind, written) in [(one.kind, text[one.start : one.end]) for one in found(text)]


@given(
    st.lists(
        st.sampled_from([lead + value + AFTER.get(kind, {}).get(lead, "") for kind, lead, value, _ in VALUES]),
        max_size=6,
    )
)
def test_spans_are_sorted_apart_and_counted(values: list[str]) -> None:
    text = "; ".join(values)
    spans = found(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    counts = count(pa.array([text])).to_pylist()[0]
    assert counts == {column: sum(one.kind == kind for one in spans) for kind, column in (KINDS | NAMED).items()}


@given(st.sampled_from(sorted(LENGTHS)), st.integers(0, 10**28), st.integers(0, 96))
def test_an_iban_has_its_countrys_length_and_its_check_digits(country: str, account: int, off: int) -> None:
    number = str(account).rjust(LENGTHS[country] - 4, "0")[-(LENGTHS[country] - 4) :]
    turned = "".join(str(int(sign, 36)) for sign in number + country + "00")
    check = 98 - int(turned) % 97
    other = 2 + (check - 2 + off) % 97
    assert (Found("iban", 0, LENGTHS[country]) in found(f"{country}{other:02}{number}")) == (off == 0)
    assert "iban" not in [one.kind for one in found(f"{country}{check:02}{number}0")]
