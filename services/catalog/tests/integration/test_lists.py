"""Every list of offers and what belongs to them: pages, filters, one statement however long it is."""

import pytest

pytestmark = pytest.mark.integration
API = "/api/catalog/v1"


@pytest.fixture
def college(offering):
    """An institution with three offers, one of them submitted."""
    call = offering.call()
    college = offering.institution()
    place = college.place()
    for _ in range(3):
        college.place()
    made = [college.ready(call, place) for _ in range(3)]
    college.submit(made[0])
    college.offers, college.call = made, call
    return college


def paths(college):
    offer = f"{API}/offers/{college.offers[0]['id']}"
    return {
        f"{API}/places": 4,
        f"{API}/programmes": 3,
        f"{API}/offers": 3,
        f"{offer}/attachments": 4,
        f"{offer}/submissions": 1,
    }


def test_lists_come_whole_and_in_pages_of_one_statement_each(college, queries):
    for path, expected in paths(college).items():
        with queries() as seen:
            whole = college.editor.get(path).json
        subject = 1 if path.count("/") > 4 else 0
        assert len(seen) <= 1 + subject, (path, seen)
        ids = [one.get("id", one.get("sequence")) for one in whole["items"]]
        assert (len(ids), whole["next"]) == (expected, None)
        page, paged = {"next": ""}, []
        while page["next"] is not None:
            after = f"&after={page['next']}" if page["next"] else ""
            page = college.editor.get(f"{path}?limit=1{after}").json
            paged += [one.get("id", one.get("sequence")) for one in page["items"]]
        assert paged == ids


def test_filters_hold(college):
    def count(path):
        return len(college.editor.get(f"{API}/{path}").json["items"])

    foreign = college.call["id"]
    assert count(f"offers?state=submitted&call_id={college.call['id']}") == 1
    assert count(f"offers?organisation_id={college.id}&kind=module") == 3
    assert count(f"offers?organisation_id={foreign}") == 0
    assert count("programmes?state=bound") == 1
    assert count(f"programmes?organisation_id={college.id}&state=complete") == 2
    assert count("places?state=matched") == 4
    assert count("offers?sort=-updated_at&limit=2") == 2


def test_what_a_caller_may_do_stands_beside_each_thing(college):
    by_state = {one["state"]: one["actions"] for one in college.signatory.get(f"{API}/offers").json["items"]}
    assert by_state == {"submitted": ["withdraw"], "draft": ["submit"]}
    assert {tuple(one["actions"]) for one in college.editor.get(f"{API}/offers").json["items"]} == {()}
    auditor = college.world.client.as_("0193a1f0-7c3e-7b5a-9a6e-3f6d2c1b0a05", "auditor")
    assert len(auditor.get(f"{API}/offers").json["items"]) == 3
