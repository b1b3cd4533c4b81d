"""The agency's pages of money and calls offer what the services say one may do now, and nothing else."""

import pytest
from api_documents import answer_of

LEARNER = "01a20baa-0000-7000-8000-0000000000b1"
TOP_UPS = f"/api/funding/v1/accounts/{LEARNER}/top-ups"


@pytest.fixture
def officer(learner, gateway):
    """Somebody who proposes and decides about money and calls."""
    roles = ("rate_manager", "rate_approver", "call_manager")
    gateway.roles = [{"role": role, "organisation": None} for role in roles]
    return learner


def answers(gateway, path: str, template: str, **facts):
    """Have the gateway answer a path as the documents say, with these facts; return that answer."""
    answer = answer_of(template, **facts)
    gateway.fail(path, 200, answer)
    return answer


def deeds(page) -> list[str]:
    """Return the deeds whose forms stand on a page."""
    return [part.partition('"')[0] for part in page.text.split('name="deed" value="')[1:]]


@pytest.mark.parametrize(
    ("actions", "offered"),
    [
        ([], ["top-up"]),
        (["reverse"], ["top-up-reversal", "top-up"]),
        (["confirm", "reverse"], ["top-up-confirmation", "top-up-reversal", "top-up"]),
    ],
)
def test_of_a_top_up_only_that_is_offered_which_its_service_would_do(officer, gateway, actions, offered):
    answers(gateway, TOP_UPS, "/api/funding/v1/accounts/{person_id}/top-ups", state="active", actions=actions)
    answers(gateway, "/api/catalog/v1/public/calls", "/api/catalog/v1/public/calls")
    assert deeds(officer.get(f"/agency/top-ups/{LEARNER}")) == offered
