"""What development seeds: the organisations of its personas, their people, and an account each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from ila_kit.actor import Role
from ila_kit.registers import RegisterAnswer

from ila_identity.domain.bank_accounts import CONFIRMERS, BankAccount, Iban
from ila_identity.domain.members import Member, Named
from ila_identity.domain.organisations import Organisation
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.personas import Personas, SeedOrganisation
from ila_identity.domain.persons import Description
from ila_identity.domain.register_checks import usable
from ila_identity.ports import Unit
from ila_identity.usecases.approvals import tell_of
from ila_identity.usecases.bank_accounts import AT_ONCE, note_account
from ila_identity.usecases.mandates import give

SEEDED = "development persona"
_TWO = ("development", "development, the second")


def seed_roles(
    unit: Unit,
    person_id: UUID,
    named: Named,
    wanted: Sequence[Role],
    personas: Personas,
) -> None:
    """Give a persona the roles it does not hold yet; the same rules as for any grant. Raises ToxicRoles."""
    for role in wanted:
        if seed := personas.organisation(role):
            unit.organisations.ensure(_organisation(unit, seed))
    grants = give(unit, person_id, wanted, by=unit.actor.id, reason=SEEDED)
    for organisation_id in dict.fromkeys(grant.organisation_id for grant in grants):
        if organisation_id is not None:
            roles = [role.name for role in wanted if role.organisation == organisation_id]
            unit.members.add(_member(unit, organisation_id, person_id, named, roles))


def ensure_seeds(unit: Unit, personas: Personas) -> list[Organisation]:
    """Store the organisations of the personas, and return those the others were not told of yet, locked."""
    for seed in personas.organisations.values():
        unit.organisations.ensure(_organisation(unit, seed))
    return [one for one in unit.organisations.untold() if one.viis_number]


def tell_of_seeds(unit: Unit, answers: Mapping[str, RegisterAnswer]) -> int:
    """Tell of seeded organisations as approved, each once, as the register describes it.

    `answers` are by VIIS number; one that the register said nothing of waits. Each gets an invented
    bank account. Returns how many were told of.
    """
    told = 0
    for organisation in unit.organisations.untold():
        number = organisation.viis_number or ""
        answer = answers.get(number)
        if answer and usable(answer, number):
            _approve(unit, organisation.described(answer.answer or {}))
            told += 1
    return told


def _approve(unit: Unit, organisation: Organisation) -> None:
    approved = replace(
        organisation, approved_at=unit.now, updated_at=unit.now, version=organisation.version + 1
    )
    unit.organisations.save(approved)
    tell_of(unit, approved, [])
    account = BankAccount.add(approved.id, Iban.invented(approved.id), approved.title, _TWO[0], unit.now)
    if unit.bank_accounts.add(account):
        confirmed = account.confirmed(_TWO[1], CONFIRMERS, unit.now, AT_ONCE)
        unit.bank_accounts.save(confirmed)
        note_account(unit, confirmed, "bank_account_confirmed")


def _organisation(unit: Unit, seed: SeedOrganisation) -> Organisation:
    return Organisation(
        id=seed.id,
        title=seed.title,
        viis_number=seed.viis_number,
        created_at=unit.now,
        updated_at=unit.now,
    )


def _member(unit: Unit, organisation_id: UUID, person_id: UUID, named: Named, roles: Sequence[str]) -> Member:
    added = Member.add(organisation_id, named, roles, SEEDED, unit.now)
    return added.admitted(SEEDED, unit.now).applied(person_id, unit.now)


def named_by(description: Description, code: PersonalCode) -> Named:
    """Return a person as a member is named."""
    return Named(given_name=description.given_name, family_name=description.family_name, personal_code=code)
