"""A learner's application for a programme, and each thing that happens to it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.canonical import sha256_hex
from ila_kit.clock import riga_date
from ila_kit.events import to_json
from ila_kit.ids import uuid7

from ila_applications.domain.offerings import Offering
from ila_applications.domain.states import APPLICATION, LIVE, LOST, WITH_PLACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The proof of a submission: its place in the order of all, when it came, and what it said.

    `sequence` grows with every submission of the platform; numbers may be left out, never given twice.
    """

    application_id: UUID
    sequence: int
    received_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """One person's application for one programme.

    `provisional`: decided while a register was away, to be checked again before money moves.
    `amount` is held by `hold_id` for it; `funds` is `held`, `committed` or `paid`. `statements` are
    the words of the person and of officers: kind, text, instant, role. `decided_by` is the officer
    who decided, None when a rule did.
    """

    id: UUID
    person_id: UUID
    programme_id: UUID
    call_id: UUID
    state: str
    version: int
    created_at: datetime
    updated_at: datetime
    due_at: datetime | None = None
    preferred_language: str = "lv"
    note: str | None = None
    receipt: Receipt | None = None
    checks: list[dict[str, Any]] = field(default_factory=list)
    refusal: dict[str, Any] | None = None
    provisional: bool = False
    hold_id: UUID | None = None
    amount: Decimal | None = None
    funds: str | None = None
    group_id: UUID | None = None
    decided_by: UUID | None = None
    statements: list[dict[str, Any]] = field(default_factory=list)

    @property
    def has_place(self) -> bool:
        """Whether one of the programme's places is taken by this application."""
        return self.state in WITH_PLACE

    @property
    def live(self) -> bool:
        """Whether it is not over: nobody has two of these for one programme."""
        return self.state in LIVE

    @property
    def judged_age(self) -> int | None:
        """The age on the day of application that eligibility was judged by; None before that."""
        return next((one["value"] for one in self.checks if one["rule"] == "minimum_age"), None)

    @property
    def applied_on(self) -> date:
        """The legal day of the application, as which eligibility is judged."""
        return riga_date(self.receipt.received_at if self.receipt else self.created_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One entry of an application's history."""

    id: UUID
    application_id: UUID
    version: int
    at: datetime
    action: str
    state: str
    by: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """An application as it is now, the version it had before, and what happened in between."""

    application: Application
    before: int
    happening: Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a person commits to by submitting; its hash is in the receipt."""

    application_id: UUID
    person_id: UUID
    programme_id: UUID
    programme_version: int
    call_id: UUID
    title_lv: str
    starts_on: date
    quoted_amount: Decimal | None
    preferred_language: str
    note: str | None
    received_at: datetime

    def sha256(self) -> str:
        """Return the SHA-256 of the canonical JSON (RFC 8785) of this content."""
        return sha256_hex(to_json(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What a person commits to by accepting a place: programme, price and dates.

    Source: BR-507.
    """

    application_id: UUID
    person_id: UUID
    programme_id: UUID
    programme_version: int
    title_lv: str
    starts_on: date
    ends_on: date | None
    hold_id: UUID | None
    amount: Decimal
    accepted_at: datetime

    def sha256(self) -> str:
        """Return the SHA-256 of the canonical JSON (RFC 8785) of these terms."""
        return sha256_hex(to_json(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A file that a person gave for a fact no register told. `size` is in bytes."""

    id: UUID
    application_id: UUID
    given_at: datetime
    name: str
    media_type: str
    sha256: str
    note: str | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The words of the person, or of an officer, about a decision; no part of the audit trail.

    `kind`: `contest`, `decision`, `contest_decision` or `evidence`; `by` is the role that spoke.
    """

    kind: str
    outcome: str | None
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """An application with the offering it is for."""

    application: Application
    offering: Offering

    def noting(self, checks: list[dict[str, Any]]) -> "Case":
        """Return the case with the outcome of its checks, to be stored with its next step."""
        return Case(replace(self.application, checks=checks), self.offering)

    def with_statement(self, statement: Statement) -> list[dict[str, Any]]:
        """Return what was said about the application, this last; to be stored with its next step."""
        return [*self.application.statements, to_json(statement)]

    @property
    def evidenced(self) -> bool:
        """Whether the person gave evidence."""
        return any(one["kind"] == "evidence" for one in self.application.statements)

    def step(
        self,
        action: str,
        roles: Iterable[str],
        now: datetime,
        *,
        details: dict[str, Any] | None = None,
        **changes: Any,
    ) -> tuple["Case", Change]:
        """Return the case after a step of the state table, and the change to be stored.

        A step that stays in its state keeps the time at which that ends. What is over without being
        completed has no money and no mark any more. Raises WrongState or NotYourStep when the table
        does not allow it.
        """
        was = self.application
        who = frozenset(roles)
        state = APPLICATION.next_state(was.state, action, who, self)
        due_at = was.due_at if state == was.state else self.offering.deadline(state, now)
        values: dict[str, Any] = {"state": state, "version": was.version + 1, "updated_at": now}
        values |= {"due_at": due_at}
        if state in LOST:
            values |= {"hold_id": None, "funds": None, "provisional": False}
        values |= changes
        application = replace(was, **values)
        happening = happened(application, action, sorted(who)[0], details or {})
        return Case(application, self.offering), Change(application, was.version, happening)


def draft(person_id: UUID, offering: Offering, now: datetime) -> Application:
    """Return a new draft of a person for a programme."""
    programme = offering.programme
    return Application(
        id=uuid7(),
        person_id=person_id,
        programme_id=programme.id,
        call_id=programme.call_id,
        state=APPLICATION.start,
        version=1,
        created_at=now,
        updated_at=now,
        due_at=offering.deadline(APPLICATION.start, now),
    )


def happened(application: Application, action: str, by: str, details: dict[str, Any]) -> Happening:
    """Return the history entry of what led to the application as it is now."""
    return Happening(
        id=uuid7(),
        application_id=application.id,
        version=application.version,
        at=application.updated_at,
        action=action,
        state=application.state,
        by=by,
        details=details,
    )
