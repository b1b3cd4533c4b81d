"""The draw of a call: a seed that is committed beforehand decides the order, and anyone can recompute it.

Source: BR-505 (draw), BR-709 (money for winners only); recipe in docs/draw.md.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from ila_kit.states import SYSTEM, StateMachine, Step

from ila_applications.domain.offerings import Stratum

RECIPE = "ila-draw-1"
SECRET_BYTES = 32
PLACE, WAITING, OPEN, LATE = "place", "waiting", "open", "late"
# Who came to the list after the draw stands behind everybody drawn when money is waited for.
AFTER_ALL = 2**31
# How long the draw waits for checks that the machine has not ended [default].
PATIENCE = timedelta(hours=24)
AGAIN = timedelta(minutes=1)

DRAW = StateMachine("draw", "committed", [Step("committed", "draw", "drawn", frozenset({SYSTEM}))])


@dataclass(frozen=True, slots=True)
class Secret:
    """What only the platform knows: the seed until the draw, the key of the pseudonyms for good."""

    seed: bytes = field(repr=False)
    pseudonym_key: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "Secret":
        """Return a secret of fresh chance."""
        return cls(secrets.token_bytes(SECRET_BYTES), secrets.token_bytes(SECRET_BYTES))

    @property
    def commitment(self) -> str:
        """The SHA-256 of the seed in hexadecimal, published before: the seed cannot be chosen after."""
        return hashlib.sha256(self.seed).hexdigest()

    def pseudonym(self, application_id: UUID) -> str:
        """Return the name under which an entry is published: 32 hexadecimal digits only its owner is told."""
        return hmac.digest(self.pseudonym_key, application_id.bytes, "sha256").hex()[:32]

    def lot(self, pseudonym: str) -> str:
        """Return the lot of an entry, 64 hexadecimal digits: the lowest comes first."""
        return hmac.digest(self.seed, pseudonym.encode(), "sha256").hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """The draw of a call. `seed` (hexadecimal) and `list_sha256` are None until it is `drawn`.

    `strata` and `places` (by programme) are those it was drawn by.
    """

    call_id: UUID
    state: str
    version: int
    commitment: str
    committed_at: datetime
    drawn_at: datetime | None = None
    seed: str | None = None
    list_sha256: str | None = None
    strata: tuple[Stratum, ...] = ()
    places: Mapping[UUID, int] = field(default_factory=dict)

    @property
    def drawn(self) -> bool:
        """Whether the lots have been drawn."""
        return self.state == "drawn"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who takes part: an entry with the state of its application, and the age it was judged by."""

    application_id: UUID
    programme_id: UUID
    state: str
    age: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An entry as drawn. `position` is its place among all of the call, `rank` within its programme.

    `outcome`: `place`; `waiting` for one; `open`: eligibility was not decided, so it joins the
    waiting list at its lot once it is; `late`: it came to the list after the draw, without a rank.
    """

    application_id: UUID
    programme_id: UUID
    pseudonym: str
    stratum: str | None
    lot: str
    outcome: str
    position: int | None = None
    rank: int | None = None

    @property
    def turn(self) -> int:
        """The place in the order in which money is set apart."""
        return self.position if self.position is not None else AFTER_ALL


def commit(call_id: UUID, secret: Secret, now: datetime) -> Draw:
    """Return the draw of a call with its seed committed."""
    return Draw(call_id=call_id, state=DRAW.start, version=1, commitment=secret.commitment, committed_at=now)


def stratum_of(age: int | None, strata: Sequence[Stratum]) -> str | None:
    """Return the code of the first stratum that an age falls into; None when there is none."""
    if age is None:
        return None
    return next((one.code for one in strata if one.lowest_age <= age <= one.highest_age), None)


def arrange(
    secret: Secret,
    candidates: Sequence[Candidate],
    places: Mapping[UUID, int],
    strata: Sequence[Stratum],
) -> list[Entry]:
    """Return every entry with its place in the order, sorted by programme and rank.

    In each programme the places that a stratum reserves go to its lowest lots, the rest to the lowest
    lots of all. Undecided entries keep their lot and take no place.
    """
    codes = {age: stratum_of(age, strata) for age in {one.age for one in candidates}}
    lots = sorted(_lot(secret, one, codes[one.age]) for one in candidates)
    by_programme: dict[UUID, list[tuple[int, _Lot]]] = {}
    for position, one in enumerate(lots, 1):
        by_programme.setdefault(one.candidate.programme_id, []).append((position, one))
    arranged: list[Entry] = []
    for programme_id in sorted(by_programme):
        mine = by_programme[programme_id]
        winners = _winners([one for _, one in mine], places.get(programme_id, 0), strata)
        arranged += _ranked(mine, winners)
    return arranged


def late(secret: Secret, candidate: Candidate, strata: Sequence[Stratum]) -> Entry:
    """Return the entry of who comes to the waiting list after the draw: at the place of its own lot."""
    return _lot(secret, candidate, stratum_of(candidate.age, strata)).entry(LATE)


def list_sha256(entries: Iterable[Entry]) -> str:
    """Return the SHA-256 of the published list, its lines as the recipe spells them."""
    lines = (
        f"{one.programme_id} {one.rank} {one.position} {one.pseudonym} {one.stratum or '-'} {one.outcome}\n"
        for one in entries
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


class _Lot(NamedTuple):
    """A lot with its entry, sorted by lot and pseudonym."""

    lot: str
    pseudonym: str
    candidate: Candidate
    stratum: str | None

    def entry(self, outcome: str, position: int | None = None, rank: int | None = None) -> Entry:
        """Return the entry as drawn."""
        return Entry(
            application_id=self.candidate.application_id,
            programme_id=self.candidate.programme_id,
            pseudonym=self.pseudonym,
            stratum=self.stratum,
            lot=self.lot,
            outcome=outcome,
            position=position,
            rank=rank,
        )


def _lot(secret: Secret, one: Candidate, stratum: str | None) -> _Lot:
    pseudonym = secret.pseudonym(one.application_id)
    return _Lot(secret.lot(pseudonym), pseudonym, one, stratum)


def _winners(lots: Sequence[_Lot], places: int, strata: Sequence[Stratum]) -> set[str]:
    """Return the pseudonyms of who gets a place, of the lots of one programme in their order."""
    able = [one for one in lots if one.candidate.state == "waiting"]
    winners: set[str] = set()
    for stratum in strata:
        reserved = min(places * stratum.percent // 100, places - len(winners))
        mine = [one.pseudonym for one in able if one.stratum == stratum.code]
        winners.update(mine[:reserved])
    rest = [one.pseudonym for one in able if one.pseudonym not in winners]
    winners.update(rest[: places - len(winners)])
    return winners


def _ranked(lots: Sequence[tuple[int, _Lot]], winners: set[str]) -> list[Entry]:
    first = [(position, one) for position, one in lots if one.pseudonym in winners]
    rest = [(position, one) for position, one in lots if one.pseudonym not in winners]
    won = [one.entry(PLACE, position, rank) for rank, (position, one) in enumerate(first, 1)]
    return won + [
        one.entry(WAITING if one.candidate.state == "waiting" else OPEN, position, rank)
        for rank, (position, one) in enumerate(rest, len(won) + 1)
    ]
