"""Signing in: who is this, do we know them, is their account open, which roles do they hold."""

import logging
from dataclasses import dataclass, field
from uuid import UUID

from ila_kit.actor import Role
from ila_kit.clock import riga_date

from ila_identity.domain.accounts import STRONG, Account
from ila_identity.domain.errors import AccountDisabled, IdentityConflict
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.personas import Personas
from ila_identity.domain.persons import Description, Login, Person, age_band
from ila_identity.domain.roles import LEARNER
from ila_identity.events.published import AccountOpened
from ila_identity.ports import Unit
from ila_identity.usecases.mandates import apply_waiting
from ila_identity.usecases.seeding import named_by, seed_roles

log = logging.getLogger(__name__)


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

    Mandates that waited for this person are in force from now on. No register is asked meanwhile: the
    opened account makes the worker ask.

    The same facts twice change nothing the second time, so a sign-in needs no idempotency key.
    Raises MalformedPersonalCode, IdentityConflict or AccountDisabled.
    """
    code = PersonalCode.parse(command.personal_code)
    unit.persons.lock(command.login, code)
    person = _recognise(unit, command, code) or _register(unit, command, code)
    _use_account(unit, person, command.acr)
    if wanted := personas.of(command.persona):
        seed_roles(unit, person.id, named_by(person.description, code), wanted, personas)
    apply_waiting(unit, person.id, code)
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
    unit.register_facts.want([person.id], unit.now)
    band = age_band(person.description.birth_date, riga_date(unit.now))
    unit.publish(AccountOpened(person_id=person.id, opened_at=unit.now, age_band=band), account.version)
    unit.audit("account_opened", "account", person.id)
