"""approve: who allowed training on a corpus, up to which limits, for which state of it; what has been spent of that."""

from corpuskit.approve.approval import Approval, cost
from corpuskit.approve.giving import Wanted, give
from corpuskit.approve.signature import Signature
from corpuskit.approve.spent import Account, Spent, spent
from corpuskit.approve.standing import (
    NAME,
    check_model,
    check_set,
    check_shards,
    check_tokens,
    manifest_digest,
    read,
    signed,
    write,
    written,
)

__all__ = [
    "NAME",
    "Account",
    "Approval",
    "Signature",
    "Spent",
    "Wanted",
    "check_model",
    "check_set",
    "check_shards",
    "check_tokens",
    "cost",
    "give",
    "manifest_digest",
    "read",
    "signed",
    "spent",
    "write",
    "written",
]
