"""What stands below a letter by itself: the sender's signature, a mailing list's footer, a PGP armour."""

import re

# RFC 3676 4.3: a line of two hyphens and a space; many programs and filters lose the space.
_DELIMITER = re.compile(r"^--[ \t]*$", re.MULTILINE)
# Mailman and its like: a rule, and below it how to leave the list.
_FOOTER = re.compile(r"^_{20,}[ \t]*$", re.MULTILINE)
_LIST = re.compile(r"mailman|listinfo|subscri|list-?archive|groups\.", re.IGNORECASE)
_MOST_LINES, _MOST_CHARACTERS = 15, 1200
_ARMOUR = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----\s*\n(?:[A-Za-z]+: .*\n)*\n?"
    r"|^-----BEGIN PGP SIGNATURE-----[\s\S]*?(?:^-----END PGP SIGNATURE-----[ \t]*$|\Z)",
    re.MULTILINE,
)


def without_signature(text: str) -> str:
    """The text without what its sender, or the list that carried it, has marked as standing below it.

    Only what is short and last: a text that goes on for long after a line of two hyphens is a text.
    """
    if "-----BEGIN PGP SIG" in text:
        text = _ARMOUR.sub("", text)
    return _without(_DELIMITER, _without(_FOOTER, text, _LIST))


def _without(mark: re.Pattern[str], text: str, must_hold: re.Pattern[str] | None = None) -> str:
    for match in reversed(list(mark.finditer(text, max(len(text) - 2 * _MOST_CHARACTERS, 0)))):
        rest = text[match.end() :].strip()
        if len(rest) > _MOST_CHARACTERS or rest.count("\n") >= _MOST_LINES:
            break
        if must_hold is None or must_hold.search(rest):
            text = text[: match.start()].rstrip()
    return text
