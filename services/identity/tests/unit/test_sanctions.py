"""Sanctions bar exactly their scope, are replied to in time, and end by hand or by themselves."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_identity.domain.errors import EndPassed, ReplyTooLate, SanctionInForce
from ila_identity.domain.limits import Limits
from ila_identity.domain.organisations import Organisation
from ila_identity.domain.sanctions import (
    BARS,
    CLOSURE,
    SCOPES,
    Grounds,
    barred_by,
    closure,
    grade_of,
    impose,
    reply_due,
)
from ila_identity.domain.working_days import is_working_day
from ila_identity.events.published import ProviderReinstated, ProviderSuspended
from ila_identity.usecases.sanctions import (
    REPLY_DUE,
    SANCTION_END,
    Close,
    Reinstate,
    Reply,
    Suspend,
    close_organisation,
    end_sanction_in_time,
    miss_reply_in_time,
    reinstate_organisation,
    reply_to_sanction,
    suspend_organisation,
)
from ila_kit.actor import Role
from ila_kit.clock import RIGA
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState

PLACE = uuid7()
GROUNDS = Grounds(facts="Nodarbības nenotika.", legal_basis="MK noteikumi Nr. 506")
NOON = datetime(2024, 10, 30, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def organisation(world):
    now = world.unit.now
    made = Organisation(id=PLACE, title="Paraugs", viis_number="1", created_at=now, updated_at=now)
    world.unit.organisations.add(made)
    world.act_as(None, "sanction_officer")


def suspend(world, scope="all", place=PLACE, **changes):
    command = Suspend(organisation_id=place, scope=scope, grounds=GROUNDS, **changes)
    return suspend_organisation(world.unit, command, Limits())


def reinstate(world, sanction_id=None, place=PLACE):
    command = Reinstate(organisation_id=place, reason="mended", sanction_id=sanction_id)
    return reinstate_organisation(world.unit, command)


def close(world, place=PLACE):
    return close_organisation(world.unit, Close(organisation_id=place, grounds=GROUNDS))


def of_scope(world, scope):
    return next(one for one in world.unit.sanctions.rows.values() if one.scope == scope)


def told(world):
    """What was told: the kind of event, its grade and scopes, and the version."""
    return [
        (type(event).__name__, getattr(event, "grade", None), event.scopes, version)
        for event, version in world.unit.published
        if isinstance(event, ProviderSuspended | ProviderReinstated)
    ]


class TestOfficer:
    def test_each_change_is_told_with_all_that_is_barred_from_then_on(self, world):
        suspend(world, "payments")
        suspend(world, "new_offers")
        reinstate(world, of_scope(world, "payments").id)
        suspend(world, "all")
        reinstate(world)
        close(world)

        assert told(world) == [
            ("ProviderSuspended", "partial", ["payments"], 2),
            ("ProviderSuspended", "partial", ["new_offers", "payments"], 3),
            ("ProviderSuspended", "partial", ["new_offers"], 4),
            ("ProviderSuspended", "full", ["new_enrolments", "new_offers", "payments"], 5),
            ("ProviderReinstated", None, ["new_enrolments", "new_offers", "payments"], 6),
            ("ProviderSuspended", "closed", ["new_enrolments", "new_offers"], 7),
        ]
        assert all(event.version == version for event, version in world.unit.published)

    def test_a_closed_organisation_is_still_paid_unless_its_payments_are_barred(self, world):
        suspend(world, "payments")

        assert close(world).barred == ("new_enrolments", "new_offers", "payments")
        eased = reinstate(world, of_scope(world, "payments").id)

        assert (eased.state, eased.barred) == ("closed", ("new_enrolments", "new_offers"))

    def test_facts_grounds_and_end_are_kept_with_who_and_when(self, world):
        suspend(world, "payments", ends_on=date(2999, 1, 31))
        sanction = of_scope(world, "payments")

        assert (sanction.facts, sanction.legal_basis) == (GROUNDS.facts, GROUNDS.legal_basis)
        assert (sanction.imposed_by, sanction.imposed_at) == (world.unit.actor.id, world.unit.now)
        assert sanction.ends_at == datetime(2999, 2, 1, tzinfo=RIGA)
        assert world.unit.timers[sanction.id, SANCTION_END] == sanction.ends_at

    def test_the_same_scope_is_not_barred_twice_at_once_but_again_afterwards(self, world):
        suspend(world, "payments")
        with pytest.raises(SanctionInForce):
            suspend(world, "payments")
        reinstate(world)

        assert suspend(world, "payments").barred == ("payments",)

    @pytest.mark.parametrize(
        ("done", "refused"),
        [
            ([], reinstate),
            ([suspend, reinstate], reinstate),
            ([close], suspend),
            ([close], reinstate),
            ([close], close),
        ],
    )
    def test_a_step_out_of_order_is_refused_and_tells_nothing(self, world, done, refused):
        for step in done:
            step(world)
        before = list(world.unit.published)
        with pytest.raises(WrongState):
            refused(world)
        assert world.unit.published == before

    def test_a_lifted_sanction_and_a_closure_are_not_lifted(self, world):
        suspend(world, "payments")
        suspend(world, "new_offers")
        lifted = of_scope(world, "payments").id
        reinstate(world, lifted)
        with pytest.raises(WrongState):
            reinstate(world, lifted)
        close(world)
        with pytest.raises(WrongState):
            reinstate(world, of_scope(world, CLOSURE).id)

    @pytest.mark.parametrize("step", [suspend, reinstate, close])
    def test_only_a_sanction_officer_does_it_and_only_to_what_is_there(self, world, step):
        with pytest.raises(Missing):
            step(world, place=uuid7())
        if step is reinstate:
            suspend(world)
        world.act_as(None, "user_approver")
        with pytest.raises(NotYourStep):
            step(world)

    def test_a_last_day_that_is_over_is_refused(self, world):
        with pytest.raises(EndPassed):
            suspend(world, ends_on=world.unit.now.date() - timedelta(days=2))


class TestTime:
    def test_a_sanction_ends_by_itself_after_its_last_day_and_not_before(self, world):
        suspend(world, "payments", ends_on=world.unit.now.date() + timedelta(days=30))
        suspend(world, "new_offers")
        sanction = of_scope(world, "payments")
        end_sanction_in_time(world.unit, sanction.id)
        assert world.unit.organisations.find(PLACE).barred == ("new_offers", "payments")

        world.unit.now = sanction.ends_at
        end_sanction_in_time(world.unit, sanction.id)
        end_sanction_in_time(world.unit, sanction.id)

        ended = of_scope(world, "payments")
        assert (ended.state, ended.ended_by, ended.ended_at) == ("ended", None, sanction.ends_at)
        assert told(world)[-1] == ("ProviderSuspended", "partial", ["new_offers"], 4)

    def test_with_the_end_of_the_last_one_the_organisation_works_again(self, world):
        suspend(world, ends_on=world.unit.now.date() + timedelta(days=1))
        sanction = of_scope(world, "all")
        world.unit.now = sanction.ends_at
        end_sanction_in_time(world.unit, sanction.id)

        organisation = world.unit.organisations.find(PLACE)
        assert (organisation.state, organisation.barred, organisation.reason) == ("active", (), None)

    @given(
        start=st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes)),
        days=st.integers(1, 30),
    )
    def test_a_reply_is_in_time_until_the_end_of_the_last_of_so_many_working_days(self, start, days):
        due = reply_due(start, days).astimezone(RIGA)
        last = due.date() - timedelta(days=1)
        first = start.astimezone(RIGA).date() + timedelta(days=1)
        between = [first + timedelta(days=n) for n in range((last - first).days + 1)]

        assert (due.hour, due.minute, due.second) == (0, 0, 0)
        assert sum(map(is_working_day, between)) == days
        assert is_working_day(last)

    def test_the_clock_of_a_reply_knows_the_holiday_of_november(self):
        assert reply_due(datetime(2024, 11, 15, 8, tzinfo=UTC), 1) == datetime(2024, 11, 20, tzinfo=RIGA)


class TestReply:
    @pytest.fixture
    def sanction(self, world):
        suspend(world, "payments")
        return of_scope(world, "payments")

    def reply(self, world, sanction, *roles, place=PLACE):
        scope = world.act_as(None, *(Role(role, place) for role in roles))
        command = Reply(organisation_id=PLACE, sanction_id=sanction.id, text="Nodarbības notika tiešsaistē.")
        return reply_to_sanction(world.unit, command, scope)

    @pytest.mark.parametrize("role", ["provider_admin", "provider_signatory"])
    def test_who_acts_for_the_organisation_replies_once_and_it_is_kept(self, world, sanction, role):
        replied = self.reply(world, sanction, role)

        assert (replied.reply_state, replied.reply) == ("given", "Nodarbības notika tiešsaistē.")
        assert (replied.replied_by, replied.replied_at) == (world.unit.actor.id, world.unit.now)
        assert (sanction.id, REPLY_DUE) not in world.unit.timers
        with pytest.raises(WrongState):
            self.reply(world, sanction, role)

    def test_others_of_the_organisation_and_of_others_do_not(self, world, sanction):
        with pytest.raises(NotYourStep):
            self.reply(world, sanction, "provider_trainer")
        with pytest.raises(Missing):
            self.reply(world, sanction, "provider_admin", place=uuid7())

    def test_not_after_its_time_whether_that_was_noted_or_not(self, world, sanction):
        world.unit.now = sanction.reply_due_at - timedelta(microseconds=1)
        miss_reply_in_time(world.unit, sanction.id)
        assert of_scope(world, "payments").reply_state == "awaited"

        world.unit.now = sanction.reply_due_at
        with pytest.raises(ReplyTooLate):
            self.reply(world, sanction, "provider_admin")
        miss_reply_in_time(world.unit, sanction.id)
        miss_reply_in_time(world.unit, sanction.id)
        with pytest.raises(WrongState):
            self.reply(world, sanction, "provider_admin")

        assert world.unit.actions().count("sanction_reply_missed") == 1

    def test_a_reply_to_a_lifted_sanction_is_still_evidence(self, world, sanction):
        reinstate(world)
        assert self.reply(world, sanction, "provider_admin").state == "lifted"

    def test_nobody_replies_to_a_closure(self, world):
        close(world)
        with pytest.raises(WrongState):
            self.reply(world, of_scope(world, CLOSURE), "provider_admin")


def imposed(scope):
    if scope == CLOSURE:
        return closure(PLACE, GROUNDS, by="officer", now=NOON)
    return impose(PLACE, scope, GROUNDS, by="officer", now=NOON, reply_days=10)


@given(st.lists(st.tuples(st.sampled_from([*SCOPES, CLOSURE]), st.booleans())))
def test_what_is_barred_is_what_those_in_force_bar_and_nothing_else(drawn):
    sanctions = [imposed(scope) if stands else imposed(scope).ended(NOON) for scope, stands in drawn]

    expected = {one for scope, stands in drawn if stands for one in BARS[scope]}

    assert barred_by(sanctions) == expected


@given(st.lists(st.sampled_from(["payments", "new_offers", "new_enrolments", "all"]), max_size=12))
def test_after_any_order_of_sanctions_and_their_ends_the_newest_telling_is_the_truth(steps):
    standing = {}
    for scope in steps:  # a scope that stands is lifted, another one imposed
        if scope in standing:
            del standing[scope]
        else:
            standing[scope] = imposed(scope)
        organisation = barred_by(standing.values())
        assert organisation == set().union(*(BARS[one] for one in standing))


@given(st.sets(st.sampled_from(["new_offers", "new_enrolments", "payments"])))
def test_who_is_barred_from_everything_is_barred_in_full_and_a_closed_one_for_good(barred):
    assert grade_of("suspended", barred) == ("full" if len(barred) == 3 else "partial")
    assert grade_of("closed", barred) == "closed"
