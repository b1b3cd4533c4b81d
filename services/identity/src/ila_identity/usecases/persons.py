"""What is known about persons, and to whom it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ila_kit.actor import Role
from ila_kit.errors import Missing
from ila_kit.looks import note_look

from ila_identity.domain.persons import SOURCE, Person
from ila_identity.domain.roles import LEARNER
from ila_identity.events.published import PersonalDataViewed
from ila_identity.ports import Unit


@dataclass(frozen=True, slots=True)
class HeldRoles:
    """The roles a person holds now, and whether the account is disabled."""

    person_id: UUID
    roles: list[Role]
    disabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """How a person is called, and the code with all but its last digits hidden."""

    person_id: UUID
    given_name: str
    family_name: str
    masked_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What identity knows about a person, as shown to that person; the personal code is masked."""

    id: UUID
    given_name: str
    family_name: str
    birth_date: date
    email: str | None
    personal_code: str
    source: str
    observed_at: datetime
    account: dict[str, object] | None
    roles: list[Role]


def roles_of(unit: Unit, person_id: UUID) -> HeldRoles:
    """Return the roles a person holds now. Raises Missing for an unknown id."""
    if unit.persons.get(person_id) is None:
        raise Missing()
    account = unit.persons.account(person_id)
    disabled = account is not None and account.disabled
    return HeldRoles(person_id, [Role(LEARNER), *unit.roles.held(person_id)], disabled)


def own_profile(unit: Unit, person_id: UUID) -> Profile:
    """Return everything a person sees about themselves here. Raises Missing for an unknown id."""
    person = unit.persons.get(person_id)
    if person is None:
        raise Missing()
    account = unit.persons.account(person_id)
    return Profile(
        id=person.id,
        given_name=person.description.given_name,
        family_name=person.description.family_name,
        birth_date=person.description.birth_date,
        email=person.description.email,
        personal_code=unit.persons.current_code(person_id).masked(),
        source=SOURCE,
        observed_at=person.observed_at,
        account={"state": account.state, "opened_at": account.opened_at} if account else None,
        roles=[Role(LEARNER), *unit.roles.held(person_id)],
    )


def names_of(unit: Unit, person_ids: Sequence[UUID], purpose: str) -> list[PersonName]:
    """Return the names of the persons who are known, and leave an entry for each that somebody looked.

    An id asked for twice is answered once.

    Source: BR-508 (providers see people of their own groups, the code masked).
    """
    wanted = list(dict.fromkeys(person_ids))
    known, codes = unit.persons.many(wanted), unit.persons.current_codes(wanted)
    note_look(unit, PersonalDataViewed, list(known), ["given_name", "family_name", "masked_code"], purpose)
    return [_name(known[one], codes[one].masked()) for one in wanted if one in known]


def _name(person: Person, masked_code: str) -> PersonName:
    return PersonName(
        person_id=person.id,
        given_name=person.description.given_name,
        family_name=person.description.family_name,
        masked_code=masked_code,
    )
