"""By what letters of one thread are known: digests of Message-IDs, of Outlook's conversation, and of the subject.

Letters that share a key `id:` or `conversation:` are of one thread, wherever they lie. A letter that begins with `Re:` or `Fwd:` and
names no letter has the key `answer:` of its subject; the letters that it may answer have `subject:` with the same digest, so those
two meet in a subject alone. Nothing can be read off the digests.
"""

import base64
import binascii
import hashlib
import re

from corpuskit.extract.mail.attribution import bare_subject

_ID = re.compile(r"<([^<>\s]+)>")
_CONVERSATION_BYTES = 22  # of PidTagConversationIndex, [MS-OXOMSG] 2.2.1.3: what follows says where in the conversation
_DIGITS = 16


def keys(
    *, own: str = "", answers: str = "", references: str = "", conversation: bytes = b"", subject: str = ""
) -> tuple[str, ...]:
    """The keys of a letter's thread, each once.

    Given are Message-ID, In-Reply-To, References and Subject as the letter has them, and Outlook's conversation index. Of References
    the first, which began the thread, and the last, which is answered.
    """
    cited = _ID.findall(references)
    named = [*cited[:1], *cited[-1:], *_ID.findall(answers)]
    found = [f"id:{_digest(one)}" for one in [*named, *_ID.findall(own)[:1]]]
    if len(conversation) >= _CONVERSATION_BYTES:
        found.append(f"conversation:{_digest(conversation[:_CONVERSATION_BYTES].hex())}")
    bare = bare_subject(subject)
    if bare:
        alone = bare != " ".join(subject.split()) and not named and not conversation
        found.append(f"{'answer' if alone else 'subject'}:{_digest(bare.casefold())}")
    return tuple(dict.fromkeys(found))


def index_in(header: str) -> bytes:
    """The conversation index in a Thread-Index header; empty when it is none."""
    try:
        return base64.b64decode("".join(header.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
