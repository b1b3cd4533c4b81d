"""People see who looked at their data, and nobody else sees it."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from ila_identity.consumers import HANDLERS
from ila_identity.events.published import PersonalDataViewed
from ila_kit.actor import process_actor
from ila_kit.clock import as_instant, utc_now
from ila_kit.events import Envelope
from ila_kit.ids import uuid7
from ila_kit.store.tables import outbox

pytestmark = pytest.mark.integration
PATH = "/api/identity/v1/persons/me/access-log"
OWN = "identity.personal_data_viewed.v1"


def tell(
    deps, person: UUID, service: str = "applications", minutes: int = 0, look: UUID | None = None
) -> UUID:
    """Have a service tell that an officer looked at a person's data."""
    event = PersonalDataViewed(
        look_id=look or uuid7(),
        person_ids=[person],
        viewer=str(uuid7()),
        viewer_roles=["officer"],
        organisation_ids=[],
        acting_for=None,
        what=["application"],
        purpose="handling of applications",
        viewed_at=utc_now() - timedelta(minutes=minutes),
    )
    envelope = Envelope(
        id=uuid7(),
        source=service,
        type=f"{service}.personal_data_viewed.v1",
        subject=event.subject,
        time=event.viewed_at,
        sequence=1,
        data=event.as_data(),
    )
    with deps.units.open(process_actor("identity")) as unit:
        HANDLERS[envelope.type](unit, envelope)
        unit.commit()
    return event.look_id


def test_a_person_sees_each_look_once_newest_first_page_by_page(api, deps):
    person, other = uuid7(), uuid7()
    looks = [tell(deps, person, minutes=minutes) for minutes in (30, 20, 10)]
    tell(deps, person, minutes=30, look=looks[0])
    tell(deps, other)
    mine = api.as_(person, "learner")

    first = mine.get(f"{PATH}?limit=2").json
    second = mine.get(f"{PATH}?limit=2&after={first['next']}").json

    assert [row["look_id"] for row in first["items"] + second["items"]] == [str(one) for one in looks[::-1]]
    assert second["next"] is None
    row = first["items"][0]
    assert (row["service"], row["viewer_roles"], row["what"]) == (
        "applications",
        ["officer"],
        ["application"],
    )
    assert row["purpose"] == "handling of applications"


def test_the_log_is_filtered_by_service_and_by_time(api, deps):
    person = uuid7()
    tell(deps, person, "funding", minutes=60)
    late = tell(deps, person, "applications")
    mine = api.as_(person, "learner")

    by_service = mine.get(f"{PATH}?service=applications").json["items"]
    since = as_instant(utc_now() - timedelta(minutes=5))
    by_time = mine.get(f"{PATH}?updated_since={since}").json["items"]

    assert [row["look_id"] for row in by_service] == [row["look_id"] for row in by_time] == [str(late)]


@pytest.mark.parametrize("role", ["platform_admin", "auditor", "user_approver"])
def test_staff_see_no_log_of_others(api, role):
    assert api.as_(uuid7(), role).get(PATH).status_code == 403


def test_a_look_in_identity_itself_is_published_and_seen(api, deps, sign_in):
    person = sign_in()
    service = api.as_("svc:applications", "identity.names")

    asked = {"person_ids": [person], "purpose": "teaching"}
    assert service.post("/api/identity/v1/person-names", asked).status_code == 200

    hear_own(deps, person)
    rows = api.as_(person, "learner").get(PATH).json["items"]
    assert [(row["viewer"], row["purpose"], row["what"]) for row in rows] == [
        ("svc:applications", "teaching", ["given_name", "family_name", "masked_code"])
    ]


def hear_own(deps, person):
    """Have identity hear what it published of looks at a person."""
    with deps.units.open(process_actor("identity")) as unit:
        bodies = unit.connection.scalars(sa.select(outbox.c.body).where(outbox.c.type == OWN)).all()
        for body in bodies:
            if str(person) in body["data"]["person_ids"]:
                HANDLERS[OWN](unit, Envelope.parse(body))
        unit.commit()
