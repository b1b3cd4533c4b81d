"""Command line of the stand-in e-identity: `ila-stub-eidentity serve`."""

import argparse

from flask import Flask
from gunicorn.app.base import BaseApplication

from ila_stubs.eidentity.app import create_app, provider_of
from ila_stubs.eidentity.settings import Settings


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn around one application; one process, because codes live in its memory."""

    def __init__(self, app: Flask, settings: Settings):
        self._app = app
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Tell gunicorn what the settings say."""
        options = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": self._settings.web_threads,
            "keepalive": 75,
            "graceful_timeout": 5,
            "control_socket_disable": True,
            "loglevel": self._settings.log_level.lower(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the application a worker serves."""
        return self._app


def main() -> None:
    """Run the command; stop with every fault of the environment, one a line."""
    parser = argparse.ArgumentParser(prog="ila-stub-eidentity", description=__doc__)
    parser.add_argument("command", choices=["serve"], help="serve: answer on HOST and PORT")
    parser.parse_args()
    settings = Settings.from_env()
    Server(create_app(provider_of(settings)), settings).run()
