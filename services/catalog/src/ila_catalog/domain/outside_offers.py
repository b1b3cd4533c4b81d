"""Offers that came another way than by the platform: they are recorded, and count for nothing."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from ila_kit.ids import uuid7

from ila_catalog.domain.desk_errors import NothingToReturn, ReturnNotRecorded, TimesOutOfOrder
from ila_catalog.domain.states import NON_COMPLIANT, RETURNED_UNOPENED

ELECTRONIC = ("e_mail", "e_address")
ON_PAPER = ("post", "in_person")
CHANNELS = ELECTRONIC + ON_PAPER


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What came, how and when, and how it went back.

    `sender_number` is one in the register of institutions (10 digits) or of legal persons (11).
    """

    channel: str
    received_at: datetime
    sender_title: str
    sender_number: str | None = None
    returned_at: datetime | None = None
    returned_by: str | None = None
    note: str | None = None

    @property
    def state(self) -> str:
        """What becomes of it by its channel. Source: BR-301; S-Sub1."""
        return RETURNED_UNOPENED if self.channel in ON_PAPER else NON_COMPLIANT

    def check(self, now: datetime) -> None:
        """Raise ReturnNotRecorded, NothingToReturn or TimesOutOfOrder."""
        returned = (self.returned_at, self.returned_by)
        if self.channel in ON_PAPER and None in returned:
            raise ReturnNotRecorded(channel=self.channel)
        if self.channel in ELECTRONIC and returned != (None, None):
            raise NothingToReturn(channel=self.channel)
        if self.received_at > now:
            raise TimesOutOfOrder(earlier="received_at", later="now")
        if self.returned_at is not None and not self.received_at <= self.returned_at <= now:
            early = self.returned_at < self.received_at
            raise TimesOutOfOrder(
                earlier="received_at" if early else "returned_at", later="returned_at" if early else "now"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideOffer:
    """One version of an entry of the register; a correction is a further one, with its reason."""

    id: UUID
    version: int
    call_id: UUID
    arrival: Arrival
    recorded_by: str
    recorded_at: datetime
    reason: str | None = None

    def corrected(self, arrival: Arrival, reason: str, person: str, at: datetime) -> Self:
        """Return the next version. Raises as `Arrival.check`."""
        arrival.check(at)
        version = self.version + 1
        return replace(
            self, arrival=arrival, version=version, reason=reason, recorded_by=person, recorded_at=at
        )


def recorded(call_id: UUID, arrival: Arrival, person: str, at: datetime) -> OutsideOffer:
    """Return a new entry. Raises as `Arrival.check`."""
    arrival.check(at)
    return OutsideOffer(
        id=uuid7(), version=1, call_id=call_id, arrival=arrival, recorded_by=person, recorded_at=at
    )
