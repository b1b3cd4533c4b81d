"""An institution registers over HTTP on PostgreSQL, up to its organisation with people and an account."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from ila_identity.domain.working_days import due_after
from ila_identity.store import provider_tables as t
from ila_kit.ids import uuid7
from ila_kit.store.tables import audit_entry, outbox, timer
from ila_kit.testing.http import identity_token

pytestmark = pytest.mark.integration
PATH = "/api/identity/v1/provider-registrations"
ORGANISATIONS = "/api/identity/v1/organisations"
FILE = b"PK\x03\x04 a signed container"


def form(number, legal, **changes):
    return {
        "viis_number": number,
        "legal_person_number": legal,
        "administrator": {
            "given_name": "Ilona",
            "family_name": "Priede",
            "personal_code": "327291-09472",
            "email": "ilona@personas.example",
        },
        "contact_email": "info@paraugs.example",
    } | changes


@pytest.fixture
def send(app):
    """Send a registration form with its file, as somebody."""

    def send(person, body, path=PATH, method="post", name="apliecinājums.edoc", **headers):
        token = identity_token("identity", person, "learner", acr=headers.pop("acr", "high"))
        sent = {"Authorization": f"Bearer {token}", "Idempotency-Key": headers.pop("key", str(uuid4()))}
        data = {"form": json.dumps(body), "attestation": (BytesIO(FILE), name)}
        return getattr(app.test_client(), method)(
            path, data=data, content_type="multipart/form-data", headers=sent | headers
        )

    return send


@pytest.fixture
def registrant(sign_in):
    return sign_in()


def submitted(send, registrant, registers, **changes):
    number, legal = registers.institution()
    answer = send(registrant, form(number, legal, **changes))
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def approve(api, registration, approver=None, action="approval", key=None):
    client = api.as_(approver or uuid7(), "user_approver")
    return client.post(f"{PATH}/{registration}/{action}", {"reason": "checked by hand"}, key=key)


def audited(engine, subject):
    with engine.connect() as connection:
        query = sa.select(audit_entry.c.action).where(audit_entry.c.subject_id == str(subject))
        return list(connection.scalars(query.order_by(audit_entry.c.id)))


def told(engine, type_, subject):
    with engine.connect() as connection:
        bodies = connection.scalars(sa.select(outbox.c.body).where(outbox.c.type == type_))
        return [body["data"] for body in bodies if body["subject"] == str(subject)]


def test_a_registration_is_kept_with_its_file_and_shown_to_its_registrant(api, send, registrant, registers):
    number, legal = registers.institution()
    answer = send(registrant, form(number, legal))
    assert (answer.status_code, answer.json["status"]) == (201, "submitted")
    body = answer.json
    received = datetime.fromisoformat(body["received_at"])
    assert datetime.fromisoformat(body["due_at"]) == due_after(received)
    attestation = body["attestation"]
    assert (attestation["verdict"], attestation["signer"]) == ("indeterminate", "ILONA PRIEDE")
    assert (attestation["level"], attestation["checks"][0]["sentence_en"]) == ("XAdES-LT", "Signer")
    assert [one["signer_code"] for one in attestation["signatures"]][-1] == "******-***72"
    assert body["signed_by_right"] == "named"
    assert body["administrator"]["personal_code"] == "******-***72"
    assert {check["verdict"] for check in body["checks"]} == {"open"}
    assert body["approvals_needed"] == 2
    mine = api.as_(registrant, "learner")
    shown = mine.get(f"{PATH}/{body['id']}")
    assert shown.json == body
    assert shown.headers["ETag"] == '"1"' or shown.headers["ETag"]
    file = mine.get(f"{PATH}/{body['id']}/attestation")
    assert (file.status_code, file.data) == (200, FILE)
    assert "attachment" in file.headers["Content-Disposition"]
    assert [one["id"] for one in mine.get(PATH).json["items"]] == [body["id"]]


def test_the_whole_way_from_the_form_to_an_administrator(
    api, send, registrant, registers, jobs, engine, sign_in
):
    number, legal = registers.institution()
    registration = send(registrant, form(number, legal, administrator=registers.administrator)).json["id"]
    early = approve(api, registration)
    assert (early.status_code, early.json["code"]) == (409, "register-checks-open")
    jobs.institutions()
    checked = api.as_(uuid7(), "auditor").get(f"{PATH}/{registration}").json
    assert {check["verdict"] for check in checked["checks"]} == {"passed"}
    assert checked["title"] == f"Paraugu koledža {number}"
    assert checked["checks"][0]["snapshot"]
    first, second = uuid7(), uuid7()
    one = approve(api, registration, first).json
    assert (one["status"], one["approvals"], one["approvals_given"][0]["by"]) == ("submitted", 1, str(first))
    again = approve(api, registration, first)
    assert (again.status_code, again.json["code"]) == (409, "approved-by-you-already")
    two = approve(api, registration, second).json
    assert (two["status"], two["actions"]) == ("approved", [])
    place = two["organisation_id"]
    event = told(engine, "identity.provider_approved.v1", place)[0]
    assert (event["viis_number"], event["approved_by"]) == (number, [str(first), str(second)])
    person = sign_in(personal_code=registers.administrator["personal_code"])
    roles = api.as_("svc:gateway", "identity.sign_in").get(f"/api/identity/v1/persons/{person}/roles").json
    assert {"role": "provider_admin", "organisation": place} in roles["roles"]
    seen = api.as_(registrant, "learner").get(f"{PATH}/{registration}").json
    assert (seen["approvals_given"], seen["decision"]["outcome"]) == ([], "approved")


def test_two_approvals_at_once_by_one_person_count_once(app, api, send, registrant, registers, jobs):
    registration = submitted(send, registrant, registers)
    jobs.institutions()
    approver, start = uuid7(), threading.Barrier(4)

    def go(_):
        start.wait()
        return approve(api, registration, approver).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(go, range(4)))
    assert statuses == [200, 409, 409, 409]
    shown = api.as_(uuid7(), "auditor").get(f"{PATH}/{registration}").json
    assert (shown["status"], shown["approvals"]) == ("submitted", 1)


def test_an_institution_is_registered_once_also_when_two_come_together(send, sign_in, registers):
    number, legal = registers.institution()
    people, start = [sign_in() for _ in range(6)], threading.Barrier(6)

    def go(person):
        start.wait()
        return send(person, form(number, legal))

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(go, people))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    refused = [answer.json["code"] for answer in answers if answer.status_code == 409]
    assert set(refused) == {"institution-already-registered"}


def test_the_same_request_twice_registers_once(send, registrant, registers, engine):
    number, legal = registers.institution()
    first, second = (send(registrant, form(number, legal), key="twice") for _ in range(2))
    assert (first.status_code, first.data) == (second.status_code, second.data)
    with engine.connect() as connection:
        count = sa.select(sa.func.count()).select_from(t.registration)
        assert connection.scalar(count.where(t.registration.c.viis_number == number)) == 1


def test_a_draft_is_changed_by_version_and_submitted(api, send, registrant, registers, engine):
    number, legal = registers.institution()
    draft = send(registrant, form(number, legal) | {"draft": True}).json
    assert (draft["status"], draft["due_at"]) == ("draft", None)
    assert draft["actions"] == ["change", "authorisation", "submission"]
    path = f"{PATH}/{draft['id']}"
    changed = form(number, legal, contact_email="other@paraugs.example")
    assert send(registrant, changed, path, "put").status_code == 428
    stale = {"If-Match": '"7"'}
    assert send(registrant, changed, path, "put", **stale).status_code == 412
    version = {"If-Match": f'"{draft["version"]}"'}
    done = send(registrant, changed, path, "put", name="b.pdf", **version)
    assert (done.status_code, done.json["contact_email"]) == (200, "other@paraugs.example")
    assert done.json["attestation"]["name"] == "b.pdf"
    assert send(registrant, changed, path, "put", **version).status_code == 412
    sent = api.as_(registrant, "learner").post(f"{path}/submission")
    assert (sent.status_code, sent.json["status"]) == (200, "submitted")
    again = api.as_(registrant, "learner").post(f"{path}/submission")
    assert (again.status_code, again.json["code"]) == (409, "wrong-state")
    with engine.connect() as connection:
        files = sa.select(sa.func.count()).select_from(t.attestation)
        assert connection.scalar(files.where(t.attestation.c.registration_id == draft["id"])) == 2
    assert audited(engine, draft["id"]) == [
        "registration_drafted",
        "registration_changed",
        "registration_submitted",
    ]


def test_what_is_not_signed_as_it_must_be_is_taken_shown_and_never_approved(
    api, send, registrant, registers, jobs, verifier_of_files
):
    verifier_of_files.verdict = "failed"
    registration = submitted(send, registrant, registers)
    jobs.institutions()
    answer = approve(api, registration)
    assert (answer.status_code, answer.json["code"]) == (409, "attestation-failed")
    assert approve(api, registration, action="return").json["status"] == "returned"


def test_a_verified_signature_of_a_representative_takes_one_approver_and_names_nobody_at_rest(
    api, send, registrant, registers, jobs, verifier_of_files, engine
):
    head = "325503-62317"
    verifier_of_files.verdict, verifier_of_files.signers = "passed", [f"PNOLV-{head}"]
    registration = submitted(send, registrant, registers)
    legal = list(registers.legal_persons.values())[-1]
    legal["representatives"] = [{"personal_code": head, "signatures_needed": 1}]
    waiting = api.as_(uuid7(), "user_approver").get(f"{PATH}/{registration}").json
    assert (waiting["signed_by_right"], waiting["approvals_needed"]) == ("open", 1)
    jobs.institutions()
    seen = approve(api, registration).json
    assert (seen["status"], seen["signed_by_right"]) == ("approved", "representative")
    snapshots = {check["register"]: check["snapshot"] for check in seen["checks"]}
    assert snapshots["legal_persons"] is None
    with engine.connect() as connection:
        for table in ("attestation", "provider_registration", "outbox", "audit_entry", "idempotency_key"):
            text = connection.scalar(sa.text(f"SELECT string_agg(x::text, '') FROM {table} x")) or ""
            assert not any(code in text for code in (head, head.replace("-", "")))


def test_who_has_no_right_to_sign_needs_an_authorisation_that_an_approver_looks_at(
    api, app, send, registrant, registers, jobs, verifier_of_files, engine
):
    verifier_of_files.verdict, verifier_of_files.signers = "passed", ["PNOEE-38001085718"]
    registration = submitted(send, registrant, registers)
    jobs.institutions()
    refused = approve(api, registration)
    assert (refused.status_code, refused.json["code"]) == (409, "signer-not-entitled")
    path = f"{PATH}/{registration}/authorisation"
    assert api.as_(registrant, "learner").get(path).status_code == 404
    token = identity_token("identity", registrant, "learner", acr="high")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "mandate"}
    for _ in range(2):
        sent = {"form": "{}", "authorisation": (BytesIO(b"%PDF mandate"), "pilnvara.pdf")}
        added = app.test_client().post(path, data=sent, content_type="multipart/form-data", headers=headers)
        assert (added.status_code, added.json["authorisation"]["name"]) == (201, "pilnvara.pdf")
    approver = api.as_(uuid7(), "user_approver")
    assert approver.get(path).data == b"%PDF mandate"
    assert "authorisation-check" in approver.get(f"{PATH}/{registration}").json["actions"]
    check, reason = f"{PATH}/{registration}/authorisation-check", {"reason": "checked by hand"}
    assert approver.post(check, reason).status_code == 428
    looked_at = approver.get(f"{PATH}/{registration}").headers["ETag"]
    stale = approver.post(check, reason, **{"If-Match": '"1"'})
    assert (stale.status_code, stale.json["code"]) == (412, "stale")
    checked = approver.post(check, reason, **{"If-Match": looked_at}).json
    assert (checked["signed_by_right"], checked["authorisation"]["reason"]) == (
        "authorised",
        "checked by hand",
    )
    assert approve(api, registration).json["status"] == "approved"
    assert {"authorisation_added", "authorisation_read", "authorisation_checked"} <= set(
        audited(engine, registration)
    )
    with engine.connect() as connection:
        kept = sa.select(sa.func.count()).select_from(t.authorisation)
        assert connection.scalar(kept.where(t.authorisation.c.registration_id == registration)) == 1


def test_the_queue_is_ordered_by_due_time(api, send, registrant, registers, engine):
    ids = [submitted(send, registrant, registers) for _ in range(3)]
    for registration, day in zip(ids, (3, 1, 2), strict=True):
        with engine.begin() as connection:
            row = sa.update(t.registration).where(t.registration.c.id == registration)
            connection.execute(row.values(due_at=datetime(2020, 1, day, tzinfo=UTC)))
    approver, seen, after = api.as_(uuid7(), "user_approver"), [], ""
    while after is not None:
        cursor = f"&after={after}" if after else ""
        page = approver.get(f"{PATH}?status=submitted&sort=due_at&limit=2{cursor}").json
        seen, after = seen + [one["id"] for one in page["items"]], page["next"]
    assert [one for one in seen if one in ids] == [ids[1], ids[2], ids[0]]


def test_returned_resubmitted_and_refused(api, send, registrant, registers, jobs):
    registration = submitted(send, registrant, registers)
    returned = approve(api, registration, action="return").json
    assert (returned["status"], returned["decision"]["reason"]) == ("returned", "checked by hand")
    mine = api.as_(registrant, "learner")
    assert mine.get(f"{PATH}?status=returned").json["items"][0]["id"] == registration
    assert mine.post(f"{PATH}/{registration}/submission").json["status"] == "submitted"
    assert approve(api, registration, action="refusal").json["status"] == "refused"
    for action in ("approval", "refusal", "return"):
        assert approve(api, registration, action=action).json["code"] == "wrong-state"


def test_a_foreign_registration_answers_like_one_that_is_not_there(api, send, registrant, registers):
    registration = submitted(send, registrant, registers)
    stranger = api.as_(uuid7(), "learner")
    for path in (f"{PATH}/{registration}", f"{PATH}/{registration}/attestation"):
        foreign, nowhere = stranger.get(path), stranger.get(path.replace(registration, str(uuid7())))
        assert (foreign.status_code, nowhere.status_code) == (404, 404)
        assert foreign.json["code"] == nowhere.json["code"] == "not-found"
    assert stranger.post(f"{PATH}/{registration}/submission").status_code == 404
    foreign = send(
        uuid7(), form("9900000001", "40003009497"), f"{PATH}/{registration}", "put", **{"If-Match": '"1"'}
    )
    assert foreign.status_code == 404
    assert stranger.get(PATH).json["items"] == []


def test_who_may_do_what(api, app, send, registrant, registers):
    registration = submitted(send, registrant, registers)
    for action in ("approval", "refusal", "return"):
        for role in ("learner", "auditor", "platform_admin", "call_manager"):
            answer = api.as_(uuid7(), role).post(f"{PATH}/{registration}/{action}", {"reason": "x"})
            assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
        weak = api.as_(uuid7(), "user_approver", acr="substantial")
        answer = weak.post(f"{PATH}/{registration}/{action}", {"reason": "x"})
        assert (answer.status_code, answer.json["code"]) == (403, "assurance-too-low")
        anonymous = app.test_client().post(f"{PATH}/{registration}/{action}", json={"reason": "x"})
        assert anonymous.status_code == 401
    own = api.as_(registrant, "learner", "user_approver")
    answer = own.post(f"{PATH}/{registration}/approval", {"reason": "it is mine"})
    assert (answer.status_code, answer.json["code"]) == (403, "approver-not-independent")
    low = send(registrant, form(*registers.institution()), acr="substantial")
    assert (low.status_code, low.json["code"]) == (403, "assurance-too-low")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"viis_number": "123"}, "invalid-request"),
        ({"viis_number": "99000000０1"}, "invalid-request"),
        ({"legal_person_number": "40003009498"}, "malformed-number"),
        ({"legal_person_number": "4000300949"}, "invalid-request"),
        ({"contact_email": "nobody"}, "invalid-request"),
        ({"administrator": {}}, "invalid-request"),
        ({"signer": "x"}, "invalid-request"),
        ({"draft": "yes"}, "invalid-request"),
    ],
)
def test_a_bad_form_is_refused_and_nothing_is_kept(send, registrant, engine, change, code):
    number = "9911111111"
    answer = send(registrant, form(number, "40003009497") | change)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    with engine.connect() as connection:
        assert (
            connection.scalar(sa.select(t.registration.c.id).where(t.registration.c.viis_number == number))
            is None
        )


def test_a_bad_code_or_file_is_refused_without_repeating_it(send, registrant):
    named = {"given_name": "A", "family_name": "B", "email": "a@b.example", "personal_code": "123456-78901"}
    answer = send(registrant, form("9911111111", "40003009497", administrator=named))
    assert (answer.status_code, answer.json["code"]) == (422, "malformed-personal-code")
    assert "123456" not in answer.text
    answer = send(registrant, form("9911111111", "40003009497"), name="a.docx")
    assert (answer.status_code, answer.json["code"]) == (422, "attestation-format")


def test_a_register_that_is_down_leaves_the_checks_open_and_is_asked_again(
    api, send, registrant, registers, jobs
):
    registration = submitted(send, registrant, registers)
    for fault in ("away", "unavailable", "another"):
        registers.fault = fault
        jobs.institutions(later=30)
        shown = api.as_(uuid7(), "auditor").get(f"{PATH}/{registration}").json
        assert {check["verdict"] for check in shown["checks"]} == {"open"}
        assert approve(api, registration).json["code"] == "register-checks-open"
    registers.fault = None
    jobs.institutions(later=60)
    assert approve(api, registration).status_code == 200


def test_nothing_that_names_a_person_is_in_events_audit_or_stored_answers(
    engine, send, registrant, registers
):
    submitted(send, registrant, registers)
    with engine.connect() as connection:
        for table in ("outbox", "audit_entry"):
            text = connection.scalar(sa.text(f"SELECT string_agg(x::text, '') FROM {table} x")) or ""
            assert not any(secret in text for secret in ("32729109472", "327291-09472", "Ilona", "ilona@"))
        for row in connection.execute(sa.select(t.registration)):
            assert b"32729109472" not in row.sealed_code


def test_an_answer_that_is_late_is_shown_as_overdue(api, send, registrant, registers, jobs, engine):
    registration = submitted(send, registrant, registers)
    with engine.begin() as connection:
        due = sa.update(timer).where(timer.c.subject_id == registration)
        connection.execute(due.values(due_at=datetime(2020, 1, 1, tzinfo=UTC)))
        row = sa.update(t.registration).where(t.registration.c.id == registration)
        connection.execute(row.values(due_at=datetime(2020, 1, 1, tzinfo=UTC)))
    jobs.timers()
    shown = api.as_(uuid7(), "user_approver").get(f"{PATH}/{registration}").json
    assert (shown["overdue"], shown["status"]) == (True, "submitted")
    assert "registration_overdue" in audited(engine, registration)
    for role in ("user_approver", "auditor", "platform_admin"):
        alarms = api.as_(uuid7(), role).get(f"{PATH}/alarms").json["items"]
        mine = [one for one in alarms if one["registration_id"] == registration]
        assert [one["kind"] for one in mine] == ["registration_overdue"]
    assert api.as_(uuid7(), "learner").get(f"{PATH}/alarms").status_code == 403
    jobs.institutions()
    assert approve(api, registration).json["overdue"] is True


def test_lists_are_paged_and_filtered(api, send, registrant, registers):
    mine = [submitted(send, registrant, registers) for _ in range(3)]
    approve(api, mine[0], action="refusal")
    approver = api.as_(uuid7(), "user_approver")
    seen, after = [], ""
    while after is not None:
        page = approver.get(f"{PATH}?status=submitted&limit=2" + (f"&after={after}" if after else "")).json
        seen, after = seen + [one["id"] for one in page["items"]], page["next"]
    assert set(mine[1:]) <= set(seen)
    assert mine[0] not in seen
    assert seen == sorted(seen, key=UUID, reverse=True)
    assert approver.get(f"{PATH}?status=lost").status_code == 422


def test_whoever_reads_the_registration_of_another_looks_at_them(api, send, registrant, registers, engine):
    path = f"{PATH}/{submitted(send, registrant, registers)}"

    def looks():
        with engine.connect() as connection:
            query = sa.select(audit_entry.c.details).where(audit_entry.c.subject_id == registrant)
            return list(connection.scalars(query.where(audit_entry.c.action == "personal_data_viewed")))

    assert api.as_(registrant, "learner").get(path).status_code == 200
    assert looks() == []
    approver = api.as_(uuid7(), "user_approver")
    assert (approver.get(path).status_code, approver.get(f"{PATH}?limit=200").status_code) == (200, 200)
    assert looks() == [{"what": ["registration"], "purpose": "supervision of organisations"}] * 2
