"""Methodologies over HTTP and in the database: two people, one effect, nothing changed afterwards."""

import threading
from datetime import timedelta
from decimal import Decimal
from functools import partial
from importlib import import_module

import pytest
import sqlalchemy as sa
from ila_funding.consumers.prices import PriceJob
from ila_funding.domain.programme import PublishedProgramme
from ila_funding.domain.training import Part, Training
from ila_funding.store.methodologies import MethodologyCache
from ila_funding.usecases.programmes import register_programme
from ila_funding.usecases.replays import replay_all
from ila_kit.actor import process_actor
from ila_kit.clock import riga_date, utc_now
from ila_kit.ids import uuid7
from ila_kit.testing.stores import statements_seen

pytestmark = pytest.mark.integration
PATH, QUOTES = "/api/funding/v1/methodologies", "/api/funding/v1/quotes"
MODULE = {"kind": "module", "parts": [{"title": "Sistēmu programmēšana", "hours": 10}]}


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def refused(world, statement: str) -> str:
    """Return the name of the rule by which the database refuses a statement, or its words."""
    with world.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as fault:
        connection.exec_driver_sql(statement)
    return fault.value.orig.diag.constraint_name or fault.value.orig.diag.message_primary


@pytest.fixture
def manager(visitor):
    return visitor.as_(uuid7(), "rate_manager")


@pytest.fixture
def approver(visitor):
    return visitor.as_(uuid7(), "rate_approver")


@pytest.fixture
def body(manager):
    """The shipped version with another rate of a module, from tomorrow on."""
    (shipped,) = manager.get(PATH).json["items"]
    names = ("title", "document", "kinds", "continuing_programmes")
    module, *others = shipped["kinds"]
    tomorrow = riga_date(utc_now()) + timedelta(days=1)
    return {name: shipped[name] for name in names} | {
        "version": "2",
        "valid_from": tomorrow.isoformat(),
        "kinds": [module | {"rate": euros("6.00")}, *others],
    }


def in_review(manager, body) -> str:
    path = f"{PATH}/{manager.post(PATH, body).json['id']}"
    assert manager.post(f"{path}/submission").status_code == 200
    return path


def today(body, version: str = "2") -> dict:
    return body | {"valid_from": riga_date(utc_now()).isoformat(), "version": version}


def test_a_version_is_drafted_changed_submitted_and_approved_by_two(manager, approver, body):
    made = manager.post(PATH, body)
    assert (made.status_code, made.json["state"], made.json["known_from"]) == (201, "draft", None)
    path = made.headers["Location"]
    changed = manager.put(path, body | {"title": "Cits"}, version=1)
    assert (changed.json["title"], changed.headers["ETag"]) == ("Cits", '"2"')
    assert manager.put(path, body, version=1).json["code"] == "stale"
    assert manager.post(f"{path}/submission").json["actions"] == []
    assert approver.get(path).json["actions"] == ["approve", "return"]
    done = approver.post(f"{path}/approval")
    assert (done.status_code, done.json["state"]) == (200, "approved")
    assert approver.post(f"{path}/approval").json["code"] == "wrong-state"
    assert manager.put(path, body, version=4).json["code"] == "wrong-state"


def test_an_approved_version_prices_the_next_question_in_every_process(
    world, visitor, manager, approver, body
):
    other = MethodologyCache()
    with world.engine.connect() as connection:
        assert len(other.current(connection).versions) == 1
    assert manager.post(QUOTES, MODULE).json["amount"] == euros("53.40")
    approver.post(f"{in_review(manager, today(body))}/approval")
    assert manager.post(QUOTES, MODULE).json["amount"] == euros("60.00")
    assert manager.post(QUOTES, MODULE | {"as_of": "2024-11-20"}).json["amount"] == euros("53.40")
    with world.engine.connect() as connection:
        assert [one.version for one in other.current(connection).versions] == ["1-2e/24/254", "2"]


def test_a_quote_reads_one_row_of_methodologies(world, manager):
    manager.post(QUOTES, MODULE)
    with statements_seen(world.engine) as seen:
        manager.post(QUOTES, MODULE)
    assert len([one for one in seen if "methodology" in one]) == 1


def test_two_approvals_at_once_have_one_effect(world, manager, visitor, body):
    path, ready, codes = in_review(manager, body), threading.Barrier(8), []

    def approve() -> None:
        someone = visitor.as_(uuid7(), "rate_approver")
        ready.wait(30)
        codes.append(someone.post(f"{path}/approval").status_code)

    threads = [threading.Thread(target=approve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200] + [409] * 7
    told = world.sql("SELECT count(*) FROM outbox WHERE body ->> 'type' = 'funding.methodology_approved.v1'")
    assert told == [(1,)]
    assert world.sql("SELECT approved FROM methodology_count") == [(2,)]


def test_of_two_versions_for_one_day_approved_at_once_one_comes_into_force(world, manager, visitor, body):
    paths = [in_review(manager, body | {"version": name}) for name in ("2a", "2b")]
    ready, codes = threading.Barrier(2), []

    def approve(path: str) -> None:
        someone = visitor.as_(uuid7(), "rate_approver")
        ready.wait(30)
        codes.append(someone.post(f"{path}/approval").json.get("code"))

    threads = [threading.Thread(target=approve, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes, key=str) == [None, "ambiguous-methodology"]
    assert world.sql("SELECT count(*) FROM methodology WHERE state = 'approved'") == [(2,)]


def test_one_person_with_both_roles_approves_nothing_alone(visitor, body):
    both = visitor.as_(uuid7(), "rate_manager", "rate_approver")
    answer = both.post(f"{in_review(both, body)}/approval")
    assert (answer.status_code, answer.json["code"]) == (403, "same-person")


@pytest.mark.parametrize(
    "change",
    [
        "SET kinds = '[]'",
        "SET valid_from = '2024-01-01'",
        "SET state = 'draft', known_from = NULL",
        "SET approved_by = 'x'",
    ],
)
def test_an_approved_version_is_not_even_changed_by_hand(world, change):
    assert refused(world, f"UPDATE methodology {change}") == "an approved methodology never changes"
    assert refused(world, "DELETE FROM methodology") == "an approved methodology never changes"
    assert refused(world, "TRUNCATE methodology") == "methodology is append-only"


def test_the_database_refuses_an_approval_by_who_drafted_it(world, manager, body):
    manager.post(PATH, body)
    alone = "UPDATE methodology SET state = 'approved', known_from = now(), approved_by = edited_by[1] "
    assert refused(world, alone + "WHERE state = 'draft'") == "methodology_two_persons"
    nobody = "UPDATE methodology SET state = 'approved', known_from = now() WHERE state = 'draft'"
    assert refused(world, nobody) == "methodology_approved_by"


def test_drafts_and_who_worked_on_rates_are_for_those_who_work_on_them(visitor, manager, approver, body):
    path = in_review(manager, body)
    learner = visitor.as_(uuid7(), "learner")
    assert learner.get(path).status_code == 404
    assert [one["version"] for one in learner.get(PATH).json["items"]] == ["1-2e/24/254"]
    assert [one["version"] for one in manager.get(PATH).json["items"]] == ["2", "1-2e/24/254"]
    approver.post(f"{path}/approval")
    shown = learner.get(path).json
    assert (shown["edited_by"], shown["approved_by"], shown["state"]) == ([], None, "approved")


def test_programmes_that_no_agreement_pins_get_the_new_price_and_only_once(world, manager, approver, body):
    world.publish()
    assert PriceJob(world.units).run() == 0
    approver.post(f"{in_review(manager, today(body))}/approval")
    job = PriceJob(world.units)
    assert [job.run(), job.run()] == [1, 0]
    ((amount, version),) = world.sql("SELECT amount, methodology_version FROM programme_price")
    assert (amount, version) == (Decimal("631.43"), "2")


def test_programmes_under_an_agreement_keep_their_price(world, manager, approver, body):
    world.publish().admit()
    programme = PublishedProgramme(
        programme_id=world.programme_id,
        call_id=world.call_id,
        title_lv="A",
        funding_source="RRF 2.3.1.4.i",
        training=Training(kind="module", parts=(Part("A", 10),)),
        sequence=2,
        agreement_id=world.agreement_id,
    )
    world.do(register_programme, programme)
    approver.post(f"{in_review(manager, today(body))}/approval")
    assert PriceJob(world.units).run() == 0
    ((amount, version),) = world.sql("SELECT amount, methodology_version FROM programme_price")
    assert (amount, version) == (Decimal("53.40"), "1-2e/24/254")


def with_kind(body, number: int = 0, **changes) -> dict:
    kinds = [kind | (changes if at == number else {}) for at, kind in enumerate(body["kinds"])]
    return body | {"kinds": kinds}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (lambda body: with_kind(body, rate=euros("-1.00")), "/kinds/0/rate"),
        (lambda body: with_kind(body, rate=euros("0.00")), "/kinds/0/rate"),
        (lambda body: with_kind(body, rate=euros("5.345")), "/kinds/0/rate/amount"),
        (lambda body: with_kind(body, rate=euros("NaN")), "/kinds/0/rate/amount"),
        (lambda body: with_kind(body, rate=euros("999999999999.99")), "/kinds/0/rate"),
        (lambda body: with_kind(body, rate=5.34), "/kinds/0/rate"),
        (lambda body: with_kind(body, rate=None), "/kinds/0/rate"),
        (lambda body: with_kind(body, cap=euros("-0.01")), "/kinds/0/cap"),
        (lambda body: with_kind(body, source=""), "/kinds/0/source"),
        (lambda body: with_kind(body, method="guess"), "/kinds/0/method"),
        (lambda body: with_kind(body, method="price_list"), "/kinds/0/method"),
        (lambda body: with_kind(body, share=50), "/kinds/0/share"),
        (lambda body: with_kind(body, code="Module!"), "/kinds/0/code"),
        (lambda body: with_kind(body, 1, part="nothing"), "/kinds/1/part"),
        (lambda body: with_kind(body, 1, part="module_set"), "/kinds/1/part"),
        (lambda body: with_kind(body, 2, code="module"), "/kinds/2/code"),
        (lambda body: body | {"kinds": []}, "/kinds"),
        (lambda body: body | {"valid_from": "2025-02-30"}, "/valid_from"),
        (lambda body: body | {"state": "approved"}, "/state"),
        (lambda body: body | {"known_from": "2020-01-01T00:00:00Z"}, "/known_from"),
        (
            lambda body: body | {"continuing_programmes": body["continuing_programmes"] * 2},
            "/continuing_programmes/1/title",
        ),
    ],
)
def test_rates_that_cannot_be_are_refused_at_their_place(manager, body, change, pointer):
    answer = manager.post(PATH, change(body))
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-request")
    assert pointer in answer.json["errors"]


def test_a_source_that_is_missing_is_named(manager, body):
    del body["kinds"][0]["source"]
    assert "/kinds/0/source" in manager.post(PATH, body).json["errors"]


def test_days_that_are_decided_already_are_refused_with_the_field(manager, body):
    path = f"{PATH}/{manager.post(PATH, body | {'valid_from': '2024-09-04'}).json['id']}"
    answer = manager.post(f"{path}/submission")
    assert (answer.status_code, answer.json["code"]) == (422, "ambiguous-methodology")
    assert list(answer.json["errors"]) == ["/valid_from"]
    assert "1-2e/24/254" in answer.json["detail"]


EXAM = {
    "code": "exam",
    "family": "prior_learning",
    "method": "price_list",
    "title_lv": "Eksāmens",
    "title_en": "Exam",
    "rule": "BR-801",
    "source": "Cenrādis",
    "prices": [{"title": "Programmēšanas tehniķis", "price": euros("85.00"), "source": "Cenrādis, 2. rinda"}],
}
TRANSPORT = {
    "code": "transport",
    "family": "support",
    "method": "actual_cost",
    "title_lv": "Transporta atbalsts",
    "title_en": "Transport support",
    "rule": "BR-707",
    "source": "Nolikums, 9. punkts",
    "share": 50,
    "rounding": "half_up",
    "cap": euros("20.00"),
}


def test_another_call_brings_its_kinds_as_data(manager, approver, body):
    approver.post(
        f"{in_review(manager, today(body | {'kinds': [*body['kinds'], EXAM, TRANSPORT]}))}/approval"
    )
    exam = manager.post(QUOTES, {"kind": "exam", "parts": [{"title": "programmēšanas  tehniķis"}]}).json
    assert (exam["amount"], exam["steps"][0]["rule"]) == (euros("85.00"), "BR-801")
    assert exam["steps"][0]["source"] == "Cenrādis, 2. rinda"
    for cost, amount in (("12.35", "6.18"), ("99.00", "20.00")):
        part = {"title": "Biļetes", "cost": euros(cost)}
        ticket = manager.post(QUOTES, {"kind": "transport", "parts": [part]}).json
        assert ticket["amount"] == euros(amount)
    unlisted = manager.post(QUOTES, {"kind": "exam", "parts": [{"title": "Cits"}]})
    assert (unlisted.status_code, unlisted.json["code"]) == (422, "unknown-listed-price")


def test_before_approval_everybody_at_the_desk_sees_whom_it_affects(world, manager, approver, body):
    world.publish()
    world.hold()
    path = in_review(manager, today(body))
    shown = approver.get(f"{path}/impact").json
    counts = {name: shown[name] for name in ("programmes", "dearer", "cheaper", "unchanged")}
    assert counts == {"programmes": 1, "dearer": 1, "cheaper": 0, "unchanged": 0}
    assert (shown["sum_now"], shown["sum_then"]) == (euros("608.99"), euros("631.43"))
    assert [(one["now"], one["then"]) for one in shown["largest"]] == [(euros("608.99"), euros("631.43"))]
    assert shown["pinned"] == [
        {"version": "1-2e/24/254", "agreements": 0, "holds": 1, "held": euros("608.99")}
    ]
    assert (shown["now_by"], shown["decides_until"]) == ("1-2e/24/254", None)
    approver.post(f"{path}/approval")
    assert approver.get(f"{path}/impact").json["sum_now"] == euros("608.99")


def test_who_does_not_work_on_rates_sees_no_impact(visitor, manager, body):
    path = in_review(manager, body)
    assert visitor.as_(uuid7(), "learner").get(f"{path}/impact").status_code == 403
    assert manager.get(f"{PATH}/{uuid7()}/impact").status_code == 404


def test_a_hold_is_replayed_to_the_same_bytes_after_rates_changed(world, visitor, manager, approver, body):
    person = uuid7()
    world.publish().hold(person_id=person)
    fix = body | {"valid_from": "2024-09-04", "corrects": "1-2e/24/254"}
    approver.post(f"{in_review(manager, fix)}/approval")
    ((hold_id, digest),) = world.sql("SELECT id, quote_hash FROM hold")
    answer = visitor.as_(person, "learner").get(f"/api/funding/v1/holds/{hold_id}/replay").json
    assert (answer["identical"], answer["differences"]) == (True, [])
    assert answer["recomputed_hash"] == answer["stored_hash"] == digest
    assert visitor.as_(uuid7(), "learner").get(f"/api/funding/v1/holds/{hold_id}/replay").status_code == 404


def test_the_command_replays_all_holds_and_names_those_that_differ(world):
    world.publish()
    world.hold(1)
    world.hold(2)
    read = partial(world.units.read, process_actor("funding"))
    assert [one.identical for one in replay_all(read)] == [True, True]
    with world.engine.begin() as connection:
        first = "(SELECT id FROM hold ORDER BY id LIMIT 1)"
        connection.exec_driver_sql(f"UPDATE hold SET amount = amount - 0.01 WHERE id = {first}")
    assert [one.differences for one in replay_all(read)] == [("/amount",), ()]


def test_holds_of_before_get_the_training_that_their_steps_tell(world):
    world.publish().hold()
    with world.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE hold SET quote = quote - 'training'")
        migration = import_module("ila_funding.migrations.versions.0006_methodologies")
        connection.exec_driver_sql(migration._TRAININGS)
    read = partial(world.units.read, process_actor("funding"))
    assert [one.identical for one in replay_all(read)] == [True]
