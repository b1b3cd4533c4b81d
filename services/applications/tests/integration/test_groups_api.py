"""Groups over HTTP on PostgreSQL: from the plan to the payment."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from ila_applications.consumers import TIMERS
from ila_kit.ids import uuid7
from ila_kit.store.tables import audit_entry
from ila_kit.store.timers import run_due

pytestmark = pytest.mark.integration
PATH = "/api/applications/v1/applications"
GROUPS = "/api/applications/v1/groups"
PARTS = [("Algoritmi", 34), ("Tīkli", 136)]


@pytest.fixture
def verifier(as_person):
    return as_person(uuid7(), "result_verifier")


def code(answer):
    return answer.status_code, answer.json["code"]


def finished(institution, attending=None, learners=1):
    """Give a group that has finished, and its learners; `attending` of them came to everything."""
    group, enrolled = institution.started(learners)
    for part, hours in PARTS:
        institution.hold(group, part, hours, enrolled[:attending] if attending is not None else enrolled)
    institution.do(f"{group}/finish", institution.trainer)
    return group, enrolled


def enter(institution, group, passed, client=None, version=None):
    body = {"results": [{"application_id": one, "test_passed": value} for one, value in passed.items()]}
    version = version or institution.state(group)["version"]
    return (client or institution.trainer).put(f"{group}/results", body, version=version)


def test_the_path_from_a_planned_group_to_a_closed_one(service, institution, verifier):
    group, [(learner, application)] = finished(institution)
    own = learner.get(f"{PATH}/{application}").json
    assert (own["state"], own["group_id"]) == ("learning", institution.state(group)["id"])
    entered = enter(institution, group, {application: True})
    assert (entered.status_code, entered.json["state"]) == (200, "results_entered")
    verified = institution.do(f"{group}/results/verification", verifier, {"notes": "Izlase pārbaudīta."})
    assert (verified["state"], verified["notes"]) == ("verified", "Izlase pārbaudīta.")
    assert learner.get(f"{PATH}/{application}").json["state"] == "completed"
    (told,) = service.told("result_verified", institution.programme)
    assert (told["attended_hours"], told["total_hours"]) == (170, 170)
    assert told["organisation_id"] == str(institution.id)
    (completed,) = service.told("learning_completed", institution.programme)
    assert completed["attendance_percent"] == "100.00"
    for _ in range(3):
        service.tell("funding.payment_settled.v1", application_ids=[application, str(uuid7())])
    assert institution.state(group)["state"] == "closed"
    actions = [item["action"] for item in learner.get(f"{PATH}/{application}/timeline").json["items"]]
    assert actions[4:] == ["offer", "accept", "enrol", "join_group", "start", "complete", "note_payment"]
    for name in ("group_opened", "group_started", "group_finished", "group_places_changed"):
        assert len(service.told(name, institution.programme)) == 1


def test_only_what_both_sides_confirm_counts_and_the_rest_is_not_completed(service, institution, verifier):
    group, enrolled = finished(institution, attending=1, learners=3)
    enter(institution, group, {application: True for _, application in enrolled})
    seen = institution.trainer.get(f"{group}/members").json["items"]
    assert [one["attendance_percent"] for one in seen] == ["100.00", "0.00", "0.00"]
    institution.do(f"{group}/results/verification", verifier, {})
    states = [client.get(f"{PATH}/{application}").json["state"] for client, application in enrolled]
    assert states == ["completed", "not_completed", "not_completed"]
    told = service.told("learning_not_completed", institution.programme)
    assert {one["reason"] for one in told} == {"attendance"}
    assert {one["group_id"] for one in told} == {institution.state(group)["id"]}
    assert len(told) == 2


def test_a_group_in_which_nobody_completed_closes_with_its_verification(service, institution, verifier):
    group, [(_, application)] = finished(institution)
    enter(institution, group, {application: False})
    assert institution.do(f"{group}/results/verification", verifier, {})["state"] == "closed"
    (told,) = service.told("learning_not_completed", institution.programme)
    assert told["reason"] == "test"
    assert service.told("result_verified", institution.programme) == []


def test_learners_are_placed_in_the_order_of_receipts_up_to_the_maximum(institution):
    enrolled = [institution.enrol() for _ in range(3)]
    small = institution.plan(maximum=2)
    institution.do(f"{small}/opening")
    assert institution.state(small)["free"] == 0
    large = institution.plan(title="2. grupa")
    institution.do(f"{large}/opening")
    late, _ = institution.enrol()
    groups = [client.get(f"{PATH}/{one}").json["group_id"] for client, one in enrolled]
    assert [f"{GROUPS}/{one}" for one in groups] == [small, small, large]
    assert institution.state(large)["members"] == 2
    first, application = enrolled[0]
    assert first.post(f"{PATH}/{application}/withdrawal", {}).status_code == 200
    assert institution.state(small)["members"] == 1
    assert late.get(GROUPS).json["items"][0]["title"] == "2. grupa"


def test_a_place_that_comes_free_goes_to_the_first_without_a_group(institution):
    enrolled = [institution.enrol() for _ in range(3)]
    group = institution.plan(maximum=2)
    institution.do(f"{group}/opening")
    last, waits = enrolled[2]
    assert last.get(f"{PATH}/{waits}").json["group_id"] is None
    assert enrolled[0][0].post(f"{PATH}/{enrolled[0][1]}/withdrawal", {}).status_code == 200
    assert f"{GROUPS}/{last.get(f'{PATH}/{waits}').json['group_id']}" == group
    assert institution.state(group)["members"] == 2


def test_a_cancelled_group_moves_who_finds_room_and_releases_the_rest_once(service, institution):
    enrolled = [institution.enrol() for _ in range(3)]
    group = institution.plan()
    institution.do(f"{group}/opening")
    other = institution.plan(maximum=1)
    institution.do(f"{other}/opening")
    for _ in range(2):
        answer = institution.editor.post(f"{group}/cancellation", {"reason": "Par maz dalībnieku."}, key="c1")
        assert (answer.status_code, answer.json["state"], answer.json["members"]) == (200, "cancelled", 0)
    states = [client.get(f"{PATH}/{one}").json["state"] for client, one in enrolled]
    assert states == ["enrolled", "expired", "expired"]
    assert institution.state(other)["members"] == 1
    expired = service.told("place_expired", institution.programme)
    assert {one["reason"] for one in expired} == {"group-cancelled"}
    assert len(expired) == len({one["application_id"] for one in expired}) == 2
    (told,) = service.told("group_cancelled", institution.programme)
    assert told["reason"] == "institution"
    assert code(institution.editor.post(f"{group}/cancellation", {"reason": "Vēlreiz."})) == (
        409,
        "wrong-state",
    )


def test_each_step_waits_for_its_condition(service, institution):
    service.tell(
        "catalog.call_published.v1",
        sequence=2,
        **call_of(service, institution) | {"group_minimum": 2},
    )
    group = institution.plan()
    for step in ("formation", "start", "finish"):
        assert code(institution.editor.post(f"{group}/{step}")) == (409, "wrong-state"), step
    institution.do(f"{group}/opening")
    assert institution.state(group)["warning"] == "below-minimum"
    institution.enrol()
    small = institution.editor.post(f"{group}/formation")
    assert code(small) == (409, "group-too-small")
    assert (small.json["members"], small.json["minimum"]) == (1, 2)
    institution.enrol()
    assert institution.state(group)["warning"] is None
    institution.do(f"{group}/formation")
    assert code(institution.editor.post(f"{group}/start")) == (409, "group-not-due")
    service.now = datetime(2024, 12, 20, 8, 0, tzinfo=UTC)
    institution.do(f"{group}/start")
    lacking = institution.editor.post(f"{group}/finish")
    assert code(lacking) == (409, "hours-lacking")
    assert (lacking.json["hours"], lacking.json["parts"]) == (170, {"1": 34, "2": 136})


def call_of(service, institution):
    """Return what the catalogue told of an institution's call."""
    with service.engine.connect() as connection:
        query = sa.text("SELECT c.* FROM call c JOIN programme p ON p.call_id = c.id WHERE p.id = :id")
        row = dict(connection.execute(query, {"id": institution.programme}).mappings().one())
    row["call_id"] = str(row.pop("id"))
    for name in ("applications_open_at", "applications_close_at"):
        row[name] = row[name].isoformat()
    del row["sequence"]
    return row


def test_results_wait_for_the_finish_and_are_for_exactly_the_members(institution, verifier):
    group, [(_, application)] = institution.started()
    assert code(enter(institution, group, {application: True})) == (409, "wrong-state")
    for part, hours in PARTS:
        institution.hold(group, part, hours, [])
    institution.do(f"{group}/finish", institution.trainer)
    assert code(verifier.post(f"{group}/results/verification", {})) == (409, "wrong-state")
    assert code(enter(institution, group, {})) == (422, "results-incomplete")
    assert code(enter(institution, group, {application: True, str(uuid7()): True})) == (422, "not-a-member")
    assert code(enter(institution, group, {application: None})) == (422, "test-not-told")
    assert code(enter(institution, group, {application: True}, version=1)) == (412, "stale")
    assert institution.trainer.put(f"{group}/results", {"results": []}).status_code == 428
    assert enter(institution, group, {application: True}).status_code == 200
    assert enter(institution, group, {application: False}).status_code == 200
    (result,) = institution.admin.get(f"{group}/results").json["items"]
    assert (result["test_passed"], result["outcome"], result["missed"]) == (
        False,
        "not_completed",
        "attendance",
    )
    stale = verifier.post(f"{group}/results/verification", {"version": 1})
    assert code(stale) == (412, "stale")


def test_every_route_is_for_its_own_roles_and_foreign_groups_do_not_exist(
    service, institution, as_person, verifier
):
    group, [(learner, application)] = institution.started()
    session = institution.session(group, "Algoritmi", 10)
    member = f"{group}/members/{application}"
    foreign = uuid7()
    terms, reason, passed = institution.terms(), {"reason": "x"}, {"results": []}
    plan = {"title": "x", "part": "Tīkli", "learning_hours": 1}
    plan |= {"starts_at": "2024-12-21T10:00:00Z", "ends_at": "2024-12-21T11:00:00Z"}
    manage, teach, train = {"admin", "editor"}, {"admin", "editor", "trainer"}, {"trainer"}
    routes = [
        ("GET", group, None, teach | {"learner", "verifier"}),
        ("GET", f"{group}/sessions", None, teach | {"learner", "verifier"}),
        ("GET", f"{group}/results", None, teach | {"learner", "verifier"}),
        ("GET", f"{group}/members", None, teach | {"verifier"}),
        ("GET", session, None, teach | {"learner", "verifier"}),
        ("GET", f"{session}/attendance", None, teach | {"verifier"}),
        ("PUT", group, terms, manage),
        ("POST", f"{group}/opening", None, manage),
        ("POST", f"{group}/formation", None, manage),
        ("POST", f"{group}/start", None, teach),
        ("POST", f"{group}/finish", None, teach),
        ("POST", f"{group}/cancellation", reason, manage),
        ("POST", f"{group}/sessions", plan, teach),
        ("POST", f"{session}/code", None, train),
        ("POST", f"{session}/attendance", {"present": []}, train),
        ("POST", f"{session}/confirmation", {"code": "123456"}, {"learner"}),
        ("POST", f"{session}/cancellation", reason, teach),
        ("POST", f"{member}/transfer", {"group_id": str(uuid7())}, teach),
        ("POST", f"{member}/no-show", None, teach),
        ("POST", f"{member}/drop-out", None, teach),
        ("PUT", f"{group}/results", passed, {"admin", "trainer"}),
        ("POST", f"{group}/results/verification", {}, {"verifier"}),
    ]
    roles = {"admin": "provider_admin", "editor": "provider_editor", "trainer": "provider_trainer"}
    strangers = {who: as_person(uuid7(), (role, foreign)) for who, role in roles.items()}
    strangers |= {"learner": as_person(), "other_trainer": institution.staff("provider_trainer")}
    nobody = [
        as_person(uuid7(), role)
        for role in ("platform_admin", "payment_maker", "svc:funding", "call_manager")
    ]
    nobody += [institution.staff("provider_signatory")]
    for method, path, body, allowed in routes:
        for who, client in strangers.items():
            role = who.removeprefix("other_")
            expected = 404 if role in allowed else 403
            if path.endswith("confirmation") and role == "learner":
                expected = 404
            assert call(client, method, path, body).status_code == expected, (method, path, who)
        for client in nobody:
            assert call(client, method, path, body).status_code == 403, (method, path)
        if "verifier" not in allowed:
            assert call(verifier, method, path, body).status_code == 403, (method, path)
        if "learner" not in allowed:
            assert call(learner, method, path, body).status_code == 403, (method, path)
    assert institution.state(group)["state"] == "started"


def call(client, method, path, body):
    if method == "GET":
        return client.get(path)
    return client.put(path, body, version=1) if method == "PUT" else client.post(path, body)


def test_foreign_ids_answer_like_random_ids(institution, as_person):
    group = institution.plan()
    stranger = as_person(uuid7(), ("provider_admin", uuid7()))
    random = f"{GROUPS}/{uuid7()}"
    for path in (group, random):
        answer = stranger.get(path)
        assert (answer.status_code, answer.json["code"], answer.json["detail"]) == (
            404,
            "not-found",
            stranger.get(random).json["detail"],
        )
    body = institution.terms(programme_id=institution.programme)
    theirs = stranger.post(GROUPS, body)
    nowhere = stranger.post(GROUPS, body | {"programme_id": str(uuid7())})
    assert code(theirs) == code(nowhere) == (422, "unknown-programme")


def test_lists_show_each_their_own_groups(institution, as_person):
    mine = institution.plan()
    learner, _ = institution.enrol()
    assert learner.get(GROUPS).json["items"] == []
    institution.do(f"{mine}/opening")
    other = institution.plan(trainer_ids=[])
    paths = [
        [f"{GROUPS}/{one['id']}" for one in client.get(GROUPS).json["items"]]
        for client in (
            institution.admin,
            institution.trainer,
            learner,
            as_person(uuid7(), ("provider_admin", uuid7())),
        )
    ]
    assert paths == [[other, mine], [mine], [mine], []]
    filtered = institution.admin.get(f"{GROUPS}?state=planned&programme_id={institution.programme}").json
    assert [f"{GROUPS}/{one['id']}" for one in filtered["items"]] == [other]
    assert [one["actions"] for one in learner.get(GROUPS).json["items"]] == [[]]
    assert institution.editor.get(mine).json["actions"] == [
        "form",
        "cancel",
        "change",
        "plan_session",
        "move_member",
    ]


def test_terms_change_within_limits_and_only_as_they_were_read(institution):
    group = institution.plan(maximum=3)
    institution.do(f"{group}/opening")
    for _ in range(2):
        institution.enrol()
    version = institution.state(group)["version"]
    put = institution.editor.put
    assert put(group, institution.terms(maximum=2), version=version - 1).status_code == 412
    assert code(put(group, institution.terms(maximum=1), version=version)) == (422, "maximum-too-low")
    wrong = institution.terms(ends_on="2024-12-19")
    assert code(put(group, wrong, version=version)) == (422, "wrong-group-dates")
    changed = put(group, institution.terms(maximum=2, title="A"), version=version)
    assert (changed.status_code, changed.json["title"], changed.json["free"]) == (200, "A", 0)


def test_members_are_shown_with_names_and_each_look_is_noted(service, institution, as_person):
    group, [(_, application)] = institution.started()
    calls = service.people.calls
    (member,) = institution.trainer.get(f"{group}/members").json["items"]
    assert service.people.calls == calls + 1
    assert (member["family_name"], member["masked_code"]) == ("Bērziņa", "32****-***17")
    assert "person_id" not in member
    service.people.state = "away"
    (nameless,) = institution.trainer.get(f"{group}/members").json["items"]
    assert (nameless["family_name"], nameless["application_id"]) == (None, application)
    with service.engine.connect() as connection:
        looks = audit_entry.c.details["group"].astext == group.rpartition("/")[2]
        query = sa.select(audit_entry.c.action).where(looks, audit_entry.c.action == "personal_data_viewed")
        assert len(list(connection.scalars(query))) == 2


def test_no_show_and_drop_out_release_once_and_a_transfer_keeps_the_place(service, institution):
    group, enrolled = institution.started(3)
    other = institution.plan(title="2. grupa")
    institution.do(f"{other}/opening")
    absent, quits, moves = (application for _, application in enrolled)
    target = {"group_id": other.rpartition("/")[2]}
    moved = institution.do(f"{group}/members/{moves}/transfer", body=target)
    assert (moved["group_id"], moved["state"]) == (target["group_id"], "learning")
    assert institution.do(f"{group}/members/{absent}/no-show")["state"] == "no_show"
    assert institution.do(f"{group}/members/{quits}/drop-out")["state"] == "not_completed"
    for path in (f"{absent}/no-show", f"{quits}/drop-out", f"{moves}/drop-out"):
        assert institution.editor.post(f"{group}/members/{path}").status_code == 404
    told = service.told("learning_not_completed", institution.programme)
    assert {(one["application_id"], one["reason"]) for one in told} == {
        (absent, "no-show"),
        (quits, "dropped-out"),
    }
    assert institution.state(group)["members"] == 0
    assert institution.state(other)["members"] == 1
    back = institution.editor.post(f"{other}/members/{moves}/transfer", {"group_id": str(uuid7())})
    assert code(back) == (422, "unknown-group")
    same = institution.editor.post(f"{other}/members/{moves}/transfer", target)
    assert code(same) == (422, "unknown-group")


def test_a_full_group_takes_nobody(institution):
    full = institution.plan(maximum=1)
    institution.do(f"{full}/opening")
    institution.enrol()
    group = institution.plan(title="2. grupa")
    institution.do(f"{group}/opening")
    _, application = institution.enrol()
    body = {"group_id": full.rpartition("/")[2]}
    assert code(institution.editor.post(f"{group}/members/{application}/transfer", body)) == (
        409,
        "group-full",
    )


def test_silence_cancels_a_group_that_does_not_start_and_releases_its_learners(service, institution):
    group = institution.plan()
    institution.do(f"{group}/opening")
    learner, application = institution.enrol()
    assert institution.state(group)["due_at"] == "2025-01-18T22:00:00.000000Z"
    service.now = datetime(2025, 1, 18, 22, 0, tzinfo=UTC)
    run_due(service.deps.units, TIMERS)
    assert institution.state(group)["state"] == "cancelled"
    assert learner.get(f"{PATH}/{application}").json["state"] == "expired"
    (told,) = service.told("group_cancelled", institution.programme)
    assert told["reason"] == "not-formed"
    assert len(service.told("place_expired", institution.programme)) == 1


def test_silence_finishes_a_covered_group_enters_results_and_alarms_the_verifier(
    service, institution, verifier
):
    group, enrolled = institution.started()
    for part, hours in PARTS:
        institution.hold(group, part, hours, enrolled)
    service.now = datetime(2025, 4, 19, 21, 0, tzinfo=UTC)
    run_due(service.deps.units, TIMERS)
    assert institution.state(group)["state"] == "finished"
    for expected in ("results_entered", "results_entered"):
        service.now += timedelta(days=30)
        run_due(service.deps.units, TIMERS)
        assert institution.state(group)["state"] == expected
    assert institution.state(group)["overdue"]
    (result,) = institution.admin.get(f"{group}/results").json["items"]
    assert (result["test_passed"], result["attended_hours"], result["missed"]) == (None, 170, "test")
    application = enrolled[0][1]
    assert enter(institution, group, {application: True}).status_code == 200
    assert not institution.state(group)["overdue"]
    institution.do(f"{group}/results/verification", verifier, {})
    assert len(service.told("result_verified", institution.programme)) == 1


def test_an_ended_agreement_cancels_unfinished_groups_and_leaves_finished_ones(
    service, institution, verifier
):
    group, [(_, learned)] = finished(institution)
    service.now = datetime(2024, 12, 1, tzinfo=UTC)
    open_ = institution.plan(title="2. grupa")
    institution.do(f"{open_}/opening")
    waits, application = institution.enrol()
    closed = {"programme_id": institution.programme, "closed_at": "2025-03-21T10:00:00Z"}
    for _ in range(3):
        service.tell("catalog.programme_closed.v1", **closed)
    assert institution.state(open_)["state"] == "cancelled"
    assert waits.get(f"{PATH}/{application}").json["state"] == "expired"
    assert [one["reason"] for one in service.told("place_expired", institution.programme)] == [
        "agreement-ended"
    ]
    assert institution.state(group)["state"] == "finished"
    assert enter(institution, group, {learned: True}).status_code == 200
    assert institution.do(f"{group}/results/verification", verifier, {})["state"] == "verified"
    body = institution.terms(programme_id=institution.programme)
    assert code(institution.editor.post(GROUPS, body)) == (409, "applications-closed")


def test_a_learner_sees_only_their_own_result_and_presence(institution):
    group, enrolled = finished(institution, attending=1, learners=2)
    enter(institution, group, {application: True for _, application in enrolled})
    for client, application in enrolled:
        (result,) = client.get(f"{group}/results").json["items"]
        assert result["application_id"] == application
    seen = [client.get(f"{group}/sessions").json["items"][0] for client, _ in enrolled]
    assert [one["my"]["attended"] for one in seen] == [True, False]
    assert [(one["present"], one["confirmed"]) for one in seen] == [(0, 0), (0, 0)]
    staff = institution.trainer.get(f"{group}/sessions").json["items"][0]
    assert (staff["present"], staff["confirmed"], staff["attended"], staff["my"]) == (1, 1, 1, None)


def test_the_same_step_sent_again_gets_the_same_bytes(institution):
    group = institution.plan()
    first, again = (institution.editor.post(f"{group}/opening", key="o1") for _ in range(2))
    assert (first.status_code, first.get_data(), first.headers["ETag"]) == (
        200,
        again.get_data(),
        again.headers["ETag"],
    )
    assert code(institution.editor.post(f"{group}/opening")) == (409, "wrong-state")
