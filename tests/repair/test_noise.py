"""Lines of a page's frame are found; the kernel says what plain Python says."""

from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.repair import noise_lines
from corpuskit.repair.noise import noise, trees
from tests.conftest import Builder
from tests.repair import plain_noise

ARTICLE = (
    "The council decided on Tuesday that the old bridge will be closed to lorries from the first of May, and a new one built.",
    "Residents had complained for years about the noise, and about cracks in the walls of the houses that stand next to the river.",
    "The mayor said that the money for the work is there, but that it will take at least two years until the first car can cross it.",
)
FRAME = ("Home | News | Contact | Login", "Share on Facebook", "Read more »", "© 2021 All rights reserved.")
PAGE = "\n".join([*FRAME[:1], *ARTICLE, *FRAME[1:]])

CHARACTERS = st.sampled_from("aZ bY9 0.,:;!?|/·»«©#@-_()[]$\t\r\0…。、日本ไทยىשלé́😀ǅß:/")
TEXTS = st.lists(
    st.one_of(
        st.text(CHARACTERS, max_size=30),
        st.sampled_from([*FRAME, *ARTICLE, "## 1 A", "12. a", "3) b", "- Login", "- a", "* b", "a | b", " \t"]),
    ),
    max_size=14,
).map("\n".join)


def spans(text: str | None) -> list[tuple[int, int]]:
    rows, starts, stops = noise(pa.array([text], pa.string()))
    assert rows.tolist() == [0] * len(rows)
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def taken(text: str) -> str:
    return "".join(text.encode()[start:stop].decode() for start, stop in spans(text))


def left(text: str) -> list[str]:
    data, kept, at = text.encode(), b"", 0
    for start, stop in spans(text):
        kept, at = kept + data[at:start], stop
    return [line for line in (kept + data[at:]).decode().splitlines() if line]


def test_takes_a_pages_frame_and_leaves_its_article() -> None:
    assert left(PAGE) == list(ARTICLE)


def test_takes_whole_lines_with_their_ends_and_the_last_without() -> None:
    assert taken(PAGE) == "\n".join([FRAME[0], *FRAME[1:]])


def test_noise_on_lines_that_follow_each_other_is_one_span() -> None:
    first = len(FRAME[0]) + 1
    assert spans(PAGE) == [(0, first), (first + sum(len(line) + 1 for line in ARTICLE), len(PAGE.encode()))]


def test_a_text_of_prose_stays_whole() -> None:
    assert spans("\n\n".join(ARTICLE)) == []


@pytest.mark.parametrize("line", ["## Login", "3. Login", "12) Login", "    login()", "\tlogin()"])
def test_structure_that_a_reader_marked_stays(line: str) -> None:
    assert line in left("\n".join([*ARTICLE, "Login", line, "Login"]))
    assert "Login" not in left("\n".join([*ARTICLE, "Login", line, "Login"]))


def test_an_item_of_a_list_is_noise_only_where_that_is_sure() -> None:
    assert "Login" not in left("\n".join([*ARTICLE, "Login"]))
    assert left("\n".join([*ARTICLE, "- Login"])) == [*ARTICLE, "- Login"]
    assert "- Login" not in left("\n".join(["- Login"] * 6))


def test_rows_of_a_table_stay_and_a_menu_goes() -> None:
    assert left(f"{PAGE}\nLogin | Imprint\n\nLogin | Help | Imprint") == list(ARTICLE)
    assert left(f"{PAGE}\nLogin | Imprint\nLogin | Help")[3:] == ["Login | Imprint", "Login | Help"]


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n", None, "\0", "\n\0\n"])
def test_of_hardly_anything_nothing_but_whole_lines_is_taken(text: str | None) -> None:
    assert spans(text) in ([], [(0, 1)], [(1, 3)])


def test_bytes_are_those_of_utf8() -> None:
    text = "\n".join(["Über uns | Kontakt | Zurück", *ARTICLE, "© 2021 Müller"])
    assert left(text) == list(ARTICLE)


@pytest.mark.parametrize(
    "line",
    [
        "委员会在星期二决定，从五月一日起旧桥将对卡车关闭，并且要在旁边建造一座新的桥梁，工程预计需要两年时间才能完成。",
        "قرر المجلس يوم الثلاثاء إغلاق الجسر القديم أمام الشاحنات ابتداء من أول مايو، وأن يبنى جسر جديد إلى جانبه خلال عامين.",
        "המועצה החליטה ביום שלישי שהגשר הישן ייסגר למשאיות החל מהאחד במאי, ושגשר חדש ייבנה לצדו בתוך שנתיים.",
        "คณะกรรมการตัดสินใจเมื่อวันอังคารว่าสะพานเก่าจะปิดไม่ให้รถบรรทุกผ่านตั้งแต่วันที่หนึ่งพฤษภาคม และจะสร้างสะพานใหม่ภายในสองปี",
        "Совет решил во вторник, что старый мост с первого мая будет закрыт для грузовиков, а рядом за два года построят новый.",
    ],
    ids=["chinese", "arabic", "hebrew", "thai", "russian"],
)
def test_prose_of_scripts_that_nothing_was_fitted_on_stays(line: str) -> None:
    assert spans("\n".join([line] * 3)) == []
    assert line in left("\n".join([FRAME[0], line, *ARTICLE]))


def test_one_line_of_a_million_characters_is_content() -> None:
    assert spans("so it is, " * 100_000) == []


def test_a_text_of_more_lines_than_a_web_page_is_left_alone() -> None:
    menu = "Login\n" * (noise_lines.MOST_LINES - 1)
    assert spans(menu) != []
    assert spans(menu + "Login\n") == []


def test_texts_of_an_array_are_looked_at_one_by_one_slices_and_nulls_too() -> None:
    texts = pa.array(["Login", PAGE, None, "", PAGE], pa.large_string())[1:]
    rows, starts, stops = noise(texts)
    assert rows.tolist() == [0, 0, 3, 3]
    assert list(zip(starts[:2].tolist(), stops[:2].tolist(), strict=True)) == spans(PAGE)
    assert starts[2:].tolist() == starts[:2].tolist()


def test_trees_are_whole() -> None:
    grown = trees()
    inner = grown.asked != 255
    assert grown.asked[inner].max() < len(noise_lines.FEATURES)
    assert np.all(grown.yes[inner] > np.flatnonzero(inner))  # downwards: every sum ends
    assert grown.yes.max() + 1 < len(grown.asked)


@given(TEXTS)
def test_a_line_has_the_numbers_that_plain_python_gives(text: str) -> None:
    counts, found = noise_lines.measure(pa.array([text]))
    assert found.tolist() == plain_noise.features(text)
    assert counts.tolist() == [len(found)]


@given(TEXTS)
def test_noise_is_what_plain_python_finds(text: str) -> None:
    assert spans(text) == plain_noise.noise(text)


def test_a_build_takes_noise_from_the_media_types_that_are_named_and_keeps_it(tmp_path: Path, built: Builder) -> None:
    (tmp_path / "web").mkdir()
    body = "".join(f"<p>{line}</p>" for line in (*ARTICLE, *FRAME[1:]))
    (tmp_path / "web" / "page.html").write_text(f"<html><body><article>{body}</article></body></html>")
    (tmp_path / "web" / "page.txt").write_text("\n".join([*ARTICLE, *FRAME[1:]]))
    built(tmp_path / "out", tmp_path / "web", settings=("repair.noise=[text/html]",))
    frame = pl.read_parquet(tmp_path / "out" / "documents" / "*.parquet")
    page, plain = (frame.filter(pl.col("path").str.ends_with(name)).row(0, named=True) for name in (".html", ".txt"))
    assert page["text"].split() == " ".join(ARTICLE).split()
    assert [(one["reason"], one["text"].split()) for one in page["removed"]] == [("noise", " ".join(FRAME[1:]).split())]
    assert plain["text"].split("\n")[-1] == FRAME[-1]
    assert plain["removed"] == []
