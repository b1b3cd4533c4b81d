"""Roles that persons hold, and the pairs that no one person holds together.

Source: 01-mission section 2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ila_kit.actor import Role
from ila_kit.ids import uuid7

from ila_identity.domain.errors import ToxicRoles, UnknownRole, WrongRolePlace

LEARNER = "learner"
PROVIDER = frozenset({"provider_admin", "provider_editor", "provider_signatory", "provider_trainer"})
EMPLOYER = frozenset({"employer_admin"})
IN_ORGANISATION = PROVIDER | EMPLOYER
COMMISSION = frozenset({"commission_member", "commission_chair"})
PAYMENT = frozenset({"payment_maker", "payment_checker", "payment_releaser"})
AGENCY = (
    frozenset(
        {
            "user_approver",
            "call_manager",
            "council_member",
            "draw_officer",
            "result_verifier",
            "claim_officer",
            "inspector",
            "sanction_officer",
            "appeal_officer",
            "agency_signatory",
            "application_assistant",
            "news_editor",
            "contract_officer",
            "eligibility_officer",
            "counsellor",
            "rate_manager",
            "rate_approver",
            "auditor",
            "platform_admin",
        }
    )
    | COMMISSION
    | PAYMENT
)
TOXIC = (
    (frozenset({"payment_maker"}), frozenset({"payment_checker"})),
    (frozenset({"payment_checker"}), frozenset({"payment_releaser"})),
    (frozenset({"rate_manager"}), frozenset({"rate_approver"})),
    (frozenset({"platform_admin"}), PAYMENT),
    (frozenset({"claim_officer"}), PAYMENT),
    (COMMISSION, PROVIDER),
    (frozenset({"result_verifier"}), PROVIDER),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGrant:
    """A role given to a person; in an organisation, or platform-wide when that is None."""

    id: UUID
    person_id: UUID
    role: str
    organisation_id: UUID | None
    granted_at: datetime
    granted_by: str
    reason: str

    @property
    def held(self) -> Role:
        """The role, as it is held."""
        return Role(self.role, self.organisation_id)


def grant_role(
    held: Iterable[Role], person_id: UUID, role: Role, *, granted_at: datetime, granted_by: str, reason: str
) -> RoleGrant:
    """Return the grant of a role to a person who holds others already.

    Raises UnknownRole, WrongRolePlace, or ToxicRoles naming both roles. `learner` is nobody's
    to grant: every person holds it.
    """
    if role.name not in AGENCY | IN_ORGANISATION:
        raise UnknownRole(role=role.name)
    if (role.name in IN_ORGANISATION) != (role.organisation is not None):
        raise WrongRolePlace(role=role.name)
    for other in held:
        if toxic(role.name, other.name):
            raise ToxicRoles(role=role.name, held=other.name)
    return RoleGrant(
        id=uuid7(),
        person_id=person_id,
        role=role.name,
        organisation_id=role.organisation,
        granted_at=granted_at,
        granted_by=granted_by,
        reason=reason,
    )


def toxic(one: str, other: str) -> bool:
    """Tell whether two roles must not meet in one person, in whatever organisations they are held."""
    return any((one in a and other in b) or (one in b and other in a) for a, b in TOXIC)
