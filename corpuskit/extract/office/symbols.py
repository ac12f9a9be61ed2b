"""Characters of the Symbol and Wingdings fonts, which have their own meaning for every byte."""

# Adobe's Symbol encoding from 0x20 (unicode.org/Public/MAPPINGS/VENDORS/ADOBE/symbol.txt); a space where nothing is.
_SYMBOL_LOW = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼ "
_SYMBOL_HIGH = "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪ 〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭ "
# What documents use of Wingdings: ticks, boxes, arrows, bullets.
_WINGDINGS = {
    0x4A: "☺", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x72: "❒", 0x75: "◆", 0x76: "❖", 0x77: "◆", 0x78: "☒", 0x9F: "•",
    0xA7: "▪", 0xA8: "◻", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓",
    0xFD: "☒", 0xFE: "☑",
}  # fmt: skip


def symbol(font: str, code: int) -> str:
    """The character that a byte of the font shows; fonts of private use put it at 0xF000. Empty when it is unknown."""
    byte = code & 0xFF
    if font.lower().startswith("wingdings"):
        return _WINGDINGS.get(byte, "")
    if font.lower() == "symbol":
        if 0x20 <= byte < 0x80:
            return _SYMBOL_LOW[byte - 0x20]
        return _SYMBOL_HIGH[byte - 0xA0] if byte >= 0xA0 else ""
    return "" if 0xE000 <= code < 0xF900 else chr(code)
