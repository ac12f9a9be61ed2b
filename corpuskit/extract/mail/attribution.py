"""The lines that programs put above the words of another letter, and what they tell of it.

Structure first: a line that ends with a colon above ``>`` lines, a ruled heading above ``Name: value`` lines. Words only
where nothing else tells, in the languages of common programs (Outlook, Gmail, Apple Mail, Thunderbird).
"""

import re
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime

from corpuskit.extract.marks import BORDER

_MOST_LINES = 8  # of a block of headers
# "wrote": en de fr es it nl pt pl sv da/no fi cs sk hu ro tr ru uk bg el he ar vi id zh ja ko
_WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|schreef|[ée]crit|escribi[óo]|scritto|scrive|escreveu|napisa[łl]\(?a?\)?|skrev|skriver|"
    r"kirjoitti|napsala?\(?a?\)?|nap[íi]sala?|[íi]rta|a scris|yazd[ıi]|menulis|đã viết|написала?|пише|пишет|"
    r"έγραψε)\b|написав|כתב|كتب|写道|寫道|書きました|のメール|작성|wrote",
    re.IGNORECASE,
)
# Somebody's name and a verb that people have set in their programs; only right above ``>``.
_SAID = re.compile(
    r"(?!(?:He|She|They|I|We|You|It|As|And|Then|Someone|Somebody|Now)\b)[\"']?[A-ZÀ-Þ][\w.,'\"-]*(?: [\w.,'\"-]+){0,3} "
    r"(?:said|stated|mentioned|thought|asked|suggested|replied|claiming to think)(?: the following)?:"
)
_COLON = re.compile(r"[:：]\**\s*$")
_ADDRESS = re.compile(r"[^\s<>\[\]():;,\"']+@[^\s<>\[\]():;,\"']+")
_CLOCK = re.compile(r"\d[:.hH]\d\d")
_DIGIT = re.compile(r"\d")
_RULED = re.compile(r"^[ \t]*(?:-{2,}|_{2,}|\*{3,})[ \t]*[^\W\d_][^\n]{1,50}?[ \t]*(?:-{2,}|_{2,}|\*{3,})[ \t]*$")
_RULE = re.compile(r"^[ \t]*(?:_{10,}|-{10,})[ \t]*$")
_RULES = {"-", "_", "*"}
_FIELD = re.compile(
    r"^[ \t]*\*{0,2}([^\W\d_][^\W\d_. /-]{0,24}(?: [^\W\d_]{1,12}){0,2})\*{0,2}[ \xa0]?[:：]\*{0,2}(?:[ \t\xa0]+(.*))?$"
)
# The first field of a block: From, in the same languages.
_FROM = {
    "from", "von", "de", "da", "van", "od", "från", "fra", "lähettäjä", "от", "від", "kimden", "expéditeur",
    "mittente", "remitente", "afzender", "feladó", "nadawca", "odesílatel", "odosielateľ", "expeditor", "από", "מאת",
    "من", "từ", "dari", "发件人", "寄件者", "寄件人", "差出人", "送信者", "보낸사람", "보낸", "gesendet",
}  # fmt: skip
_SUBJECT = {
    "subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto", "temat", "ämne", "emne", "aihe",
    "předmět", "predmet", "tárgy", "subiect", "konu", "тема", "θέμα", "נושא", "الموضوع", "subjek", "主题", "主旨", "件名",
    "제목",
}  # fmt: skip
_FORWARDED = re.compile(
    r"forward|weitergeleitet|transf[ée]r|reenviad|inoltrat|doorgestuurd|encaminhad|przekazan|vidarebefordra|"
    r"videresend|välitetty|přeposlan|továbbított|redirec[tț]ionat|iletilen|пересл|пересил|προωθ|转发|轉寄|転送|전달",
    re.IGNORECASE,
)
# Fw in the subject: en de fr es it nl/pt sv/no pl zh
_FORWARD_SUBJECT = re.compile(
    r"^\s*(?:\[[^\]]*\]\s*)?(?:fwd?|wg|tr|rv|i|enc|vb|vs|pd|doorst|转发|轉寄)\s*[:：]", re.IGNORECASE
)
# Re in the subject: en/fr/it/es/nl/pt de sv/da/no nl pl
_REPLY_SUBJECT = re.compile(r"^\s*(?:\[[^\]]*\]\s*)?(?:re|aw|sv|antw|odp)(?:\[\d+\])?\s*[:：]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Introduction:
    """Who wrote the words below, when, under which subject; how many lines say so."""

    lines: int
    author: str = ""
    created: str = ""
    title: str = ""
    forwarded: bool = False


def is_forward(subject: str) -> bool:
    """Whether the subject says that the letter passes another one on."""
    return bool(_FORWARD_SUBJECT.match(subject))


def is_reply(subject: str) -> bool:
    """Whether the subject says that the letter answers another one."""
    return bool(_REPLY_SUBJECT.match(subject))


def bare_subject(subject: str) -> str:
    """The subject in one line without what says that a letter answers or passes on; a mailing list's `[tag]` stays in front."""
    bare = " ".join(subject.split())
    while mark := _REPLY_SUBJECT.match(bare) or _FORWARD_SUBJECT.match(bare):
        tag = bare[: bare.index("]") + 1] if bare.startswith("[") else ""
        bare = " ".join([*tag.split(), *bare[mark.end() :].split()])
    return bare


def says_who(line: str) -> bool:
    """Whether the line alone says who wrote what stands below it."""
    told = bool(_WROTE.search(line) or (_ADDRESS.search(line) and _DIGIT.search(line)) or _SAID.fullmatch(line.strip()))
    return told and bool(_COLON.search(line)) and len(line) <= 400


def above(lines: list[str], end: int) -> Introduction | None:
    """The attribution that ends right above line ``end``, where quoted lines begin: one to three lines, the last with a colon.

    A name, an address or a time has to stand there, in whatever language.
    """
    last = end - 1
    while last >= 0 and end - last <= 2 and not lines[last].strip():
        last -= 1
    if last < 0:
        return None
    if not _COLON.search(lines[last]):
        at_end = _WROTE.search(lines[last][-16:]) and _CLOCK.search(lines[last])  # some programs forget the colon
        return _told(lines[last], end - last) if at_end else None
    for first in range(last, max(last - 3, -1), -1):
        if not lines[first].strip():
            break
        said = " ".join(line.strip() for line in lines[first : last + 1])
        if len(said) > 400:
            break
        if _WROTE.search(said) or _ADDRESS.search(said) or _CLOCK.search(said) or _SAID.fullmatch(said):
            return _told(said, end - _begin(lines, first, last))
    return None


def headers_above(lines: list[str]) -> Introduction | None:
    """The block of headers that the lines end with."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    if not end or not _FIELD.match(lines[end - 1]):
        return None
    for first in range(max(end - 2 * _MOST_LINES, 0), end):
        told = at(lines[:end], first)
        if told is not None and first + told.lines >= end and not told.forwarded:
            return replace(told, lines=len(lines) - first)
    return None


def _begin(lines: list[str], first: int, last: int) -> int:
    """A wrapped attribution begins further up, at the line with the time, if there is one without a gap."""
    for line in range(first, max(last - 3, -1), -1):
        if not lines[line].strip():
            break
        if _CLOCK.search(lines[line]):
            return line
    return first


def at(lines: list[str], start: int) -> Introduction | None:
    """The introduction that begins at a line and tells that all below it is another letter, without any ``>``."""
    line = lines[start]
    if not line.strip():
        return None
    may_rule = line.lstrip()[:1] in _RULES
    if BORDER in line or (may_rule and (_RULED.match(line) or _RULE.match(line))):
        block = _block(lines, start + 1, ruled=not (may_rule and _RULE.match(line)))
        if block is not None:
            return Introduction(
                block.lines + 1, block.author, block.created, block.title, bool(_FORWARDED.search(line))
            )
    elif len(line) < 80 and _COLON.search(line) and _FORWARDED.search(line):  # Apple Mail: "Begin forwarded message:"
        block = _block(lines, start + 1, ruled=True)
        if block is not None:
            return Introduction(block.lines + 1, block.author, block.created, block.title, forwarded=True)
    field = _FIELD.match(line)
    if field and field.group(1).lower().split(" ")[0] in _FROM and (block := _block(lines, start, ruled=False)):
        return block
    return _wrote(lines, start)


def _block(lines: list[str], start: int, *, ruled: bool) -> Introduction | None:
    """Lines of ``Name: value``, three or more, a sender first and an address or a time among them."""
    at_line = start
    while at_line < len(lines) and at_line - start < 3 and not lines[at_line].strip():
        at_line += 1
    if at_line > start and not ruled:
        return None
    fields: list[tuple[str, str]] = []
    first = at_line
    while at_line < len(lines) and at_line - first < 2 * _MOST_LINES:
        line = lines[at_line]
        match = _FIELD.match(line)
        if match:
            fields.append((match.group(1).lower(), (match.group(2) or "").strip()))
        elif (
            not line.strip()
            and _FIELD.match(lines[at_line + 1] if at_line + 1 < len(lines) else "")
            and len(fields) < 3
        ):
            pass  # programs that put a blank line after each
        elif (
            fields
            and line.strip()
            and (
                line[:1] in {" ", "\t"}
                or fields[-1][1].endswith((",", ";"))
                or (not fields[-1][1] and ("@" in line or _FIELD.match("".join(lines[at_line + 1 : at_line + 2]))))
            )
        ):
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}")
        else:
            break
        at_line += 1
    while len(fields) > 2 and not fields[-1][1] and "".join(lines[at_line : at_line + 1]).strip():
        fields.pop()  # "Dear all:" is no header, nor is anything else with words right below
        at_line -= 1
    return _from_fields(fields, at_line - start, ruled=ruled)


def _from_fields(fields: list[tuple[str, str]], lines: int, *, ruled: bool) -> Introduction | None:
    names = [name for name, _ in fields]
    values = " ".join(value for _, value in fields)
    enough = 2 if ruled else 3
    sender = next((value for name, value in fields if name.split(" ")[0] in _FROM), "")
    if len(fields) < enough or not (sender or ruled) or not (_ADDRESS.search(values) or _CLOCK.search(values)):
        return None
    if not ruled and names[0].split(" ")[0] not in _FROM:
        return None
    title = next((value for name, value in fields if name in _SUBJECT), "")
    created = next((date for _, value in fields if (date := _date(value))), "")
    return Introduction(lines, sender.strip("* "), created, title)


def _wrote(lines: list[str], start: int) -> Introduction | None:
    """``On 1 May 2024 at 10:00, Ada <ada@example.com> wrote:`` over one to three lines, above words without ``>``."""
    said = ""
    for count in range(1, 4):
        if start + count > len(lines) or not lines[start + count - 1].strip():
            return None
        said = f"{said} {lines[start + count - 1].strip()}"
        if len(said) > 400:
            return None
        if _COLON.search(said):
            if _WROTE.search(said) and _DIGIT.search(said) and (_ADDRESS.search(said) or _CLOCK.search(said)):
                return _told(said, count)
            return None
    return None


def _told(said: str, lines: int) -> Introduction:
    """Who and when, as far as a line of any language tells."""
    address = _ADDRESS.search(said)
    author = ""
    if address:
        before = said[: address.start()].rstrip(' <[("')
        name = re.split(r"[,:;]|\b\d[\d.:]*\b(?:\s*[AaPp]\.?[Mm]\.?)?", before)[-1].strip(" ,\"'*")
        author = f"{name} <{address.group()}>" if 0 < len(name) <= 60 and not _WROTE.search(name) else address.group()
    return Introduction(lines, author, _date(said))


def _date(text: str) -> str:
    """A date as mail headers write it, ISO 8601; empty for any other form."""
    match = re.search(r"\d{1,2} [A-Z][a-z]{2} \d{4},? \d{1,2}:\d\d(?::\d\d)?(?: [+-]\d{4})?", text)
    if match is None:
        return ""
    try:
        return parsedate_to_datetime(match.group().replace(",", "")).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""
