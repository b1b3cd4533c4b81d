"""What visitors look for, and how text is made ready for it: once, at write and at query time."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_catalog.domain.stemming import stems

MOST_WORDS = 8
# Words that say nothing of what is looked for; they count when nothing else is asked.
FUNCTION_WORDS = frozenset(
    {"un", "ar", "par", "no", "uz", "pie", "vai", "the", "of", "and", "in", "for", "to", "with", "a", "an"}
)
# Letters and digits, and the signs that end a name: C++, C#.
_WORD = re.compile(r"[^\W_]+[+#]*")
# Latvian letters that are letters of their own come after their base letter; a macron only breaks ties.
_AFTER = {"č": "c~", "ģ": "g~", "ķ": "k~", "ļ": "l~", "ņ": "n~", "ŗ": "r~", "š": "s~", "ž": "z~", "y": "i~"}


def fold(text: str) -> str:
    """Return a text as it is searched: small letters, no diacritics, single spaces.

    `Datortīkli` and `DATORTIKLI` fold to the same. Folding is done here and not by the database,
    so that what is stored and what is asked can never differ.
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


def tokens(text: str) -> list[str]:
    """Return the words of a text in its own letters, without the signs between them."""
    return _WORD.findall(text)


def words(query: str) -> list[str]:
    """Return the folded words of a query, each once; the first eight that say something count."""
    found = list(dict.fromkeys(tokens(fold(query))))
    telling = [word for word in found if word not in FUNCTION_WORDS]
    return (telling or found)[:MOST_WORDS]


def sort_key(text: str) -> str:
    """Return a key that puts texts in Latvian alphabetical order when compared by code points."""
    small = unicodedata.normalize("NFC", " ".join(text.casefold().split()))
    return "".join(_AFTER.get(letter) or fold_letter(letter) for letter in small) + "\t" + small


def fold_letter(letter: str) -> str:
    """Return a letter without its diacritics; a space stays a space."""
    return fold(letter) or letter


def neutral_order(programme_id: UUID) -> str:
    """Return a programme's place within its round in the order that favours nobody.

    The SHA-256 of the id: the same for every visitor, unrelated to name, price, provider and time
    of entry, and anyone can compute it again.
    """
    return hashlib.sha256(str(programme_id).encode()).hexdigest()


def content_fingerprint(description: str, part_titles: Iterable[str]) -> str:
    """Return what two programmes share whose content is told in the same words.

    The SHA-256 of the stems of description and titles of parts, each once, in order of code points,
    separated by spaces. Capitals, diacritics, word forms, word order, signs and numbers do not matter,
    nor does the title: who tells the same under another number has told the same.
    """
    told = tokens(fold(" ".join([description, *part_titles])))
    stemmed = {stems(word)[0] for word in told if word.isalpha()}
    return hashlib.sha256(" ".join(sorted(stemmed)).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeSearch:
    """What a visitor looks for, and which page of it.

    Each of `words` must be found, the last one may be unfinished; None: nothing is asked in words.
    `exactly` are filters by facet name (`kind`, `mode`, …) or by `call_id` and `provider_id`.
    """

    words: tuple[str, ...] | None = None
    exactly: Mapping[str, Any] = field(default_factory=dict)
    digcomp_area: int | None = None
    level: int | None = None
    starts_from: date | None = None
    price_max: Decimal | None = None
    places_free: int | None = None
    updated_since: datetime | None = None
    facets: bool = False
    sort: str = "neutral"
    after: str | None = None
    limit: int = 50
