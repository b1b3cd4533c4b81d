"""Top-ups: an employer or another fund adds to a learner's entitlement, and takes back what is unused."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from ila_kit.actor import Role
from ila_kit.clock import RIGA, riga_date
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep

from ila_funding.domain.errors import (
    SamePerson,
    TopUpDayOutOfRange,
    UnknownCall,
    UnknownLearner,
    UnknownProgramme,
)
from ila_funding.domain.top_up import Funder, TopUp
from ila_funding.ports import Unit

EXPIRE_TOP_UP = "expire-top-up"
LONGEST = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTopUp:
    """Money for a learner in a call: from an employer (`organisation_id`) or from another public fund.

    Kept for some kinds of training or some programmes when it names any. `valid_through` is its last day
    in Riga.
    """

    person_id: UUID
    call_id: UUID
    organisation_id: UUID | None
    funder_name: str
    amount: Decimal
    kinds: list[str]
    programme_ids: list[UUID]
    valid_through: date


def add_top_up(unit: Unit, command: AddTopUp) -> TopUp:
    """Add an employer's money at once, or propose another fund's, which a second person confirms.

    Raises UnknownLearner, UnknownCall, UnknownProgramme, TopUpDayOutOfRange, Missing for an employer that
    is not the caller's.

    Source: BR-710.
    """
    kind, funder_id = _funder(unit, command)
    _require_known(unit, command)
    until = datetime.combine(command.valid_through + timedelta(days=1), time(), RIGA).astimezone(UTC)
    top_up = TopUp(
        id=uuid7(),
        person_id=command.person_id,
        call_id=command.call_id,
        funder_kind=kind,
        funder_id=funder_id,
        funder_name=command.funder_name,
        amount=command.amount,
        kinds=tuple(sorted(set(command.kinds))),
        programme_ids=tuple(sorted(set(command.programme_ids))),
        valid_until=until,
        proposed_by=unit.actor.id,
        created_at=unit.now,
        updated_at=unit.now,
    )
    unit.top_ups.add(top_up)
    unit.set_timer(top_up.id, EXPIRE_TOP_UP, until)
    unit.audit("add_top_up", "top_up", top_up.id, amount=str(top_up.amount), funder=str(funder_id))
    return _confirm(unit, top_up) if kind is Funder.EMPLOYER else top_up


def confirm_top_up(unit: Unit, person_id: UUID, top_up_id: UUID) -> TopUp:
    """Let another fund's money be used, as another person than who proposed it.

    Raises Missing, WrongState, NotYourStep, SamePerson.
    """
    top_up = _known(unit, person_id, top_up_id)
    if top_up.needs_another_than(unit.actor.id, "confirm"):
        raise SamePerson(thing="top-up")
    return _confirm(unit, top_up)


def reverse_top_up(unit: Unit, person_id: UUID, top_up_id: UUID, reason: str) -> TopUp:
    """Give the unused part of a top-up back to its funder, once; what is used stays.

    An employer's only by one of its administrators; another fund's, once confirmed, by another person than
    who proposed it. Raises Missing, WrongState, NothingUnused, SamePerson, NotYourStep.

    Source: BR-710.
    """
    top_up = _known(unit, person_id, top_up_id)
    if top_up.needs_another_than(unit.actor.id, "reverse"):
        raise SamePerson(thing="top-up")
    return _end(unit, top_up, "reverse", reason)


def expire_top_up(unit: Unit, top_up_id: UUID) -> None:
    """Give what is unused of a top-up back to its funder when its time is over."""
    top_up = unit.top_ups.lock(top_up_id)
    if top_up is not None and top_up.state in ("proposed", "active") and top_up.valid_until <= unit.now:
        _end(unit, top_up, "expire", "validity-over")


def _require_known(unit: Unit, command: AddTopUp) -> None:
    if not unit.indicators.knows(command.person_id):
        raise UnknownLearner(person_id=str(command.person_id))
    if unit.calls.get(command.call_id) is None:
        raise UnknownCall(call_id=str(command.call_id))
    for programme_id in command.programme_ids:
        _require_of_call(unit, programme_id, command.call_id)
    today = riga_date(unit.now)
    if not today < command.valid_through <= today + LONGEST:
        bounds = {"first": (today + timedelta(days=1)).isoformat(), "last": (today + LONGEST).isoformat()}
        raise TopUpDayOutOfRange(**bounds)


def _require_of_call(unit: Unit, programme_id: UUID, call_id: UUID) -> None:
    """Money kept for a programme that the call does not have could never be used."""
    programme = unit.programmes.get(programme_id)
    if programme is None or programme.call_id != call_id:
        raise UnknownProgramme(
            programme_id=str(programme_id), errors={"/programme_ids": ["not of this call"]}
        )


def _funder(unit: Unit, command: AddTopUp) -> tuple[Funder, UUID]:
    """Return who pays; a fund is known by its name."""
    if command.organisation_id is not None:
        if not _administers(unit, command.organisation_id):
            raise Missing()
        return Funder.EMPLOYER, command.organisation_id
    if "rate_manager" not in unit.actor.role_names:
        raise NotYourStep(action="add_top_up")
    return Funder.FUND, uuid5(NAMESPACE_URL, f"fund:{command.funder_name.casefold()}")


def _administers(unit: Unit, organisation_id: UUID) -> bool:
    return Role("employer_admin", organisation_id) in unit.actor.roles


def _known(unit: Unit, person_id: UUID, top_up_id: UUID) -> TopUp:
    """Return a top-up of a learner that the caller may change, locked. Raises Missing."""
    top_up = unit.top_ups.lock(top_up_id)
    if top_up is None or top_up.person_id != person_id or not top_up.is_kept_by(unit.actor.roles):
        raise Missing()
    return top_up


def _confirm(unit: Unit, top_up: TopUp) -> TopUp:
    active, movement = top_up.confirmed(unit.actor.id, unit.actor.role_names, unit.now)
    unit.top_ups.save(active)
    unit.ledger.record(movement)
    unit.audit("confirm_top_up", "top_up", top_up.id, amount=str(top_up.amount))
    return active


def _end(unit: Unit, top_up: TopUp, action: str, reason: str) -> TopUp:
    ended, movement = top_up.ended(action, unit.actor.role_names, reason, unit.now)
    unit.top_ups.save(ended)
    unit.clear_timer(top_up.id, EXPIRE_TOP_UP)
    if movement is not None:
        unit.ledger.record(movement)
    returned = str(ended.returned - top_up.returned)
    unit.audit(f"{action}_top_up", "top_up", top_up.id, returned=returned)
    return ended
