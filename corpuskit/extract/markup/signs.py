"""The characters that troff has names for (groff_char(7))."""

import re
import unicodedata

_ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", ":": "\u0308", ",": "\u0327", "v": "\u030c"}
_PAIRS = """
lq“ rq” oq‘ cq’ aq' dq" Bq„ bq‚ Fo« Fc» fo‹ fc› em— en– hy- mi- bu• ci○ sq□ OK✓ co© rg® tm™ de° sc§ ps¶ dg† dd‡
ti~ ha^ rs\\ ga` aa´ ba| or| br| ul_ sl/ at@ sh# lC{ rC} lB[ rB] la⟨ ra⟩ eq= pl+ !!! r!¡ r?¿ no¬ AN∧ OR∨ mo∈ es∅ if∞
mu× di÷ +-± <=≤ >=≥ !=≠ ==≡ ap∼ ~~≈ <-← ->→ <>↔ da↓ ua↑ eu€ Eu€ Po£ Ye¥ ct¢ 12½ 14¼ 34¾ S1¹ S2² S3³
*aα *bβ *gγ *dδ *eε *lλ *mμ *pπ *sσ *tτ *oω *DΔ *SΣ *OΩ
ssß aeæ AEÆ oeœ OEŒ /oø /OØ /lł /LŁ oaå oAÅ TPÞ Tpþ -DÐ Sdð IJĲ ijĳ
"""
_NAMED = {pair[:2]: pair[2:] for pair in _PAIRS.split()}
_NAMED |= {"fi": "fi", "fl": "fl", "ff": "ff", "Fi": "ffi", "Fl": "ffl", "nbsp": " "}
_POINTS = re.compile(r"u([0-9A-F]{4,6}(?:_[0-9A-F]{4,6})*)")


def sign(name: str) -> str:
    """The character of this name, by code point, with an accent or from the list; empty for none."""
    if name in _NAMED:
        return _NAMED[name]
    if points := _POINTS.fullmatch(name):
        codes = [int(code, 16) for code in points.group(1).split("_")]
        return "".join(chr(code) for code in codes if code < 0x110000)
    if len(name) == 2 and name[0] in _ACCENTS and name[1].isalpha():
        return unicodedata.normalize("NFC", name[1] + _ACCENTS[name[0]])
    return name if len(name) == 1 else ""
