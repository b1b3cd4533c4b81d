"""Command line of the stand-ins around files: `ila-stub-files serve`."""

import argparse
from contextlib import ExitStack

from ila_stubs.files.clamd import Scanner, running
from ila_stubs.files.s3 import Bucket, create_app
from ila_stubs.files.settings import Settings
from ila_stubs.server import Server


class _Both(Server):
    """The store, with the scanner in a thread of the process that answers requests."""

    def __init__(self, settings: Settings):
        self._files, self._scanner, self._listening = settings, Scanner(), ExitStack()
        bucket = Bucket(settings.bucket, settings.access_key, settings.secret_key)
        super().__init__(create_app(bucket, self._scanner), settings)

    def load_config(self) -> None:
        """Begin to listen as a scanner after the fork: its state lives where faults are ordered."""
        super().load_config()

        def scan(_worker: object) -> None:
            self._listening.enter_context(running(self._scanner, self._files.host, self._files.clamd_port))

        self.cfg.set("post_worker_init", scan)


def main() -> None:
    """Run the command; stop with every fault of the environment, one a line."""
    parser = argparse.ArgumentParser(prog="ila-stub-files", description=__doc__)
    parser.add_argument("command", choices=["serve"], help="serve: answer on HOST, PORT and CLAMD_PORT")
    parser.parse_args()
    _Both(Settings.from_env()).run()
