"""Signing in: who is this, do we know them, is their account open, which roles do they hold."""

import logging
from dataclasses import dataclass, field
from uuid import UUID

from ila_kit.actor import Role
from ila_kit.clock import riga_date

from ila_identity.domain.accounts import STRONG, Account
from ila_identity.domain.errors import AccountDisabled, IdentityConflict
from ila_identity.domain.organisations import Organisation
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.personas import Personas
from ila_identity.domain.persons import Description, Login, Person, age_band
from ila_identity.domain.roles import LEARNER, grant_role
from ila_identity.events.published import AccountOpened, RoleGranted
from ila_identity.ports import Unit

log = logging.getLogger(__name__)
SEEDED = "development persona"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What an e-identity stated about the person who signed in. `acr`: low, substantial or high."""

    login: Login
    personal_code: str = field(repr=False)
    description: Description = field(repr=False)
    acr: str
    persona: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and the roles they hold."""

    person_id: UUID
    roles: list[Role]


def sign_in(unit: Unit, command: SignIn, personas: Personas) -> SignedIn:
    """Find or register the person of a sign-in, open the account at the first strong one, return the roles.

    The same facts twice change nothing the second time, so a sign-in needs no idempotency key.
    Raises MalformedPersonalCode, IdentityConflict or AccountDisabled.
    """
    code = PersonalCode.parse(command.personal_code)
    unit.persons.lock(command.login, code)
    person = _recognise(unit, command, code) or _register(unit, command, code)
    _use_account(unit, person, command.acr)
    _seed_roles(unit, person.id, personas.of(command.persona), personas)
    unit.audit("signed_in", "person", person.id, acr=command.acr, issuer=command.login.issuer)
    return SignedIn(person.id, [Role(LEARNER), *unit.roles.held(person.id)])


def _recognise(unit: Unit, command: SignIn, code: PersonalCode) -> Person | None:
    """Return the person we know by login or code, as described now, with what was new about them noted."""
    by_login, by_code = unit.persons.by_login(command.login), unit.persons.by_code(code)
    known = by_login or by_code
    if known is None:
        return None
    if by_login and by_code and by_login.id != by_code.id:
        log.warning("one sign-in, two persons", extra={"by_login": by_login.id, "by_code": by_code.id})
        raise IdentityConflict()
    if by_login is None:
        unit.persons.add_login(known.id, command.login, unit.now)
        unit.audit("login_added", "person", known.id, issuer=command.login.issuer)
    if by_code is None:
        unit.persons.add_code(known.id, code, unit.now)
        unit.audit("personal_code_changed", "person", known.id)
    person = known.described(command.description, unit.now)
    unit.persons.save(person)
    return person


def _register(unit: Unit, command: SignIn, code: PersonalCode) -> Person:
    person = Person.register(command.description, unit.now)
    unit.persons.add(person)
    unit.persons.add_login(person.id, command.login, unit.now)
    unit.persons.add_code(person.id, code, unit.now)
    unit.audit("person_registered", "person", person.id)
    return person


def _use_account(unit: Unit, person: Person, acr: str) -> None:
    account = unit.persons.account(person.id)
    if account is None:
        if acr in STRONG:
            _open_account(unit, person)
        return
    if account.disabled:
        raise AccountDisabled(state=account.state)
    used = account.used()
    if used != account:
        unit.persons.save_account(used)


def _open_account(unit: Unit, person: Person) -> None:
    account = Account.open(person.id, unit.now)
    unit.persons.save_account(account)
    band = age_band(person.description.birth_date, riga_date(unit.now))
    unit.publish(AccountOpened(person_id=person.id, opened_at=unit.now, age_band=band), account.version)
    unit.audit("account_opened", "account", person.id)


def _seed_roles(unit: Unit, person_id: UUID, wanted: tuple[Role, ...], personas: Personas) -> None:
    """Grant the roles of a persona that it does not hold yet; the same rules as for any grant."""
    held = unit.roles.held(person_id) if wanted else []
    for role in wanted:
        if role not in held:
            _ensure_organisation(unit, role, personas)
            _grant(unit, held, person_id, role)
            held.append(role)


def _grant(unit: Unit, held: list[Role], person_id: UUID, role: Role) -> None:
    grant = grant_role(held, person_id, role, granted_at=unit.now, granted_by=unit.actor.id, reason=SEEDED)
    unit.roles.add(grant)
    unit.publish(RoleGranted.of(grant))
    unit.audit("role_granted", "role_grant", grant.id, person=str(person_id), role=role.name)


def _ensure_organisation(unit: Unit, role: Role, personas: Personas) -> None:
    seed = personas.organisation(role)
    if seed:
        organisation = Organisation(
            id=seed.id, title=seed.title, viis_number=seed.viis_number, created_at=unit.now
        )
        unit.organisations.ensure(organisation)
