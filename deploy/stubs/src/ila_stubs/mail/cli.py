"""Command line of the stand-in mail server: `ila-stub-mail serve`."""

import argparse

from flask import Flask

from ila_stubs.mail.app import create_app
from ila_stubs.mail.settings import Settings
from ila_stubs.mail.sink import Sink, listen
from ila_stubs.server import Server


class MailServer(Server):
    """Opens the port for letters in the one process that keeps them."""

    def __init__(self, settings: Settings):
        self._sink, self._port = Sink(), settings.smtp_port
        super().__init__(create_app(self._sink), settings)

    def load(self) -> Flask:
        """Return the application a worker serves; letters are taken from now on."""
        listen(self._sink, self._settings.host, self._port)
        return super().load()


def main() -> None:
    """Run the command; stop with every fault of the environment, one a line."""
    parser = argparse.ArgumentParser(prog="ila-stub-mail", description=__doc__)
    parser.add_argument(
        "command", choices=["serve"], help="serve: show letters on PORT, take them on SMTP_PORT"
    )
    parser.parse_args()
    MailServer(Settings.from_env()).run()
