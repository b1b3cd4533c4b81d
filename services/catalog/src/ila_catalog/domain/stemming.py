"""A light Latvian stemmer: forms of one word fall together, as far as a catalogue needs it.

It works on folded text (small letters, no diacritics), for that is what people type. Folding already
joins the softened consonants l/ļ, n/ņ, s/š, z/ž, c/č; what it leaves is in the tables below. Each rule
comes from the tables of declension in the grammar of Latvian (Latviešu valodas gramatika, LU Latviešu
valodas institūts, 2013); which of them pay was decided by the word pairs in the tests, whose recall and
false joins `test_stemming` states.

A word may have more than one stem where its letters do not tell: two words are forms of one another
when they share one.
"""

from functools import lru_cache

SHORTEST = 3

# Longest first: (ending, where it is from).
ENDINGS = (
    ("iem", "dative plural, declensions 1 to 3; adjectives, also -ajiem"),
    ("ais", "definite adjective, nominative: mākslīgais"),
    ("ai", "dative, declension 4; definite -ajai"),
    ("am", "dative, declension 1 (-am) and 4 (-ām); definite -ajam, -ajām"),
    ("as", "declension 4: -as, -ās; definite -ajās"),
    ("ei", "dative, declension 5"),
    ("em", "dative plural, declension 5: -ēm"),
    ("es", "declension 5: -es, -ēs; English plural"),
    ("ie", "definite adjective, nominative plural: mākslīgie"),
    ("ij", "dative, declension 6: valstij"),
    ("im", "dative, declension 2 (-im) and 6 (-īm)"),
    ("is", "nominative, declension 2: skaitlis; plural, declension 6: -is, -īs"),
    ("os", "locative plural, declensions 1 to 3"),
    ("us", "accusative plural, declensions 1 to 3; declension 3: tirgus"),
    ("a", "declensions 1, 2, 4: -a, -ā; definite -ajā"),
    ("e", "declension 5: -e, -ē"),
    ("i", "declensions 1 to 3, 5, 6: -i, -ī"),
    ("o", "definite adjective, accusative: mākslīgo"),
    ("s", "nominative, declensions 1 and 6 (-s, -š); English plural"),
    ("u", "accusative and genitive plural; -ū"),
)
# These also end English and foreign words whole (system, program, internet): the word itself is kept too.
_WHOLE_TOO = frozenset({"am", "em", "im", "ie", "ij"})
# Before these endings t and d of declensions 2, 5 and 6 turn into š and ž: metode, metožu.
_SOFTENING = frozenset({"a", "i", "u", "iem", "us", "os"})
_HARD = {"s": "t", "z": "d"}
# After a lip consonant softening is a j: prasme, prasmju; skapis, skapja.
_LIPS = "bmpv"
# Adjectives of a higher degree: jaunāks, jaunākais.
_DEGREE = "ak"
# Nouns made of verbs, and the verbs: programmēšana, mācīšanās; programmēt, mācīties, programmējot. Persons of
# the present (programmē) are left out: they look like programme, which every English description has.
_ACTIONS = ("sanas", "sanai", "sanam", "sanos", "sana", "sanu")
_VERBS = ("ties", "jot", "t")
_BEFORE_T = frozenset("aeiokg")


@lru_cache(maxsize=65_536)
def stems(word: str) -> tuple[str, ...]:
    """Return the stems of a folded word, the likeliest first; a word of digits or few letters is its own."""
    if len(word) <= SHORTEST or not word.isalpha():
        return (word,)
    for ending in _ACTIONS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return (word.removesuffix(ending),)
    return tuple(dict.fromkeys([*_verb(word), *_declined(word)]))


def unfinished_stems(word: str) -> tuple[str, ...]:
    """Return what a word may become a form of while it is typed: an ending may have only begun.

    `makslig-aj` is on its way to `makslig-ajam`.
    """
    begun = [word.removesuffix(piece) for piece in _PIECES if word.endswith(piece)]
    kept = [stem for stem in begun if len(stem) >= SHORTEST]
    return tuple(dict.fromkeys([*stems(word), *kept])) if word.isalpha() else (word,)


def _verb(word: str) -> list[str]:
    """Return the stem of an infinitive or of -jot, which the noun of its action shares."""
    for ending in _VERBS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= SHORTEST:
            return [stem] if ending != "t" else [stem, word] if stem[-1] in _BEFORE_T else []
    return []


def _declined(word: str) -> list[str]:
    """Return the stems of a declined word: without its ending, and with a softened consonant hard again."""
    for ending, _ in ENDINGS:
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= SHORTEST:
            stem = _plain(bare)
            hard = _hardened(stem) if ending in _SOFTENING else []
            degree = [stem[:-2]] if stem.endswith(_DEGREE) and len(stem) - 2 >= SHORTEST else []
            whole = [_plain(word)] if ending in _WHOLE_TOO else []
            return [stem, *hard, *degree, *whole]
    return [_plain(word)]


def _plain(stem: str) -> str:
    """Return a stem without what only some forms have: -aj- of the definite, j after lips, ss, English y."""
    if stem.endswith("aj") and len(stem) - 2 >= SHORTEST:
        stem = stem[:-2]
    if stem[-1] == "j" and stem[-2] in _LIPS and len(stem) > SHORTEST:
        stem = stem[:-1]
    if stem.endswith("ss"):
        stem = stem[:-1]
    return stem[:-1] + "i" if stem[-1] == "y" else stem


def _hardened(stem: str) -> list[str]:
    hard = _HARD.get(stem[-1])
    return [stem[:-1] + hard] if hard and len(stem) > SHORTEST else []


_PIECES = sorted(
    {ending[:end] for ending in ("ajiem", "ajam", "sana") for end in range(2, len(ending))}, key=len
)
