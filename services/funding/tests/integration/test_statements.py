"""Statements of a price and of an account over HTTP: who gets them, in which language."""

import io

import pytest
from ila_kit.ids import uuid7
from pypdf import PdfReader

pytestmark = pytest.mark.integration
HOLDS = "/api/funding/v1/holds"
ACCOUNT = "/api/funding/v1/accounts/me/statement.pdf"


@pytest.fixture
def person():
    return uuid7()


@pytest.fixture
def path(world, visitor, person) -> str:
    """Where the statement of a hold of 608.99 stands."""
    world.publish().hold(person_id=person)
    (hold,) = visitor.as_(person, "learner").get(HOLDS).json["items"]
    return f"{HOLDS}/{hold['id']}/statement.pdf"


def words(answer) -> str:
    (page,) = PdfReader(io.BytesIO(answer.data)).pages
    return " ".join(page.extract_text().split())


def test_a_learner_reads_her_statement_in_both_languages_and_gets_the_same_bytes_again(visitor, person, path):
    learner = visitor.as_(person, "learner")
    answer = learner.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "181,56 € + 427,43 € = 608,99 €" in words(answer)
    english = words(learner.get(f"{path}?lang=en"))
    assert "€181.56 + €427.43 = €608.99" in english
    assert "Algorithms and local networks" in english
    assert learner.get(f"{path}?lang=lv").data == answer.data
    replayed = learner.get(path.replace("statement.pdf", "replay")).json
    assert replayed["stored_hash"] in words(answer)


def test_the_officer_gets_it_too_and_a_stranger_learns_nothing(visitor, path):
    assert visitor.as_(uuid7(), "claim_officer").get(path).status_code == 200
    foreign = visitor.as_(uuid7(), "learner").get(path)
    unknown = visitor.as_(uuid7(), "learner").get(f"{HOLDS}/{uuid7()}/statement.pdf")
    assert (foreign.status_code, foreign.json["code"]) == (unknown.status_code, unknown.json["code"])
    assert foreign.status_code == 404
    assert visitor.as_(uuid7(), "provider_admin").get(path).status_code == 403
    assert visitor.get(path).status_code == 401


def test_another_language_is_refused_by_name(visitor, person, path):
    answer = visitor.as_(person, "learner").get(f"{path}?lang=de")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["/lang"])


def test_a_learner_reads_the_own_account_and_nothing_of_another_one(world, visitor, person, path):
    request = world.hold(2, programme_id=world.teach("Cits"))
    world.withdraw(request)
    answer = visitor.as_(person, "learner").get(ACCOUNT)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Tagad rezervēts 608,99 €" in words(answer)
    assert str(request.application_id) not in words(answer)
    other = visitor.as_(request.person_id, "learner")
    assert "Returned to the budget €608.99" in words(other.get(f"{ACCOUNT}?lang=en"))
    assert "Kontā vēl nav darījumu." in words(visitor.as_(uuid7(), "learner").get(ACCOUNT))


def test_an_account_is_told_to_its_learner_alone(visitor):
    assert visitor.get(ACCOUNT).status_code == 401
    for role in ("auditor", "claim_officer", "provider_admin"):
        assert visitor.as_(uuid7(), role).get(ACCOUNT).status_code == 403
    assert list(visitor.as_(uuid7(), "learner").get(f"{ACCOUNT}?lang=de").json["errors"]) == ["/lang"]
