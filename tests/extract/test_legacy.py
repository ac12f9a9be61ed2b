import struct

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from corpuskit.extract.found import Failed, Limits, Text
from tests.extract.made import failed, found, text
from tests.extract.made_office import doc, ole, ppt, record, said, sprm

IN_TABLE, ROW_END = sprm(0x2416, 1), sprm(0x2416, 1) + sprm(0x2417, 1)
DELETED = sprm(0x0800, 1)


def listed(depth: int) -> bytes:
    return sprm(0x460B, 1, 2) + sprm(0x260A, depth)


def test_an_old_word_document_has_its_headings_and_paragraphs() -> None:
    one = text(doc([("Scope\r", 1, b""), ("The first.\r", 0, b""), ("The “second”.\r", 0, b"")], title="Größe"))
    assert (one.text, one.title) == ("# Scope\n\nThe first.\n\nThe “second”.", "Größe")


def test_text_of_two_bytes_a_character_is_read_beyond_the_first_plane() -> None:
    assert text(doc([("Привет 𝔘𝔫𝔦\r", 1, b""), ("次\r", 0, b"")], wide=True)).text == "# Привет 𝔘𝔫𝔦\n\n次"


def test_lists_of_old_word_have_the_numbers_word_shows() -> None:
    paragraphs = [("one\r", 0, listed(0)), ("deep\r", 0, listed(1)), ("two\r", 0, listed(0)), ("dot\r", 0, listed(2))]
    levels = [(0, "\0."), (4, "\0.\1)"), (23, "\uf0b7")]
    assert text(doc(paragraphs, levels=levels)).text == "1. one\n  1.a) deep\n2. two\n    - dot"


def test_cells_of_old_word_are_rows() -> None:
    row = [("a\x07", 0, IN_TABLE), ("b\x07", 0, IN_TABLE), ("\x07", 0, ROW_END)]
    assert text(doc([*row, *row, ("After\r", 0, b"")])).text == "a | b\na | b\n\nAfter"


def test_what_is_marked_as_deleted_is_gone_and_paragraphs_grow_together() -> None:
    data = doc([("Keep old\r", 0, b""), ("new\r", 0, b"")], runs=[("old\r", DELETED)])
    assert text(data).text == "Keep new"


def test_fields_show_their_result_and_not_their_code() -> None:
    words = 'See \x13 HYPERLINK "http://x" \x14the \x13 PAGE \x143\x15 page\x15 and \x13 SET a \x15end\r'
    assert text(doc([(words, 0, b"")])).text == "See the 3 page and end"


def test_footnotes_of_old_word_come_at_the_end() -> None:
    data = doc([("Price\x02 and more\r", 0, b"")], notes=[(5, "\x02See annex\r")])
    assert text(data).text == "Price[^1] and more\n\n[^1]: See annex"


def test_an_encrypted_word_document_is_told_as_such() -> None:
    assert failed(doc([("Secret\r", 0, b"")], flags=0x0100)).reason == "encrypted"


def test_a_word_document_that_was_cut_off_keeps_what_came_before() -> None:
    data = bytearray(doc([("Words\r", 0, b"")]))
    place = data.index(b"\x02\x10\0\0\0") + 5  # the piece table claims more characters than there are
    struct.pack_into("<I", data, place + 4, 10_000)
    struct.pack_into("<i", data, data.index(b"\xec\xa5") + 0x4C, 10_000)
    first, rest = found(bytes(data))
    assert isinstance(first, Text)
    assert first.text.startswith("Words")
    assert rest == Failed("corrupt", "the file ends before its text does", "rest of the file", "application/msword")


def test_word_6_is_read_as_paragraphs_in_its_code_page() -> None:
    words = "Привет, мир\r".encode("cp1251")
    header = bytearray(0x300)
    struct.pack_into("<HHHH", header, 0, 0xA5DC, 101, 0, 0x419)
    struct.pack_into("<II", header, 0x18, 0x300, 0x300 + len(words))
    struct.pack_into("<i", header, 0x34, len(words))
    assert text(ole({"WordDocument": bytes(header) + words})).text == "Привет, мир"


def test_small_streams_lie_in_the_small_stream() -> None:
    data = doc([("Words\r", 0, b"")], title="A small one")
    assert text(data).title == "A small one"


def test_slides_of_old_powerpoint_have_titles_bullets_and_notes() -> None:
    style = record(0x0FA1, struct.pack("<IHIIHI", 6, 0, 0, 4, 1, 0))
    slides = [said(0, "Costs") + said(1, "First\rDeep") + style, said(6, "End")]
    one = text(ppt(slides, notes="Say why\rand how"))
    assert one.text == "# Costs\n\n- First\n  - Deep\n\n> Say why\n> and how\n\n# End"
    assert [one.text[start:][:3] for start in one.page_starts] == ["# C", "# E"]


def test_the_number_of_the_slide_is_no_text() -> None:
    assert text(ppt([said(4, "Page *") + record(0x0FD8, struct.pack("<I", 5))])).text == "Page"


def test_encrypted_and_ancient_presentations_are_told_as_such() -> None:
    assert failed(ppt([said(0, "Secret")], token=0xF3D1C4DF)).reason == "encrypted"
    assert failed(ole({"PP40": b"x" * 600})).reason == "unsupported_format"


def test_chains_that_run_in_circles_end() -> None:
    data = bytearray(ppt([said(0, "Words")]))
    fat = data.rindex(struct.pack("<I", 0xFFFFFFFD)) // 512 * 512
    data[fat : fat + 4] = struct.pack("<I", 0)  # the first sector follows itself
    assert len(found(bytes(data))) >= 1


SAMPLES = (
    doc([("Scope\r", 1, b""), ("a\x07", 0, IN_TABLE), ("\x07", 0, ROW_END), ("x\x02\r", 0, listed(0))],
        notes=[(9, "note\r")], levels=[(0, "\0.")], runs=[("Scope", DELETED)], title="T"),
    ppt([said(0, "Costs") + said(1, "First")], notes="Say why"),
)  # fmt: skip


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(512, 6000), st.integers(0, 255)), min_size=1, max_size=8)
)
@example(SAMPLES[0], [(512 + 0x1A2, 255)])
def test_damaged_bytes_never_break_the_readers(sample: bytes, changes: list[tuple[int, int]]) -> None:
    data = bytearray(sample)
    for place, value in changes:
        data[place % len(data)] = value
    assert len(found(bytes(data), "a.doc", Limits(max_expanded_mb=64))) >= 1


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.sampled_from(SAMPLES), st.integers(0, 1000).map(lambda part: part / 1000))
def test_truncated_files_never_break_the_readers(sample: bytes, share: float) -> None:
    assert len(found(sample[: int(len(sample) * share)], "a.doc")) >= 1
