"""The characters that readers put into a text of their own while they work on it.

All are noncharacters (Unicode 23.7), which no document has a use for. A document may hold them nevertheless: `decode` takes them
out, and readers of HTML those that are written as references, so that no document can pass for what a reader says of it.
"""

import re

PAGE_BEGINS = "\ufdd0"  # a page, slide or sheet, while the text is tidied
LINE_BREAK = "\ufdd1"  # <br>
KEPT_BEGINS, KEPT_ENDS = "\ufdd2", "\ufdd3"  # around the number of a piece of LaTeX that is set aside
BACKSLASH, TILDE = "\ufdd4", "\ufdd5"  # of LaTeX, where they are no command
LETTER_BEGINS, LETTER_ENDS = "\ufde1", "\ufde2"  # around what a mail in HTML quotes
BORDER = "\ufde3"  # where a mail in HTML draws a line above another letter's headers
SIGNED = "\ufde4"  # above a mail's signature that only its HTML tells

MARK_BYTES = b"\xef\xb7"  # with which every one of them begins in UTF-8
_ANY = re.compile("[\ufdd0-\ufdef]")
_NAMED = re.compile(r"&#(?:x0*fd[de][0-9a-f]|0*(?:649(?:7[6-9]|[89]\d)|6500[0-7]))(?![0-9a-f]);?", re.IGNORECASE)


def without_marks(text: str) -> str:
    """The text with U+FFFD where a mark stands that the document brought along."""
    return text if text.isascii() else _ANY.sub("\ufffd", text)


def without_named_marks(html: str) -> str:
    """HTML with U+FFFD where a reference names a mark."""
    return _NAMED.sub("\ufffd", html)
