"""gunicorn around the application of a stand-in."""

from flask import Flask
from gunicorn.app.base import BaseApplication

from ila_stubs.settings import StubSettings


class Server(BaseApplication):  # type: ignore[misc]
    """One process, because what a stand-in keeps lives in its memory."""

    def __init__(self, app: Flask, settings: StubSettings):
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
