"""Which of the citizens made by rule each journey takes, so that none takes another one's.

The same content is paid once for each person (BR-713), and what a register said of somebody is kept for a
day: whoever was in another journey is not new.
"""

import random
from collections.abc import Iterator
from functools import cache

KILLS = range(101, 104)
NO_SIGNATORY = range(123, 124)
MY_DATA = range(7_101, 7_104)
OPENING = range(4_001, 4_501)
PROCESS = range(5_000, 7_000)
PROVISIONAL = range(2_100, 3_000)
EARLIER_SUPPORT = range(3_000, 4_000)
# Who signs for institutions and companies; whom registers know as supported, minor, not at all, or dead.
TOLD_APART = (range(1_010, 2_021), range(9_961, 10_000))


def named(number: int) -> str:
    """Return the name that a citizen signs in by."""
    return f"citizen-{number:04}"


def somebody(of: range) -> str:
    """Return a citizen of a range by chance, each time another one: a suite may have seen earlier runs."""
    return named(next(_by_chance(of)))


@cache
def _by_chance(of: range) -> Iterator[int]:
    return iter(random.sample(of, len(of)))
