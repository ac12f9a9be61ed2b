"""Keys, tokens and passwords: forms that issuers publish, armoured private keys, and values that a name calls secret.

The forms follow what issuers document and what gitleaks' and detect-secrets' rules agree on (2025); a value must also look random,
so that examples and variables are none.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator

_AFTER = rb"(?![A-Za-z0-9_])"
_FORMS = (
    rb"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}",  # AWS access key
    rb"gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}",  # GitHub
    rb"gl(?:pat|ptt|soat|rt|dt|cbt|imt|agent|ffct|oas)-[A-Za-z0-9_-]{20,64}",  # GitLab
    rb"xox[abepors]-[A-Za-z0-9-]{10,250}|xapp-\d-[A-Z0-9]+-\d+-[a-z0-9]+",  # Slack
    rb"AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{20,}",  # Google
    rb"(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,99}|whsec_[A-Za-z0-9]{32,}",  # Stripe
    rb"eyJ[A-Za-z0-9_-]{14,}\.eyJ[A-Za-z0-9_-]{14,}\.[A-Za-z0-9_-]{10,}={0,2}",  # JSON Web Token
    rb"sk-(?:ant-(?:api|admin)\d\d-[A-Za-z0-9_-]{80,120}|(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,180})",  # Anthropic, OpenAI
    rb"hf_[A-Za-z]{34}|api_org_[A-Za-z]{34}",  # Hugging Face
    rb"npm_[A-Za-z0-9]{36}|pypi-AgE[A-Za-z0-9_-]{50,1000}|rubygems_[a-f0-9]{48}|dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,32}",  # registries
    rb"SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50}|key-[a-f0-9]{32}|[a-f0-9]{32}-us\d{1,2}",  # SendGrid, Mailgun, Mailchimp
    rb"xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}|SK[a-f0-9]{32}",  # Brevo, Twilio
    rb"do[por]_v1_[a-f0-9]{64}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|sq0(?:atp|csp)-[A-Za-z0-9_-]{22,43}",  # DigitalOcean, Shopify, Square
    rb"hv[sbr]\.[A-Za-z0-9_-]{24,}|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,70}",  # HashiCorp
    rb"dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{40,}|dapi[a-f0-9]{32}|NRAK-[A-Z0-9]{27}",  # Doppler, Databricks, New Relic
    rb"PMAK-[a-f0-9]{24}-[a-f0-9]{34}|lin_api_[A-Za-z0-9]{40}|gl(?:sa|c)_[A-Za-z0-9+/_]{32,}",  # Postman, Linear, Grafana
    rb"ATATT3[A-Za-z0-9_=-]{186}|secret_[A-Za-z0-9]{43}|ntn_\d{11}[A-Za-z0-9]{35}|figd_[A-Za-z0-9_-]{40}|LTAI[A-Za-z0-9]{20}|EAA[A-Za-z0-9]{80,}",
    rb"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}|\d{8,10}:AA[A-Za-z0-9_-]{33}",  # age, Telegram
)  # fmt: skip
_FORM = re.compile(rb"(?<![A-Za-z0-9_])(?:" + rb"|".join(_FORMS) + rb")" + _AFTER)
_SLACK_HOOK = re.compile(rb"hooks\.slack\.com/(?:services|workflows)/([A-Za-z0-9+/]{40,60})")
_BEARER = re.compile(rb"(?:bearer|basic)[ ]\Z", re.IGNORECASE)
_OPAQUE = re.compile(rb"[A-Za-z0-9_.~+/-]{15,2048}[A-Za-z0-9_~+/-]={0,2}")
_EXAMPLE = re.compile(
    rb"example|sample|dummy|placeholder|changeme|your[_-]|xxxx|\.\.\.|1234567890|abcdefgh|0{8}", re.IGNORECASE
)
# Bytes behind a token that its form may go on for: those of a web token are its two other parts.
_SHORT, _LONG = 80, 4096
_MIN_ENTROPY = 3.0  # bits a character: gitleaks' for AWS keys; words and repetitions lie below


def _entropy(value: bytes) -> float:
    """Shannon's, in bits a byte."""
    return -sum(count / len(value) * math.log2(count / len(value)) for count in Counter(value).values())


def _random(value: bytes) -> bool:
    return _entropy(value) >= _MIN_ENTROPY and not _EXAMPLE.search(value)


def tokens(text: bytes, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    """The secret that stands at or around a long token of letters and digits."""
    reach = stop + (_LONG if text.startswith(b"eyJ", start) else _SHORT)
    for match in _FORM.finditer(text, max(0, start - 16), reach):
        if match.start() < stop and match.end() > start and _random(match[0]):
            yield "secret", match.start(), match.end()
    if _BEARER.search(text, max(0, start - 7), start):
        opaque = _OPAQUE.match(text, start)
        if opaque and _random(opaque[0]):
            yield "secret", start, opaque.end()
    hook = b"hooks.slack" in text[max(0, start - 60) : start] and _SLACK_HOOK.search(
        text, max(0, start - 60), stop + 60
    )
    if hook and hook.start(1) <= start < hook.end():
        yield "secret", hook.start(1), hook.end(1)


_ARMOR = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----)){30,20000}"
    rb"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
)
_CUT_ARMOR = re.compile(
    rb"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\n)*[A-Za-z0-9+/=\s\\]{64,20000}"
)


def private_keys(text: bytes, start: int) -> Iterator[tuple[str, int, int]]:
    """The armoured private key that begins at byte `start`; one that is cut off ends with its last line."""
    match = _ARMOR.match(text, start) or _CUT_ARMOR.match(text, start)
    if match:
        yield "private_key", start, match.end()


_NAME = (
    rb"(?:pass(?:word|wd|phrase|wort)?|pwd|secret(?:[_-]?key)?|(?:api|access|auth|private|encryption|signing|account|client|app|master)[_-]?(?:secret|key|token)"
    rb"|token|credentials?)"
)
_NAMED = re.compile(_NAME + rb"[\"'\]]{0,2}[ \t]{0,3}\Z", re.IGNORECASE)
_VALUE = re.compile(
    rb"(?::=?|=>?)[ \t]{0,3}(?:[bru]?([\"'`])([^\"'`\s]{8,200})\1|((?!=)[^\s\"'`,;<>(){}\[\]&]{8,200}+)(?![(\[{]))"
)
_LOOK_BACK = 40
_VARIABLE = re.compile(rb"[$%@{<*]|[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)+\Z|https?://|/|\w+://")
_WORDY = re.compile(rb"_*[A-Za-z]+(?:[_-][A-Za-z]+)*[0-9]{0,2}\Z")


def _secret_value(value: bytes) -> bool:
    """Letters and digits, or letters of both cases and a sign; no variable, path or words."""
    if _VARIABLE.match(value) or _WORDY.match(value) or value.isdigit():
        return False
    lower, upper, digit = (any(map(test, value.decode("latin-1"))) for test in (str.islower, str.isupper, str.isdigit))
    return (lower or upper) and (digit or (lower and upper and not value.isalnum())) and _random(value)


def assigned(text: bytes, sign: int) -> Iterator[tuple[str, int, int]]:
    """The secret value behind the colon or equals sign at byte `sign`."""
    if not _NAMED.search(text, max(0, sign - _LOOK_BACK), sign):
        return
    match = _VALUE.match(text, sign)
    if match is None:
        return
    group = 2 if match[2] is not None else 3
    value = match[group].rstrip(b".")
    if _secret_value(value):
        yield "secret", match.start(group), match.start(group) + len(value)


_CREDENTIALS = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@\"'<>]{0,64}:([^\s/@\"'<>]{4,100})@")
_NO_PASSWORD = re.compile(rb"[$%{<\[*]|.*(?:passw|secret)|(?:pass|pwd|token|x+|\*+)\Z", re.IGNORECASE)


def credentials(text: bytes, at: int) -> Iterator[tuple[str, int, int]]:
    """The password in `scheme://user:password@host`, of which the @ is at byte `at`."""
    if b"://" not in text[max(0, at - 190) : at]:
        return
    for match in _CREDENTIALS.finditer(text, max(0, at - 190), at + 1):
        if match.end() == at + 1 and not _NO_PASSWORD.match(match[1]):
            yield "secret", match.start(1), match.end(1)
