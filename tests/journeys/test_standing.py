"""Roles, logouts and disablings count everywhere soon: in a browser, in a script, in a page that is open."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil
import pytest
import requests
import suite
from ila_local.errors import CannotRun
from ila_local.sign_in import browser, token_in

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
IDENTITY = "/api/identity/v1"
# Well below the time after which roles are read again by themselves.
BY_EVENT = 15
PROMISED = 60


@dataclass
class Person:
    """Somebody with a browser, and a script that works in the same session."""

    name: str
    browser: requests.Session
    script: suite.Caller

    @classmethod
    def signed_in(cls, name: str) -> "Person":
        """Sign a persona in at the e-identity."""
        opened = browser(suite.URL, name)
        return cls(name, opened, suite.Caller(token_in(opened, suite.URL, name)))

    @property
    def id(self) -> str:
        """The person's id."""
        return str(self.script.read("/auth/me")["person_id"])

    def sees(self, path: str) -> set[int]:
        """Return with which status the browser and the script are answered."""
        seen = self.browser.get(suite.URL + path, timeout=30)
        return {seen.status_code, self.script.get(path).status_code}

    def home(self) -> str:
        """Return where the page for institutions leads."""
        return self.browser.get(f"{suite.URL}/provider", timeout=30).url.removeprefix(suite.URL)


@pytest.fixture(scope="module")
def institution() -> str:
    """The people of provider-a, as its members and nobody else may see them."""
    held = suite.persona("provider-a-admin").read("/auth/me")["roles"]
    place = next(one["organisation"] for one in held if one["role"] == "provider_admin")
    return f"{IDENTITY}/organisations/{place}/members"


@contextmanager
def member(institution: str, name: str) -> Iterator[str]:
    """Make a persona an editor of the institution for a while; give the address of the membership."""
    who = suite.personas()[name]
    named = {one: who[one] for one in ("given_name", "family_name", "personal_code")}
    admin = suite.persona("provider-a-admin")
    added = admin.post(institution, named | {"roles": ["provider_editor"]})
    assert added.status_code == 201, added.text
    path = f"{institution}/{added.json()['id']}"
    confirmed = suite.persona("agency-user-approver").post(f"{path}/confirmation")
    assert confirmed.status_code == 200, confirmed.text
    try:
        yield path
    finally:
        admin.delete(path)


@contextmanager
def stopped(role: str) -> Iterator[None]:
    """Let a process of the suite stand still for a while, with its children."""
    pid = next(row["pid"] for row in suite.run_state() if row["role"] == role)
    family = [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    for one in family:
        os.kill(one, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in family:
            os.kill(one, signal.SIGCONT)


def test_a_role_comes_and_goes_in_what_is_open_already(institution):
    person = Person.signed_in("learner-47")
    assert person.sees(institution) == {403}
    assert "registration" in person.home()

    with member(institution, "learner-47"):
        suite.eventually(lambda: person.sees(institution), {200}, BY_EVENT)
        assert person.home().startswith("/provider/")

    suite.eventually(lambda: person.sees(institution), {403}, BY_EVENT)
    assert "registration" in person.home()


def test_a_disabled_person_is_out_everywhere_and_comes_back_by_a_new_sign_in():
    person = Person.signed_in("learner-46")
    assert person.sees("/auth/me") == {200}
    path, admin = f"{IDENTITY}/persons/{person.id}", suite.persona("platform-admin")
    assert admin.post(f"{path}/restriction", {"reason": "a stolen phone"}).status_code == 200
    try:
        suite.eventually(lambda: person.sees("/auth/me"), {401}, BY_EVENT)
        assert person.sees(suite.APPLICATIONS) == {401}
        with pytest.raises(CannotRun, match="sign-in-refused"):
            suite.signed_in("learner-46")
    finally:
        assert admin.post(f"{path}/reinstatement", {"reason": "found again"}).status_code == 200

    assert person.sees("/auth/me") == {401}, "what ended stays ended"
    assert suite.signed_in("learner-46").get("/auth/me").status_code == 200


def test_a_logout_takes_the_script_with_it_and_no_other_session():
    person, other = Person.signed_in("learner-49"), Person.signed_in("learner-49")
    proof = {"X-CSRF-Token": person.browser.get(f"{suite.URL}/auth/me", timeout=30).json()["csrf_token"]}
    person.browser.post(f"{suite.URL}/auth/logout", headers=proof, allow_redirects=False, timeout=30)

    suite.eventually(lambda: person.sees("/auth/me"), {401}, BY_EVENT)
    assert other.sees("/auth/me") == {200}
    assert other.script.delete("/auth/sessions").status_code == 204
    suite.eventually(lambda: other.sees("/auth/me"), {401}, BY_EVENT)


def test_without_the_gateways_worker_a_role_that_was_taken_is_gone_within_a_minute(institution):
    with member(institution, "learner-47") as membership:
        person = Person.signed_in("learner-47")
        assert person.sees(institution) == {200}
        with stopped("gateway-worker"):
            assert suite.persona("provider-a-admin").delete(membership).status_code == 200
            suite.eventually(lambda: person.sees(institution), {403}, PROMISED)

    # What was told meanwhile is heard now, and changes nothing any more.
    assert person.sees(institution) == {403}


def test_while_identity_stands_still_known_sessions_go_on_and_new_sign_ins_are_told_so():
    person = Person.signed_in("learner-47")
    with stopped("identity"):
        assert person.sees(suite.APPLICATIONS) == {200}
        with pytest.raises(CannotRun, match=r"503.*sign-in-unavailable"):
            suite.signed_in("learner-46")
        assert person.sees(suite.APPLICATIONS) == {200}

    assert suite.signed_in("learner-46", patience=30).get("/auth/me").status_code == 200
    assert person.sees(suite.APPLICATIONS) == {200}
