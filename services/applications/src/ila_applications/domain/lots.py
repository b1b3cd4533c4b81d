"""The entries of a draw and their lots: pinned, arranged and hashed as the recipe says.

Source: BR-505 (draw); recipe in docs/draw.md.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from ila_applications.domain.draws import Secret
from ila_applications.domain.offerings import Stratum

ABLE, OPEN = "able", "open"
PLACE, WAITING, GONE, LATE = "place", "waiting", "gone", "late"
# Who came to the list after the pin stands behind everybody drawn when money is waited for.
AFTER_ALL = 2**31


class Candidate(NamedTuple):
    """Who takes part: an entry with the state of its application, and the age it was judged by."""

    application_id: UUID
    programme_id: UUID
    state: str
    age: int | None


class Pin(NamedTuple):
    """An entry as pinned. `standing`: `able`, or `open` where eligibility was not decided."""

    programme_id: UUID
    pseudonym: str
    stratum: str | None
    standing: str
    application_id: UUID


class Entry(NamedTuple):
    """An entry as drawn. `position` is its place among all of the call, `rank` within its programme.

    `outcome`: `place`; `waiting` for one; `open`: eligibility was not decided when it was pinned, so it
    waits at its lot once it is; `gone`: able when it was pinned and not any more, or over; `late`: it
    came to the list after the pin, without lot and rank.
    """

    application_id: UUID
    programme_id: UUID
    pseudonym: str
    stratum: str | None
    standing: str
    lot: str | None
    outcome: str
    position: int | None = None
    rank: int | None = None

    @property
    def turn(self) -> int:
        """The place in the order in which money is set apart."""
        return self.position if self.position is not None else AFTER_ALL


def pin(secret: Secret, candidates: Sequence[Candidate], strata: Sequence[Stratum]) -> list[Pin]:
    """Return the entries of these candidates, sorted as they are published."""
    codes = {age: stratum_of(age, strata) for age in {one.age for one in candidates}}
    pins = [
        Pin(
            one.programme_id,
            secret.pseudonym(one.application_id),
            codes[one.age],
            ABLE if one.state == "waiting" else OPEN,
            one.application_id,
        )
        for one in candidates
    ]
    return sorted(pins, key=lambda one: (one.programme_id.bytes, one.pseudonym))


def entries_sha256(pins: Iterable[Pin], places: Mapping[UUID, int], strata: Iterable[Stratum]) -> str:
    """Return the SHA-256 of what is pinned, its lines as the recipe spells them."""
    lines = [f"stratum {one.code} {one.percent}\n" for one in strata]
    lines += [f"places {programme_id} {places[programme_id]}\n" for programme_id in sorted(places)]
    lines += [f"{one.programme_id} {one.pseudonym} {one.stratum or '-'} {one.standing}\n" for one in pins]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def stratum_of(age: int | None, strata: Sequence[Stratum]) -> str | None:
    """Return the code of the first stratum that an age falls into; None when there is none."""
    if age is None:
        return None
    return next((one.code for one in strata if one.lowest_age <= age <= one.highest_age), None)


def arrange(
    lot_key: bytes,
    pins: Iterable[Pin],
    states: Mapping[UUID, str],
    places: Mapping[UUID, int],
    strata: Sequence[Stratum],
) -> list[Entry]:
    """Return every pinned entry with its place in the order, sorted by programme and rank.

    `states` are those of the applications that are not out for good. In each programme the places
    that a stratum reserves go to its lowest lots, the rest to the lowest lots of all. Who was
    undecided or is gone keeps the lot and takes no place.
    """
    lots = sorted((hmac.digest(lot_key, one.pseudonym.encode(), "sha256").hex(), one) for one in pins)
    by_programme: dict[UUID, list[_Row]] = {}
    for position, (lot, one) in enumerate(lots, 1):
        by_programme.setdefault(one.programme_id, []).append((position, lot, one, _outcome(one, states)))
    arranged: list[Entry] = []
    for programme_id in sorted(by_programme):
        mine = by_programme[programme_id]
        arranged += _ranked(mine, _winners(mine, places.get(programme_id, 0), strata))
    return arranged


def late(secret: Secret, candidate: Candidate, strata: Sequence[Stratum]) -> Entry:
    """Return the entry of who comes to the waiting list after the pin: behind all lots, oldest first.

    With a lot, whoever knows the seed and the public value could make one that pleases.
    """
    (one,) = pin(secret, [candidate], strata)
    return _entry(one, None, LATE)


def list_sha256(entries: Iterable[Entry]) -> str:
    """Return the SHA-256 of the published list, its lines as the recipe spells them."""
    lines = (
        f"{one.programme_id} {one.rank} {one.position} {one.pseudonym} {one.stratum or '-'} {one.outcome}\n"
        for one in entries
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


# Position, lot, entry, and the outcome of it without a place.
_Row = tuple[int, str, Pin, str]


def _outcome(one: Pin, states: Mapping[UUID, str]) -> str:
    """Return what becomes of an entry that gets no place."""
    state = states.get(one.application_id)
    if state is None or (one.standing == ABLE and state != "waiting"):
        return GONE
    return WAITING if one.standing == ABLE else OPEN


def _winners(mine: Sequence[_Row], places: int, strata: Sequence[Stratum]) -> set[str]:
    """Return the pseudonyms of who gets a place, of the lots of one programme in their order."""
    able = [one for _, _, one, outcome in mine if outcome == WAITING]
    winners: set[str] = set()
    for stratum in strata:
        reserved = min(places * stratum.percent // 100, places - len(winners))
        winners.update([one.pseudonym for one in able if one.stratum == stratum.code][:reserved])
    rest = [one.pseudonym for one in able if one.pseudonym not in winners]
    winners.update(rest[: places - len(winners)])
    return winners


def _ranked(mine: Sequence[_Row], winners: set[str]) -> list[Entry]:
    first = [(position, lot, one, PLACE) for position, lot, one, _ in mine if one.pseudonym in winners]
    rest = [row for row in mine if row[2].pseudonym not in winners]
    return [
        _entry(one, lot, outcome, position, rank)
        for rank, (position, lot, one, outcome) in enumerate(first + rest, 1)
    ]


def _entry(
    one: Pin, lot: str | None, outcome: str, position: int | None = None, rank: int | None = None
) -> Entry:
    return Entry(
        one.application_id,
        one.programme_id,
        one.pseudonym,
        one.stratum,
        one.standing,
        lot,
        outcome,
        position,
        rank,
    )
