"""Source code: a type of its own for each language, told by suffix, file name or the interpreter in the first line."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from corpuskit.extract.decode import decode
from corpuskit.extract.found import Failed, Opened, Text

_LANGUAGES = {
    "ada": "adb ads", "asm": "asm s", "awk": "awk", "bat": "bat cmd", "c": "c h", "c++": "cc cpp cxx hh hpp hxx ino",
    "clojure": "clj cljs cljc edn", "cmake": "cmake", "cobol": "cob cbl", "csharp": "cs csx", "css": "css", "cuda": "cu cuh", "d": "d",
    "dart": "dart", "elixir": "ex exs", "elm": "elm", "erlang": "erl hrl", "fortran": "f f90 f95 f03 for", "fsharp": "fs fsx",
    "go": "go", "graphql": "graphql gql", "groovy": "groovy gradle", "haskell": "hs lhs", "hcl": "tf hcl", "java": "java",
    "javascript": "js mjs cjs jsx", "julia": "jl", "kotlin": "kt kts", "less": "less", "lisp": "lisp lsp el scm rkt", "lua": "lua",
    "makefile": "mk mak", "nim": "nim", "nix": "nix", "objective-c": "mm", "ocaml": "ml mli", "pascal": "pas pp dpr", "perl": "pl pm",
    "php": "php phtml", "powershell": "ps1 psm1 psd1", "prolog": "pro", "protobuf": "proto", "python": "py pyi pyw pyx", "r": "r",
    "ruby": "rb rake gemspec", "rust": "rs", "scala": "scala sc sbt", "scss": "scss sass", "sh": "sh bash zsh ksh fish bats",
    "solidity": "sol", "sql": "sql psql", "svelte": "svelte", "swift": "swift", "tcl": "tcl", "typescript": "ts tsx mts cts",
    "vb": "vb vbs bas", "verilog": "v sv svh", "vhdl": "vhd vhdl", "vim": "vim", "vue": "vue", "zig": "zig",
}  # fmt: skip
_BY_SUFFIX = {f".{suffix}": language for language, suffixes in _LANGUAGES.items() for suffix in suffixes.split()}
_BY_NAME = {
    "makefile": "makefile", "gnumakefile": "makefile", "dockerfile": "dockerfile", "containerfile": "dockerfile", "rakefile": "ruby",
    "gemfile": "ruby", "cmakelists.txt": "cmake", "jenkinsfile": "groovy", "vagrantfile": "ruby", "sconstruct": "python",
}  # fmt: skip
_SHEBANG = re.compile(r"#!\s*\S*/(?:env\s+(?:-s\s+)?)?(?:\S*/)?([a-z+]+)[\d.]*\b")
_INTERPRETERS = {
    "python": "python", "pypy": "python", "sh": "sh", "bash": "sh", "dash": "sh", "zsh": "sh", "ksh": "sh", "fish": "sh",
    "perl": "perl", "ruby": "ruby", "node": "javascript", "deno": "typescript", "php": "php", "rscript": "r", "lua": "lua",
    "tclsh": "tcl", "wish": "tcl", "awk": "awk", "gawk": "awk", "make": "makefile", "julia": "julia", "pwsh": "powershell",
    "groovy": "groovy", "escript": "erlang",
}  # fmt: skip
_MARKED_UP = {"php", "vue", "svelte", "javascript", "typescript"}  # these may begin with a tag


def language(name: str, text: str) -> str:
    """``text/x-LANGUAGE`` of a file by its name, else by the interpreter that its first line calls; empty for what is no code."""
    path = PurePosixPath(name)
    found = _BY_NAME.get(path.name.lower()) or _BY_SUFFIX.get(path.suffix.lower())
    if not found and text.startswith("#!") and (shebang := _SHEBANG.match(text.split("\n", 1)[0].lower())):
        found = _INTERPRETERS.get(shebang.group(1))
    return f"text/x-{found}" if found else ""


def may_begin_with_a_tag(media_type: str) -> bool:
    """Whether code of this kind may look like HTML or XML at its beginning."""
    return media_type.removeprefix("text/x-") in _MARKED_UP


def media_types() -> list[str]:
    """The types of all languages."""
    named = {*_LANGUAGES, *_BY_NAME.values(), *_INTERPRETERS.values()}
    return [f"text/x-{language}" for language in sorted(named)]


def read(opened: Opened) -> Iterator[Text | Failed]:
    """One document: the text as it stands."""
    yield Text(decode(opened.bytes()))
