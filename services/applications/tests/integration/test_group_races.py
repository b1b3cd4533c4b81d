"""Groups under concurrency: nobody placed twice, no group too full, nobody forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from ila_applications.consumers import TIMERS
from ila_applications.store import group_tables as g
from ila_applications.store import tables as t
from ila_kit.ids import uuid7
from ila_kit.store.timers import run_due

pytestmark = pytest.mark.integration
PATH = "/api/applications/v1/applications"


def together(*acts):
    """Do all of these at once; return their answers."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(act) for act in acts]]


def members(service, programme):
    """Return, by group, how many applications are in it, as told by themselves and by the group."""
    a, c = t.application.c, g.learning_group.c
    within = sa.and_(a.group_id == c.id, a.state.in_(["enrolled", "learning"]))
    query = sa.select(c.id, c.members, c.maximum, sa.func.count(a.id))
    query = query.select_from(g.learning_group.outerjoin(t.application, within))
    with service.engine.connect() as connection:
        found = connection.execute(query.where(c.programme_id == programme).group_by(c.id)).all()
    return {str(one[0]): tuple(one[1:]) for one in found}


def unplaced(service, programme):
    a = t.application.c
    query = sa.select(sa.func.count()).where(
        a.programme_id == programme, a.state == "enrolled", a.group_id.is_(None)
    )
    with service.engine.connect() as connection:
        return connection.scalar(query)


def settle(service):
    """Let what was passed over be looked at again."""
    service.now = datetime(2024, 11, 20, 12, 0, tzinfo=UTC)
    run_due(service.deps.units, TIMERS)


def test_twelve_acceptances_at_once_fill_a_group_of_five_exactly(service, institution):
    offered = [institution.offered() for _ in range(12)]
    group = institution.plan(maximum=5)
    institution.do(f"{group}/opening")
    answers = together(*(lambda one=one: institution.accept(*one) for one in offered))
    assert {answer.status_code for answer in answers} == {201}
    assert list(members(service, institution.programme).values()) == [(5, 5, 5)]
    assert unplaced(service, institution.programme) == 7


def test_opening_while_people_accept_and_withdraw_forgets_nobody(service, institution):
    offered = [institution.offered() for _ in range(8)]
    group = institution.plan()
    answers = together(
        *(lambda one=one: institution.accept(*one) for one in offered),
        lambda: institution.editor.post(f"{group}/opening"),
        *(lambda one=one: one[0].post(f"{PATH}/{one[1]}/withdrawal", {}) for one in offered[:3]),
    )
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    settle(service)
    ((counted, _, real),) = members(service, institution.programme).values()
    assert counted == real
    assert unplaced(service, institution.programme) == 0


def test_cancelling_while_people_withdraw_moves_or_releases_each_once(service, institution):
    group = institution.plan()
    institution.do(f"{group}/opening")
    enrolled = [institution.enrol() for _ in range(8)]
    other = institution.plan(maximum=3)
    institution.do(f"{other}/opening")
    together(
        lambda: institution.editor.post(f"{group}/cancellation", {"reason": "x"}),
        *(lambda one=one: one[0].post(f"{PATH}/{one[1]}/withdrawal", {}) for one in enrolled[:4]),
    )
    settle(service)
    counts = members(service, institution.programme)
    assert all(counted == real <= maximum for counted, maximum, real in counts.values())
    ended = [
        one["application_id"]
        for name in ("place_expired", "application_withdrawn")
        for one in service.told(name, institution.programme)
    ]
    assert len(ended) == len(set(ended))
    still = sum(real for _, _, real in counts.values())
    assert len(ended) + still == 8
    assert institution.state(group)["state"] == "cancelled"


def test_the_same_step_at_once_is_made_once(service, institution):
    group = institution.plan()
    answers = together(*(lambda: institution.editor.post(f"{group}/opening") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 5]
    assert len(service.told("group_opened", institution.programme)) == 1


def test_sessions_planned_at_once_never_exceed_their_part(institution):
    group = institution.plan()
    body = {"title": "x", "part": "Algoritmi", "learning_hours": 10}
    body |= {"starts_at": "2024-12-20T06:00:00Z", "ends_at": "2024-12-20T13:00:00Z"}
    answers = together(*(lambda: institution.trainer.post(f"{group}/sessions", body) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 3


def test_two_overlapping_confirmations_at_once_count_once(service, institution, as_person):
    person = uuid7()
    stages = []
    for one in (institution, type(institution)(service, as_person)):
        service.now = datetime(2024, 11, 20, 10, 0, tzinfo=UTC)
        group = one.plan()
        one.do(f"{group}/opening")
        learner, _ = one.enrol(person)
        one.do(f"{group}/formation")
        service.now = datetime(2024, 12, 20, 10, 0, tzinfo=UTC)
        one.do(f"{group}/start", one.trainer)
        session = one.session(group, "Algoritmi", 4)
        stages.append((learner, session, one.do(f"{session}/code", one.trainer)["code"]))
    answers = together(
        *(lambda one=one: one[0].post(f"{one[1]}/confirmation", {"code": one[2]}) for one in stages * 3)
    )
    confirmed = [learner.get(session).json["my"]["learner"] for learner, session, _ in stages]
    assert sorted(confirmed) == [False, True]
    assert {answer.status_code for answer in answers} == {200, 409}


@pytest.mark.parametrize(
    "change", ["members = maximum + 1", "members = -1", "state = 'open'", "ends_on = starts_on - 1"]
)
def test_the_database_itself_refuses_an_impossible_group(service, institution, change):
    group = institution.plan().rpartition("/")[2]
    with pytest.raises(sa.exc.IntegrityError), service.engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE learning_group SET {change} WHERE id = :id"), {"id": group})


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("SELECT * FROM application WHERE group_id = {id} ORDER BY receipt_sequence", "application_group"),
        (
            "SELECT * FROM application WHERE programme_id = {id} AND state = 'enrolled' AND group_id IS NULL "
            "ORDER BY receipt_sequence",
            "application_unplaced",
        ),
        ("SELECT * FROM learning_group WHERE organisation_id = {id} ORDER BY id DESC", "learning_group_org"),
        ("SELECT * FROM learning_group WHERE programme_id = {id} ORDER BY id", "learning_group_programme"),
        ("SELECT * FROM learning_group WHERE trainer_ids @> ARRAY[{id}]::uuid[]", "learning_group_trainers"),
        ("SELECT * FROM learning_session WHERE group_id = {id} ORDER BY starts_at", "learning_session_group"),
        ("SELECT * FROM attendance WHERE application_id = {id}", "attendance_application"),
        ("SELECT * FROM result WHERE group_id = {id} ORDER BY id", "result_group"),
    ],
)
def test_what_is_asked_often_of_groups_has_an_index(service, question, index):
    somebody = "'01a20bbb-22a8-747e-bf50-d327926dcb19'"
    with service.engine.connect() as connection:
        connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        connection.execute(sa.text("SET LOCAL enable_sort = off"))
        plan = connection.scalars(sa.text("EXPLAIN " + question.format(id=somebody) + " LIMIT 50"))
        assert index in "\n".join(plan)
