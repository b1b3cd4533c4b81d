"""Roles of the agency that somebody proposes for a person, and that another one confirms.

Source: 01-mission section 2 (grants of money, decision and administrator roles need a second person).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM, StateMachine, Step, Timer

from ila_identity.domain.errors import MembershipRole, OwnRole, SecondPersonNeeded, UnknownRole
from ila_identity.domain.roles import AGENCY, COMMISSION, IN_ORGANISATION, PAYMENT

MONEY = PAYMENT | {"rate_manager", "rate_approver", "claim_officer"}
DECISION = COMMISSION | {
    *("user_approver", "council_member", "draw_officer", "result_verifier", "sanction_officer"),
    *("appeal_officer", "agency_signatory", "contract_officer", "eligibility_officer"),
}
GRANTER = "platform_admin"
NEEDS_SECOND = MONEY | DECISION | {GRANTER}


@dataclass(frozen=True, slots=True)
class Confirming:
    """Somebody confirms a proposed role."""

    proposal: "RoleProposal"
    by: str


def _second_person(step: Confirming) -> None:
    if step.by in (step.proposal.proposed_by, str(step.proposal.person_id)):
        raise SecondPersonNeeded()


_GRANTERS, _SYSTEM = frozenset({GRANTER}), frozenset({SYSTEM})
ROLE_PROPOSAL = StateMachine(
    "role_proposal",
    "pending",
    [
        Step("pending", "confirm", "active", _GRANTERS, _second_person),
        Step("pending", "revoke", "revoked", _GRANTERS),
        Step("pending", "lapse", "lapsed", _SYSTEM),
        Step("active", "revoke", "revoked", _GRANTERS),
    ],
    timers={"pending": Timer(timedelta(days=14), "lapse")},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleProposal:
    """A role of the agency proposed for a person; with the confirmation the grant has the same id."""

    id: UUID
    person_id: UUID
    role: str
    state: str
    proposed_by: str
    proposed_at: datetime
    reason: str
    confirmed_by: str | None
    due_at: datetime | None
    updated_at: datetime
    version: int = 1

    @classmethod
    def propose(cls, person_id: UUID, role: str, *, by: str, reason: str, now: datetime) -> "RoleProposal":
        """Return a new proposal that waits for a second person."""
        return cls(
            id=uuid7(),
            person_id=person_id,
            role=role,
            state=ROLE_PROPOSAL.start,
            proposed_by=by,
            proposed_at=now,
            reason=reason,
            confirmed_by=None,
            due_at=now + ROLE_PROPOSAL.timers[ROLE_PROPOSAL.start].after,
            updated_at=now,
        )

    def confirmed(self, by: str, roles: Iterable[str], now: datetime) -> "RoleProposal":
        """Return it confirmed by a second person. Raises WrongState, NotYourStep or SecondPersonNeeded."""
        state = ROLE_PROPOSAL.next_state(self.state, "confirm", roles, Confirming(self, by))
        return replace(self._at(state, now), confirmed_by=by)

    def ended(self, action: str, roles: Iterable[str], now: datetime) -> "RoleProposal":
        """Return it revoked or lapsed. Raises WrongState or NotYourStep."""
        return self._at(ROLE_PROPOSAL.next_state(self.state, action, roles), now)

    def _at(self, state: str, now: datetime) -> "RoleProposal":
        return replace(self, state=state, due_at=None, updated_at=now, version=self.version + 1)


def must_be_grantable(role: str, person_id: UUID, by: str) -> None:
    """Refuse what nobody grants like this: an unknown role, one of an organisation, or one's own.

    Raises UnknownRole, MembershipRole or OwnRole.
    """
    if role in IN_ORGANISATION:
        raise MembershipRole(role=role)
    if role not in AGENCY:
        raise UnknownRole(role=role)
    if by == str(person_id):
        raise OwnRole()
