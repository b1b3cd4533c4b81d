"""The order of receipts: an earlier number is served earlier, whichever submission is committed first."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from threading import Event
from uuid import UUID

import pytest
import sqlalchemy as sa
from ila_applications.usecases.applications import SubmitApplication, submit_application
from ila_kit.actor import Scope, process_actor
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
PATH = "/api/applications/v1/applications"
AMOUNT = {"amount": "608.99", "currency": "EUR"}


def draft(client, programme):
    return client.post(PATH, {"programme_id": programme}).json["id"]


def submit(client, application):
    confirmed = {"confirmed": True, "programme_version": 1, "quoted_amount": AMOUNT}
    assert client.post(f"{PATH}/{application}/submission", confirmed).status_code == 201


def submit_slowly(service, application, person, receipt_given: Event, go_on: Event):
    """Submit, and commit only when told to."""
    command = SubmitApplication(
        application_id=UUID(application), programme_version=1, quoted_amount=Decimal("608.99")
    )
    with service.deps.units.open(process_actor("applications")) as unit:
        submit_application(unit, command, Scope(person=person))
        receipt_given.set()
        go_on.wait(10)
        unit.commit()


def test_who_was_received_first_gets_the_last_place_though_the_second_was_committed_first(service, as_person):
    programme, slow_person = service.publish(places=1), uuid7()
    slow, quick = as_person(slow_person), as_person()
    first, second = draft(slow, programme), draft(quick, programme)
    given, go_on = Event(), Event()
    with ThreadPoolExecutor(2) as pool:
        slowly = pool.submit(submit_slowly, service, first, slow_person, given, go_on)
        assert given.wait(10)
        submit(quick, second)
        checking = pool.submit(service.job().run)
        with pytest.raises(TimeoutError):
            checking.result(0.2)
        go_on.set()
        slowly.result(10)
        with suppress(sa.exc.OperationalError):  # it had waited long enough, and comes again
            checking.result(10)
    service.job().run()
    states = [client.get(f"{PATH}/{one}").json["state"] for client, one in ((slow, first), (quick, second))]
    assert states == ["eligible", "waiting"]


def test_a_submission_that_hangs_keeps_others_from_being_received_for_a_moment_only(service, as_person):
    programme, slow_person = service.publish(), uuid7()
    first, second = draft(as_person(slow_person), programme), as_person()
    given, go_on = Event(), Event()
    with ThreadPoolExecutor(2) as pool:
        slowly = pool.submit(submit_slowly, service, first, slow_person, given, go_on)
        assert given.wait(10)
        with pytest.raises(sa.exc.OperationalError):
            service.job().run()
        submit(second, draft(second, programme))
        go_on.set()
        slowly.result(10)
    service.job().run()
    assert len(service.told("application_found_eligible", programme)) == 2
