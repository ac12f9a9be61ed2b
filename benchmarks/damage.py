"""Ways to damage a text, each as something that happens to real ones; for figures on what tells good text from bad."""

import random
import re
from collections.abc import Callable

LETTERS = "etaoinsrhldcumfpgwybvkxqjz"


def shuffled_words(text: str, draw: random.Random) -> str:
    """The words of the whole text in any order, in lines as long as they were."""
    words = text.split()
    draw.shuffle(words)
    left = iter(words)
    return "\n".join(" ".join(word for word, _ in zip(left, line.split(), strict=False)) for line in text.split("\n"))


def shuffled_lines(text: str, draw: random.Random) -> str:
    """The words of each line in any order, as columns read across."""
    return "\n".join(" ".join(draw.sample(words, len(words))) for words in map(str.split, text.split("\n")))


def noisy(share: float) -> Callable[[str, random.Random], str]:
    """Characters of which `share` are replaced, left out, doubled by another or parted, as poor OCR does."""

    def damage(text: str, draw: random.Random) -> str:
        made = []
        for character in text:
            if character.isspace() or draw.random() >= share:
                made.append(character)
            else:
                made.append(
                    draw.choice(
                        ("", " ", draw.choice(LETTERS), character + draw.choice(LETTERS), draw.choice("|!.,;:~^'"))
                    )
                )
        return "".join(made)

    return damage


def reversed_lines(text: str, _: random.Random) -> str:
    """Each line from its last character to its first, as of PDFs with mirrored glyphs."""
    return "\n".join(line[::-1] for line in text.split("\n"))


def apart(text: str, _: random.Random) -> str:
    """A space after each letter, as of PDFs with letter-spacing."""
    return re.sub(r"(\w)(?=\w)", r"\1 ", text)


def together(text: str, draw: random.Random) -> str:
    """Four of five spaces lost, as of PDFs that part words by position."""
    return re.sub(" ", lambda _: " " * (draw.random() < 0.2), text)


def mojibake(text: str, _: random.Random) -> str:
    """UTF-8 read as Windows-1252, with what it has no letter for lost."""
    return text.encode("utf-8", "replace").decode("cp1252", "replace")


def other_letters(text: str, _: random.Random) -> str:
    """Every letter of a to z is another, as of PDFs whose fonts have no table of letters."""
    shifted = str.maketrans("abcdefghijklmnopqrstuvwxyz", "qhkzwbvtxmplyscjdfgnraoeiu")
    return text.lower().translate(shifted)


def looped(text: str, _: random.Random) -> str:
    """The first three lines with words over and over, as of pages that were joined wrongly."""
    lines = [line for line in text.split("\n") if line.strip()][:3]
    return "\n".join(lines * 40)[: max(400, len(text))]


def keywords(text: str, draw: random.Random) -> str:
    """Its distinct words parted by commas, as pages for search machines are."""
    words = sorted({word.lower() for word in re.findall(r"\w{4,}", text)})
    return ", ".join(draw.sample(words, len(words)))


def menu(text: str, draw: random.Random) -> str:
    """One to three words a line, none ends a sentence, as navigation and lists of links are."""
    words, made = re.findall(r"\w+", text), []
    while words:
        size = draw.randint(1, 3)
        made.append(" ".join(words[:size]).capitalize())
        words = words[size:]
    return "\n".join(made)


DAMAGE: dict[str, Callable[[str, random.Random], str]] = {
    "shuffled words": shuffled_words,
    "shuffled in lines": shuffled_lines,
    "OCR noise 5 %": noisy(0.05),
    "OCR noise 10 %": noisy(0.1),
    "OCR noise 20 %": noisy(0.2),
    "reversed lines": reversed_lines,
    "letters apart": apart,
    "spaces lost": together,
    "mojibake": mojibake,
    "other letters": other_letters,
    "looped": looped,
    "keywords": keywords,
    "menu": menu,
}
