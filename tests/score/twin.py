"""The formulas of the signals in plain Python, slow and close to their words: what the kernels are held to."""

import re
from collections import Counter
from collections.abc import Hashable, Sequence

from corpuskit.score.cues import CUES
from corpuskit.score.lines import C4_LONGEST, C4_WORDS, FIELD, LABEL
from corpuskit.score.signals import cue_signal
from corpuskit.words import ALONE, DIGIT, LETTER, MARK, REPLACED, SPACE, TERMINAL, UPPER, WORD, tables, words

WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004"
    "\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
Row = dict[str, int | float | None]
SPLITS, CLOSES, APOSTROPHES = "-/:=<>~–—", "\"')]*»’”", "'’"
STOP_WORDS = {"the", "be", "to", "of", "and", "that", "have", "with"}
POLICIES = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")


def kind(character: str) -> int:
    """The class of a character; nothing counts as white space."""
    return int(tables().classes[ord(character)]) if character else SPACE


def over(part: int, whole: int) -> float:
    """A share, as the column has it before it is rounded to 32 bits."""
    return part / whole if whole else 0.0


def stripped_lines(text: str) -> list[str]:
    """Lines without the white space around them, empty ones included."""
    return [line.strip(WHITE_SPACE) for line in text.split("\n")]


def starts_of_words(text: str) -> set[int]:
    """Where words of corpuskit.words begin."""
    found, open_word, alone = set(), False, False
    for i, character in enumerate(text):
        here = kind(character)
        if not here & WORD:
            open_word = False
        elif not open_word or ((alone or here & ALONE) and not here & MARK):
            found.add(i)
            open_word, alone = True, bool(here & ALONE)
    return found


def pieces(text: str) -> list[str]:
    """Words as they are written, and signs."""
    begins = starts_of_words(text)
    found: list[str] = []
    is_open = False  # may the last piece go on
    for i, character in enumerate(text):
        before, after = text[i - 1 : i], text[i + 1 : i + 2]
        here = kind(character)
        if here & SPACE:
            is_open = False
        elif here & WORD:
            alone = here & ALONE and not here & MARK
            if is_open and (i not in begins or (not alone and not kind(before) & WORD)):
                found[-1] += character
            else:
                found.append(character)
                is_open = True
        else:
            if is_open and _belongs(found[-1], before, character, after):
                found[-1] += character
                continue
            is_open = False
            if character in "-." and before == character and found and found[-1].strip(character) == "":
                found[-1] += character
            else:
                found.append(character)
                is_open = character in APOSTROPHES and before != "" and bool(kind(before) & WORD)
    return found


def _belongs(piece: str, before: str, sign: str, after: str) -> bool:
    if kind(after) & WORD and kind(before) & WORD:
        return sign not in APOSTROPHES and not (kind(after) & LETTER and sign in SPLITS)
    if sign != "." or after == ".":
        return False
    return bool(kind(before) & DIGIT or (kind(before) & UPPER and (len(piece) == 1 or "." in piece)))


def sentence_ends(line: str) -> int:
    """Ends of sentences in a line."""
    found = 0
    ending = 0
    for i, character in enumerate(line + " "):
        before = line[i - 1 : i] if i else ""
        here = kind(character)
        if ending and not (here & TERMINAL or (character in CLOSES and not here & WORD)):
            found += bool(here & SPACE) or ending == 2
            ending = 0
        if here & TERMINAL:
            run = len(re.split(f"[{WHITE_SPACE}]", line[: i + 1])[-1])
            number = kind(before) & DIGIT
            initial = kind(before) & UPPER and run <= 2
            if character != "." or not before or not (number or initial):
                ending = 2 if ord(character) >= 0x80 else max(ending, 1)
    return found


def listed(line: str) -> bool:
    """Does a line begin as an item does."""
    if line[0] in "‣◦▪●○■□–—⁃•·" or re.match(r"[*+-]( |$)", line):
        return True
    return bool(re.match(r"([0-9]{1,4}[.)]|[A-Za-z][.)]|\((?:[0-9]{1,4}|[A-Za-z]{1,4})\)) ", line))


def c4_keeps(line: str) -> bool:
    """The first of C4's conditions on a line."""
    runs = re.split(f"[{WHITE_SPACE}]+", line)
    closed = line[-1] in ".?!\"'" and not line.endswith("...")
    return closed and len(runs) >= C4_WORDS and max(map(len, runs)) <= C4_LONGEST


def has_phrase(line: str, phrases: Sequence[str]) -> bool:
    """Is one of the phrases in the line, word for word."""
    found = f" {' '.join(words(line))} "
    return any(f" {phrase} " in found for phrase in phrases)


def earlier(elements: Sequence[str]) -> tuple[int, int]:
    """How many stood before, and their characters."""
    repeated = [element for i, element in enumerate(elements) if element in set(elements[:i])]
    return len(repeated), sum(map(len, repeated))


def top(keys: Sequence[Hashable], sizes: Sequence[int], n: int) -> int:
    """Characters of the most frequent n-gram times its number."""
    grams = [tuple(keys[i : i + n]) for i in range(len(keys) - n + 1)]
    if not grams or (most := Counter(grams).most_common(1)[0])[1] == 1:
        return 0
    first = grams.index(most[0])
    return (sum(sizes[first : first + n]) + n - 1) * most[1]


def again(keys: Sequence[Hashable], sizes: Sequence[int], n: int) -> int:
    """Characters in n-grams that stood before, from left to right."""
    seen, repeated, i = set(), 0, 0
    while i + n <= len(keys):
        gram = tuple(keys[i : i + n])
        if gram in seen:
            repeated += sum(sizes[i : i + n])
            i += n
        else:
            seen.add(gram)
            i += 1
    return repeated


def twin(text: str) -> Row:
    """Every signal of a text."""

    def having(bit: int) -> int:
        return sum(1 for c in text if kind(c) & bit)

    blocks = stripped_lines(text)
    lines = [line for line in blocks if line]
    paragraphs = [p for p in "\n".join(blocks).split("\n\n") if p.strip("\n")]
    paragraphs = [p.strip("\n") for p in paragraphs]
    runs = "".join(" " if c in WHITE_SPACE else c for c in text).split(" ")
    found, split = words(text), pieces(text)
    keys = [piece[0] if set(piece) in ({"-"}, {"."}) else piece for piece in split]
    sizes = [len(piece) for piece in split]
    wordy = [piece for piece in split if any(kind(c) & WORD for c in piece)]
    visible, letters, digits = len(text) - having(SPACE), having(LETTER), having(DIGIT)
    line_characters = sum(map(len, lines))
    repeated_lines, duplicate_line_characters = earlier(lines)
    repeated_paragraphs = earlier(paragraphs)[0]
    duplicate_paragraph_characters = sum(
        len(p.replace("\n", "")) for i, p in enumerate(paragraphs) if p in set(paragraphs[:i])
    )
    kept = [line for line in lines if c4_keeps(line)]
    ellipses = sum(len(run) // 3 for run in re.findall(r"\.+", text)) + text.count("…")
    return {
        "bytes": len(text.encode()),
        "characters": len(text),
        "words": len(found),
        "lines": len(lines),
        "mean_word_length": over(sum(map(len, found)), len(found)),
        "longest_word": max(map(len, runs)),
        "letter_share": over(letters, visible),
        "digit_share": over(digits, visible),
        "symbol_share": over(visible - letters - digits, visible),
        "upper_share": over(having(UPPER), letters),
        "space_share": over(having(SPACE), len(text)),
        "replacement_share": over(having(REPLACED), visible),
        "distinct_word_share": over(len(set(found)), len(found)),
        "number_word_share": over(sum(not any(kind(c) & LETTER for c in word) for word in found), len(found)),
        "identifier_share": over(
            sum(any(kind(c) & LETTER for c in w) and any(kind(c) & DIGIT for c in w) for w in found), len(found)
        ),
        "sentences": sum(map(sentence_ends, lines)),
        "duplicate_line_share": over(duplicate_line_characters, line_characters),
        "duplicate_lines": over(repeated_lines, len(lines)),
        "duplicate_paragraph_share": over(duplicate_paragraph_characters, line_characters),
        "duplicate_paragraphs": over(repeated_paragraphs, len(paragraphs)),
        "short_line_share": over(sum(len(line) <= 30 for line in lines), len(lines)),
        "terminal_line_share": over(sum(bool(kind(line[-1]) & TERMINAL) for line in lines), len(lines)),
        "line_break_ratio": over(text.count("\n"), len(split)),
        "bullet_line_share": over(sum(line[0] in "•-" for line in lines), len(lines)),
        "ellipsis_line_share": over(sum(line.endswith(("...", "…")) for line in lines), len(lines)),
        "list_line_share": over(sum(map(listed, lines)), len(lines)),
        "table_line_share": over(
            sum(bool(re.search(rf"\t|(?<![^{WHITE_SPACE}])\|(?![^{WHITE_SPACE}])", line)) for line in lines), len(lines)
        ),
        "form_line_share": over(
            sum(
                bool(
                    re.search(r"___|[☐☑☒]|:$", line)
                    or (len(line) <= FIELD and re.match(rf"[^\n]{{1,{LABEL - 1}}}?:[{WHITE_SPACE}]", line))
                )
                for line in lines
            ),
            len(lines),
        ),
        "code_line_share": over(sum(line[-1] in ";{}" for line in lines), len(lines)),
        "upper_line_share": over(
            sum(
                any(kind(c) & 15 == LETTER | UPPER for c in line) and not any(kind(c) & 15 == LETTER for c in line)
                for line in lines
            ),
            len(lines),
        ),
        "gopher_words": len(wordy),
        "gopher_word_length": over(sum(map(len, wordy)), len(wordy)),
        "letter_word_share": over(sum(any(kind(c) & LETTER for c in piece) for piece in split), len(split)),
        "hash_ratio": over(text.count("#"), len(split)),
        "ellipsis_ratio": over(ellipses, len(split)),
        "stop_words": len(STOP_WORDS & set(found)),
        **{f"top_{n}gram_share": over(top(keys, sizes, n), len(text)) for n in (2, 3, 4)},
        **{f"duplicate_{n}gram_share": over(again(keys, sizes, n), len(text)) for n in range(5, 11)},
        **{cue_signal(name): over(sum(word in CUES[name] for word in found), len(found)) for name in CUES},
        "c4_sentences": sum(
            max(1, sentence_ends(line)) for line in kept if not has_phrase(line, ("javascript", *POLICIES))
        ),
        "placeholder_lines": sum(has_phrase(line, ("lorem ipsum",)) for line in kept),
        "brace_lines": sum("{" in line and not has_phrase(line, ("javascript",)) for line in kept),
    }
