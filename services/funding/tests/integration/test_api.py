"""Lines, holds, accounts and the ledger over HTTP: who sees what, in which form."""

from decimal import Decimal

import pytest
from ila_kit.ids import uuid7
from ila_kit.testing.stores import statements_seen

pytestmark = pytest.mark.integration
BASE = "/api/funding/v1"
LINES, HOLDS, LEDGER = f"{BASE}/budget-lines", f"{BASE}/holds", f"{BASE}/ledger/entries"
MINE, ENTRIES = f"{BASE}/accounts/me", f"{BASE}/accounts/PERSON/entries"
METHODOLOGIES, VERIFICATION = f"{BASE}/methodologies", f"{BASE}/ledger/verification"
OFFICERS = ["rate_manager", "rate_approver", "call_manager", "claim_officer", "auditor"]
OTHERS = ["provider_admin", "platform_admin", "payment_maker", "counsellor"]


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


@pytest.fixture
def person():
    return uuid7()


@pytest.fixture
def learner(visitor, person):
    return visitor.as_(person, "learner")


@pytest.fixture
def auditor(visitor):
    return visitor.as_(uuid7(), "auditor")


def test_a_budget_line_shows_what_of_it_is_held_and_free(world, auditor, person):
    world.publish().hold(person_id=person)
    (line,) = auditor.get(LINES).json["items"]
    assert line["call_title_lv"], "people know a line by its call"
    assert line["limit"] == euros("2132000.00")
    assert (line["held"], line["free"]) == (euros("608.99"), euros("2131391.01"))
    assert (line["committed"], line["consumed"]) == (euros("0.00"), euros("0.00"))
    answer = auditor.get(f"{LINES}/{line['id']}")
    assert answer.json == line | {"pending": None, "actions": []}
    again = auditor.get(f"{LINES}/{line['id']}", If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")


def test_lines_are_filtered_by_call(world, auditor):
    world.publish()
    assert len(auditor.get(f"{LINES}?call_id={world.call_id}").json["items"]) == 1
    assert auditor.get(f"{LINES}?call_id={uuid7()}").json == {"items": [], "next": None}


@pytest.mark.parametrize("role", [*OTHERS, "learner"])
def test_others_see_no_budget_and_no_ledger(world, visitor, role):
    world.publish()
    someone = visitor.as_(uuid7(), role)
    for path in (LINES, f"{LINES}/{uuid7()}", LEDGER, VERIFICATION):
        answer = someone.get(path)
        assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


@pytest.mark.parametrize("role", OFFICERS)
def test_officers_see_the_budget(world, visitor, role):
    world.publish()
    assert visitor.as_(uuid7(), role).get(LINES).status_code == 200


@pytest.mark.parametrize(
    "path",
    [LINES, HOLDS, LEDGER, f"{BASE}/accounts/me", f"{BASE}/methodologies", f"{BASE}/ledger/verification"],
)
def test_nothing_is_shown_without_a_token(visitor, path):
    answer = visitor.get(path)
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


def test_a_learner_sees_the_own_hold_with_its_pinned_quote(world, learner, person):
    request = world.publish().hold(person_id=person)
    world.hold(2)
    (hold,) = learner.get(HOLDS).json["items"]
    assert hold["application_id"] == str(request.application_id)
    assert (hold["amount"], hold["state"]) == (euros("608.99"), "held")
    answer = learner.get(f"{HOLDS}/{hold['id']}")
    quote = answer.json["quote"]
    assert answer.json == hold | {"quote": quote}
    assert (quote["hash"], quote["amount"]) == (hold["quote_hash"], hold["amount"])
    assert answer.headers["ETag"] == '"2"'


def test_a_foreign_hold_answers_like_a_random_one(world, learner, auditor):
    world.publish().hold()
    (foreign,) = auditor.get(HOLDS).json["items"]
    answers = [learner.get(f"{HOLDS}/{one}") for one in (foreign["id"], uuid7())]
    assert {answer.status_code for answer in answers} == {404}
    bodies = [{n: v for n, v in a.json.items() if n not in ("instance", "request_id")} for a in answers]
    assert bodies[0] == bodies[1]


def test_a_filter_shows_nobody_the_holds_of_others(world, learner, person):
    request = world.publish().hold()
    world.hold(2, person_id=person)
    assert learner.get(f"{HOLDS}?person_id={request.person_id}").json["items"] == []
    assert learner.get(f"{HOLDS}?application_id={request.application_id}").json["items"] == []
    assert len(learner.get(f"{HOLDS}?person_id={person}").json["items"]) == 1


@pytest.mark.parametrize("role", ["rate_manager", "claim_officer", "auditor"])
def test_officers_see_every_hold(world, visitor, role):
    world.publish().hold()
    assert len(visitor.as_(uuid7(), role).get(HOLDS).json["items"]) == 1


def test_holds_are_filtered_by_state(world, auditor):
    request = world.publish().hold()
    world.hold(2)
    world.withdraw(request)
    (released,) = auditor.get(f"{HOLDS}?state=released").json["items"]
    assert released["application_id"] == str(request.application_id)
    assert auditor.get(f"{HOLDS}?state=gone").status_code == 422


def test_an_account_without_movements_is_all_zeros(learner, person):
    account = learner.get(MINE).json
    zeros = dict.fromkeys(("granted", "held", "committed", "consumed", "released", "expired"), euros("0.00"))
    assert account == {"person_id": str(person), "balance": zeros, "calls": [], "top_ups": []}


def test_the_account_follows_what_happens(world, learner, person):
    request = world.publish().hold(1, person)
    world.hold(2, person, programme_id=world.teach("Kiberdrošība"))
    world.withdraw(request)
    account = learner.get(MINE).json
    balance = account["balance"]
    assert (balance["granted"], balance["held"]) == (euros("1217.98"), euros("608.99"))
    assert balance["released"] == euros("608.99")
    (call,) = account["calls"]
    assert (call["code"], call["balance"]) == ("call-1", balance)


def test_entries_of_an_account_show_where_each_comes_from(world, learner, person):
    request = world.publish().hold(1, person)
    world.withdraw(request)
    released, held = learner.get(f"{BASE}/accounts/{person}/entries").json["items"]
    assert (held["reason"], held["account"], held["amount"]) == ("hold", "held", euros("608.99"))
    assert (released["reason"], released["amount"]) == ("release", euros("-608.99"))
    assert held["application_id"] == str(request.application_id)
    assert held["programme_title_lv"] == "Algoritmi un lokālie tīkli"
    assert (held["call_code"], held["methodology_version"]) == ("call-1", "1-2e/24/254")


def test_entries_of_others_answer_like_those_of_nobody(world, learner):
    request = world.publish().hold()
    for other in (request.person_id, uuid7()):
        answer = learner.get(f"{BASE}/accounts/{other}/entries")
        assert (answer.status_code, answer.json["code"]) == (404, "not-found")


def test_the_auditor_sees_the_entries_of_everybody(world, auditor):
    request = world.publish().hold()
    assert len(auditor.get(f"{BASE}/accounts/{request.person_id}/entries").json["items"]) == 1


def test_the_ledger_shows_both_sides_of_each_transaction(world, auditor):
    request = world.publish().hold()
    world.withdraw(request)
    entries = auditor.get(LEDGER).json["items"]
    assert sum(Decimal(entry["amount"]["amount"]) for entry in entries) == 0
    by_reason = {}
    for entry in entries:
        by_reason.setdefault(entry["reason"], []).append(entry)
    assert {reason: len(both) for reason, both in by_reason.items()} == {"budget": 2, "hold": 2, "release": 2}
    assert {one["reverses"] for one in by_reason["release"]} == {by_reason["hold"][0]["transaction_id"]}
    assert len(auditor.get(f"{LEDGER}?reason=hold&account=held").json["items"]) == 1


def test_the_verification_says_that_everything_fits(world, auditor):
    world.publish().hold()
    found = auditor.get(VERIFICATION).json
    assert found == {
        "verified": True,
        "sum": euros("0.00"),
        "entries": 4,
        "transactions": 2,
        "unbalanced_transactions": [],
        "differing_lines": [],
        "differing_accounts": [],
        "lines_differing_from_holds": [],
        "holds_differing_from_entries": [],
        "holds_without_entries": [],
        "holds_differing_from_events": [],
        "lines_differing_from_payments": [],
        "lines_differing_from_events": [],
        "differing_top_ups": [],
        "differing_periods": [],
    }


def test_the_methodologies_are_shown_with_their_sources(visitor):
    (version,) = visitor.as_(uuid7()).get(METHODOLOGIES).json["items"]
    assert (version["version"], version["valid_from"]) == ("1-2e/24/254", "2024-09-04")
    assert {kind["code"]: kind["rate"] for kind in version["kinds"]} == {
        "module": euros("5.34"),
        "module_set": None,
        "study_course": euros("5.15"),
        "study_module": None,
    }
    assert version["continuing_programmes"][0]["ceiling"] == euros("2127.19")
    assert visitor.as_(uuid7()).get(f"{METHODOLOGIES}?version=other").json["items"] == []


@pytest.mark.parametrize("path", [HOLDS, LEDGER])
def test_pages_show_every_row_once_while_rows_are_added(world, auditor, path):
    world.publish()
    for place in range(1, 8):
        world.hold(place)
    before = {row["id"] for row in auditor.get(f"{path}?limit=200").json["items"]}
    seen, after = [], ""
    while after is not None:
        page = auditor.get(f"{path}?limit=3" + (f"&after={after}" if after else "")).json
        seen += [row["id"] for row in page["items"]]
        after = page["next"]
        world.hold(100 + len(seen))
    assert len(seen) == len(set(seen))
    assert before == set(seen)


@pytest.mark.parametrize("path", [LINES, HOLDS, LEDGER, ENTRIES, METHODOLOGIES])
@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "sort=amount", "after=x", "colour=red"])
def test_a_list_refuses_what_it_does_not_have(visitor, path, query):
    caller = visitor.as_(uuid7(), "auditor")
    answer = caller.get(f"{path.replace('PERSON', str(uuid7()))}?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-request")


@pytest.mark.parametrize("path", [LINES, HOLDS, LEDGER, ENTRIES, MINE])
def test_a_list_costs_one_statement_however_long_it_is(world, visitor, person, path):
    """One's own account is two lists: what it is in each call, and what was added to it."""
    caller = visitor.as_(person, "learner", "auditor")
    path = path.replace("PERSON", str(person))
    world.publish()
    costs = []
    for rows in (1, 20):
        for place in range(rows):
            world.hold(place + 1, person)
        with statements_seen(world.engine) as statements:
            assert caller.get(path).status_code == 200
        costs.append(len(statements))
    assert costs == ([2, 2] if path == MINE else [1, 1])


def test_the_service_says_that_it_is_ready(world, visitor):
    assert visitor.get("/health/live").status_code == 200
    answer = visitor.get("/health/ready")
    assert answer.status_code == 200
    assert {"database", "migrations"} <= set(answer.json["checks"])
