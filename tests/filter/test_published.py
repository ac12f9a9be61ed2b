import pyarrow as pa
import pytest

from corpuskit.filter.decisions import first_failing
from corpuskit.filter.published import SETS, together
from corpuskit.score.statistics import measure

PROSE = "\n".join(
    f"The clerk of office {n} wrote to the owner of house {n * 7} that the rent of {n * 13} pounds is due with interest on day {n}."
    for n in range(1, 8)
)


def failing(name: str, text: str) -> str:
    """The rule of a set that drops a text; empty where it is kept."""
    place = int(first_failing(measure(pa.array([text])), SETS[name])[0])
    return list(SETS[name])[place] if place >= 0 else ""


@pytest.mark.parametrize("name", ["gopher", "c4", "fineweb"])
def test_a_letter_in_whole_sentences_is_kept(name: str) -> None:
    assert failing(name, PROSE) == ""


WORDS = "the rent of a house is to be paid with " * 6  # 60 words
LINE, CUT = "the rent is due\n", "the rent is …\n"
PAIR = "of it\n"


def lines(distinct: int, repeated: int, between: str = "\n") -> str:
    """Lines of the same length, the last `repeated` of them copies of the first."""
    own = [f"{chr(97 + n % 26)}{n:03d} of the {n * 37 % 1000:03d} is {n * 91 % 1000:03d}" for n in range(distinct)]
    return between.join(own + own[:1] * repeated)


def grams(n: int, share: float) -> tuple[str, str]:
    """Two texts of 1,000 characters: at most `share` of the first is in the n-gram that comes again, more of the second."""
    again = " ".join("abcdefghij"[:n])
    spaces = n - 1 if n < 5 else 0
    times = int(share * 1000 / (n + spaces)) + (n >= 5)
    found = []
    for count in (times, times + 1):
        own = " ".join(f"{number:04d}" for number in range(250))
        found.append(" ".join(f"{again} {own[k * 5 : k * 5 + 4]}" for k in range(count)) + " ")
    return found[0].ljust(1000), found[1].ljust(1000)


@pytest.mark.parametrize(
    ("rule", "kept", "dropped"),
    [
        ("min_gopher_words", "the rent to be paid " * 10, "the rent to be paid " * 9 + "the rent to be"),
        ("min_gopher_word_length", "ab abcd", "ab abc"),
        ("max_gopher_word_length", "abcdefghi abcdefghijk", "abcdefghij abcdefghijk"),
        ("max_hash_ratio", "a b c d e f g h i #", "a b c d e f g h #"),
        ("max_ellipsis_ratio", "a b c d e f g h i …", "a b c d e f g h ..."),
        ("max_bullet_line_share", "of\n" + "- it\n" * 9, "of\n" + "• it\n" * 10),
        ("max_ellipsis_line_share", LINE * 7 + CUT * 3, LINE * 6 + CUT * 3),
        ("min_letter_word_share", "a b c d 1", "a b c 1"),
        ("min_stop_words", "the rent of it", "the rent it pays the"),
        ("max_duplicate_lines", lines(7, 3), lines(6, 3)),
        ("max_duplicate_paragraphs", lines(7, 3, "\n\n"), lines(6, 3, "\n\n")),
        ("max_duplicate_line_share", lines(8, 2), lines(7, 2)),
        ("max_duplicate_paragraph_share", lines(8, 2, "\n\n"), lines(7, 2, "\n\n")),
        *((f"max_top_{n}gram_share", *grams(n, share)) for n, share in ((2, 0.2), (3, 0.18), (4, 0.16))),
        *((f"max_duplicate_{n}gram_share", *grams(n, round(0.2 - n / 100, 2))) for n in range(5, 11)),
        ("min_c4_sentences", "So it is said here. " * 5, "So it is said here. " * 4),
        ("max_placeholder_lines", "lorem ipsum", "It says lorem ipsum here."),
        ("max_brace_lines", "{", "It says { in here."),
        ("min_terminal_line_share", PAIR * 22 + "So. \n" * 3, PAIR * 23 + "So. \n" * 3),
        ("max_short_line_share", "a\n" * 67 + "a" * 31 + ("\n" + "b" * 31) * 32, "a\n" * 68 + "a" * 31 + ("\n" + "b" * 31) * 31),
        ("max_line_break_ratio", "a b c d e f g\nh\ni\nj", "a b c d e f\ng\nh\ni"),
    ],
)  # fmt: skip
def test_each_rule_keeps_at_its_bound_and_drops_beyond_it(rule: str, kept: str, dropped: str) -> None:
    bounds = {name: threshold for some in reversed(SETS.values()) for name, threshold in some.items()}
    signals = measure(pa.array([kept, dropped]))
    assert first_failing(signals, {rule: bounds[rule]}).tolist() == [-1, 0]


@pytest.mark.parametrize("name", sorted(SETS))
@pytest.mark.parametrize("text", ["", "x", "漢", "\x00", "😀", " " * 100, "a" * 100_000])
def test_no_set_fails_on_a_text_of_nothing(name: str, text: str) -> None:
    assert failing(name, text) in {"", *SETS[name]}


def test_of_two_sets_the_stricter_bound_holds() -> None:
    found = together(SETS["gopher_repetition"], SETS["fineweb"])
    assert found["max_duplicate_line_share"] == 0.01
    assert list(found)[-1] == "max_line_break_ratio"
