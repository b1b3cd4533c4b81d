"""Persons, how they are found, and their accounts."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.ids import uuid7

from ila_identity.domain.accounts import Account
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.persons import Description, Login, Person
from ila_identity.store import tables as t
from ila_identity.store.vault import Vault

_LOCK = "SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key"
_FIELDS = ("given_name", "family_name", "birth_date", "email")
_KNOWN = t.person.c.erased_at.is_(None)
_NOBODY = {"given_name": "", "family_name": "", "birth_date": date(1, 1, 1), "email": None}


class SqlPersonStore:
    """Rows stay in here; callers give and get domain persons and plain codes."""

    def __init__(self, connection: sa.Connection, vault: Vault):
        self._connection, self._vault = connection, vault

    def lock(self, login: Login, code: PersonalCode) -> None:
        """Let nobody else register or change who has this login or code, until the transaction ends."""
        name = hashlib.sha256(f"{login.issuer}\0{login.subject}".encode()).digest()
        keys = sorted({_number(name), _number(self._vault.fingerprint(code))})
        self._connection.exec_driver_sql(_LOCK, (keys,))

    def lock_code(self, code: PersonalCode) -> None:
        """The same for a code alone."""
        self._connection.exec_driver_sql(_LOCK, ([_number(self._vault.fingerprint(code))],))

    def add(self, person: Person) -> None:
        """Store a new person."""
        row = asdict(person.description) | {"id": person.id}
        row |= {"observed_at": person.observed_at, "created_at": person.created_at}
        self._connection.execute(t.person.insert().values(row))

    def save(self, person: Person) -> None:
        """Store what the e-identity says of a person now."""
        values = asdict(person.description) | {"observed_at": person.observed_at}
        self._connection.execute(t.person.update().where(t.person.c.id == person.id).values(values))

    def get(self, person_id: UUID) -> Person | None:
        """Return a person by id."""
        return self._one(sa.select(t.person).where(t.person.c.id == person_id, _KNOWN))

    def many(self, person_ids: Sequence[UUID]) -> dict[UUID, Person]:
        """Return the persons who are known, by id."""
        query = sa.select(t.person).where(t.person.c.id.in_(person_ids), _KNOWN)
        return {row["id"]: _person(row) for row in self._connection.execute(query).mappings()}

    def by_login(self, login: Login) -> Person | None:
        """Return the person an e-identity means by a subject."""
        same = (t.login.c.issuer == login.issuer) & (t.login.c.subject == login.subject)
        return self._one(sa.select(t.person).join(t.login).where(same))

    def by_code(self, code: PersonalCode) -> Person | None:
        """Return the person who has or had a personal code."""
        same = t.personal_code.c.fingerprint == self._vault.fingerprint(code)
        return self._one(sa.select(t.person).join(t.personal_code).where(same))

    def add_login(self, person_id: UUID, login: Login, now: datetime) -> None:
        """Note that an e-identity means this person by a subject."""
        row = {"issuer": login.issuer, "subject": login.subject, "person_id": person_id, "first_seen_at": now}
        self._connection.execute(t.login.insert().values(row))

    def add_code(self, person_id: UUID, code: PersonalCode, now: datetime) -> None:
        """Note the code a person has from now on; an earlier one stays as history."""
        c = t.personal_code.c
        current = (c.person_id == person_id) & c.replaced_at.is_(None)
        self._connection.execute(t.personal_code.update().where(current).values(replaced_at=now))
        row = {"id": uuid7(), "person_id": person_id, "noted_at": now}
        row |= {"fingerprint": self._vault.fingerprint(code), "sealed": self._vault.seal(code, person_id)}
        self._connection.execute(t.personal_code.insert().values(row))

    def current_code(self, person_id: UUID) -> PersonalCode:
        """Return the code a person has now."""
        c = t.personal_code.c
        query = sa.select(c.sealed).where(c.person_id == person_id, c.replaced_at.is_(None))
        return self._vault.open(self._connection.execute(query).scalar_one(), person_id)

    def codes(self, person_id: UUID) -> list[PersonalCode]:
        """Return all codes that a person has or had, the current one last; none of nobody."""
        c = t.personal_code.c
        query = sa.select(c.sealed).where(c.person_id == person_id)
        rows = self._connection.scalars(query.order_by(c.replaced_at.nulls_last(), c.id))
        return [self._vault.open(sealed, person_id) for sealed in rows]

    def current_codes(self, person_ids: Sequence[UUID]) -> dict[UUID, PersonalCode]:
        """Return the codes that persons have now, by id."""
        c = t.personal_code.c
        query = sa.select(c.person_id, c.sealed).where(c.person_id.in_(person_ids), c.replaced_at.is_(None))
        rows = self._connection.execute(query)
        return {row.person_id: self._vault.open(row.sealed, row.person_id) for row in rows}

    def erase(self, person_id: UUID, now: datetime) -> None:
        """Erase names, birth date, address, codes, logins and what registers told; nobody is known so."""
        for table in (t.login, t.personal_code, t.register_fact, t.support_question, t.support_answer):
            self._connection.execute(table.delete().where(table.c.person_id == person_id))
        nobody = t.person.update().where(t.person.c.id == person_id).values(_NOBODY | {"erased_at": now})
        self._connection.execute(nobody)

    def account(self, person_id: UUID) -> Account | None:
        """Return the account of a person; None before the first strong sign-in."""
        query = sa.select(t.account).where(t.account.c.person_id == person_id)
        row = self._connection.execute(query).mappings().one_or_none()
        return Account(**row) if row else None

    def save_account(self, account: Account) -> None:
        """Store an account, new or changed; the caller holds the lock of the person."""
        row = asdict(account)
        insert = sa.dialects.postgresql.insert(t.account).values(row)
        self._connection.execute(insert.on_conflict_do_update(index_elements=["person_id"], set_=row))

    def _one(self, query: sa.Select[Any]) -> Person | None:
        row = self._connection.execute(query).mappings().one_or_none()
        return _person(row) if row else None


def _person(row: Any) -> Person:
    description = Description(**{name: row[name] for name in _FIELDS})
    return Person(
        id=row["id"], description=description, observed_at=row["observed_at"], created_at=row["created_at"]
    )


def _number(digest: bytes) -> int:
    return int.from_bytes(digest[:8], signed=True)
