"""Manual pages of BSD and macOS, in the macros of mdoc(7), which say what words mean: flags, arguments, names of functions."""

from collections import deque

from corpuskit.extract.markup.paper import Paper
from corpuskit.extract.markup.troff import arguments, plain

_AROUND = {
    "Op": "[]", "Bq": "[]", "Pq": "()", "Aq": "<>", "Brq": "{}", "Dq": "“”", "Sq": "‘’", "Qq": '""', "Ql": "‘’",
    "Oo": "[", "Bo": "[", "Po": "(", "Ao": "<", "Bro": "{", "Do": "“", "So": "‘", "Qo": '"',
    "Oc": "]", "Bc": "]", "Pc": ")", "Ac": ">", "Brc": "}", "Dc": "”", "Sc": "’", "Qc": '"',
}  # fmt: skip
# What is meant where nothing is said; the page's own name for Nm.
_INSTEAD = {
    "Nm": "", "Ar": "file ...", "Fl": "-", "Nd": "–", "Ta": "\t", "Ux": "UNIX", "At": "AT&T UNIX", "Bx": "BSD",
    "Fx": "FreeBSD", "Nx": "NetBSD", "Ox": "OpenBSD", "Dx": "DragonFly",
}  # fmt: skip
_INLINE = {
    "Ar", "Cm", "Pa", "Ev", "Va", "Vt", "Dv", "Er", "Em", "Sy", "Li", "Ic", "Fa", "Ft", "An", "Mt", "Tn", "No", "Ad", "Nm",
    "Lk", "Xr", "Fl", "In", "Fn", "Ns", "Ms", "Nd", "Cd", "Fd", "St", "Lb", "Ta", "Ap", "Pf", "Fo", "Fc", "Sx", "Bf", "Hf", "Xo", "Xc",
}  # fmt: skip
_CALLED = _INLINE | _AROUND.keys() | _INSTEAD.keys()
_BLOCKS = {"Pp", "Lp", "Bd", "Ed", "sp"}
_OWN_LINE = {"D1", "Dl", "br", "Ft", "Fn", "Fo", "In"}
_SENTENCES = {
    "Ex": "The {} utility exits 0 on success, and >0 if an error occurs.",
    "Rv": "The {}() function returns the value 0 if successful; otherwise the value -1 is returned and the global variable errno is "
    "set to indicate the error.",
}
_AFTER = set(".,:;)]?!")
_BEFORE = set("([")
_LISTED = {"-bullet": "•", "-dash": "-", "-hyphen": "-", "-item": "", "-enum": "1."}


class Semantic:
    """The page while its lines go by."""

    def __init__(self) -> None:
        self.paper = Paper()
        self.title = ""
        self.date = ""
        self._name = ""
        self._lists: list[str] = []
        self._numbers: list[int] = []

    def take(self, name: str, rest: str) -> None:
        """The next line: a macro with its arguments, or text."""
        words = arguments(rest)
        if not name:
            self._text(plain(rest))
        elif name in {"Bl", "El", "It"}:
            self._list(name, words)
        elif name in {"Dt", "Dd", "Nm"}:
            self._about(name, [plain(word) for word in words])
        elif name in {"Sh", "Ss"}:
            self.paper.head(1 if name == "Sh" else 2, self._said(words))
        elif name in _BLOCKS:
            self.paper.end()
            self.paper.verbatim = name == "Bd" and bool({"-literal", "-unfilled"} & set(words))
        elif name in _OWN_LINE:
            self.paper.end_line()
        self._inline(name, words)

    def _inline(self, name: str, words: list[str]) -> None:
        if name[:1] == "%":
            self._text(" ".join(map(plain, words)) + ",")
        elif name in _SENTENCES:
            self._text(_SENTENCES[name].format(words[1] if len(words) > 1 else self._name))
        elif name in _CALLED:
            self._text(self._said([name, *words]))
        elif name in {"D1", "Dl"}:
            self._text(self._said(words))
            self.paper.end_line()

    def _about(self, name: str, words: list[str]) -> None:
        """What the page is called, and when it was written."""
        if name == "Dt" and len(words) > 1:
            self.title = f"{words[0]}({words[1]})"
        elif name == "Dd":
            self.date = " ".join(words).removeprefix("$Mdocdate: ").removesuffix(" $")
        elif words:
            self._name = self._name or words[0]

    def _text(self, words: str) -> None:
        if words.strip() or self.paper.verbatim:
            self.paper.add(words, tight=words[:1] in _AFTER)

    def _list(self, name: str, words: list[str]) -> None:
        self.paper.end()
        if name == "Bl":
            self._lists.append(next((word for word in words if word.startswith("-")), ""))
            self._numbers.append(0)
        elif name == "El" and self._lists:
            self._lists.pop()
            self._numbers.pop()
        elif name == "It":
            kind = self._lists[-1] if self._lists else ""
            if self._numbers:
                self._numbers[-1] += 1
            if kind == "-column":
                self._text(self._said(words).replace(" \t ", " | "))
            elif kind in _LISTED:
                self.paper.tag(f"{self._numbers[-1]}." if kind == "-enum" else _LISTED[kind])
            else:
                self.paper.tag(self._said(words))

    def _said(self, words: list[str]) -> str:
        """Words with the macros among them resolved."""
        return _Line(words, self._name).text()


class _Line:
    """A macro with its arguments, among which are macros again."""

    def __init__(self, words: list[str], name: str) -> None:
        self._words = deque(words)
        self._name = name
        self._out: list[str] = []
        self._tight = True  # no space before what comes next
        self._flags = False  # what comes next are flags
        self._ends: list[str] = []  # what closes before the punctuation at the end

    def text(self) -> str:
        """The line as it is read."""
        while self._words:
            word = self._words.popleft()
            if word in _CALLED:
                self._called(word)
            elif word in _AFTER:
                self._close()
                self._put(word, tight=True)
            else:
                self._put(f"-{plain(word)}" if self._flags else plain(word))
                self._tight = word in _BEFORE
        self._close()
        return "".join(self._out)

    def _put(self, word: str, *, tight: bool = False) -> None:
        self._out += (word,) if tight or self._tight else (" ", word)
        self._tight = False

    def _close(self) -> None:
        while self._ends:
            self._put(self._ends.pop(), tight=True)

    def _is_bare(self) -> bool:
        """Whether the macro at hand has no argument of its own."""
        return not self._words or self._words[0] in _AFTER or self._words[0] in _CALLED

    def _called(self, macro: str) -> None:
        self._flags = macro == "Fl" and not self._is_bare()
        if signs := _AROUND.get(macro):
            self._put(signs[0], tight=macro.endswith("c"))
            self._tight = not macro.endswith("c")
            self._ends += signs[1:]
        elif macro in _INSTEAD and (self._is_bare() or macro == "Nd"):
            self._put(_INSTEAD[macro] or self._name)
        elif macro in {"Xr", "Fn", "Fo", "In"} and not self._is_bare():
            self._reference(macro, plain(self._words.popleft()))
        elif macro == "Fc":
            self._put(")", tight=True)
        elif macro == "Ap":
            self._put("'", tight=True)
        elif macro == "Pf" and self._words:
            self._put(plain(self._words.popleft()))
        self._tight = self._tight or macro in {"Ns", "Ap", "Pf", "Fo"}

    def _reference(self, macro: str, name: str) -> None:
        if macro == "In":
            self._put(f"#include <{name}>")
        elif macro == "Fo":
            self._put(f"{name}(")
        elif macro == "Xr":
            self._put(name if self._is_bare() else f"{name}({self._words.popleft()})")
        else:
            given = [plain(self._words.popleft()) for _ in range(len(self._words)) if not self._is_bare()]
            self._put(f"{name}({', '.join(given)})")
