"""Registrations of institutions: who registers, who decides, by when.

Source: BR-101 to BR-105; 01-mission section 5 (draft → submitted → approved | returned | refused).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from ila_kit.ids import uuid7
from ila_kit.registers import RegisterAnswer
from ila_kit.states import SYSTEM, StateMachine, Step, Timer

from ila_identity.domain.asking import pause
from ila_identity.domain.attestations import ENTITLED, Attestation, Authorisation, right_of
from ila_identity.domain.errors import (
    ApprovedByYouAlready,
    AttestationFailed,
    AuthorisationMissing,
    RegisterChecksFailed,
    RegisterChecksOpen,
    SignerNotEntitled,
)
from ila_identity.domain.register_checks import (
    FAILED,
    INSTITUTIONS,
    LEGAL_PERSONS,
    OPEN,
    RegisterCheck,
    checks_of,
    usable,
)
from ila_identity.domain.registration_forms import Approval, Decision, Form
from ila_identity.domain.working_days import due_after

REGISTRANT, APPROVER = "registrant", "user_approver"
WARNED_BEFORE = timedelta(hours=12)  # an answer is due at a midnight: from that noon on somebody hurries
LAPSED = "nobody went on with it"


@dataclass(frozen=True, slots=True)
class Approving:
    """Somebody approves a registration."""

    registration: "Registration"
    by: UUID


def _may_be_approved(step: Approving) -> None:
    """Refuse what is not signed, while a register has not answered, when one said no, what was signed by
    somebody without the right to, and the same person a second time.
    """
    if step.registration.attestation.verdict == "failed":
        raise AttestationFailed()
    checks = [check for check in step.registration.checks if check.decisive]
    if waiting := [check.name for check in checks if check.verdict == OPEN]:
        raise RegisterChecksOpen(checks=waiting)
    if failed := [check.name for check in checks if check.verdict == FAILED]:
        raise RegisterChecksFailed(checks=failed)
    if not step.registration.rightly_signed:
        raise SignerNotEntitled()
    if step.by in step.registration.approvers:
        raise ApprovedByYouAlready()


def _has_authorisation(registration: "Registration") -> None:
    """Refuse to check what nobody sent, or what is checked already."""
    if not registration.authorisation_waits:
        raise AuthorisationMissing()


_SYSTEM = frozenset({SYSTEM})
_REGISTRANT = frozenset({REGISTRANT})
_APPROVER = frozenset({APPROVER})
REGISTRATION = StateMachine(
    "registration",
    "draft",
    [
        Step("draft", "change", "draft", _REGISTRANT),
        Step("draft", "authorise", "draft", _REGISTRANT),
        Step("draft", "submit", "submitted", _REGISTRANT),
        Step("draft", "lapse", "refused", _SYSTEM),
        Step("submitted", "authorise", "submitted", _REGISTRANT),
        Step("submitted", "check_authorisation", "submitted", _APPROVER, _has_authorisation),
        Step("submitted", "endorse", "submitted", _APPROVER, _may_be_approved),
        Step("submitted", "approve", "approved", _APPROVER, _may_be_approved),
        Step("submitted", "return", "returned", _APPROVER),
        Step("submitted", "refuse", "refused", _APPROVER),
        Step("submitted", "note_due_soon", "submitted", _SYSTEM),
        Step("submitted", "note_overdue", "submitted", _SYSTEM),
        Step("returned", "change", "returned", _REGISTRANT),
        Step("returned", "authorise", "returned", _REGISTRANT),
        Step("returned", "submit", "submitted", _REGISTRANT),
        Step("returned", "lapse", "refused", _SYSTEM),
    ],
    # The real time of a submitted one is `due_at`, by working days.
    timers={
        "draft": Timer(timedelta(days=90), "lapse"),
        "submitted": Timer(timedelta(days=1), "note_overdue"),
        "returned": Timer(timedelta(days=30), "lapse"),
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A registration of an institution. `due_at` is the first instant that is too late for an answer."""

    id: UUID
    state: str
    registrant_id: UUID
    form: Form
    attestation: Attestation
    created_at: datetime
    updated_at: datetime
    authorisation: Authorisation | None = None
    received_at: datetime | None = None
    due_at: datetime | None = None
    due_soon: bool = False
    overdue: bool = False
    approvals: tuple[Approval, ...] = ()
    decision: Decision | None = None
    institution: RegisterAnswer | None = None
    legal_person: RegisterAnswer | None = None
    ask_at: datetime | None = None
    ask_tries: int = 0
    organisation_id: UUID | None = None
    version: int = 1

    @classmethod
    def draft(
        cls, registrant_id: UUID, form: Form, attestation: Attestation, now: datetime
    ) -> "Registration":
        """Return a new registration that nobody but its registrant is concerned with yet."""
        return cls(
            id=uuid7(),
            state=REGISTRATION.start,
            registrant_id=registrant_id,
            form=form,
            attestation=attestation,
            created_at=now,
            updated_at=now,
        )

    @property
    def approvers(self) -> list[UUID]:
        """Who has approved it, in order."""
        return [approval.by for approval in self.approvals]

    @property
    def approvals_needed(self) -> int:
        """How many different approvers it takes."""
        return self.attestation.approvals_needed

    @property
    def signed_by_right(self) -> str:
        """By what right the attestation was signed (`attestations.RIGHTS`)."""
        code = self.form.administrator.personal_code
        return right_of(self.attestation, code, self.legal_person, self.authorisation)

    @property
    def rightly_signed(self) -> bool:
        """Whether who signed is shown to have the right to."""
        return self.signed_by_right in ENTITLED

    @property
    def checks(self) -> list[RegisterCheck]:
        """What the registers said so far."""
        return checks_of(self.form, self.institution, self.legal_person)

    @property
    def title(self) -> str | None:
        """How the register of institutions calls it; None until it has answered."""
        return ((self.institution and self.institution.answer) or {}).get("title")

    @property
    def lapses_at(self) -> datetime | None:
        """When something happens by itself: the state ends, or somebody is warned that it is time."""
        if self.state == "submitted" and self.overdue:
            return None
        if self.state == "submitted" and self.due_at:
            return self.due_at if self.due_soon else self.due_at - WARNED_BEFORE
        timer = REGISTRATION.timers.get(self.state)
        return self.updated_at + timer.after if timer else None

    def changed(self, form: Form, attestation: Attestation, now: datetime) -> "Registration":
        """Return it as its registrant writes it now: what was authorised before counts no more.

        Raises WrongState.
        """
        stepped = self._step("change", _REGISTRANT, now)
        return replace(stepped, form=form, attestation=attestation, authorisation=None)

    def authorised(self, authorisation: Authorisation, now: datetime) -> "Registration":
        """Return it with another file by which the signer may sign, and no approvals. Raises WrongState."""
        return replace(self._step("authorise", _REGISTRANT, now), authorisation=authorisation, approvals=())

    def authorisation_checked(
        self, by: UUID, roles: Iterable[str], reason: str, now: datetime
    ) -> "Registration":
        """Return it with an approver's word that the signer may sign.

        Raises WrongState, NotYourStep or AuthorisationMissing.
        """
        stepped = self._step("check_authorisation", roles, now, self)
        return replace(
            stepped, authorisation=self.authorisation and self.authorisation.checked(by, reason, now)
        )

    def submitted(self, now: datetime) -> "Registration":
        """Return it submitted: what was approved and told before counts no more. Raises WrongState.

        Source: BR-103.
        """
        return replace(
            self._step("submit", _REGISTRANT, now),
            received_at=now,
            due_at=due_after(now),
            due_soon=False,
            overdue=False,
            approvals=(),
            decision=None,
            institution=None,
            legal_person=None,
            ask_at=now,
            ask_tries=0,
        )

    def approved(self, by: UUID, roles: Iterable[str], reason: str, now: datetime) -> "Registration":
        """Return it approved, or still submitted with one approval more.

        Raises WrongState, NotYourStep, AttestationFailed, RegisterChecksOpen, RegisterChecksFailed,
        SignerNotEntitled or ApprovedByYouAlready.
        """
        last = len(self.approvals) + 1 >= self.approvals_needed
        stepped = self._step("approve" if last else "endorse", roles, now, Approving(self, by))
        approvals = (*self.approvals, Approval(by=by, at=now, reason=reason))
        decision = Decision(outcome="approved", by=by, at=now, reason=reason) if last else None
        return replace(stepped, approvals=approvals, decision=decision)

    def ended(
        self, action: str, roles: Iterable[str], by: UUID | None, reason: str, now: datetime
    ) -> "Registration":
        """Return it returned, refused or lapsed, with the reason. Raises WrongState or NotYourStep."""
        stepped = self._step(action, roles, now)
        decision = Decision(outcome=stepped.state, by=by, at=now, reason=reason)
        return replace(stepped, decision=decision, ask_at=None)

    def noted_late(self, now: datetime) -> "Registration":
        """Return it marked as due soon, or as not answered in time. Raises WrongState."""
        if self.due_at and now < self.due_at:
            return replace(self._step("note_due_soon", _SYSTEM, now), due_soon=True)
        return replace(self._step("note_overdue", _SYSTEM, now), due_soon=True, overdue=True)

    @property
    def questions(self) -> dict[str, str]:
        """The registers that have not answered yet, with the number to ask each for."""
        numbers = {
            INSTITUTIONS: (self.institution, self.form.viis_number),
            LEGAL_PERSONS: (self.legal_person, self.form.legal_person_number),
        }
        return {register: number for register, (told, number) in numbers.items() if told is None}

    def told(self, answers: Mapping[str, RegisterAnswer], now: datetime) -> "Registration":
        """Return it with what registers answered; those that told nothing, or of another, are asked again."""
        good = {
            register: answers[register]
            for register, number in self.questions.items()
            if register in answers and usable(answers[register], number)
        }
        heard = replace(
            self,
            institution=self.institution or good.get(INSTITUTIONS),
            legal_person=self.legal_person or good.get(LEGAL_PERSONS),
            updated_at=now,
            version=self.version + 1,
        )
        if not heard.questions:
            return replace(heard, ask_at=None, ask_tries=0)
        return replace(heard, ask_at=now + pause(self.ask_tries), ask_tries=self.ask_tries + 1)

    def actions(self, positions: Iterable[str]) -> list[str]:
        """Return what somebody in these positions may do now, by the names of the paths."""
        mine, steps, vain = set(positions), REGISTRATION.steps, {"endorse"}
        if not self.authorisation_waits:
            vain.add("check_authorisation")
        if self.attestation.verdict == "failed":
            vain.add("approve")
        possible = [one for one in REGISTRATION.actions(self.state) if one not in vain]
        return [one for one in possible if not mine.isdisjoint(steps[self.state, one].roles)]

    @property
    def authorisation_waits(self) -> bool:
        """Whether there is an authorisation that nobody has looked at."""
        return self.authorisation is not None and self.authorisation.checked_by is None

    def _step(self, action: str, roles: Iterable[str], now: datetime, thing: object = None) -> "Registration":
        state = REGISTRATION.next_state(self.state, action, roles, thing)
        return replace(self, state=state, updated_at=now, version=self.version + 1)
