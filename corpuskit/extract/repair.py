"""Characters that a program before us got wrong, set right: UTF-8 that was read as something else, and ligatures.

Repairs never change what a text says. ftfy (Speer 2019) undoes mojibake and nothing else: quotes stay curled, widths and
compatibility characters as they are, entities and escapes as they stand. It reads 3 MB a second, so only lines that hold a
pair of characters that mojibake begins with are given to it; on such lines it decides. C1 controls become the punctuation
that Windows-1252 has there, as browsers do it; where it has letters they stay, since in a PDF they are something else.
"""

import re
from functools import cache
from typing import Any

# What the two bytes of a character in UTF-8 look like in other code pages: the first as one of the keys, the second as one of the
# values, less those that stand behind the first one in clean texts (Р» in Cyrillic, ół in Polish).
_LOOKS = {
    "\xc2-\xf4": "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ",  # Latin-1, Windows-1252
    "ĂÄĹ": "€‚„…†‡‰Š‹ŚŤŽŹ‘’“”•–—™š›śťžźˇ˘Ł¤Ą¦§¨©Ş«¬\xad®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľż",  # Windows-1250
    "РС": "ЂЃѓЉЊЌЋЏђљњќћџЎўЈ¤Ґ¦§©Є¬®Ї°±Ііґµ¶·јЅѕї",  # Windows-1251
    "ΞΟ": "€‚ƒ„†‡‰‹•™›΅£¤¥¦§¨©¬®―°±²³΄µ¶½",  # Windows-1253
    "├┬╨╤╬╧": "\u2500-\u259fÇ-ÿ¡-»",  # code page 437
    "√¬": "¢-Ω†°∞§•¶ß®©™",  # Mac Roman
}
_MOJIBAKE = re.compile(  # the first character apart: the search runs through the text for it alone
    f"[{''.join(_LOOKS)}](?:{'|'.join(f'(?<=[{lead}])[{trail}]' for lead, trail in _LOOKS.items())})"
)
_C1 = re.compile("[\x80-\x84\x86-\x9f]")
_C1_PUNCTUATION = str.maketrans(
    {point: bytes([point]).decode("cp1252") for point in (0x80, 0x82, 0x84, 0x89, 0x8B, *range(0x91, 0x98), 0x99, 0x9B)}
)
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_LIGATURES = str.maketrans(
    dict(zip("\ufb00\ufb01\ufb02\ufb03\ufb04\ufb05\ufb06", ["ff", "fi", "fl", "ffi", "ffl", "st", "st"], strict=True))
)


@cache
def _ftfy() -> tuple[Any, Any]:
    """ftfy and its settings: imported where there is something to repair."""
    import ftfy

    settings = ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_c1_controls=False,
        fix_surrogates=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )
    return ftfy, settings


def repaired(text: str) -> str:
    """The text without mojibake and ligatures; the same text where it has none."""
    if text.isascii():
        return text
    if _LIGATURE.search(text):
        text = text.translate(_LIGATURES)
    if _MOJIBAKE.search(text):
        ftfy, settings = _ftfy()
        lines = text.split("\n")
        text = "\n".join(ftfy.fix_text(line, settings) if _MOJIBAKE.search(line) else line for line in lines)
    return text.translate(_C1_PUNCTUATION) if _C1.search(text) else text
