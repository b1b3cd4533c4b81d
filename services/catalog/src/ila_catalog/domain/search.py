"""How programmes are found and put in order: text folded once, at write and at query time."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import date
from uuid import UUID

MOST_WORDS = 8
# Latvian letters that are letters of their own come after their base letter; a macron only breaks ties.
_AFTER = {"č": "c~", "ģ": "g~", "ķ": "k~", "ļ": "l~", "ņ": "n~", "ŗ": "r~", "š": "s~", "ž": "z~", "y": "i~"}


def fold(text: str) -> str:
    """Return a text as it is searched: small letters, no diacritics, single spaces.

    `Datortīkli` and `DATORTIKLI` fold to the same. Folding is done here and not by the database,
    so that what is stored and what is asked can never differ.
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


def words(query: str) -> list[str]:
    """Return the folded words of a query, each once; the first eight count."""
    return list(dict.fromkeys(fold(query).split()))[:MOST_WORDS]


def sort_key(text: str) -> str:
    """Return a key that puts texts in Latvian alphabetical order when compared by code points."""
    small = unicodedata.normalize("NFC", " ".join(text.casefold().split()))
    return "".join(_AFTER.get(letter) or fold_letter(letter) for letter in small) + "\t" + small


def fold_letter(letter: str) -> str:
    """Return a letter without its diacritics; a space stays a space."""
    return fold(letter) or letter


def neutral_order(programme_id: UUID) -> str:
    """Return a programme's place in the order that favours nobody.

    The SHA-256 of the id: the same for every visitor, unrelated to name, price, provider and time
    of entry, and anyone can compute it again.
    """
    return hashlib.sha256(str(programme_id).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeSearch:
    """What a visitor looks for; what is None does not matter. Each of `words` must be found."""

    words: tuple[str, ...] = ()
    digcomp_area: int | None = None
    level: int | None = None
    starts_from: date | None = None
