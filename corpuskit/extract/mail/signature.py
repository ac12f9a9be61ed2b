"""What stands below a letter by itself: the sender's signature, a mailing list's footer, a PGP armour."""

import re

from corpuskit.extract.mail.attribution import at

# RFC 3676 4.3: a line of two hyphens and a space; many programs and filters lose the space.
_DELIMITER = re.compile(r"^--[ \t]*$", re.MULTILINE)
# Mailman and its like: a rule, and below it how to leave the list.
_FOOTER = re.compile(r"^_{20,}[ \t]*$", re.MULTILINE)
# Above that footer what pays for the list, behind a rule of its own.
_RULE = re.compile(r"^-{20,}[ \t]*$", re.MULTILINE)
_SPONSORED = re.compile(r"\A.*sponsored by|unsubscribe", re.IGNORECASE)
_LIST = re.compile(r"mailman|listinfo|subscri|list-?archive|groups\.", re.IGNORECASE)
_LIST_ADDRESS = re.compile(r"^[> \t]*https?://\S+/listinfo/\S*\s*$")
_MOST_LINES, _MOST_CHARACTERS = 15, 1200
_ARMOUR = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----\s*\n(?:[A-Za-z]+: .*\n)*\n?"
    r"|^-----BEGIN PGP SIGNATURE-----[\s\S]*?(?:^-----END PGP SIGNATURE-----[ \t]*$|\Z)"
    r"|^-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?(?:^-----END PGP PUBLIC KEY BLOCK-----[ \t]*$|\Z)",
    re.MULTILINE,
)


def without_signature(text: str) -> str:
    """The text without what its sender, or the list that carried it, has marked as standing below it.

    Only what is short and last: a text that goes on for long after a line of two hyphens is a text.
    """
    if "-----BEGIN PGP " in text:
        text = _ARMOUR.sub("", text)
    if "____" in text:
        text = _without(_FOOTER, text, _LIST)
    if "/listinfo/" in text[-_MOST_CHARACTERS:]:
        text = _without_list_address(text)
    if "--" not in text:
        return text
    return _without(_DELIMITER, _without(_RULE, text, _SPONSORED))


def _without_list_address(text: str) -> str:
    """Where the list is administered stands alone on the last line, once more for each time the letter was quoted."""
    lines = text.rstrip().split("\n")
    while lines and (not lines[-1].strip("> \t") or _LIST_ADDRESS.match(lines[-1])):
        lines.pop()
    return "\n".join(lines)


def _without(mark: re.Pattern[str], text: str, must_hold: re.Pattern[str] | None = None) -> str:
    for match in reversed(list(mark.finditer(text, max(len(text) - 2 * _MOST_CHARACTERS, 0)))):
        rest = text[match.end() :].strip()
        if len(rest) > _MOST_CHARACTERS or rest.count("\n") >= _MOST_LINES:
            break
        if (must_hold is None or must_hold.search(rest)) and not _quotes(rest):
            text = text[: match.start()].rstrip()
    return text


def _quotes(text: str) -> bool:
    """Whether another letter begins in the text: it stands below the signature, and is none."""
    lines = text.split("\n")
    return any(line.startswith((">", " >")) or at(lines, place) is not None for place, line in enumerate(lines))
