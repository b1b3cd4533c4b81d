"""The people of an institution, as its administrator sees them: what waits, by whom, and taking it back."""

import html
import re

import pytest

PLACE = "01a20baa-0000-7000-8000-00000000000a"
PERSON = "01a20baa-0000-7000-8000-000000000001"
MEMBER, OTHER = "01a20baa-0000-7000-8000-0000000000b1", "01a20baa-0000-7000-8000-0000000000b2"
MEMBERS, PAGE = f"/api/identity/v1/organisations/{PLACE}/members", f"/provider/{PLACE}/members"
WITHDRAWAL = 'value="member-change-withdrawal"'


def member(**facts):
    """Return somebody whose roles change, as identity lists them."""
    return {
        "id": MEMBER,
        "organisation_id": PLACE,
        "person_id": OTHER,
        "given_name": "Edgars",
        "family_name": "Žagars",
        "personal_code": "******-***00",
        "roles": ["provider_trainer"],
        "wanted": ["provider_editor", "provider_trainer"],
        "wanted_by": PERSON,
        "state": "changing",
        "due_at": "2026-12-23T12:05:09.120000Z",
        "version": 4,
    } | facts


def words(page) -> str:
    own = page.text.partition('<main id="main"')[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", own)))


@pytest.fixture
def administrator(learner, gateway):
    """An administrator of the institution at a browser."""
    gateway.roles = [{"role": "provider_admin", "organisation": PLACE}]
    return learner


def listed(gateway, *members) -> None:
    gateway.fail(MEMBERS, 200, {"items": list(members), "next": None})


def test_what_waits_says_until_when_and_whether_it_is_mine(administrator, gateway):
    listed(gateway, member())
    said = words(administrator.get(PAGE))
    assert "Gaida apstiprinājumu: satura sagatavotājs, pasniedzējs (ierosinājāt jūs)" in said
    assert "23.12.2026. 14:04" in said
    listed(gateway, member(wanted_by=OTHER))
    assert "ierosinājāt jūs" not in words(administrator.get(PAGE))


def test_a_change_is_taken_back_from_the_row_it_waits_in(administrator, gateway):
    listed(gateway, member(), member(id=OTHER, state="active", wanted=None, wanted_by=None, due_at=None))
    assert administrator.get(PAGE).text.count(WITHDRAWAL) == 1
    path = f"{MEMBERS}/{MEMBER}/change-withdrawal"
    gateway.answer_write("POST", path, member(state="active", wanted=None, wanted_by=None))
    form = {"deed": "member-change-withdrawal", "key": "a", "csrf_token": "a-csrf-token", "target": MEMBER}
    answer = administrator.post(PAGE, data=form)
    assert answer.headers["Location"] == f"{PAGE}?done=member-change-withdrawal"
    assert [seen.path for seen in gateway.requests if seen.method == "POST"] == [path]


def test_who_is_no_administrator_takes_nothing_back(learner, gateway):
    gateway.roles = [{"role": "provider_editor", "organisation": PLACE}]
    listed(gateway, member())
    assert WITHDRAWAL not in learner.get(PAGE).text
