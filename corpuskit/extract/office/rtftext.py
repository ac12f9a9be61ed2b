"""The characters of Rich Text Format: code pages of fonts, escapes, names of signs (RTF 1.9.1)."""

import re

from corpuskit.extract.office.docpieces import together

TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
SIGNS = {
    "tab": "\t", "line": "\n", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
    "endash": "–", "emdash": "—", "emspace": " ", "enspace": " ", "qmspace": " ", "softline": "\n", "lbr": "\n",
}  # fmt: skip
ESCAPED = {"~": "\xa0", "_": "-", "-": "", "*": "", "\n": "", "\r": ""}
# Character sets of fonts (\fcharset), as far as they are not Western.
CHARSETS = {
    2: "symbol", 77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950", 161: "cp1253",
    162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437", 255: "cp850",
}  # fmt: skip


def code_page(number: int) -> str:
    """The codec of a code page, Western for one that Python does not know."""
    name = {65001: "utf-8", 10000: "mac-roman", 936: "gb18030"}.get(number, f"cp{number}")
    try:
        b"".decode(name)
    except LookupError:
        return "cp1252"
    return name


class Written:
    """Characters as they come, in bytes or in Unicode."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._bytes = bytearray()
        self._codec = "cp1252"

    def add_bytes(self, data: bytes, codec: str) -> None:
        """Bytes of a font's code page; a character may take two, and they may come apart."""
        if codec != self._codec:
            self._flush()
            self._codec = codec
        self._bytes += data

    def add(self, text: str) -> None:
        """Text."""
        self._flush()
        self._pieces.append(text)

    def take(self) -> str:
        """Everything until here, and begin anew."""
        self._flush()
        text = together("".join(self._pieces))
        self._pieces = []
        return text

    def _flush(self) -> None:
        if self._bytes:
            data, self._bytes = bytes(self._bytes), bytearray()
            if self._codec == "symbol":
                from corpuskit.extract.office.symbols import symbol

                self._pieces.append("".join(symbol("symbol", byte) for byte in data))
            else:
                self._pieces.append(data.decode(self._codec, "replace"))
