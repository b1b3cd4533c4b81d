"""Registrations of institutions, with their attestations."""

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

from ila_identity.domain.attestations import Attestation, Authorisation, Check, Signature
from ila_identity.domain.members import Named
from ila_identity.domain.registration_forms import Approval, Decision, Form
from ila_identity.domain.registrations import Registration
from ila_identity.ports import Listed
from ila_identity.store import provider_tables as t
from ila_identity.store import rows
from ila_identity.store.vault import Vault

_C, _A = t.registration.c, t.attestation.c
_FILE = ("name", "media_type", "sha256", "verdict")
_AUTHORISATION = ("id", "name", "media_type", "sha256", "received_at")
_PLAIN = (
    *("id", "state", "registrant_id", "created_at", "updated_at", "received_at", "due_at", "due_soon"),
    *("overdue", "ask_at", "ask_tries", "organisation_id", "version"),
)
_WITH_FILE = sa.select(
    t.registration,
    *(_A[name].label(f"file_{name}") for name in (*_FILE, "received_at", "checks", "sealed_signatures")),
).join(t.attestation, _A.id == _C.attestation_id)
_LISTING = Listing(
    _WITH_FILE,
    id=_C.id,
    sorts={
        "created_at": _C.id,
        "updated_at": _C.updated_at,
        "due_at": sa.func.coalesce(_C.due_at, _C.created_at),
    },
    default="-created_at",
    filters={"status": _C.state},
    updated=_C.updated_at,
)
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('institution ' || %s, 0))"


class SqlRegistrationStore:
    """Rows stay in here; who is named, who signed and who represents is sealed."""

    def __init__(self, connection: sa.Connection, vault: Vault):
        self._connection, self._vault = connection, vault

    def lock_institution(self, viis_number: str) -> None:
        """Let nobody else register or admit this institution, until the transaction ends."""
        self._connection.exec_driver_sql(_LOCK, (viis_number,))

    def live(self, viis_number: str) -> Registration | None:
        """Return the submitted or returned registration of an institution."""
        live = _C.state.in_(("submitted", "returned"))
        return next(iter(self._all(_WITH_FILE.where(_C.viis_number == viis_number, live))), None)

    def add_attestation(self, registration_id: UUID, attestation: Attestation) -> None:
        """Store a received file; earlier ones of the registration stay."""
        row = {name: getattr(attestation, name) for name in (*_FILE, "id", "received_at")}
        row |= {"registration_id": registration_id, "checks": to_json(attestation.checks)}
        row["sealed_signatures"] = self._sealed(attestation.signatures, attestation.id)
        self._connection.execute(t.attestation.insert().values(row))

    def add_authorisation(self, registration_id: UUID, authorisation: Authorisation) -> None:
        """Store a received authorisation; earlier ones of the registration stay."""
        row = {name: getattr(authorisation, name) for name in _AUTHORISATION}
        row |= {"registration_id": registration_id}
        self._connection.execute(t.authorisation.insert().values(row))

    def add(self, registration: Registration) -> None:
        """Store a new registration; its attestation is stored already."""
        self._connection.execute(t.registration.insert().values(self._row(registration)))

    def save(self, registration: Registration) -> None:
        """Store the next version of a registration. Raises Stale when somebody stored one since."""
        rows.save(self._connection, t.registration, registration.id, self._row(registration))

    def get(self, registration_id: UUID, scope: Scope, lock: bool = False) -> Registration:
        """Return a registration in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""
        query = _WITH_FILE.where(_C.id == registration_id)
        found = self._all(query.with_for_update(of=t.registration) if lock else query)
        if not found or not scope.covers(person=found[0].registrant_id):
            raise Missing()
        return found[0]

    def asking(self, now: datetime, limit: int) -> list[Registration]:
        """Return submitted registrations for which registers are to be asked, longest open first."""
        due = (_C.state == "submitted", _C.ask_at <= now)
        return self._all(_WITH_FILE.where(*due).order_by(_C.ask_at).limit(limit))

    def page(self, request: PageRequest, scope: Scope) -> Listed[Registration]:
        """Return a page of registrations in scope, newest first."""
        mine = [] if scope.everything else [_C.registrant_id == scope.person]
        page = _LISTING.page(self._connection, request, mine)
        return Listed([self._registration(row) for row in page.rows], page.next)

    def _all(self, query: sa.Select[Any]) -> list[Registration]:
        return [self._registration(row) for row in self._connection.execute(query).mappings()]

    def _row(self, one: Registration) -> dict[str, Any]:
        form, administrator = one.form, one.form.administrator
        return {name: getattr(one, name) for name in _PLAIN} | {
            "viis_number": form.viis_number,
            "legal_person_number": form.legal_person_number,
            "contact_email": form.contact_email,
            "given_name": administrator.given_name,
            "family_name": administrator.family_name,
            "email": form.administrator_email,
            "sealed_code": self._vault.seal(administrator.personal_code, one.id),
            "attestation_id": one.attestation.id,
            "approvals": to_json(one.approvals),
            "decision": to_json(one.decision),
            "institution": to_json(one.institution),
            "legal_person": None,
            "sealed_legal_person": one.legal_person and self._sealed(one.legal_person, one.id),
            "authorisation": to_json(one.authorisation),
        }

    def _registration(self, row: Any) -> Registration:
        return Registration(
            **{name: row[name] for name in _PLAIN},
            form=self._form(row),
            attestation=self._attestation(row),
            authorisation=row["authorisation"] and from_json(Authorisation, row["authorisation"]),
            approvals=tuple(from_json(Approval, one) for one in row["approvals"]),
            decision=row["decision"] and from_json(Decision, row["decision"]),
            institution=row["institution"] and from_json(RegisterAnswer, row["institution"]),
            legal_person=self._legal_person(row),
        )

    def _attestation(self, row: Any) -> Attestation:
        sealed, id_ = row["file_sealed_signatures"], row["attestation_id"]
        signatures = self._opened(sealed, id_) if sealed else ()
        return Attestation(
            id=id_,
            checks=tuple(from_json(Check, one) for one in row["file_checks"] or ()),
            signatures=tuple(from_json(Signature, one) for one in signatures),
            **{name: row[f"file_{name}"] for name in (*_FILE, "received_at")},
        )

    def _legal_person(self, row: Any) -> RegisterAnswer | None:
        sealed, id_ = row["sealed_legal_person"], row["id"]
        told = self._opened(sealed, id_) if sealed else row["legal_person"]
        return told and from_json(RegisterAnswer, told)

    def _sealed(self, thing: Any, owner_id: UUID) -> bytes:
        return self._vault.seal_text(json.dumps(to_json(thing)), owner_id)

    def _opened(self, sealed: bytes, owner_id: UUID) -> Any:
        return json.loads(self._vault.open_text(sealed, owner_id))

    def _form(self, row: Any) -> Form:
        administrator = Named(
            given_name=row["given_name"],
            family_name=row["family_name"],
            personal_code=self._vault.open(row["sealed_code"], row["id"]),
        )
        return Form(
            viis_number=row["viis_number"],
            legal_person_number=row["legal_person_number"],
            administrator=administrator,
            administrator_email=row["email"],
            contact_email=row["contact_email"],
        )
