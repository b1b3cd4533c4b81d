"""The stand-in mail server: real SMTP over a socket, letters shown over HTTP, faults to order."""

import smtplib
import socket
from email.message import EmailMessage

import pytest
from ila_kit.settings import BadSettings
from ila_stubs.mail.app import create_app
from ila_stubs.mail.settings import Settings
from ila_stubs.mail.sink import Sink, listen


@pytest.fixture
def sink():
    return Sink()


@pytest.fixture
def http(sink):
    return create_app(sink).test_client()


@pytest.fixture
def server(sink):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = listen(sink, "127.0.0.1", port)
    yield "127.0.0.1", port
    controller.stop()


def letter(to: str, text: str = "Labdien, Ābol!") -> EmailMessage:
    written = EmailMessage()
    written["From"], written["To"], written["Subject"] = "suite@ila.example", to, "Ziņa"
    written["Message-ID"] = "<1@ila.example>"
    written.set_content(text)
    written["Content-Language"] = "lv"
    return written


def test_a_letter_taken_is_shown_to_whoever_asks_for_its_address(server, http):
    with smtplib.SMTP(*server, timeout=5) as post:
        post.send_message(letter("anna@people.example"))
        post.send_message(letter("juris@people.example"))
    (shown,) = http.get("/letters?to=anna@people.example").json["items"]
    assert shown == {
        "from": "suite@ila.example",
        "to": ["anna@people.example"],
        "subject": "Ziņa",
        "id": "<1@ila.example>",
        "language": "lv",
        "text": "Labdien, Ābol!\n",
    }
    assert len(http.get("/letters").json["items"]) == 2


@pytest.mark.parametrize(("mode", "code"), [("error", 451), ("wrong_person", 550)])
def test_ordered_faults_refuse_an_address_for_the_moment_or_for_good(server, http, mode, code):
    assert http.put("/faults", json={"mode": mode}).status_code == 200
    with smtplib.SMTP(*server, timeout=5) as post, pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        post.send_message(letter("anna@people.example"))
    assert refused.value.recipients["anna@people.example"][0] == code
    assert http.get("/letters").json["items"] == []


@pytest.mark.parametrize("mode", ["garbage", "empty"])
def test_ordered_faults_break_the_protocol(server, http, mode):
    http.put("/faults", json={"mode": mode})
    with pytest.raises((smtplib.SMTPException, OSError)), smtplib.SMTP(*server, timeout=5) as post:
        post.send_message(letter("anna@people.example"))
    http.put("/faults", json={"mode": "none"})
    with smtplib.SMTP(*server, timeout=5) as post:
        post.send_message(letter("anna@people.example"))
    assert len(http.get("/letters").json["items"]) == 1


def test_an_order_that_is_none_is_refused(http):
    assert http.put("/faults", json={"mode": "angry"}).status_code == 422
    assert http.get("/faults").json["mode"] == "none"


def test_it_starts_in_development_alone():
    with pytest.raises(BadSettings):
        Settings.from_env({"ILA_ENV": "production", "PORT": "1", "SMTP_PORT": "2"})
