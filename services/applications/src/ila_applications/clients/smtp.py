"""The post: letters handed over to a mail server by SMTP."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from urllib.parse import unquote, urlsplit

from ila_kit.errors import Unavailable

from ila_applications.message_ports import MailedLetter, Undeliverable

SECONDS = 10.0
SCHEMES = ("smtp", "smtp+starttls", "smtps")
_NO_POST = (OSError, smtplib.SMTPException)
_REFUSALS = range(400, 600)
_FOR_GOOD = range(500, 600)


class SmtpPost:
    """Hands letters to the server of `url`: smtp, smtp+starttls or smtps, with name and password if it asks.

    `sender` is the address that letters come from.
    """

    def __init__(self, url: str, sender: str):
        self._at, self._sender = urlsplit(url), sender

    @contextmanager
    def open(self) -> Iterator[Callable[[MailedLetter], None]]:
        """Give what hands over a letter, which raises Undeliverable. Both raise Unavailable: no post now."""
        try:
            server = self._connect()
        except _NO_POST as fault:
            raise _away(fault) from fault
        try:
            yield partial(self._hand_over, server)
        finally:
            with suppress(*_NO_POST):
                server.quit()

    def _connect(self) -> smtplib.SMTP:
        host, trusted = self._at.hostname or "", ssl.create_default_context()
        if self._at.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self._at.port or 465, timeout=SECONDS, context=trusted
            )
        else:
            server = smtplib.SMTP(host, self._at.port or 587, timeout=SECONDS)
        if self._at.scheme == "smtp+starttls":
            server.starttls(context=trusted)
        if self._at.username:
            server.login(unquote(self._at.username), unquote(self._at.password or ""))
        return server

    def _hand_over(self, server: smtplib.SMTP, letter: MailedLetter) -> None:
        try:
            server.send_message(self._written(letter), to_addrs=[letter.to])
        except smtplib.SMTPNotSupportedError:
            raise Undeliverable("letter-not-supported", for_good=True) from None
        except smtplib.SMTPRecipientsRefused as refused:
            raise _refusal("address", refused.recipients[letter.to][0]) from None
        except smtplib.SMTPResponseException as refused:
            raise _refusal("letter", refused.smtp_code) from None
        except _NO_POST as fault:
            raise _away(fault) from fault

    def _written(self, letter: MailedLetter) -> EmailMessage:
        written = EmailMessage()
        written["From"], written["To"], written["Subject"] = self._sender, letter.to, letter.subject
        written["Date"] = format_datetime(letter.at)
        written["Message-ID"] = f"<{letter.id}@{self._sender.rpartition('@')[2]}>"
        written["Auto-Submitted"] = "auto-generated"  # no holiday notes, please
        written.set_content(letter.text)
        written["Content-Language"] = letter.language
        return written


def _refusal(what: str, code: int) -> Undeliverable | Unavailable:
    """Return why a letter is not taken; a number that is no refusal is a server that talks nonsense."""
    if code not in _REFUSALS:
        return Unavailable(neighbour="post", fault=f"answered {code}")
    return Undeliverable(f"{what}-refused-{code}", code in _FOR_GOOD)


def _away(fault: Exception) -> Unavailable:
    return Unavailable(neighbour="post", fault=type(fault).__name__)
