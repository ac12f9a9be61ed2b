"""What stands before a number: the words that say what it is, in the languages where forms are filled in.

A word counts within 40 characters before the number. Words are lower case and match at the start of a word; the text is lower-cased
as UTF-8, so that words with other than Latin letters stand here as they are written.
"""

import re

REACH = 40  # characters
_LETTER = (
    rb"[\xc3-\xd3][\x80-\xbf]"  # a Latin, Greek or Cyrillic letter beyond ASCII; scripts without spaces have no borders
)


def _alternatives(text: str) -> list[str]:
    """The alternatives of a pattern at its top level."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def words(text: str) -> "re.Pattern[bytes]":
    """A pattern for words parted by `|`, each of which begins with a plain letter and stands whole.

    Alternatives are gathered under their first byte, and the border before the word is looked at behind it: so `re` skips to the
    bytes with which any of the words begins, which makes it four times faster.
    """
    rests: dict[bytes, list[bytes]] = {}
    for word in _alternatives(text):
        encoded = word.encode()
        rests.setdefault(encoded[:1], []).append(encoded[1:])
    branches = []
    for byte, rest in rests.items():
        first = re.escape(byte)
        border = rb"(?<![a-z]" + first + rb")(?<!" + _LETTER + first + rb")"
        branches.append(first + border + rb"(?:" + rb"|".join(rest) + rb")(?![a-z]|" + _LETTER + rb")")
    return re.compile(rb"|".join(branches))


_MASKED = re.compile(rb"(?:<|\A)[a-z_]{0,12}_[0-9]{1,9}>")


def before(text: bytes, start: int) -> bytes:
    """The 40 characters before byte `start`, ASCII and Latin letters in lower case; a placeholder calls for nothing: it is blank."""
    piece = text[max(0, start - REACH) : start]
    if piece.isascii():
        piece = piece.lower()
    else:
        piece = (
            text[max(0, start - 4 * REACH) : start].decode("utf-8", "ignore")[-REACH:].lower().encode("utf-8", "ignore")
        )
    return _MASKED.sub(_blank, piece) if b">" in piece else piece


def _blank(match: "re.Match[bytes]") -> bytes:
    return b" " * len(match[0])


_BIRTH = (
    r"d\.?o\.?b\.?|born|birth ?(?:date|day)?|birthdate|birthday|geb\.?|geboren|geburtsdatum|geburtstag|geboortedatum|née? le|né\(e\) le"
    r"|née|né|naissance|nacid[oa]|nacimiento|nat[oa] (?:il|a)|nascita|nascid[oa]|nascimento|urodzon[ya]|urodzenia|född|födelsedatum"
    r"|født|fødselsdato|syntynyt|syntymäaika|narozen(?:a|á)?|narození|született|рожден(?:ия|ный)?|родил(?:ся|ась)"
    r"|doğum tarihi|γεννήσεως|出生(?:日期)?|生年月日|생년월일"
)
BIRTH = words(_BIRTH)
_PHONE = (
    r"phones?|telephones?|cellphones?|smartphones?|tel|mobiles?(?: ?phones?)?|cell|fax|telefax|sms|whatsapp"
    r"|dial|hotline|pager|telecopy|facsimile|telecopier|handy|rufnummer|telefon(?:nummer)?|mobil(?:nummer)?|tél|téléphone|portable"
    r"|teléfono|móvil|celular|telefono|cellulare|telefone|telemóvel|telefoon|gsm|puh|puhelin|matkapuhelin|tlf|tlfnr|telefonnr"
    r"|telefonie|telefonszám|telefonní číslo|тел|телефон|моб|電話|电话|手机|전화|ph"
)
PHONE = words(_PHONE)
# Words that may call for a number of seven digits or more.
_CALL = r"call(?:ed|ing)?|reach|answering|desk|office|messages? to|contact"
CALL = words(_CALL)
# Between a word for phones and the number: the number is something else.
NOT_PHONE = words(
    r"accounts?|acct|a/c|invoice|order|ref(?:erence)?|zip|postal|post code|postcode|vat|tax|date|version|isbn|amount|total|page|pages"
    r"|card|iban|ssn|social|id|serial|part|model|ticket|case|section|items?|po|p\.o\.|box|dates?|since|rfc|patent|size|bytes|port"
)
_CARD = (
    r"cards?(?:[ _-]?(?:numbers?|no|num))?|creditcards?|credit_cards?|cc|ccn|visa|master ?card|amex|american express|discover|diners"
    r"|maestro|jcb|unionpay|pan|carte(?: bancaire| bleue)?|karte|kreditkarten?"
    r"|bankkarte|debitkarte|kartennummer|kreditkartennummer|tarjeta"
    r"|carta di credito|carta|cart(?:a|ã)o|kaart|creditkaart|betaalkaart|kort(?:nummer)?|kreditkort"
    r"|bankkort|luottokortti|kortti|karta|карт(?:а|ы)|卡号|信用卡"
)
CARD = words(_CARD)
IP = words(
    r"ips?|ipv[46]|ip[ _-]?address|address|addr|host|client|server|peer|remote|gateway|dns|subnet|from|ping|adresse|dirección|indirizzo"
)
VERSION = words(
    r"version|ver|v|release|rel|firmware|build|sections?|sec|chapter|clause|article|annex|oid|paragraph|table|figure|appendix|rev|object(?:identifier)?"
)
_PASSPORT = (
    r"passports?(?: ?(?:no|number|num|nr))?|reisepass(?:nummer)?|pass-?nr|passeport|pasaporte|passaporto|passaporte|paspoort(?:nummer)?"
    r"|paszport|passnummer|pasnummer|passi|паспорт|护照|旅券"
)
PASSPORT = words(_PASSPORT)
_LICENCE = (
    r"driv(?:er|ing|ers|er's|er’s|ers')?(?: |-)?licen[cs]es?|dl(?: ?#| no| number)|führerschein(?:nummer)?|permis de conduire"
    r"|licencia de conduc(?:ir|ción)|permiso de conducir|patente di guida|carta de condução|rijbewijs(?:nummer)?|prawo jazdy|körkort"
    r"|førerkort|kørekort|ajokortti"
)
LICENCE = words(_LICENCE)
_IDENTITY = (
    r"national (?:id|identity|identification|insurance)|identity (?:card|number|no)|identification (?:number|no)"
    r"|id[ -]?(?:number|no|nr|card)"
    r"|personal (?:id|identity|number|identification|code)|tax (?:id|identification)(?: number| no)?|taxpayer|tin|social security"
)
IDENTITY = words(_IDENTITY)
# Any of the words that call for a number.
LABELS = "|".join((_BIRTH, _PHONE, _CALL, _CARD, _PASSPORT, _LICENCE, _IDENTITY))
