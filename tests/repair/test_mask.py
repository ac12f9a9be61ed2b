"""Every number here is made, or the specimen that its issuer prints."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.ipc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from corpuskit.dedupe.quoted import columns
from corpuskit.documents import EXTRACTED
from corpuskit.errors import UsageError
from corpuskit.filter.rules import SENSITIVE
from corpuskit.recipe import load
from corpuskit.repair import kinds
from corpuskit.repair.mask import _bytes, mask, without_joined
from corpuskit.sensitive import KINDS, NAMED, masked
from tests.conftest import Builder, fingerprint, prose
from tests.extract.made import docx, paragraph, pdf

KEY = "-----BEGIN PRIVATE KEY-----\n" + "MIIBVAIBADANBgkqhkiG9w0BAQ\n" * 4 + "-----END PRIVATE KEY-----"
PLANTED = {
    "ibans": "DE89370400440532013000",
    "cards": "4539148803436467",
    "emails": "nina.ocampo@firma-x.de",
    "secrets": "hT7!kd93Lq",
    "private_keys": "MIIBVAIBADANBgkqhkiG9w0BAQ",
    "national_ids": "111222333",
}


def batch(*texts: str | None, title: str = "", author: str = "", starts: tuple[int, ...] = ()) -> pa.RecordBatch:
    row = dict.fromkeys(EXTRACTED.names, "") | {"file_bytes": 0, "pages": len(starts), "page_starts": starts, "file": 0}
    row |= {"title": title, "author": author, "legibility": None, "reason": None, "detail": None}
    return pa.RecordBatch.from_pylist([row | {"text": text} for text in texts], schema=EXTRACTED)


def test_text_title_and_author_of_a_document_have_one_numbering() -> None:
    given = batch("a@firma.de, b@firma.de", None, title="From b@firma.de", author="c@firma.de")
    assert mask(given, "all").batch.select(["text", "title", "author"]).to_pylist() == [
        {"text": "<EMAIL_1>, <EMAIL_2>", "title": "From <EMAIL_2>", "author": "<EMAIL_3>"},
        {"text": None, "title": "From <EMAIL_1>", "author": "<EMAIL_2>"},
    ]


def test_only_the_named_kinds_are_masked_and_a_batch_without_stays_as_it_is() -> None:
    given = batch("a@firma.de DE89370400440532013000", "é\u2028nothing")
    assert mask(given, ["ibans"]).batch["text"].to_pylist() == ["a@firma.de <IBAN_1>", "é\u2028nothing"]
    assert mask(given, ["cards"]).batch == given


def test_no_word_of_the_text_calls_for_a_value_in_the_title() -> None:
    given = batch("My BSN", title="111222333", author="Tel")
    assert mask(given, "all").batch == given


def test_a_key_that_is_cut_off_at_the_end_of_the_text_leaves_the_title() -> None:
    masked_ = mask(batch(KEY.partition("-----END")[0], title="MIIB" * 30), "all").batch
    assert masked_.select(["text", "title"]).to_pylist() == [{"text": "<PRIVATE_KEY_1>", "title": "MIIB" * 30}]


def test_pages_begin_where_their_words_begin() -> None:
    text = "é a@firma.de\nsecond nina.ocampo@firma-x.de\nthird"
    given = batch(text, starts=(0, text.index("second"), text.index("third")))
    found = mask(given, "all").batch.to_pylist()[0]
    assert [found["text"][start:][:6] for start in found["page_starts"]] == ["é <EMA", "second", "third"]


def test_a_line_through_which_a_value_runs_is_not_cut() -> None:
    masked_, joined = mask(batch(f"head\n{KEY}\nfoot\nend"), "all")
    assert masked_["text"].to_pylist() == ["head\n<PRIVATE_KEY_1>\nfoot\nend"]
    assert joined == {0: [2, 3, 4, 5, 6]}
    goes = np.array([1, 1, 0, 0, 0, 0, 1, 2, 0], np.uint8)
    assert without_joined({0: goes, 3: goes}, joined)[0].tolist() == [1, 0, 2, 0]
    assert without_joined({3: goes}, joined)[3] is goes


@given(
    st.lists(st.sampled_from(["a@firma.de", "BSN", "111222333", "\n", " ", "é", KEY, "Tel. 030 1234567"]), max_size=9)
)
def test_a_text_of_a_batch_is_masked_as_a_text_by_itself(pieces: list[str]) -> None:
    text = "".join(pieces)
    masked_, joined = mask(batch("x@y.de", text), "all")
    assert masked_["text"].to_pylist() == ["<EMAIL_1>", masked(text)]
    assert len(text.split("\n")) - len(joined.get(1, [])) == len(masked(text).split("\n"))


def test_one_spelling_names_kinds_in_rules_in_signals_and_here() -> None:
    assert set(kinds.MASKABLE) == set(KINDS.values()) == set(SENSITIVE)
    assert set(kinds.NAMED) == set(NAMED.values())
    assert kinds.wanted("all") == kinds.MASKABLE
    assert kinds.wanted(["cards", "emails"]) == ("emails", "cards")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("repair.mask=[email]", "mask: email: nothing that can be masked; the nearest is emails"),
        ("repair.mask=[x]", "mask: x: nothing that can be masked; there are: private_keys"),
        ("repair.mask=emails", r"mask: emails: write all, or a list such as \[emails, ibans\]"),
    ],
)
def test_a_kind_that_nobody_knows_is_refused(setting: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load(None, [setting])


def test_a_quoted_letter_is_its_mail_though_its_placeholders_have_other_numbers() -> None:
    mail = masked("From: a@firma.de\n\nAsk b@firma.de, please.")
    assert mail == "From: <EMAIL_1>\n\nAsk <EMAIL_2>, please."
    texts = pa.array([mail, masked("Ask b@firma.de, please.")])
    said, _ = columns(texts, pa.array(["message/rfc822"] * 2), pa.array(["", "quoted 1"]))
    assert said[0] == said[1]


def planted(folder: Path) -> Path:
    """Five formats that hold PLANTED in texts, titles and authors."""
    folder.mkdir()
    iban, card, email, password, _, bsn = PLANTED.values()
    (folder / "letter.pdf").write_bytes(
        pdf(f"{prose(1)}\nPay to {iban}\nor {card}.", f"Mail {email}\n{prose(2)}", info=f"/Author({email})".encode())
    )
    core = f"<x xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>Card {card}</dc:title><dc:creator>{email}</dc:creator></x>"
    body = paragraph(prose(3)) + paragraph(f"BSN {bsn}, later {bsn}")
    (folder / "form.docx").write_bytes(docx(body, {"docProps/core.xml": core}))
    head = f"From: {email}\nTo: b@firma-y.de\nSubject: About {email}\nMessage-ID: <1@x>\n\n"
    quoted = "".join(f"> {line}\n" for line in f"Write to {email} again.\n{prose(5)}".splitlines())
    (folder / "post.eml").write_text(
        f"{head}{prose(4)}\nIBAN {iban}\n\nOn Mon, 1 Jan 2024 10:00, <{email}> wrote:\n{quoted}"
    )
    rows = "\n".join(f"{prose(number, 24).strip()[:90]},{email},{card}" for number in range(6, 9))
    (folder / "list.csv").write_text(f"note,mail,card\n{rows}\n")
    (folder / "run.md").write_text(f"# Set up\n\n{prose(9)}\npassword = {password}\n\n{KEY}\n")
    (folder / "junk.txt").write_text(f"{email} {iban}")  # dropped, and quoted in the report
    return folder


def everything(folder: Path, tokenizer: Path) -> str:
    """All that the files of a folder say: their bytes, Parquet's and Arrow's columns, and what token ids decode to."""
    said = []
    decode = Tokenizer.from_file(str(tokenizer)).decode
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        said.append(file.read_bytes().decode("latin-1"))
        if file.suffix == ".parquet":
            said += [json.dumps(row, default=str) for row in pl.read_parquet(file).to_dicts()]
        if file.suffix == ".arrow":
            table = pa.ipc.open_file(file).read_all()
            ids = table["input_ids"].to_pylist() if "input_ids" in table.column_names else []
            said += [decode(one) for one in ids if one] + [str(row) for row in table.to_pylist()]
    return "\n".join(said).casefold()


def test_nothing_that_was_masked_stands_anywhere_in_the_corpus(tmp_path: Path, built: Builder) -> None:
    source, out = planted(tmp_path / "source"), tmp_path / "out"
    built(out, source, settings=("repair.mask=all", "repair.keep_originals=false"))
    said = everything(out, out / "shards" / "tokenizer.json")
    assert [value for value in PLANTED.values() if value.casefold() in said] == []
    documents = pl.read_parquet(out / "documents" / "*.parquet")
    assert "Card <CARD_1>" in documents["title"].to_list()
    assert {column: int(documents[column].sum()) > 0 for column in PLANTED} == dict.fromkeys(PLANTED, True)


def test_what_was_planted_is_found_in_a_corpus_that_is_not_masked(tmp_path: Path, built: Builder) -> None:
    out = tmp_path / "out"
    built(out, planted(tmp_path / "source"))
    said = everything(out, out / "shards" / "tokenizer.json")
    assert [value for value in PLANTED.values() if value.casefold() not in said] == []
    assert PLANTED["emails"] not in (out / "report" / "index.html").read_text()
    assert PLANTED["ibans"] not in (out / "report" / "report.json").read_text()


def test_signals_rules_and_report_count_as_without_masking(tmp_path: Path, built: Builder) -> None:
    source = planted(tmp_path / "source")
    rule = "filter.max_national_ids=0"
    reports = {}
    for name, settings in (("plain", (rule,)), ("masked", (rule, "repair.mask=[emails, ibans, cards, national_ids]"))):
        reports[name] = built(tmp_path / name, source, settings=settings).report["sensitive"]
    told = [{key: value for key, value in row.items() if key != "masked"} for row in reports["plain"]]
    assert [{key: value for key, value in row.items() if key != "masked"} for row in reports["masked"]] == told
    assert [row["kind"] for row in reports["masked"] if row["masked"]] == ["emails", "ibans", "cards", "national_ids"]
    assert {row["kind"]: row["dropped"] for row in reports["masked"]}["national_ids"] == 1


def test_without_originals_a_build_again_reads_all_files_and_gives_the_same_corpus(
    tmp_path: Path, built: Builder
) -> None:
    source, out = planted(tmp_path / "source"), tmp_path / "out"
    settings = ("repair.mask=all", "repair.keep_originals=false")
    first = built(out, source, settings=settings)
    before = fingerprint(out)
    assert list((out / "work" / "extract").iterdir()) == []
    again = built(out, source, settings=settings)
    assert (first.files_extracted, again.files_extracted, again.changed) == (6, 6, False)
    assert fingerprint(out) == before


@given(st.text(), st.data())
def test_characters_begin_at_the_bytes_before_them(text: str, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(text))))
    found = _bytes(text, np.array(places, np.int64)).tolist()
    assert found == [len(text[:place].encode()) for place in places]
