"""A group of learners of one programme, and which groups somebody reaches."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from ila_kit.actor import Actor
from ila_kit.clock import RIGA, riga_date
from ila_kit.ids import uuid7

from ila_applications.domain.group_errors import GroupBegun, MaximumTooLow, WrongGroupDates
from ila_applications.domain.group_states import GROUP, TRAINER, Standing
from ila_applications.domain.offerings import Call, Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a provider decides about a group."""

    title: str
    maximum: int
    starts_on: date
    ends_on: date
    trainer_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group. `minimum` is the call's; `members` are the learners that hold one of its places.

    `reason` is why it was cancelled, in the words of who did or as a code; `notes` are the verifier's.
    `overdue`: somebody should have acted by now, and nothing better can be done than to say so.
    """

    id: UUID
    programme_id: UUID
    call_id: UUID
    organisation_id: UUID
    title: str
    minimum: int
    maximum: int
    starts_on: date
    ends_on: date
    trainer_ids: tuple[UUID, ...]
    state: str
    version: int
    created_at: datetime
    updated_at: datetime
    members: int = 0
    due_at: datetime | None = None
    reason: str | None = None
    notes: str | None = None
    overdue: bool = False
    finished_at: datetime | None = None
    verified_at: datetime | None = None

    @property
    def free(self) -> int:
        """How many learners the group still takes."""
        return self.maximum - self.members

    @property
    def viable(self) -> bool:
        """Whether the group has the members that the call asks for. Source: BR-601."""
        return self.members >= self.minimum

    def standing(self, now: datetime, lacking: dict[int, int] | None = None) -> Standing:
        """Return what the guards of the state table look at."""
        return Standing(
            members=self.members,
            minimum=self.minimum,
            trainers=len(self.trainer_ids),
            starts_on=self.starts_on,
            today=riga_date(now),
            lacking=lacking or {},
        )

    def step(
        self,
        action: str,
        roles: frozenset[str],
        now: datetime,
        lacking: dict[int, int] | None = None,
        **changes: Any,
    ) -> "Group":
        """Return the group after a step of the state table. Raises WrongState, NotYourStep, or a guard's."""
        state = GROUP.next_state(self.state, action, roles, self.standing(now, lacking))
        values: dict[str, Any] = {"state": state, "version": self.version + 1, "updated_at": now}
        moved = replace(self, **values | {"overdue": action == "alarm"} | changes)
        return replace(moved, due_at=deadline(moved, now))

    def must_allow(self, action: str, roles: frozenset[str], now: datetime) -> None:
        """Raise unless somebody in these roles may do this in the group's present state."""
        GROUP.next_state(self.state, action, roles, self.standing(now))

    def changed(self, terms: Terms, roles: frozenset[str], now: datetime) -> "Group":
        """Return the group with other terms. Raises GroupBegun, and what `step` and `checked` raise."""
        fixed = (self.starts_on, self.maximum)
        if self.state == "started" and fixed != (terms.starts_on, terms.maximum):
            raise GroupBegun()
        checked(terms, max(self.minimum, self.members), now)
        values = {name: getattr(terms, name) for name in terms.__dataclass_fields__}
        return self.step("change", roles, now, **values)

    def taking(self, learners: int, now: datetime) -> "Group":
        """Return the group with so many learners more, or fewer when negative."""
        return replace(self, members=self.members + learners, version=self.version + 1, updated_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which groups a caller reaches on one route; any other one is as if it did not exist.

    `everything` for the agency; else all groups of the `managed` institutions, the groups that
    `person` teaches in the `taught` ones, and, when `learns`, those the person learns in.
    """

    everything: bool = False
    person: UUID | None = None
    learns: bool = False
    managed: frozenset[UUID] = field(default_factory=frozenset)
    taught: frozenset[UUID] = field(default_factory=frozenset)


SYSTEM_REACH = Reach(everything=True)


def plan(programme: Programme, call: Call, organisation_id: UUID, terms: Terms, now: datetime) -> Group:
    """Return a new group of a programme. Raises MaximumTooLow or WrongGroupDates."""
    checked(terms, call.group_minimum, now)
    group = Group(
        id=uuid7(),
        programme_id=programme.id,
        call_id=call.id,
        organisation_id=organisation_id,
        minimum=call.group_minimum,
        state=GROUP.start,
        version=1,
        created_at=now,
        updated_at=now,
        **{name: getattr(terms, name) for name in terms.__dataclass_fields__},
    )
    return replace(group, due_at=deadline(group, now))


def checked(terms: Terms, least: int, now: datetime) -> None:
    """Raise MaximumTooLow below so many places, WrongGroupDates when the last day is early or over."""
    if terms.maximum < least:
        raise MaximumTooLow(least=least)
    if terms.ends_on < max(terms.starts_on, riga_date(now)):
        raise WrongGroupDates(ends_on=terms.ends_on)


def deadline(group: Group, now: datetime) -> datetime | None:
    """Return when the state of a group ends by itself, or is alarmed; None when it is over.

    Until it starts, a group waits from its first day on; while it learns, from its last day on;
    then from the moment that its state was entered.
    """
    timer = GROUP.timers.get(group.state)
    if timer is None:
        return None
    waits_from = now
    if group.state in ("planned", "recruiting", "formed"):
        waits_from = midnight(group.starts_on)
    elif group.state == "started":
        waits_from = midnight(group.ends_on + timedelta(days=1))
    return waits_from + timer.after


def midnight(day: date) -> datetime:
    """Return the first instant of a day in Latvia."""
    return datetime.combine(day, time(), RIGA)


def roles_in(actor: Actor, group: Group) -> frozenset[str]:
    """Return the roles in which somebody acts on a group: those held in its institution or platform-wide.

    A trainer is one only for the groups that name them. Source: 01-mission section 2.
    """
    held = {role.name for role in actor.roles if role.organisation in (None, group.organisation_id)}
    teaches = actor.id in {str(trainer) for trainer in group.trainer_ids}
    return frozenset(held if teaches else held - {TRAINER})
