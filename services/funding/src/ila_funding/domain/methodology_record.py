"""A methodology on its way from a draft into force: its states, and who took which step (BR-707)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from ila_kit.clock import riga_date
from ila_kit.states import SYSTEM, StateMachine, Step, Timer

from ila_funding.domain.cost_kind import CostKind
from ila_funding.domain.errors import (
    AmbiguousMethodology,
    NoMethodology,
    NothingToCorrect,
    SamePerson,
)
from ila_funding.domain.methodology import ContinuingProgramme, Methodologies, Methodology

APPROVED = "approved"
_FOREVER = datetime.max.replace(tzinfo=UTC)
NOT_APPROVED = "not-approved-in-time"
_MANAGER, _APPROVER = frozenset({"rate_manager"}), frozenset({"rate_approver"})
METHODOLOGY_STATES = StateMachine(
    "methodology",
    "draft",
    [
        Step("draft", "edit", "draft", _MANAGER),
        Step("draft", "submit", "in_review", _MANAGER),
        Step("in_review", "approve", APPROVED, _APPROVER),
        Step("in_review", "return", "draft", _APPROVER),
        Step("in_review", "lapse", "draft", frozenset({SYSTEM})),
    ],
    timers={"in_review": Timer(timedelta(days=10), "lapse")},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodologyContent:
    """What one version says; `corrects` is the version whose days it decides instead, None for none."""

    version: str
    title: str
    document: str
    valid_from: date
    corrects: str | None
    kinds: tuple[CostKind, ...]
    continuing_programmes: tuple[ContinuingProgramme, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodologyRecord:
    """One version with its life. `known_from` is the instant of its approval, None before.

    `edited_by` are all who drafted, changed or submitted it: none of them approves it.
    """

    id: UUID
    content: MethodologyContent
    state: str = METHODOLOGY_STATES.start
    known_from: datetime | None = None
    edited_by: tuple[str, ...]
    submitted_by: str | None = None
    approved_by: str | None = None
    returned_by: str | None = None
    reason: str | None = None
    due_at: datetime | None = None
    revision: int = 1
    created_at: datetime
    updated_at: datetime

    def as_of(self, known_from: datetime) -> Methodology:
        """Return the version as it decides once known: from its approval, or from an instant to try it by."""
        content = self.content
        return Methodology(
            id=self.id,
            version=content.version,
            title=content.title,
            document=content.document,
            valid_from=content.valid_from,
            known_from=self.known_from or known_from,
            kinds=content.kinds,
            continuing_programmes=content.continuing_programmes,
        )

    def after(self, action: str, roles: Iterable[str], now: datetime, **changes: Any) -> "MethodologyRecord":
        """Return it after a step of its state table. Raises WrongState or NotYourStep."""
        state = METHODOLOGY_STATES.next_state(self.state, action, roles)
        timer = METHODOLOGY_STATES.timers.get(state)
        due_at = None if timer is None else now + timer.after
        return replace(
            self, state=state, due_at=due_at, revision=self.revision + 1, updated_at=now, **changes
        )

    def with_editor(self, person: str) -> tuple[str, ...]:
        """Return who had a hand in it, with one more person."""
        return (*self.edited_by, *([] if person in self.edited_by else [person]))

    def actions_for(self, person: str, roles: Iterable[str]) -> list[str]:
        """Return the steps that a person may take with it now."""
        held = set(roles)
        return [
            action
            for action in METHODOLOGY_STATES.actions(self.state)
            if METHODOLOGY_STATES.steps[self.state, action].roles & held
            and not (action == "approve" and person in self.edited_by)
        ]


def refuse_editor(record: MethodologyRecord, person: str) -> None:
    """Refuse who drafted, changed or submitted it, in whatever role or session. Raises SamePerson.

    Source: BR-707.
    """
    if person in record.edited_by:
        raise SamePerson(thing="methodology")


def next_known_from(versions: Methodologies, now: datetime) -> datetime:
    """Return the instant from which a version that is approved now is known: after every earlier one.

    That is now, but for approvals that were waiting for each other. Source: BR-707.
    """
    after = max((one.known_from for one in versions.versions), default=None)
    return now if after is None or after < now else after + timedelta(microseconds=1)


def refuse_ambiguous(content: MethodologyContent, versions: Methodologies, now: datetime) -> None:
    """Refuse rates that would silently take days from another version.

    Raises AmbiguousMethodology, NothingToCorrect.

    A version from a later day on succeeds the one before. One that begins with another version, or on a
    day that is over, decides days that were decided already: it names in `corrects` the version which
    decides its first day now, so that two that were drafted side by side never both come into force.

    Source: BR-707.
    """
    try:
        # Whoever approves at this moment may have looked at the clock after us: every version counts.
        deciding = versions.deciding(content.valid_from, _FOREVER)
    except NoMethodology:
        deciding = None
    taken = deciding is not None and (
        deciding.valid_from == content.valid_from or content.valid_from < riga_date(now)
    )
    if taken and deciding is not None and content.corrects != deciding.version:
        raise AmbiguousMethodology(
            valid_from=content.valid_from.isoformat(),
            deciding=deciding.version,
            errors={"/corrects" if content.corrects else "/valid_from": ["decided already"]},
        )
    if not taken and content.corrects is not None:
        raise NothingToCorrect(version=content.corrects, errors={"/corrects": ["is not needed"]})
