"""Organisations in which roles are held, and what may happen to them.

An organisation is suspended while any sanction of it is in force; what is barred is told by scope.

Source: BR-101, BR-105; 01-mission section 5 (organisation: active → suspended → closed).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM, StateMachine, Step

from ila_identity.domain.employer_errors import RoleNotOfOrganisation
from ila_identity.domain.roles import EMPLOYER as EMPLOYER_ROLES
from ila_identity.domain.roles import PROVIDER

INSTITUTION, EMPLOYER = "institution", "employer"
KINDS = (INSTITUTION, EMPLOYER)
# The role that names people of it, and all that are held in it, by the kind of organisation.
_ADMINISTRATOR = {INSTITUTION: "provider_admin", EMPLOYER: "employer_admin"}
_HELD = {INSTITUTION: PROVIDER, EMPLOYER: EMPLOYER_ROLES}
_PLAIN = str.maketrans("ĀČĒĢĪĶĻŅŌŖŠŪŽāčēģīķļņōŗšūž", "ACEGIKLNORSUZacegiklnorsuz")
_EPOCH_MS = 1_727_654_400_000
_SANCTIONS = frozenset({"sanction_officer"})
_ENDERS = _SANCTIONS | {SYSTEM}
SUSPENDED, CLOSED = "suspended", "closed"
ORGANISATION = StateMachine(
    "organisation",
    "active",
    [
        Step("active", "suspend", SUSPENDED, _SANCTIONS),
        Step(SUSPENDED, "suspend", SUSPENDED, _SANCTIONS),
        Step(SUSPENDED, "ease", SUSPENDED, _ENDERS),
        Step(SUSPENDED, "reinstate", "active", _ENDERS),
        Step("active", "close", CLOSED, _SANCTIONS),
        Step(SUSPENDED, "close", CLOSED, _SANCTIONS),
        Step(CLOSED, "ease", CLOSED, _ENDERS),
    ],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An institution or an employer on the platform. `viis_number` is an institution's number in the
    register of institutions; an employer has the number of its legal person alone.

    `approved_at` is None for one that development seeded and the others were not told of yet.
    `reason` is why the state is what it is, as written by who changed it. `barred` is what its
    sanctions in force let it do nothing of: `new_offers`, `new_enrolments`, `payments`, sorted.
    """

    id: UUID
    title: str
    viis_number: str | None
    kind: str = INSTITUTION
    created_at: datetime
    updated_at: datetime
    legal_person_number: str | None = None
    institution_type: str = ""
    seat: str = ""
    territory: str = ""
    territory_title: str = ""
    registration_id: UUID | None = None
    state: str = ORGANISATION.start
    reason: str | None = None
    barred: tuple[str, ...] = ()
    approved_at: datetime | None = None
    version: int = 1

    @classmethod
    def employer(
        cls, legal_person_number: str, title: str, seat: str, registration_id: UUID, now: datetime
    ) -> "Organisation":
        """Return a new employer, as the register of legal persons describes it."""
        return cls(
            id=uuid7(),
            kind=EMPLOYER,
            title=title,
            viis_number=None,
            legal_person_number=legal_person_number,
            seat=seat,
            registration_id=registration_id,
            approved_at=now,
            created_at=now,
            updated_at=now,
        )

    @property
    def is_employer(self) -> bool:
        """Whether it is an employer: it offers, enrols and is paid nothing."""
        return self.kind == EMPLOYER

    @property
    def administrator(self) -> str:
        """The role of those who name people of it."""
        return _ADMINISTRATOR[self.kind]

    def must_know(self, wanted: Iterable[str]) -> None:
        """Refuse roles that are not held in organisations of its kind. Raises RoleNotOfOrganisation.

        Source: 01-mission section 2.
        """
        for role in sorted(set(wanted) - _HELD[self.kind]):
            raise RoleNotOfOrganisation(role=role, kind=self.kind)

    @property
    def closed(self) -> bool:
        """Whether nothing happens in it any more."""
        return self.state == CLOSED

    def described(self, told: Mapping[str, Any]) -> "Organisation":
        """Return it as the register of institutions describes it; what is null there is empty here."""
        return replace(
            self,
            title=_text(told, "title") or self.title,
            legal_person_number=_text(told, "legal_person_number") or self.legal_person_number,
            institution_type=_text(told, "type"),
            seat=_text(told, "seat"),
            territory=_text(told, "territory"),
            territory_title=_text(told, "territory_title"),
        )

    def sanctioned(
        self, action: str, roles: Iterable[str], reason: str | None, barred: Iterable[str], now: datetime
    ) -> "Organisation":
        """Return it after a step of its table, with what is barred from now on.

        Raises WrongState or NotYourStep.
        """
        return replace(
            self,
            state=ORGANISATION.next_state(self.state, action, roles, self),
            reason=reason,
            barred=tuple(sorted(barred)),
            updated_at=now,
            version=self.version + 1,
        )

    def eased_by(self, barred: Iterable[str]) -> str:
        """Return the action that the end of a sanction means: back to work once nothing is barred."""
        return "reinstate" if self.state != CLOSED and not set(barred) else "ease"


def plain(text: str) -> str:
    """Return a text in small letters without the marks of Latvian ones, as people type when they seek."""
    return text.translate(_PLAIN).lower()


def stable_id(name: str) -> UUID:
    """Return the id of a development organisation: the same for one name everywhere, formed like a UUIDv7.

    The time in it is 30.09.2024 00:00 UTC; the other 74 bits are the SHA-256 of `organisation:<name>`.
    """
    bits = int.from_bytes(hashlib.sha256(f"organisation:{name}".encode()).digest()[:10])
    high, low = bits >> 68 & 0xFFF, bits & (1 << 62) - 1
    return UUID(int=_EPOCH_MS << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
