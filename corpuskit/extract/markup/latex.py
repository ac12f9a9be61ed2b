"""LaTeX: the text without its preamble, commands resolved to light Markdown, formulas as they stand.

Of our own: pylatexenc 2.11 (MIT) knows more symbols, but drops
the structure that headings, lists and tables are, and takes 17 times as long.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text
from corpuskit.extract.marks import BACKSLASH, KEPT_BEGINS, KEPT_ENDS, TILDE

_BODY = re.compile(r"\\begin\s*\{document\}(.*?)(?:\\end\s*\{document\}|\Z)", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*(?:\n[ \t]*)?")
_FORMULAS = r"equation|align|gather|multline|eqnarray|displaymath|math|flalign|alignat"
# What opens and closes a formula or a verbatim text, and the blank line that no $ reaches across.
_MARKS = re.compile(
    rf"\\(begin|end)\{{((?:{_FORMULAS})\*?|verbatim\*?|lstlisting|minted|Verbatim)\}}|\\([\[\]()])|(?<!\\)(\$\$?)|\n[ \t]*\n|\\\\"
)
_CLOSERS = {"[": "]", "(": ")", "$": "$", "$$": "$$"}
_VERBATIM = {"verbatim", "verbatim*", "lstlisting", "minted", "Verbatim"}
_ARGUMENTS = re.compile(r"(?:\[[^\]\n]*\])?(?:\{\w+\})?[ \t]*\n?")
_VERB = re.compile(r"\\(?:verb|lstinline)\*?([^\w\s{])([^\n]{0,500}?)\1")
_KEPT = re.compile(f"{KEPT_BEGINS}(\\d+){KEPT_ENDS}")
_HEADINGS = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5, "subparagraph": 6, "title": 1,
}  # fmt: skip
# Commands whose argument is no text.
_DROPPED = {
    "label", "ref", "eqref", "pageref", "autoref", "cref", "Cref", "cite", "citep", "citet", "citealp", "citeauthor",
    "citeyear", "nocite", "parencite", "textcite", "autocite", "href", "textcolor", "color", "colorbox", "vspace",
    "hspace", "includegraphics", "input", "include", "bibliography", "bibliographystyle", "usepackage",
    "documentclass", "pagestyle", "thispagestyle", "setcounter", "addtocounter", "setlength", "addtolength",
    "hypersetup", "index", "glossary", "graphicspath", "newcommand", "renewcommand", "providecommand",
    "newenvironment", "theoremstyle", "newtheorem", "phantom", "hphantom", "vphantom", "linewidth", "fontsize",
    "rule", "date", "addbibresource", "printbibliography", "multicolumn", "multirow", "cmidrule", "cline",
    "definecolor", "selectlanguage",
}  # fmt: skip
_COMMAND = re.compile(r"\\([a-zA-Z@]+)\*?[ \t]*((?:\[[^\[\]]*\])*)\{([^{}]*)\}")
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([a-zA-Z]+\*?)\}((?:\[[^\[\]]*\])*)(\{[^{}\n]*\})?")
_ITEM = re.compile(r"\\item\b[ \t]*(?:\[([^\]]*)\])?[ \t]*")
_TABLES = {"tabular", "tabularx", "longtable", "tabulary", "tabular*"}
_ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307", '"': "\u0308",
    "r": "\u030a", "H": "\u030b", "v": "\u030c", "c": "\u0327", "k": "\u0328", "d": "\u0323",
}  # fmt: skip
_ACCENT = re.compile(
    r"\\([`'^~=.\"])\s*(?:\{\\?([a-zA-Z])\s*\}|\\?([a-zA-Z]))|\\([uvHcdkr])\s*(?:\{\\?([a-zA-Z])\s*\}|\s\\?([a-zA-Z]))"
)
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "aa": "å", "AA": "Å", "i": "ı",
    "ldots": "…", "dots": "…", "textellipsis": "…", "LaTeX": "LaTeX", "TeX": "TeX", "S": "§", "P": "¶", "copyright": "©", "pounds": "£",
    "euro": "€", "textemdash": "—", "textendash": "–", "textbackslash": BACKSLASH, "textasciitilde": TILDE, "quad": " ", "qquad": " ",
    "newline": "\n", "par": "\n\n", "textquoteright": "’", "textquoteleft": "‘", "textregistered": "®", "texttrademark": "™",
}  # fmt: skip
_BARE = re.compile(r"\\([a-zA-Z@]+)\*?[ \t]*((?:\[[^\[\]\n]*\])*)")
_MOST_PASSES = 40  # braces within braces


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document. References, labels and citations are left out, footnotes stand in brackets, other files are not followed."""
    source = decode(opened.bytes())
    title = re.search(r"\\title\*?(?:\[[^\]]*\])?\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", source)
    author = re.search(r"\\author\*?(?:\[[^\]]*\])?\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}", source)
    yield Text(
        plain(source), title=plain(title.group(1)) if title else "", author=plain(author.group(1)) if author else ""
    )


def plain(source: str) -> str:
    """The text that the source sets."""
    body = _BODY.search(source)
    kept: list[str] = []

    def keep(text: str) -> str:
        kept.append(text)
        return f"{KEPT_BEGINS}{len(kept) - 1}{KEPT_ENDS}"

    text = body.group(1) if body else source
    text = _VERB.sub(lambda found: keep(found.group(2)), text)
    text = "".join(_pieces(text, keep))
    text = _commands(_accents(text))
    text = _KEPT.sub(lambda found: kept[int(found.group(1))], text)
    return "\n".join(line.strip(" \t") if KEPT_BEGINS not in line else line for line in text.split("\n"))


def _pieces(text: str, keep: Callable[[str], str]) -> Iterator[str]:
    """The text with its formulas and verbatim parts set aside and its comments gone, in one pass however many are never closed."""
    at = start = 0
    closer = ""
    for mark in _MARKS.finditer(text):
        word = mark.group(2) or mark.group(3) or mark.group(4) or ""
        if not closer:
            opens = mark.group(1) == "begin" or word in _CLOSERS
            if word and opens and not _in_comment(text, mark.start()):
                closer, start = _CLOSERS.get(word, word), mark.start()
        elif word == closer and mark.group(1) != "begin":
            yield _COMMENT.sub(r"\1", text[at:start])
            if closer in _VERBATIM:
                inner = _ARGUMENTS.sub("", text[start + len(word) + 8 : mark.start()], count=1)
                yield "\n\n" + keep(inner.rstrip()) + "\n\n"
            else:
                yield keep(text[start : mark.end()])
            at, closer = mark.end(), ""
        elif not word and closer == "$" and mark.group().startswith("\n"):
            closer = ""
    yield _COMMENT.sub(r"\1", text[at:])


def _in_comment(text: str, place: int) -> bool:
    line = text[max(text.rfind("\n", 0, place) + 1, place - 500) : place]
    return "%" in line.replace("\\%", "")


def _accents(text: str) -> str:
    def letter(found: re.Match[str]) -> str:
        mark = found.group(1) or found.group(4)
        base = next(group for group in (found.group(2), found.group(3), found.group(5), found.group(6)) if group)
        return unicodedata.normalize("NFC", base + _ACCENTS[mark])

    return _ACCENT.sub(letter, text)


def _commands(text: str) -> str:
    """Commands from the innermost braces outwards, then what has no braces, then the signs."""
    text = _ENVIRONMENT.sub(_environment, text)
    for _ in range(_MOST_PASSES):
        text, count = _COMMAND.subn(_resolved, text)
        if not count:
            text, count = re.subn(r"(?<!\\)\{([^{}]*)(?<!\\)\}", r"\1", text)
        if not count:
            break
    text = _ITEM.sub(lambda found: f"\n- {found.group(1)} " if found.group(1) else "\n- ", text)
    text = re.sub(r"\\\\(?:\[[^\]]*\])?", "\n", text)
    text = re.sub(r"(?<!\\)[ \t]*&[ \t]*", " | ", text)
    text = re.sub(r"\\([%&$#_{}])", r"\1", text)
    text = re.sub(r"\\[ ,;:!/\-@>]", lambda found: "" if found.group()[1] in "-!/" else " ", text)
    text = _BARE.sub(lambda found: _LETTERS.get(found.group(1), ""), text)
    text = text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”").replace("~", " ")
    text = re.sub(r"(?<!\\)[{}]", "", text)
    text = re.sub(r"(?<!\n)\n{2,}- ", "\n- ", text)
    return text.replace(BACKSLASH, "\\").replace(TILDE, "~")


def _resolved(found: re.Match[str]) -> str:
    name, argument = found.group(1), found.group(3)
    if level := _HEADINGS.get(name):
        return f"\n\n{'#' * level} {' '.join(argument.split())}\n\n"
    if name in _DROPPED:
        return ""
    if name in {"footnote", "thanks"}:
        return f" ({argument.strip()})"
    if name in {"caption", "captionof"}:
        return f"\n\n{argument.strip()}\n\n"
    return argument


def _environment(found: re.Match[str]) -> str:
    """Lists and tables end the paragraph before them; what columns a table has and where a figure goes is no text."""
    name = found.group(2)
    rest = "" if name in _TABLES or name in {"figure", "table", "minipage", "thebibliography"} else found.group(4) or ""
    return f"\n\n{rest}" if found.group(1) == "begin" else "\n\n"
