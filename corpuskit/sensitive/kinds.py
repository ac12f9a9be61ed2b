"""The kinds of sensitive things, and what stands for them: `<EMAIL_1>`."""

import re

# Kinds and their columns, in the order in which one wins where two overlap.
KINDS = {
    "private_key": "private_keys",
    "secret": "secrets",
    "email": "emails",
    "iban": "ibans",
    "card": "cards",
    "national_id": "national_ids",
    "birth_date": "birth_dates",
    "passport": "passports",
    "licence": "licences",
    "ip": "ips",
    "phone": "phones",
}
# What only a model finds (corpuskit.neural); their columns count placeholders.
NAMED = {"name": "names", "address": "addresses", "place": "places"}
PLACEHOLDER = re.compile(r"<(" + "|".join(kind.upper() for kind in KINDS | NAMED) + r")_([1-9][0-9]{0,8})>")


def unnumbered(text: str) -> str:
    """The text with all placeholders of a kind alike: the same words are numbered otherwise where other words stand before them."""
    return PLACEHOLDER.sub(r"<\1>", text)
