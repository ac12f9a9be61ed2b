"""Formulas of Word (ECMA-376 part 1, 22.1) in one line: what stands above, below and around kept apart."""

from collections.abc import Callable

from lxml import etree

from corpuskit.extract.markup.xmltree import attribute, local

_SETTINGS = {"rPr", "ctrlPr", "fPr", "sSupPr", "sSubPr", "sSubSupPr", "radPr", "naryPr", "dPr", "funcPr", "accPr"}


_Parts = dict[str, etree._Element]  # noqa: SLF001 - the name of the type


def formula(element: etree._Element) -> str:
    """``a/b``, ``x^2``, ``a_i``, ``√(x)``, ``∑_(i=1)^n``; brackets where a part is longer than a sign."""
    name = local(element)
    if name == "t":
        return element.text or ""
    parts = {local(child): child for child in element}
    write = _WRITTEN.get(name)
    if write is not None:
        return write(parts, element)
    return "".join(formula(child) for child in element if local(child) not in _SETTINGS)


def _scripted(parts: _Parts, _: etree._Element) -> str:
    return _whole(parts, "e") + _scripts(parts)


def _nary(parts: _Parts, _: etree._Element) -> str:
    return _sign(parts.get("naryPr"), "chr", "∫") + _scripts(parts) + " " + _whole(parts, "e")


def _delimited(parts: _Parts, element: etree._Element) -> str:
    signs = parts.get("dPr")
    inner = _sign(signs, "sepChr", "|").join(formula(child) for child in element if local(child) == "e")
    return _sign(signs, "begChr", "(") + inner + _sign(signs, "endChr", ")")


_WRITTEN: dict[str, Callable[[_Parts, etree._Element], str]] = {
    "f": lambda parts, _: f"{_part(parts, 'num')}/{_part(parts, 'den')}",
    "sSup": _scripted,
    "sSub": _scripted,
    "sSubSup": _scripted,
    "rad": lambda parts, _: f"{_part(parts, 'deg')}√{_part(parts, 'e')}",
    "nary": _nary,
    "d": _delimited,
    "mr": lambda _, row: " ".join(formula(child) for child in row) + "; ",
}


def _scripts(parts: _Parts) -> str:
    return "".join(sign + _part(parts, name) for sign, name in (("_", "sub"), ("^", "sup")) if _whole(parts, name))


def _whole(parts: _Parts, name: str) -> str:
    return formula(parts[name]) if name in parts else ""


def _part(parts: _Parts, name: str) -> str:
    text = _whole(parts, name)
    return text if len(text) <= 1 or text.isalnum() else f"({text})"


def _sign(settings: etree._Element | None, name: str, usual: str) -> str:
    for setting in settings if settings is not None else ():
        if local(setting) == name:
            return attribute(setting, "val")
    return usual
