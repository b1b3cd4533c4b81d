"""Messages, letters and the profile over HTTP on PostgreSQL, letters by a real mail server."""

import socket
from dataclasses import replace

import pytest
import sqlalchemy as sa
from ila_applications.api.letters import letter_writer
from ila_applications.clients.smtp import SmtpPost
from ila_applications.consumers import LettersJob
from ila_applications.store import message_tables as m
from ila_kit.errors import Unavailable
from ila_kit.ids import uuid7
from ila_stubs.mail.sink import Sink, listen

pytestmark = pytest.mark.integration
PATH = "/api/applications/v1/applications"
MESSAGES = "/api/applications/v1/messages"
PROFILE = "/api/applications/v1/profile"
AMOUNT = {"amount": "608.99", "currency": "EUR"}


@pytest.fixture
def programme(service):
    return service.publish()


@pytest.fixture
def sink():
    return Sink()


@pytest.fixture
def post(sink):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = listen(sink, "127.0.0.1", port)
    yield SmtpPost(f"smtp://127.0.0.1:{port}", "konts@ila.example")
    controller.stop()


@pytest.fixture
def letters(service, post):
    """The job that sends; what earlier tests left has no address and is settled by its first run."""
    return LettersJob(replace(service.deps, post=post), letter_writer("https://ila.example"))


def submit(client, programme):
    application = client.post(PATH, {"programme_id": programme}).json["id"]
    confirmed = {"confirmed": True, "programme_version": 1, "quoted_amount": AMOUNT}
    assert client.post(f"{PATH}/{application}/submission", confirmed).status_code == 201
    return application


def say(client, **changes):
    version = client.get(PROFILE).json["version"]
    return client.patch(PROFILE, changes, version=version)


def test_a_person_is_told_step_by_step_and_reads_it(service, as_person, programme):
    client = as_person()
    application = submit(client, programme)
    service.job().run()
    hold = str(uuid7())
    service.tell("funding.funds_held.v1", application_id=application, hold_id=hold, amount=AMOUNT)
    told = client.get(MESSAGES).json
    assert [one["action"] for one in told["items"]] == ["offer", "submit"]
    assert told["unread"] == 2
    assert told["items"][0]["text_en"] == "€608.99 is held for you, and the place is offered to you."
    assert "608,99" in told["items"][0]["text_lv"]
    read = client.post(f"{MESSAGES}/{told['items'][0]['id']}/read")
    assert read.status_code == 200
    assert read.json["read_at"] is not None
    assert client.get(MESSAGES).json["unread"] == 1
    assert client.post(f"{MESSAGES}/read").json == {"read": 1}
    assert client.get(MESSAGES).json["unread"] == 0


def test_messages_of_others_are_not_there(service, as_person, programme):
    owner, stranger = as_person(), as_person()
    submit(owner, programme)
    (message,) = owner.get(MESSAGES).json["items"]
    assert stranger.get(MESSAGES).json == {"items": [], "next": None, "unread": 0}
    assert stranger.post(f"{MESSAGES}/{message['id']}/read").status_code == 404
    assert as_person(None, "eligibility_officer").get(MESSAGES).status_code == 403


def test_messages_come_in_pages_that_miss_none(service, as_person):
    client = as_person()
    for _ in range(3):
        submit(client, service.publish())
    first = client.get(f"{MESSAGES}?limit=2").json
    rest = client.get(f"{MESSAGES}?limit=2&after={first['next']}").json
    seen = [one["id"] for page in (first, rest) for one in page["items"]]
    assert len(set(seen)) == 3
    assert rest["next"] is None


def test_a_letter_reaches_the_address_the_person_gave(letters, sink, as_person, programme):
    client = as_person()
    assert say(client, email="anna@people.example").status_code == 200
    application = submit(client, programme)
    letters.run()
    (letter,) = sink.letters
    (message,) = client.get(MESSAGES).json["items"]
    assert letter["to"] == ["anna@people.example"]
    assert letter["subject"] == "Algoritmi: jaunumi Jūsu pieteikumā"
    assert letter["id"] == f"<{message['id']}@ila.example>"
    assert (letter["from"], letter["language"]) == ("konts@ila.example", "lv")
    assert f"https://ila.example/applications/{application}" in letter["text"]
    assert message["letter"]["state"] == "sent"


@pytest.mark.parametrize(
    ("mode", "state", "reason"),
    [("error", "waiting", "address-refused-451"), ("wrong_person", "failed", "address-refused-550")],
)
def test_a_refused_letter_is_put_off_or_given_up(letters, sink, as_person, programme, mode, state, reason):
    client = as_person()
    say(client, email="anna@people.example")
    submit(client, programme)
    sink.order({"mode": mode})
    letters.run()
    (message,) = client.get(MESSAGES).json["items"]
    assert message["letter"] == message["letter"] | {"state": state, "reason": reason, "tries": 1}


@pytest.mark.parametrize("mode", ["empty", "garbage"])
def test_a_broken_post_counts_no_try_and_loses_nothing(letters, sink, as_person, programme, mode, service):
    letters.run()
    client = as_person()
    say(client, email="anna@people.example")
    submit(client, programme)
    sink.order({"mode": mode})
    letters.run()
    (message,) = client.get(MESSAGES).json["items"]
    assert message["letter"]["tries"] == 0
    sink.order({"mode": "none"})
    letters._not_before = None
    letters.run()
    assert len(sink.letters) == 1


def test_where_nobody_listens_there_is_no_post():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unavailable), SmtpPost(f"smtp://127.0.0.1:{port}", "konts@ila.example").open():
        pass


def test_a_profile_keeps_what_registers_say_apart_from_what_the_person_says(as_person):
    client = as_person()
    profile = client.get(PROFILE).json
    assert profile["facts"] == {
        "birth_date": "1984-03-12",
        "alive": True,
        "source": "population-register",
        "observed_at": "2024-11-01T00:00:00.000000Z",
        "legal_basis": "the regulation",
        "state": "register",
    }
    assert (profile["email"], profile["language"], profile["letters"]) == (None, "lv", True)
    answer = say(client, email="anna@people.example", language="en")
    assert answer.json == client.get(PROFILE).json
    assert (answer.json["email"], answer.json["language"], answer.json["letters"]) == (
        *("anna@people.example", "en"),
        True,
    )


def test_a_profile_is_shown_without_facts_while_identity_is_away(service, as_person):
    client = as_person()

    def away(person_ids, purpose):
        raise Unavailable(neighbour="identity")

    service.people.facts = away
    assert client.get(PROFILE).json["facts"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nobody"}, "/email"),
        ({"email": "a b@people.example"}, "/email"),
        ({"email": "anna@people"}, "/email"),
        ({"email": "anna,juris@people.example"}, "/email"),
        ({"email": "<anna>@people.example"}, "/email"),
        ({"email": "'Anna' anna@people.example"}, "/email"),
        ({"email": "ābola@people.example"}, "/email"),
        ({"email": "a" * 250 + "@people.example"}, "/email"),
        ({"email": "anna@people.example\r\nBcc: x@people.example"}, "/email"),
        ({"language": "ru"}, "/language"),
        ({"letters": "yes"}, "/letters"),
        ({"name": "Anna"}, "/name"),
        ({}, ""),
    ],
)
def test_what_a_profile_does_not_take_is_named(as_person, body, field):
    client = as_person()
    answer = client.patch(PROFILE, body, version=1)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]
    assert client.get(PROFILE).json["version"] == 1


def test_a_profile_changed_meanwhile_is_not_overwritten(as_person):
    client = as_person()
    assert client.patch(PROFILE, {"language": "en"}, version=1).status_code == 200
    assert client.patch(PROFILE, {"language": "lv"}, version=1).status_code == 412
    assert client.patch(PROFILE, {"language": "lv"}).status_code == 428
    assert client.get(PROFILE).json["language"] == "en"


def test_an_erased_person_leaves_neither_messages_nor_address(service, as_person, programme):
    person = uuid7()
    client = as_person(person)
    say(client, email="anna@people.example")
    submit(client, programme)
    service.tell("identity.person_erasure_requested.v1", person_id=str(person))
    with service.engine.connect() as connection:
        for table in (m.message, m.profile):
            query = sa.select(sa.func.count()).where(table.c.person_id == person)
            assert connection.scalar(query) == 0


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("person_id = '01a20bbb-22a8-747e-bf50-d327926dcb19' ORDER BY id DESC", "message_person"),
        (
            "letter = 'waiting' AND letter_due <= '2026-01-01Z' ORDER BY letter_due, id",
            "message_unsent",
        ),
    ],
)
def test_what_is_asked_of_messages_often_has_an_index(database, question, index):
    with database.connect() as connection:
        connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        connection.execute(sa.text("SET LOCAL enable_sort = off"))
        plan = connection.scalars(sa.text(f"EXPLAIN SELECT * FROM message WHERE {question} LIMIT 50"))
        assert index in "\n".join(plan)
