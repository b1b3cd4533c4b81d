"""People of an organisation: named by one, confirmed by another, in their roles from the sign-in on.

Source: 01-mission section 2 (administrator roles need a second person); BR-101, BR-104.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from ila_kit.actor import Role
from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM, StateMachine, Step, Timer

from ila_identity.domain.errors import AgencyNotNeeded, SameRoles, SecondPersonNeeded
from ila_identity.domain.personal_codes import PersonalCode

APPROVER = "user_approver"
ADMINISTRATORS = frozenset({"provider_admin", "employer_admin"})  # each in its kind of organisation
ENOUGH_ADMINISTRATORS = 2


@dataclass(frozen=True, slots=True)
class Confirming:
    """Somebody confirms a member, while the organisation has so many administrators.

    `as_admin`: by being an administrator of it; else by a role of the agency.
    """

    member: "Member"
    by: str
    as_admin: bool
    administrators: int


def _second_person(step: Confirming) -> None:
    """Refuse who named the member or is the member, and the agency where administrators can do it."""
    if step.by in (step.member.proposed_by, str(step.member.person_id)):
        raise SecondPersonNeeded()
    if not step.as_admin and step.administrators >= ENOUGH_ADMINISTRATORS:
        raise AgencyNotNeeded(administrators=step.administrators)


_SYSTEM = frozenset({SYSTEM})
_ADMIN = ADMINISTRATORS
MEMBER = StateMachine(
    "member",
    "pending",
    [
        Step("pending", "confirm", "confirmed", _ADMIN | {APPROVER}, _second_person),
        Step("pending", "admit", "confirmed", _SYSTEM),
        Step("pending", "end", "ended", _ADMIN | _SYSTEM),
        Step("pending", "lapse", "ended", _SYSTEM),
        Step("confirmed", "apply", "active", _SYSTEM),
        Step("confirmed", "end", "ended", _ADMIN | _SYSTEM),
        Step("confirmed", "lapse", "ended", _SYSTEM),
        Step("active", "reduce", "active", _ADMIN),
        Step("active", "change", "changing", _ADMIN),
        Step("active", "end", "ended", _ADMIN | _SYSTEM),
        Step("changing", "confirm", "active", _ADMIN | {APPROVER}, _second_person),
        Step("changing", "withdraw", "active", _ADMIN),
        Step("changing", "lapse", "active", _SYSTEM),
        Step("changing", "end", "ended", _ADMIN | _SYSTEM),
    ],
    timers={
        "pending": Timer(timedelta(days=30), "lapse"),
        "confirmed": Timer(timedelta(days=90), "lapse"),
        "changing": Timer(timedelta(days=30), "lapse"),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person as somebody else names them, who may never have signed in."""

    given_name: str
    family_name: str
    personal_code: PersonalCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person in an organisation; `person_id` is known once they have signed in.

    While it is `changing` the `roles` are held, and `wanted` are those that `wanted_by` proposed.
    """

    id: UUID
    organisation_id: UUID
    person_id: UUID | None
    named: Named = field(repr=False)
    roles: tuple[str, ...]
    state: str
    added_by: str
    confirmed_by: str | None
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    wanted: tuple[str, ...] | None = None
    wanted_by: str | None = None
    version: int = 1

    @classmethod
    def add(
        cls, organisation_id: UUID, named: Named, roles: Iterable[str], by: str, now: datetime
    ) -> "Member":
        """Return a new member who waits for a second person."""
        return cls(
            id=uuid7(),
            organisation_id=organisation_id,
            person_id=None,
            named=named,
            roles=tuple(sorted(set(roles))),
            state=MEMBER.start,
            added_by=by,
            confirmed_by=None,
            due_at=now + MEMBER.timers[MEMBER.start].after,
            created_at=now,
            updated_at=now,
        )

    def of_person(self, person_id: UUID) -> "Member":
        """Return the member with the person who has the named code."""
        return replace(self, person_id=person_id)

    @property
    def proposed_by(self) -> str:
        """Who began what waits for a second person."""
        return self.wanted_by or self.added_by

    @property
    def mandate(self) -> list[Role]:
        """The roles the member gets."""
        return [Role(name, self.organisation_id) for name in self.roles]

    def confirmed(self, step: Confirming, roles: Iterable[str], now: datetime) -> "Member":
        """Return the member confirmed.

        Raises WrongState, NotYourStep, SecondPersonNeeded or AgencyNotNeeded.
        """
        state = MEMBER.next_state(self.state, "confirm", roles, step)
        confirmed = replace(self._at(state, now), confirmed_by=step.by)
        return replace(confirmed, roles=self.wanted or self.roles, wanted=None, wanted_by=None)

    def changed(self, wanted: Iterable[str], by: str, roles: Iterable[str], now: datetime) -> "Member":
        """Return the member with fewer roles, or with others that wait for a second person.

        Raises WrongState, NotYourStep, or SameRoles when there is nothing to change.
        """
        new = tuple(sorted(set(wanted)))
        fewer = set(new) <= set(self.roles)
        state = MEMBER.next_state(self.state, "reduce" if fewer else "change", roles)
        if new == self.roles:
            raise SameRoles()
        if fewer:
            return replace(self._at(state, now), roles=new)
        return replace(self._at(state, now), wanted=new, wanted_by=by)

    def admitted(self, by: str, now: datetime) -> "Member":
        """Return the member that an approved registration names: the approval is the confirmation.

        Source: BR-104.
        """
        state = MEMBER.next_state(self.state, "admit", _SYSTEM)
        return replace(self._at(state, now), confirmed_by=by)

    def applied(self, person_id: UUID, now: datetime) -> "Member":
        """Return the member with the roles in force for a person. Raises WrongState."""
        return replace(self._at(MEMBER.next_state(self.state, "apply", _SYSTEM), now), person_id=person_id)

    def ended(self, action: str, roles: Iterable[str], now: datetime) -> "Member":
        """Return the member after the end, or with the roles as they were when a change comes to nothing.

        Raises WrongState or NotYourStep.
        """
        state = MEMBER.next_state(self.state, action, roles)
        return replace(self._at(state, now), wanted=None, wanted_by=None)

    def _at(self, state: str, now: datetime) -> "Member":
        timer = MEMBER.timers.get(state)
        due_at = now + timer.after if timer else None
        return replace(self, state=state, due_at=due_at, updated_at=now, version=self.version + 1)
