"""Windows code pages by their numbers."""

_NAMES = {
    65001: "utf-8", 20127: "ascii", 28591: "latin-1", 50220: "iso2022_jp", 51949: "euc_kr", 936: "gb18030", 20866: "koi8_r",
    21866: "koi8_u", 10000: "mac_roman",
}  # fmt: skip


def python_name(page: int) -> str:
    """Python's name of the encoding; Python may not know it."""
    if 28592 <= page <= 28606:
        return f"iso8859_{page - 28590}"
    return _NAMES.get(page, f"cp{page}")
