"""What noise lines are, in plain Python: slow, and short enough to be read as the definition."""

import re
from collections import Counter
from itertools import accumulate

from corpuskit.repair.noise import CODE, ITEM, LEAF, trees
from corpuskit.repair.noise_lines import (
    ALONE_SIZE,
    AROUND,
    FAR,
    FEATURES,
    LONG,
    MOST,
    MOST_CHARACTERS,
    NEAR,
    OWN,
    SEEN,
    SHORTEST,
)
from corpuskit.words import ALONE, DIGIT, LETTER, MARK, SPACE, TERMINAL, UPPER, WORD, tables

SHARES = {"digits": "characters", "letters": "characters", "upper": "letters", "capitals": "words", "short": "words"}


def kind(character: str) -> int:
    """The classes of a character; white space for none."""
    return int(tables().classes[ord(character)]) if character else SPACE


def spelled(line: str) -> list[tuple[str, int]]:
    """The words of a line, letters and digits, without those of scripts that have no spaces; each with where it ends."""
    found, word = [], ""
    for place, character in enumerate([*line, ""]):
        if kind(character) & WORD and not kind(character) & ALONE:
            word += character
        elif word:
            found.append((word, place))
            word = ""
    return found


def has(word: str, kinds: int) -> bool:
    """Is there such a character in the word?"""
    return any(kind(character) & kinds for character in word)


def thai(character: str) -> bool:
    """Thai or Lao, where sentences have no signs at their ends."""
    return "\u0e00" <= character < "\u0f00"


def folded(line: str) -> str:
    """A line in lower case, each number as one sign, white space as one space."""
    lower = "".join(chr(tables().lower[ord(one)]) if not kind(one) & DIGIT else "\0" for one in line)
    return " ".join("".join(" " if kind(one) & SPACE else one for one in re.sub("\0+", "\0", lower)).split(" ")).strip()


def own(line: str) -> dict[str, int]:
    """What is seen of a line alone."""
    shown = [one for one in line if not kind(one) & SPACE]
    alone = [one for one in shown if kind(one) & ALONE]
    lone = sum(not kind(one) & MARK for one in alone)
    size = {one: ALONE_SIZE if kind(one) & ALONE else 1 for one in set(shown)}
    begins = [word for word, _ in spelled(line)]
    pairs = list(zip(["", *line], [*line, ""], strict=True))
    signs = [one for one in shown if not kind(one) & WORD]
    numbers = [word for word in begins if not has(word, LETTER)]
    short = [word for word in begins if len(word) <= SHORTEST and not has(word, DIGIT | UPPER)]
    starts = {place - len(word) for word, place in spelled(line)}
    said = {
        "characters": sum(size[one] for one in shown),
        "words": len(begins) + (lone + 1) // 2,
        "letters": sum(size[one] for one in shown if kind(one) & LETTER),
        "digits": sum(kind(one) & DIGIT > 0 for one in shown),
        "upper": sum(kind(one) & UPPER > 0 for one in shown),
        "capitals": sum(kind(word[0]) & UPPER > 0 for word in begins),
        "short": len(short) + (lone + 1) // 4,
        "longest": max([len(word) for word in begins], default=0),
        "numbers": len(numbers),
        "years": sum(len(word) == 4 for word in numbers),
        "separators": sum(one in "|/>·«»•‹›←↑→↓▲►▶▼◄" for one in signs),
        "pipes": signs.count("|"),
        "commas": sum(one in ",、，،" for one in signs),
        "colons": sum(one == ":" and kind(after) & SPACE > 0 for one, after in pairs),
        "stops": sum(
            bool(one)
            and (
                (kind(one) & TERMINAL > 0 and kind(after) & (SPACE | ALONE) > 0)
                or (thai(one) and kind(after) & SPACE > 0)
            )
            for one, after in pairs
        ),
        "brackets": sum(one in "([" for one in signs),
        "signs": sum(one in "©®@#+$£€" for one in signs),
        "links": sum(
            (before + one == "//")
            or (one == "." and kind(before) & LETTER > 0 and after.isascii() and kind(after) & LETTER > 0)
            for before, one, after in zip(["", *line[:-1]], line, [*line[1:], ""], strict=True)
        ),
        "clocks": sum(
            one == ":" and kind(after) & DIGIT > 0 and place in starts for place, (one, after) in enumerate(pairs)
        ),
        "terminal": kind(shown[-1]) & TERMINAL > 0 or (thai(shown[-1]) and sum(size[one] for one in shown) >= LONG),
        "asks": shown[-1] in "?!",
        "colon_ends": shown[-1] == ":",
        "begins_lower": kind(shown[0]) & (LETTER | UPPER | ALONE) == LETTER,
        "begins_digit": kind(shown[0]) & DIGIT > 0,
        "begins_sign": not kind(shown[0]) & WORD,
    }
    said["word_length"] = 10 * (said["letters"] + said["digits"]) // max(1, said["words"])
    shares = {name: 100 * said[name] // max(1, said[whole]) for name, whole in SHARES.items()}
    capped = {name: min(MOST, int(value)) for name, value in (said | shares).items()}
    return capped | {"characters": min(MOST_CHARACTERS, said["characters"])}


def lines_of(text: str) -> list[tuple[int, int, str]]:
    """The lines that aren't blank: first byte, behind the last, and the line without its end."""
    lines = text.split("\n")
    ends = list(accumulate(len(line.encode()) + 1 for line in lines))
    found = zip([0, *ends[:-1]], [*ends[:-1], ends[-1] - 1], lines, strict=True)
    return [one for one in found if any(not kind(character) & SPACE for character in one[2])]


def head(line: str) -> str:
    """The line up to the end of its first word."""
    ends = [place for _, place in spelled(line)]
    return folded(line[: ends[0]] if ends else line)


def features(text: str) -> list[list[int]]:
    """FEATURES of each line."""
    lines = [line for _, _, line in lines_of(text)]
    seen = [own(line) for line in lines]
    sizes = [one["characters"] for one in seen]
    whole, heads = Counter(map(folded, lines)), Counter(map(head, lines))
    rows = []
    for k, line in enumerate(lines):
        place = (
            min(MOST, k), min(MOST, len(lines) - 1 - k), 100 * k // len(lines), 100 * sum(sizes[:k]) // sum(sizes),
            min(MOST_CHARACTERS, len(lines)), sum(sizes) // len(lines), 100 * sum(size >= LONG for size in sizes) // len(lines),
            min(MOST, whole[folded(line)]), min(MOST, heads[head(line)]),
        )  # fmt: skip
        near, far = (seen[max(0, k - reach) : k + reach + 1] for reach in (NEAR, FAR))
        before, after = seen[k - 1 : k] if k else [], seen[k + 1 : k + 2]
        names = [OWN[one] for one in SEEN]
        around = [sum(one[name] for one in where) for where in (before, after) for name in names]
        around += [10 * sum(one[name] for one in where) // len(where) for where in (near, far) for name in names]
        rows.append([*(seen[k][name] for name in OWN), *place, *around])
    assert all(len(row) == len(FEATURES) for row in rows)
    assert len(AROUND) == 4
    return rows


def structure(lines: list[str], k: int) -> bool:
    """Is line k a heading, a numbered item, code, or the row of a table?"""
    rows = [line.count(" | ") for line in lines]
    beside = [rows[n] for n in (k - 1, k + 1) if 0 <= n < len(lines)]
    marked = re.match(rf" {{{CODE}}}| *(\t|#+ |\d+[.)] )", lines[k], re.ASCII)
    return bool(marked) or (rows[k] > 0 and rows[k] in beside)


def noise(text: str) -> list[tuple[int, int]]:
    """The spans of noise."""
    grown, lines, rows = trees(), lines_of(text), features(text)
    spans: list[tuple[int, int]] = []
    for k, row in enumerate(rows):
        total = grown.base
        for root in grown.roots.tolist():
            node = root
            while grown.asked[node] != LEAF:
                node = int(grown.yes[node]) + (row[grown.asked[node]] > grown.limits[node])
            total += int(grown.says[node])
        begin, end, _ = lines[k]
        limit = ITEM if re.match(r" *[-*] ", lines[k][2]) else 0
        if total > limit and not structure([line for _, _, line in lines], k):
            joins = bool(spans) and spans[-1][1] == begin
            spans.append((spans.pop()[0] if joins else begin, end))
    return spans
