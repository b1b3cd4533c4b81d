"""A cooperation agreement: prepared by the agency, signed by both sides, in force until it is over."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from ila_kit.actor import Actor
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM

from ila_catalog.domain.calls import CallData
from ila_catalog.domain.errors import StandstillNotOver
from ila_catalog.domain.riga import days_later
from ila_catalog.domain.states import AGREEMENT, ENDED, IN_FORCE, TERMINATED

PROVIDER, AGENCY = "provider", "agency"
ACTION_OF = {ENDED: "end", TERMINATED: "terminate"}
# What is told of a programme whose agreement is over.
REASON_OF = {ENDED: "fulfilled", TERMINATED: "agreement-terminated"}
BY_ITSELF = frozenset({SYSTEM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A programme under an agreement, and the approved offer it came with (none in demonstration data)."""

    programme_id: UUID
    offer_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One side's signature: a signed-in person's own act, bound to the document by its hash."""

    id: UUID
    party: str
    person_id: UUID
    document_sha256: str
    signed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The agreement of an institution and the agency in one call, in one version.

    Source: BR-406: one per institution and call, covering its approved offers.
    """

    id: UUID
    number: str
    organisation_id: UUID
    call_id: UUID
    state: str
    version: int
    prepared_by: str
    prepared_at: datetime
    document: str
    document_sha256: str
    covered: list[Covered]
    signatures: list[Signature] = field(default_factory=list)
    due_at: datetime | None = None
    in_force_at: datetime | None = None
    over_at: datetime | None = None
    over_reason: str | None = None
    demonstration: bool = False

    @property
    def programme_ids(self) -> list[UUID]:
        """The programmes it covers, in the order of their ids."""
        return sorted(one.programme_id for one in self.covered)

    def covers(self, programme_id: UUID) -> bool:
        """Tell whether a programme stands under it."""
        return any(one.programme_id == programme_id for one in self.covered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Somebody's wish to sign: what the guards of the state table look at."""

    agreement: Agreement
    person_id: UUID
    document_sha256: str


def document_hash(text: str) -> str:
    """Return the SHA-256 of a document's UTF-8 bytes, in hexadecimal: what signatures are bound to."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_standstill(data: CallData, decided_at: datetime, now: datetime) -> None:
    """Refuse an agreement before the call's standstill after the last decision. Raises StandstillNotOver.

    Source: BR-405; call 1: 0 days.
    """
    days = cast(int, data.parameter("standstill_days"))
    until = days_later(decided_at, days, closes=True)
    if now < until:
        raise StandstillNotOver(until=until, standstill_days=days)


def deadline(data: CallData, state: str, now: datetime) -> datetime | None:
    """Return when an agreement lapses that stays in a state; None when that state waits for nobody.

    The call's `agreement_days` counts; a call from before that parameter has the table's time.
    """
    timer = AGREEMENT.timers.get(state)
    if timer is None:
        return None
    own = data.parameters.get("agreement_days")
    return now + (timedelta(days=cast(int, own.value)) if own else timer.after)


def party_of(actor: Actor, organisation_id: UUID) -> str:
    """Return for which side somebody signs. Raises Missing for a signatory of neither.

    A signatory of the institution never signs for the agency, whatever else they hold.
    """
    held = {(role.name, role.organisation) for role in actor.roles}
    if ("provider_signatory", organisation_id) in held:
        return PROVIDER
    if ("agency_signatory", None) in held:
        return AGENCY
    raise Missing()


def signed(agreement: Agreement, party: str, signing: Signing, data: CallData, now: datetime) -> Agreement:
    """Return the agreement with one more signature; with the agency's it is in force.

    Raises WrongState, OtherDocument or PreparerSigns.
    Source: BR-406; the agency's signatory is not the preparer.
    """
    roles = {f"{party}_signatory"}
    state = AGREEMENT.next_state(agreement.state, f"sign_for_{party}", roles, signing)
    signature = Signature(
        id=uuid7(),
        party=party,
        person_id=signing.person_id,
        document_sha256=signing.document_sha256,
        signed_at=now,
    )
    return replace(
        agreement,
        state=state,
        version=agreement.version + 1,
        signatures=[*agreement.signatures, signature],
        due_at=deadline(data, state, now),
        in_force_at=now if state == IN_FORCE else None,
    )


def loaded(agreement: Agreement, now: datetime) -> Agreement:
    """Return a demonstration agreement as one in force; any other is refused. Raises WrongState."""
    state = AGREEMENT.next_state(agreement.state, "load", BY_ITSELF, agreement)
    return replace(agreement, state=state, in_force_at=now, due_at=None)


def over(agreement: Agreement, outcome: str, reason: str, roles: Iterable[str], now: datetime) -> Agreement:
    """Return the agreement as ended (fulfilled) or terminated. Raises WrongState or NotYourStep."""
    state = AGREEMENT.next_state(agreement.state, ACTION_OF[outcome], roles, agreement)
    return replace(agreement, state=state, version=agreement.version + 1, over_at=now, over_reason=reason)


def lapsed(agreement: Agreement, now: datetime) -> Agreement | None:
    """Return the agreement as lapsed when a side has been silent too long; None when it was not.

    Source: BR-605.
    """
    timer = AGREEMENT.timers.get(agreement.state)
    if timer is None or agreement.due_at is None or agreement.due_at > now:
        return None
    state = AGREEMENT.next_state(agreement.state, timer.action, BY_ITSELF, agreement)
    return replace(
        agreement,
        state=state,
        version=agreement.version + 1,
        due_at=None,
        over_at=now,
        over_reason="unsigned",
    )
