"""Draws in memory."""

from collections.abc import Sequence
from uuid import UUID

from ila_applications.domain.draws import Draw, Secret
from ila_applications.domain.lots import PLACE, Candidate, Entry, Pin
from ila_kit.errors import Missing

OUT = ("withdrawn", "expired", "ineligible_final", "completed", "not_completed", "transferred", "no_show")


class FakeDraws:
    """Draws, their secrets and entries in memory; places and applications are told by their stores."""

    def __init__(self, applications, offerings) -> None:
        self._applications, self._offerings = applications, offerings
        self.rows: dict[UUID, Draw] = {}
        self.secrets: dict[UUID, Secret] = {}
        self.kept_pins: dict[UUID, list[Pin]] = {}
        self.kept: dict[UUID, tuple[UUID, Entry]] = {}
        applications.draws = self

    def add(self, draw: Draw, secret: Secret) -> bool:
        news = draw.call_id not in self.rows
        if news:
            self.rows[draw.call_id], self.secrets[draw.call_id] = draw, secret
        return news

    def get(self, call_id: UUID, lock: bool = False) -> Draw:
        if call_id not in self.rows:
            raise Missing()
        return self.rows[call_id]

    def secret(self, call_id: UUID) -> Secret:
        return self.secrets[call_id]

    def lock_places(self, call_id: UUID) -> dict[UUID, int]:
        programmes = [one for one, _ in self._offerings.programmes.values() if one.call_id == call_id]
        return {
            one.id: self._offerings.total[one.id] - self._offerings.taken[one.id]
            for one in programmes
            if one.id not in self._offerings.closed
        }

    def candidates(self, call_id: UUID) -> list[Candidate]:
        rows = [one for one in self._applications.rows.values() if one.call_id == call_id and one.receipt]
        return [
            Candidate(one.id, one.programme_id, one.state, one.judged_age)
            for one in rows
            if one.state not in OUT and not (one.state == "ineligible" and _anew(one, rows))
        ]

    def keep_pins(self, call_id: UUID, pins: Sequence[Pin]) -> None:
        assert call_id not in self.kept_pins, "the database would refuse it"
        self.kept_pins[call_id] = list(pins)

    def pins(self, call_id: UUID) -> list[Pin]:
        return self.kept_pins[call_id]

    def pinned(self, application_id: UUID) -> bool:
        return any(one.application_id == application_id for pins in self.kept_pins.values() for one in pins)

    def keep(self, call_id: UUID, entries: Sequence[Entry]) -> None:
        for one in entries:
            assert one.application_id not in self.kept, "the database would refuse it"
            self.kept[one.application_id] = (call_id, one)

    def save(self, draw: Draw) -> None:
        self.rows[draw.call_id] = draw
        if draw.drawn_at is not None:
            self._offerings.drawn[draw.call_id] = draw.drawn_at

    def entries(self, application_ids: Sequence[UUID]) -> dict[UUID, Entry]:
        return {one: self.kept[one][1] for one in application_ids if one in self.kept}

    def listed(self, call_id: UUID) -> list[Entry]:
        mine = [entry for call, entry in self.kept.values() if call == call_id]
        return sorted(
            mine, key=lambda one: (one.rank is None, one.programme_id, one.rank, one.application_id)
        )

    def counts(self, call_id: UUID) -> dict[UUID, int]:
        pinned = [one.programme_id for one in self.kept_pins.get(call_id, [])]
        return {one: pinned.count(one) for one in pinned}

    def in_line(self, cases):
        """Return waiting cases in the order of their lots; those not on the list wait for nothing."""
        listed = [(self.kept[one.application.id][1], one) for one in cases if one.application.id in self.kept]
        return [case for entry, case in sorted(listed, key=_turn)]


def _anew(one, rows) -> bool:
    key = (one.person_id, one.programme_id)
    return any((other.person_id, other.programme_id) == key and other.id > one.id for other in rows)


def _turn(two) -> tuple:
    entry, _ = two
    return (entry.outcome != PLACE, entry.lot is None, entry.lot, entry.application_id)
