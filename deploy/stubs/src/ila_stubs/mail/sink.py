"""Taking letters by SMTP; they go nowhere else."""

import asyncio
import email
import os
from collections import deque
from email import policy
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from ila_stubs.faults import DEFAULT_SECONDS, read_order

MOST_LETTERS = 10_000
PLACES = ("smtp",)
_TAKEN = "250 Taken"
# What is answered instead: for the moment, and for good.
_REFUSED = {"error": "451 Try again later", "wrong_person": "550 No such person here"}


class Sink:
    """The letters taken, the newest last, and how the server is ordered to behave."""

    def __init__(self) -> None:
        self.letters: deque[dict[str, Any]] = deque(maxlen=MOST_LETTERS)
        self.mode, self.seconds = "none", float(DEFAULT_SECONDS)

    def order(self, body: object) -> None:
        """Change how the server behaves. Raises BadFault."""
        self.mode, self.seconds, _ = read_order(body, "places", PLACES)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take somebody to write to, or misbehave."""
        if self.mode == "slow":
            await asyncio.sleep(self.seconds)
        if self.mode == "garbage":
            return "{<" + os.urandom(200).hex()  # no number at its head
        if self.mode == "empty" and server.transport is not None:
            server.transport.close()
        if self.mode in _REFUSED:
            return _REFUSED[self.mode]
        envelope.rcpt_tos.append(address)
        return _TAKEN

    async def handle_DATA(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a letter."""
        letter = email.message_from_bytes(bytes(envelope.original_content or b""), policy=policy.default)
        self.letters.append(
            {
                "from": envelope.mail_from,
                "to": list(envelope.rcpt_tos),
                "subject": letter["Subject"],
                "id": letter["Message-ID"],
                "language": letter["Content-Language"],
                "text": letter.get_content().replace("\r\n", "\n"),
            }
        )
        return _TAKEN


def listen(sink: Sink, host: str, port: int) -> Controller:
    """Take letters in a thread of its own, until `stop` is called on what is returned."""
    controller = Controller(sink, hostname=host, port=port)
    controller.start()
    return controller
