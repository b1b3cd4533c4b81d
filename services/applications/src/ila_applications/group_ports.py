"""What groups, sessions and results need from outside the rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ila_kit.store.listing import PageRequest

from ila_applications.domain.applications import Application, Case
from ila_applications.domain.groups import Group, Reach
from ila_applications.domain.offerings import Programme
from ila_applications.domain.results import Result
from ila_applications.domain.sessions import Attendance, Session


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A page of groups, each with its programme, and the cursor of the next page."""

    groups: list[tuple[Group, Programme]]
    next: str | None


class GroupStore(Protocol):
    """Groups, and who is in them. Who changes a group locks its programme first."""

    def lock_programme(self, programme_id: UUID) -> None:
        """Keep everybody else from changing the groups of a programme and who is in them."""

    def add(self, group: Group) -> None:
        """Store a new group."""

    def save(self, group: Group) -> None:
        """Store a change. Raises Stale when the group has changed since it was read."""

    def get(self, group_id: UUID, reach: Reach) -> Group:
        """Return a group in reach. Raises Missing."""

    def page(self, request: PageRequest, reach: Reach) -> GroupPage:
        """Return a page of groups in reach, newest first."""

    def in_states(self, programme_id: UUID, states: Sequence[str]) -> list[Group]:
        """Return the groups of a programme that are in one of these states, oldest first."""

    def members(self, group_id: UUID, lock: bool = False) -> list[Case]:
        """Return who holds a place of a group, oldest receipt first. `lock`: in the order of ids, locked."""

    def roll(self, group_id: UUID) -> list[Case]:
        """Return who learns or has learned in a group to its end, oldest receipt first."""

    def unplaced(self, programme_id: UUID, limit: int) -> list[Case]:
        """Return, locked, the first enrolled learners without a group; one who is locked is passed over."""

    def count_unplaced(self, programme_id: UUID) -> int:
        """Return how many enrolled learners of a programme have no group."""

    def count_unpaid(self, group_id: UUID) -> int:
        """Return how many learners completed in a group and are not paid for."""

    def membership(self, group_id: UUID, person_id: UUID) -> UUID | None:
        """Return the application by which a person is in a group, or was until the end."""


class SessionStore(Protocol):
    """Sessions, and who was there."""

    def add(self, session: Session) -> None:
        """Store a new session."""

    def save(self, session: Session) -> None:
        """Store a change. Raises Stale when the session has changed since it was read."""

    def get(self, session_id: UUID, lock: bool = False) -> Session:
        """Return a session. Raises Missing. `lock`: nobody else changes it meanwhile."""

    def of_group(self, group_id: UUID) -> list[Session]:
        """Return the sessions of a group in the order of their time."""

    def record(self, session: Session, members: Mapping[UUID, UUID], present: Collection[UUID]) -> None:
        """Store who of the members (application → person) was present, by the trainer's word."""

    def confirm(self, session: Session, application: Application, now: datetime) -> bool:
        """Store a learner's word; False when it overlaps with another session they confirmed."""

    def attendance(self, session_id: UUID) -> dict[UUID, Attendance]:
        """Return what is known of each member's presence in a session, by application."""

    def attendance_in(self, group_id: UUID) -> list[Attendance]:
        """Return what is known of presence in all sessions of a group."""

    def attended_hours(self, application_ids: Sequence[UUID]) -> dict[UUID, dict[int, int]]:
        """Return the learning hours that both sides confirm, by application and part."""


class ResultStore(Protocol):
    """Results of learners."""

    def of_group(self, group_id: UUID) -> list[Result]:
        """Return the results of a group that are not voided."""

    def of_application(self, application_id: UUID) -> Result | None:
        """Return the result of an application that is not voided."""

    def save(self, results: Sequence[Result]) -> None:
        """Store new and changed results. Raises Stale when one has changed since it was read."""
