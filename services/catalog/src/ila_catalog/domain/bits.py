"""Sets of programmes as whole numbers: bit n stands for the programme in slot n.

Ten thousand programmes are a number of 1,250 bytes. Python joins, cuts and counts such numbers within a
microsecond, whatever share of the programmes is in them; a database would look at every row.
"""

from collections.abc import Hashable, Iterable, Iterator


def bits_of(slots: Iterable[int], size: int) -> int:
    """Return the set of these slots, all below `size`."""
    signs = bytearray(b"0") * max(size, 1)
    for slot in slots:
        signs[-1 - slot] = ord("1")
    return int(signs, 2)


def signs_of(bits: int) -> str:
    """Return a text whose sign n is "1" when slot n is in the set; it ends with the last one."""
    return bin(bits)[:1:-1]


class Postings:
    """Which programmes have a word, a kind, a territory."""

    def __init__(self) -> None:
        self._bits: dict[Hashable, int] = {}

    def __getitem__(self, key: Hashable) -> int:
        """Return the programmes of a key; none is an empty set."""
        return self._bits.get(key, 0)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._bits

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self._bits)

    def add(self, key: Hashable, bit: int) -> bool:
        """Add a programme to a key; tell whether the key is new."""
        before = self._bits.get(key)
        self._bits[key] = (before or 0) | bit
        return before is None

    def take(self, key: Hashable, bit: int) -> bool:
        """Take a programme from a key; tell whether it was the last one."""
        left = self._bits[key] & ~bit
        if left:
            self._bits[key] = left
        else:
            del self._bits[key]
        return not left
