"""Sessions and attendance over HTTP on PostgreSQL: by the word of both sides, each at its time."""

from datetime import UTC, datetime, timedelta

import pytest
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
SESSIONS = "/api/applications/v1/sessions"


def code(answer):
    return answer.status_code, answer.json["code"]


def confirm(client, session, shown):
    return client.post(f"{session}/confirmation", {"code": shown})


@pytest.fixture
def stage(institution):
    """Give a started group of two learners and a session that begins now."""
    group, enrolled = institution.started(2)
    return group, enrolled, institution.session(group, "Algoritmi", 4)


def test_presence_counts_when_trainer_and_learner_say_so(institution, stage):
    _, [(learner, application), (other, _)], session = stage
    shown = institution.do(f"{session}/code", institution.trainer)
    assert len(shown["code"]) == 6
    recorded = institution.do(f"{session}/attendance", institution.trainer, {"present": [application]})
    assert (recorded["present"], recorded["attended"]) == (1, 0)
    own = institution.do(f"{session}/confirmation", learner, {"code": shown["code"]})
    assert own["my"] == {"trainer": True, "learner": True, "attended": True}
    theirs = institution.do(f"{session}/confirmation", other, {"code": shown["code"]})
    assert theirs["my"] == {"trainer": False, "learner": True, "attended": False}
    seen = institution.trainer.get(f"{session}/attendance").json["items"]
    assert [(one["present"], one["attended"]) for one in seen] == [(True, True), (False, False)]
    corrected = institution.do(f"{session}/attendance", institution.trainer, {"present": []})
    assert (corrected["present"], corrected["confirmed"], corrected["attended"]) == (0, 2, 0)


def test_wrong_old_and_expired_codes_are_refused(service, institution, stage):
    _, [(learner, _), _], session = stage
    assert code(confirm(learner, session, "123456")) == (422, "wrong-session-code")
    old = institution.do(f"{session}/code", institution.trainer)["code"]
    new = institution.do(f"{session}/code", institution.trainer)
    while new["code"] == old:
        new = institution.do(f"{session}/code", institution.trainer)
    assert code(confirm(learner, session, old)) == (422, "wrong-session-code")
    service.now += timedelta(minutes=15)
    assert code(confirm(learner, session, new["code"])) == (409, "session-code-expired")
    assert learner.get(session).json["my"]["learner"] is False


def test_a_second_confirmation_changes_nothing_even_with_an_old_code(service, institution, stage):
    _, [(learner, _), _], session = stage
    shown = institution.do(f"{session}/code", institution.trainer)["code"]
    assert confirm(learner, session, shown).status_code == 200
    service.now += timedelta(hours=1)
    again = confirm(learner, session, "000000")
    assert (again.status_code, again.json["my"]["learner"]) == (200, True)
    assert institution.trainer.get(session).json["confirmed"] == 1


def test_nothing_is_noted_before_a_session_begins_or_long_after(service, institution, stage):
    group, [(learner, application), _], session = stage
    service.now += timedelta(hours=5)
    later = institution.session(
        group, "Tīkli", 4, starts_at="2024-12-20T18:00:00Z", ends_at="2024-12-20T22:00:00Z"
    )
    for client, act, body in (
        (institution.trainer, "code", None),
        (institution.trainer, "attendance", {"present": [application]}),
        (learner, "confirmation", {"code": "123456"}),
    ):
        assert code(client.post(f"{later}/{act}", body)) == (409, "session-not-begun"), act
    service.now = datetime(2024, 12, 22, tzinfo=UTC)
    assert code(institution.trainer.post(f"{session}/code")) == (409, "confirmation-closed")
    assert (
        institution.do(f"{session}/attendance", institution.trainer, {"present": [application]})["present"]
        == 1
    )


def test_attendance_is_for_members_only(institution, stage, as_person):
    group, [(learner, application), _], session = stage
    body = {"present": [application, str(uuid7())]}
    assert code(institution.trainer.post(f"{session}/attendance", body)) == (422, "not-a-member")
    assert institution.trainer.get(session).json["present"] == 0
    shown = institution.do(f"{session}/code", institution.trainer)["code"]
    assert confirm(as_person(), session, shown).status_code == 404
    assert confirm(as_person(), f"{SESSIONS}/{uuid7()}", shown).status_code == 404
    institution.do(f"{group}/members/{application}/drop-out")
    assert code(confirm(learner, session, shown)) == (422, "not-a-member")


def test_a_trainer_touches_only_their_own_groups(institution, stage):
    group, _, session = stage
    other = institution.staff("provider_trainer")
    assert [
        other.post(f"{session}/{act}", body).status_code
        for act, body in (("code", None), ("attendance", {"present": []}))
    ] == [404, 404]
    assert other.get(group).status_code == 404


def test_a_person_is_in_one_session_at_a_time(service, institution, as_person):
    person = uuid7()
    _, [(learner, _)], first = one_session(institution, person)
    second_institution = type(institution)(service, as_person)
    service.now = datetime(2024, 11, 20, 10, 0, tzinfo=UTC)
    _, [(same, _)], second = one_session(second_institution, person)
    codes = [
        institution.do(f"{first}/code", institution.trainer)["code"],
        second_institution.do(f"{second}/code", second_institution.trainer)["code"],
    ]
    assert confirm(learner, first, codes[0]).status_code == 200
    assert code(confirm(same, second, codes[1])) == (409, "overlapping-confirmation")
    assert same.get(second).json["my"] == {"trainer": None, "learner": False, "attended": False}
    service.now += timedelta(minutes=160)
    third = second_institution.session(str(second_institution.group), "Tīkli", 4)
    shown = second_institution.do(f"{third}/code", second_institution.trainer)["code"]
    assert confirm(same, third, shown).status_code == 200


def one_session(institution, person):
    """Start a group whose learner is this person, and a session that begins now."""
    group = institution.group = institution.plan()
    institution.do(f"{group}/opening")
    enrolled = [institution.enrol(person)]
    institution.do(f"{group}/formation")
    institution.service.now = datetime(2024, 12, 20, 10, 0, tzinfo=UTC)
    institution.do(f"{group}/start", institution.trainer)
    return group, enrolled, institution.session(group, "Algoritmi", 4)


def test_sessions_are_planned_within_the_programme_and_the_group(institution, stage):
    group, _, _ = stage
    body = {"title": "x", "part": "Algoritmi", "learning_hours": 30}
    body |= {"starts_at": "2024-12-21T06:00:00Z", "ends_at": "2024-12-22T02:00:00Z"}
    flaws = {
        "unknown-part": {"part": "Cits"},
        "part-hours-exceeded": {"learning_hours": 31},
        "session-too-short": {"ends_at": "2024-12-22T01:59:59Z"},
        "session-outside-group": {"starts_at": "2025-03-20T06:00:00Z", "ends_at": "2025-03-21T06:00:00Z"},
    }
    for expected, flaw in flaws.items():
        answer = institution.trainer.post(f"{group}/sessions", body | flaw)
        assert answer.json["code"] == expected, answer.text
    assert institution.trainer.post(f"{group}/sessions", body).status_code == 201
    for flaw in ({"learning_hours": 0}, {"learning_hours": 1.5}, {"starts_at": "2024-12-21"}, {"extra": 1}):
        answer = institution.trainer.post(f"{group}/sessions", body | flaw)
        assert code(answer) == (422, "invalid-request")


def test_a_session_nobody_attended_can_be_cancelled_and_planned_anew(institution, stage):
    group, [(_, application), _], session = stage
    institution.do(f"{session}/attendance", institution.trainer, {"present": [application]})
    used = institution.editor.post(f"{session}/cancellation", {"reason": "Slims pasniedzējs."})
    assert code(used) == (409, "session-in-use")
    institution.do(f"{session}/attendance", institution.trainer, {"present": []})
    cancelled = institution.do(f"{session}/cancellation", body={"reason": "Slims pasniedzējs."})
    assert (cancelled["state"], cancelled["actions"]) == ("cancelled", [])
    again = institution.editor.post(f"{session}/cancellation", {"reason": "Vēlreiz."})
    assert code(again) == (409, "wrong-state")
    assert code(institution.trainer.post(f"{session}/code")) == (409, "wrong-state")
    institution.session(group, "Algoritmi", 34)


def test_a_session_says_what_the_caller_may_do_with_it_now(service, institution, stage):
    group, [(learner, _), _], session = stage
    assert institution.trainer.get(session).json["actions"] == ["cancel", "show_code", "record"]
    assert institution.editor.get(session).json["actions"] == ["cancel"]
    assert learner.get(session).json["actions"] == ["confirm"]
    later = institution.session(
        group, "Tīkli", 1, starts_at="2024-12-24T10:00:00Z", ends_at="2024-12-24T11:00:00Z"
    )
    assert [client.get(later).json["actions"] for client in (institution.trainer, learner)] == [
        ["cancel"],
        [],
    ]
    shown = institution.do(f"{session}/code", institution.trainer)["code"]
    confirm(learner, session, shown)
    assert learner.get(session).json["actions"] == []


def test_after_the_finish_attendance_stands(institution):
    group, enrolled = institution.started()
    sessions = [
        institution.hold(group, part, hours, enrolled) for part, hours in (("Algoritmi", 34), ("Tīkli", 136))
    ]
    institution.do(f"{group}/finish", institution.trainer)
    for session in sessions:
        for act, body in (("attendance", {"present": []}), ("code", None)):
            assert code(institution.trainer.post(f"{session}/{act}", body)) == (409, "wrong-state")
    assert institution.trainer.get(sessions[0]).json["attended"] == 1
