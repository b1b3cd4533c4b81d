"""No money moves before the register of earlier support said that nobody else paid (BR-713)."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ila_funding.clients.identity import IdentitySupports
from ila_funding.consumers.support_checks import SupportJob
from ila_funding.domain.errors import SupportCheckOpen
from ila_funding.domain.hold import moved
from ila_funding.domain.request import Ending
from ila_funding.domain.support_check import OtherSupport, same_support
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.events.published import (
    EntitlementGranted,
    FundsCommitted,
    FundsHeld,
    FundsReleased,
    HoldRefused,
)
from ila_funding.usecases.commitments import CommitFunds, commit_funds
from ila_funding.usecases.endings import EndRequest, end_request
from ila_funding.usecases.holds import expire_hold, request_hold
from ila_funding.usecases.support_checks import clear_holds
from ila_funding.usecases.waiting import EXPIRE_HOLD
from ila_kit.errors import Unavailable
from ila_kit.events import NotYet, to_json
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import NOON

from .fakes_support import answer_of

PART = OtherSupport(
    reference="ESF-1",
    source="ESF 8.4.1",
    family="vocational",
    title="VIENKĀRŠU  algoritmu izstrāde",
    supported_on=date(2022, 3, 1),
)
COURSE = Training(kind=Kind.STUDY_COURSE, parts=(Part("Datortīkli", 160),))
ELSE = replace(PART, title="Programmēšana")


class Register:
    """A register of earlier support: `supports` by person; silent about some, down, or answering."""

    def __init__(self, unit):
        self.unit, self.supports, self.silent, self.down, self.asked = unit, {}, set(), False, []

    def of(self, since, purpose):
        self.asked.append(dict(since))
        if self.down:
            raise Unavailable(neighbour="earlier-support")
        holds = {one.person_id: one for one in self.unit.holds.rows.values()}
        return {
            one: answer_of(holds[one], *self.supports.get(one, ()), at=self.unit.now)
            for one in since
            if one not in self.silent
        }


class Units:
    """Opens the same unit again and again, on its clock."""

    service = "funding"

    def __init__(self, unit):
        self.unit = unit

    def clock(self):
        return self.unit.now

    @contextmanager
    def open(self, _actor):
        yield self.unit

    read = open


@pytest.fixture
def register(unit):
    unit.register_answers = False
    return Register(unit)


@pytest.fixture
def job(unit, register):
    return SupportJob(Units(unit), register, batch=2)


@pytest.fixture
def hold(unit, publish_call, publish_programme, asked):
    """Have an application found eligible; gives its hold as it is now, each time."""
    publish_call()
    publish_programme()

    def make(place=1, **changes):
        request = asked(place, **changes)
        request_hold(unit, request)
        return lambda: unit.holds.of_application(request.application_id)

    return make


def commit(unit, hold):
    commit_funds(unit, CommitFunds(application_id=hold.application_id, sequence=9))


def withdraw(unit, hold):
    end_request(unit, EndRequest(application_id=hold.application_id, reason=Ending.WITHDRAWN, sequence=7))


def test_money_is_set_apart_at_once_and_told_when_the_register_was_heard(unit, register, job, hold):
    mine = hold()
    assert (mine().state, mine().support_check, mine().told_at) == ("held", "pending", None)
    assert (unit.line.held, unit.told(FundsHeld)) == (Decimal("608.99"), [])
    assert job.run() == 1
    (told,) = unit.told(FundsHeld)
    assert (told.hold_id, told.amount) == (mine().id, Decimal("608.99"))
    assert (mine().support_check, mine().told_at, mine().support_checked_at) == ("clear", NOON, NOON)
    assert (job.run(), len(register.asked), len(unit.told(FundsHeld))) == (0, 1, 1)


@pytest.mark.parametrize("order", [(1, 2), (2, 1), (1, 1, 2, 2), (2, 1, 2, 1)])
def test_an_entitlement_is_told_with_the_money_that_was_heard_about_in_any_order_and_once(
    unit, register, job, hold, publish_programme, order
):
    first = hold(1)
    publish_programme(COURSE, programme_id=(other := uuid7()))
    second = hold(2, person_id=first().person_id, programme_id=other)
    assert unit.told(EntitlementGranted) == []
    holds = {1: first(), 2: second()}
    for one in order:
        clear_holds(unit, {holds[one].id: answer_of(holds[one])})
    amounts = [holds[one].amount for one in dict.fromkeys(order)]
    told = [(event, version) for event, version in unit.published if isinstance(event, EntitlementGranted)]
    assert [(event.amount, event.granted) for event, _ in told] == [
        (amounts[0], amounts[0]),
        (amounts[1], sum(amounts)),
    ]
    assert told[0][1] < told[1][1]
    assert told[0][0].valid_until == unit.holds.rows[told[0][0].hold_id].expires_at


def test_no_entitlement_is_told_of_money_that_went_back_unheard(unit, register, job, hold):
    supported, leaving = hold(1), hold(2)
    register.supports[supported().person_id] = [PART]
    withdraw(unit, leaving())
    job.run()
    assert unit.told(EntitlementGranted) == []


def test_a_register_that_is_down_holds_and_never_passes(unit, register, job, hold):
    mine, register.down = hold(), True
    for _ in range(5):
        unit.now += timedelta(seconds=60)
        assert job.run() == 0
        with pytest.raises(NotYet):
            commit(unit, mine())
        with pytest.raises(SupportCheckOpen):
            moved(mine(), "commit", unit.now)
    assert (mine().state, mine().support_check, unit.line.held) == ("held", "pending", Decimal("608.99"))
    assert unit.requests.rows[mine().application_id].enrolled_sequence is None
    register.down = False
    unit.now += timedelta(seconds=60)
    job.run()
    commit(unit, mine())
    assert (mine().state, len(unit.told(FundsCommitted))) == ("committed", 1)


def test_while_it_is_down_it_is_asked_less_and_less_often(unit, register, job, hold):
    hold()
    register.down = True
    for _ in range(60):
        unit.now += timedelta(seconds=1)
        job.run()
    assert 3 < len(register.asked) < 30


def test_what_others_paid_is_refused_by_name_and_every_cent_restored(unit, register, job, hold):
    mine = hold()
    register.supports[mine().person_id] = [ELSE, PART]
    job.run()
    assert (mine().state, mine().support_check, mine().earlier_support) == (
        "released",
        "found",
        "ESF 8.4.1: ESF-1",
    )
    (refused,) = unit.told(HoldRefused)
    assert (refused.application_id, refused.reason) == (mine().application_id, "double-funding")
    assert (unit.told(FundsHeld), unit.told(FundsReleased)) == ([], [])
    assert (unit.line.held, unit.line.free) == (0, unit.line.limit_amount)
    assert sum(move.amount * (1 if move.reverses is None else -1) for move in unit.ledger.movements[-2:]) == 0
    assert unit.requests.rows[mine().application_id].state == "refused"
    assert unit.support.paid == {}
    assert job.run() == 0


def test_support_for_another_content_is_no_reason(unit, register, job, hold):
    mine = hold()
    register.supports[mine().person_id] = [ELSE]
    job.run()
    assert (mine().state, mine().support_check, mine().earlier_support) == ("held", "clear", None)


@pytest.mark.parametrize(
    ("family", "title", "same"),
    [
        ("vocational", "Vienkāršu algoritmu izstrāde", True),
        ("studies", "Vienkāršu algoritmu izstrāde", False),
        ("adult-education", "vienkāršu algoritmu IZSTRĀDE", True),
        ("adult-education", "Programmēšana", False),
        ("vocational", "Ievads", False),
    ],
)
def test_families_of_ours_are_told_apart_and_others_are_not(family, title, same):
    keys = ["programme:x", "vocational:vienkāršu algoritmu izstrāde", "vocational@algoritmi:ievads"]
    found = same_support(keys, [replace(PART, family=family, title=title)])
    assert (found is not None) == same


def test_an_answer_from_before_the_hold_or_about_somebody_else_decides_nothing(unit, register, job, hold):
    mine = hold()
    early = answer_of(mine(), at=NOON - timedelta(seconds=1))
    for answer in (early, replace(answer_of(mine()), person_id=uuid7())):
        register.of = lambda since, purpose, answer=answer: dict.fromkeys(since, answer)
        job.run()
        assert mine().support_check == "pending"


def test_a_burst_is_asked_about_in_batches_and_one_nobody_knows_keeps_nobody_waiting(
    unit, register, job, hold
):
    holds = [hold(place) for place in range(1, 6)]
    register.silent.add(holds[0]().person_id)
    job.run()
    assert [len(one) for one in register.asked] == [2, 2, 1]
    assert [one().support_check for one in holds] == ["pending", *["clear"] * 4]


def test_a_fault_in_one_hold_keeps_the_others_going(unit, register, job, hold):
    first, second = hold(1), hold(2)
    programme = unit.programmes.rows.pop(first().programme_id)
    taught = unit.support.taught.pop(first().programme_id)
    register.supports[first().person_id] = [PART]
    job.run()
    assert (first().support_check, second().support_check) == ("pending", "clear")
    unit.programmes.rows[programme.programme_id] = programme
    unit.support.taught[programme.programme_id] = taught
    job.run()
    assert first().support_check == "found"


def test_who_withdraws_meanwhile_gets_nothing_and_nobody_is_told(unit, register, job, hold):
    mine = hold()
    withdraw(unit, mine())
    assert (mine().state, unit.line.held) == ("released", 0)
    assert (unit.told(FundsHeld), unit.told(FundsReleased)) == ([], [])
    assert job.run() == 0
    assert register.asked == []


def test_the_time_of_a_hold_begins_when_it_is_told(unit, register, job, hold):
    mine, register.down = hold(), True
    unit.now += timedelta(days=40)
    expire_hold(unit, mine().id)
    assert mine().state == "held"
    register.down = False
    job.run()
    assert mine().expires_at == unit.now + timedelta(days=30)
    assert unit.timers[mine().id, EXPIRE_HOLD] == mine().expires_at
    unit.now += timedelta(days=30)
    expire_hold(unit, mine().id)
    assert mine().state == "expired"


def told_before(unit, mine, **changes):
    """Have a hold look as one that was made before anybody asked the register."""
    unit.holds.save(replace(mine(), told_at=NOON, **changes))


def test_a_hold_of_before_that_is_found_is_released_by_name(unit, register, job, hold):
    mine = hold()
    told_before(unit, mine)
    register.supports[mine().person_id] = [PART]
    job.run()
    (released,) = unit.told(FundsReleased)
    assert (released.reason, released.amount) == ("double-funding", Decimal("608.99"))
    assert (unit.told(HoldRefused), unit.line.held) == ([], 0)


actions = st.sampled_from(
    ["down", "clear", "part", "else", "silent", "commit", "withdraw", "later", "expire"]
)


# `seed` copies what was published into a new unit for each example.
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(actions, max_size=14), told=st.booleans())
def test_nothing_is_ever_committed_unless_the_register_said_that_nobody_else_paid(
    new_unit, seed, steps, told
):
    unit, request = seed(new_unit())
    register = Register(unit)
    job = SupportJob(Units(unit), register)
    request_hold(unit, request)
    (hold_id,) = unit.holds.rows
    if told:
        unit.holds.save(replace(unit.holds.rows[hold_id], told_at=NOON))
    said = set()
    for step in steps:
        hold = unit.holds.rows[hold_id]
        unit.now += timedelta(days=1 if step == "later" else 0, seconds=30)
        if step in ("down", "clear", "part", "else", "silent"):
            register.down = step == "down"
            register.silent = {hold.person_id} if step == "silent" else set()
            register.supports = {hold.person_id: {"part": [PART], "else": [ELSE]}.get(step, [])}
            if job.run() and hold.support_check == "pending":
                said.add(step)
        elif step == "commit":
            try:
                commit(unit, hold)
            except NotYet:
                assert not said & {"clear", "else"} or not hold.live
        elif step == "withdraw":
            withdraw(unit, hold)
        else:
            expire_hold(unit, hold_id)
        hold = unit.holds.rows[hold_id]
        assert hold.state != "committed" or said & {"clear", "else"}
        assert unit.line.held + unit.line.committed == (hold.amount if hold.live else 0)
        assert (hold.told_at is not None) or not unit.told(FundsHeld)
        if hold.support_check == "found":
            assert hold.state == "released"


@pytest.fixture
def seed(publish_call, publish_programme, asked, unit, call_id):
    """Give another unit the call and the programme of this one, and a request."""
    publish_call()
    publish_programme()

    def into(other):
        other.register_answers = False
        other.calls.rows, other.programmes.rows = dict(unit.calls.rows), dict(unit.programmes.rows)
        other.lines.rows = dict(unit.lines.rows)
        other.support.taught = {one: set(keys) for one, keys in unit.support.taught.items()}
        return other, asked()

    return into


class Neighbour:
    """Identity, answering as told."""

    def __init__(self, *answers):
        self.answers, self.sent = answers, []

    def post(self, path, body):
        self.sent.append((path, body))
        return {"answers": list(self.answers), "missing": []}


def told(person, state, **more):
    nothing = {"answer_id": None, "observed_at": None, "legal_basis": None, "supports": []}
    return nothing | {"person_id": str(person), "state": state} | more


def test_identity_is_asked_by_ids_and_only_what_the_register_told_is_an_answer():
    known, waiting, stranger = uuid7(), uuid7(), uuid7()
    answer = {"answer_id": str(uuid7()), "observed_at": "2024-11-20T10:00:00Z", "legal_basis": "law"}
    support = to_json(PART)
    neighbour = Neighbour(
        told(known, "register", **answer, supports=[support]),
        told(waiting, "unavailable"),
        told(stranger, "register", **answer),
    )
    found = IdentitySupports(lambda: neighbour).of({known: NOON, waiting: NOON}, "p")
    assert set(found) == {known}
    assert (found[known].supports, found[known].observed_at) == ((PART,), NOON)
    ((path, body),) = neighbour.sent
    assert path == "/api/identity/v1/earlier-support"
    assert [one["person_id"] for one in body["questions"]] == [str(known), str(waiting)]


def test_a_register_that_told_of_nobody_and_is_down_is_down_but_one_being_asked_is_not():
    person = uuid7()
    with pytest.raises(Unavailable):
        IdentitySupports(lambda: Neighbour(told(person, "unavailable"))).of({person: NOON}, "p")
    assert IdentitySupports(lambda: Neighbour(told(person, "asked"))).of({person: NOON}, "p") == {}
    for garbage in ({}, {"state": "register"}, told(person, "register")):
        with pytest.raises(Unavailable):
            IdentitySupports(lambda garbage=garbage: Neighbour(garbage)).of({person: NOON}, "p")
