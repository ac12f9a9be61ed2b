import io

from rich.console import Console

from corpuskit.train.watch import HEADER, Lines, Live, Row, Silence, count, duration, heldout, line, screen

FULL = Row(
    step=120,
    total_steps=12_000,
    tokens=34_500_000,
    loss=2.51237,
    learning_rate=1e-4,
    gradient_norm=0.8123,
    tokens_per_second=163_204.4,
    mfu=0.4312,
    memory_bytes=41 << 30,
    seconds_left=3 * 3600 + 240,
    spent=1.5,
    approved=40.0,
)
BARE = Row(step=1, total_steps=3, tokens=512, loss=float("nan"), learning_rate=2e-5)


def test_a_row_stands_under_the_names_of_its_columns() -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    lines.row(FULL)
    lines.row(BARE)
    lines.close()
    assert stream.getvalue().splitlines() == [
        "           step    tokens      loss      rate     norm   tokens/s     MFU     memory      left  spent",
        "     120/12,000     34.5M    2.5124  1.00e-04    0.812    163,204   43.1%   41.0 GiB    3 h 04  1.50 GPU h of 40.00",
        "            1/3       512       nan  2.00e-05        –          –       –          –         –  –",
    ]


def test_columns_end_where_their_names_end() -> None:
    ends = [HEADER.index(name) + len(name) for name in ("step", "tokens", "loss", "tokens/s", "MFU", "memory", "left")]
    assert all(line(FULL)[end - 1] != " " and line(FULL)[end : end + 1] in {" ", ""} for end in ends)


def test_bits_per_byte_are_told_before_and_now() -> None:
    assert heldout("domain", 1.25, 1.0) == "held-out domain     1.2500 → 1.0000 bits per byte (−20.0 %)"
    assert heldout("general", 0.9, 0.909) == "held-out general    0.9000 → 0.9090 bits per byte (+1.0 %)"


def test_numbers_and_times_stay_short() -> None:
    assert [count(n) for n in (7, 999, 1_234, 34_500_000, 6_700_000_000)] == ["7", "999", "1.2k", "34.5M", "6.7B"]
    assert [duration(s) for s in (42, 754, 18_420, 273_600)] == ["42 s", "12:34", "5 h 07", "3 d 04 h"]


def test_a_terminal_gets_a_bar_and_sentences_above_it() -> None:
    stream = io.StringIO()
    live = Live(Console(file=stream, force_terminal=True, width=200))
    live.row(FULL)
    live.say(heldout("domain", 1.25, 1.0))
    live.close()
    shown = stream.getvalue()
    assert "120/12,000  34.5M tokens  loss 2.5124" in shown
    assert "MFU 43.1%  41.0 GiB  3 h 04 left  1.50 GPU h of 40.00" in shown
    assert shown.index("held-out domain") < shown.rindex("120/12,000")


def test_quiet_is_silent_and_a_pipe_gets_lines() -> None:
    assert isinstance(screen(quiet=True), Silence)
    assert isinstance(screen(), Lines)
