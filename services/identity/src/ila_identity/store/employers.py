"""Registrations of employers."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import Scope
from ila_kit.errors import Missing
from ila_kit.events import from_json, to_json
from ila_kit.registers import RegisterAnswer
from ila_kit.store.listing import Listing, PageRequest

from ila_identity.domain.employers import EmployerRegistration
from ila_identity.ports import Listed
from ila_identity.store import employer_tables as t
from ila_identity.store.rows import VersionedRows
from ila_identity.store.vault import Vault

_C = t.employer_registration.c
_PLAIN = tuple(column.name for column in _C if column.name != "sealed_answer")


class SqlEmployerRegistrationStore(VersionedRows[EmployerRegistration]):
    """Rows stay in here; what the register told of people is sealed."""

    table = t.employer_registration
    listing = Listing(
        t.employer_registration,
        id=_C.id,
        sorts={"created_at": _C.id, "updated_at": _C.updated_at},
        default="-created_at",
        filters={"state": _C.state, "legal_person_number": _C.legal_person_number},
        updated=_C.updated_at,
    )

    def __init__(self, connection: sa.Connection, vault: Vault):
        super().__init__(connection)
        self._vault = vault

    def add(self, registration: EmployerRegistration) -> bool:
        """Store a new registration; False while the register is asked for this person and legal person."""
        return self.add_once(registration)

    def save(self, registration: EmployerRegistration) -> None:
        """Store the next version of a registration. Raises Stale when somebody stored one since."""
        self.put_next(registration)

    def get(self, registration_id: UUID, scope: Scope, lock: bool = False) -> EmployerRegistration:
        """Return a registration in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""
        query = sa.select(t.employer_registration).where(_C.id == registration_id)
        found = self.some(query.with_for_update() if lock else query)
        if not found or not scope.covers(person=found[0].registrant_id):
            raise Missing()
        return found[0]

    def forget(self, person_id: UUID) -> None:
        """Erase the address a person gave, and what the register told, wherever no employer came of it."""
        vain = (_C.registrant_id == person_id) & (_C.state != "registered")
        nothing = {"contact_email": "", "sealed_answer": None}
        self._connection.execute(t.employer_registration.update().where(vain).values(nothing))

    def due(self, now: datetime, limit: int) -> list[EmployerRegistration]:
        """Return registrations about which the register is to be asked, longest waiting first."""
        waiting = sa.select(t.employer_registration).where(_C.ask_at <= now)
        return self.some(waiting.order_by(_C.ask_at).limit(limit))

    def page(self, request: PageRequest, scope: Scope) -> Listed[EmployerRegistration]:
        """Return a page of registrations in scope, newest first."""
        return self.listed(request, [] if scope.everything else [_C.registrant_id == scope.person])

    def row_of(self, thing: EmployerRegistration) -> dict[str, Any]:
        """Return a registration as a row."""
        sealed = thing.answer and self._vault.seal_text(json.dumps(to_json(thing.answer)), thing.id)
        return {name: getattr(thing, name) for name in _PLAIN} | {"sealed_answer": sealed}

    def thing_of(self, row: Any) -> EmployerRegistration:
        """Return a row as a registration."""
        sealed = row["sealed_answer"]
        told = sealed and json.loads(self._vault.open_text(sealed, row["id"]))
        return EmployerRegistration(
            **{name: row[name] for name in _PLAIN}, answer=told and from_json(RegisterAnswer, told)
        )
