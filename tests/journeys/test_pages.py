"""The main job on the pages, as a browser does it: find, see the price, apply, see the account, withdraw."""

import html
import re
import uuid

import pytest
import requests
import suite
from ila_local.sign_in import browser

pytestmark = pytest.mark.journey


@pytest.fixture
def visitor() -> requests.Session:
    """A browser in which learner-21 is signed in, with nothing open."""
    suite.clear(suite.persona("learner-21"))
    return browser(suite.URL, "learner-21")


def form(page: requests.Response) -> dict[str, str]:
    """Return the hidden fields of the form on a page."""
    assert page.status_code == 200, page.text
    inputs = re.findall(r"<input[^>]+>", page.text)
    named = [(re.search(r'name="([^"]+)"', one), re.search(r'value="([^"]*)"', one)) for one in inputs]
    return {name[1]: html.unescape(value[1]) for name, value in named if name and value}


def test_a_person_applies_on_the_pages_and_withdraws(visitor):
    wanted = suite.programme("module_set")
    page = f"{suite.URL}/programmes/{wanted['id']}"
    suite.eventually(lambda: "608,99" in visitor.get(page).text, wanted=True)

    sent = form(visitor.get(f"{page}/apply")) | {"confirmed": "yes"}
    shown = visitor.post(f"{page}/apply", data=sent, headers={"Origin": suite.URL})
    again = visitor.post(f"{page}/apply", data=sent, headers={"Origin": suite.URL})
    assert shown.status_code == 200, shown.text
    assert shown.url == again.url, "the same form sent twice applies once"

    application = shown.url.split("?")[0]
    suite.eventually(lambda: "608,99" in visitor.get(application).text, wanted=True)
    assert "608,99" in visitor.get(f"{suite.URL}/account").text
    assert "608,99" in visitor.get(f"{suite.URL}/account/entries").text

    sent = form(visitor.get(f"{application}/withdraw"))
    assert (
        visitor.post(f"{application}/withdraw", data=sent, headers={"Origin": suite.URL}).status_code == 200
    )
    assert suite.state(suite.persona("learner-21"), application.rsplit("/", 1)[1]) == "withdrawn"


def test_somebody_elses_application_is_not_there(visitor):
    assert visitor.get(f"{suite.URL}/applications/{uuid.uuid4()}").status_code == 404
