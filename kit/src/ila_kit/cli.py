"""The command line of a service: the same commands everywhere."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import flask

from ila_kit import logs
from ila_kit.bus.inbox import redeliver
from ila_kit.bus.worker import run_worker
from ila_kit.service_settings import ServiceSettings
from ila_kit.store import migrate
from ila_kit.store.database import create_engine

GUNICORN = [
    "--worker-class",
    "gthread",
    "--keep-alive",
    "75",
    "--no-control-socket",
    "--preload",
    "--graceful-timeout",
    "25",
]
Extra = Callable[[Any, Sequence[str]], int]


def command_line(
    service: str,
    package: str,
    settings_class: type[ServiceSettings],
    create_app: Callable[..., flask.Flask],
    create_worker: Callable[..., Any],
    extra: Mapping[str, Extra] | None = None,
) -> Callable[[], None]:
    """Return the entry point of a service: serve, work, migrate, redeliver, check, openapi, and `extra`.

    An extra command gets the settings and its own arguments and returns an exit code.
    """
    commands: dict[str, tuple[str, Extra]] = {
        "serve": ("answer HTTP requests", lambda s, _: _serve(s, package)),
        "work": ("send the outbox, work off the inbox, run timers", lambda s, _: _work(s, create_worker)),
        "migrate": ("bring schema and queue up to date", lambda s, _: _migrate(s, package, create_worker)),
        "redeliver": ("work off dead letters again: --all or ids", lambda s, rest: _redeliver(s, rest)),
        "check": ("check the settings and the database", lambda s, _: _check(s, package)),
        "openapi": ("print the API document", lambda _, __: 0),
    }
    commands |= {name: (str(run.__doc__).splitlines()[0], run) for name, run in (extra or {}).items()}

    def main() -> None:
        parser = argparse.ArgumentParser(
            prog=f"ila-{service}", formatter_class=argparse.RawDescriptionHelpFormatter
        )
        parser.epilog = "\n".join(f"  {name:<10} {text}" for name, (text, _) in commands.items())
        parser.add_argument("command", choices=commands)
        chosen, rest = parser.parse_known_args()
        if chosen.command == "openapi":
            print(openapi(create_app, settings_class))
            return
        settings = settings_class.from_env()
        logs.set_up(service, settings.log_level)
        sys.exit(commands[chosen.command][1](settings, rest))

    return main


def openapi(create_app: Callable[..., flask.Flask], settings_class: type[ServiceSettings]) -> str:
    """Return the API document of a service; it needs neither database nor gateway."""
    app = create_app(settings_class(**offline_environment()))
    with app.app_context():
        document = next(iter(app.extensions["flask-smorest"]["apis"].values()))["ext_obj"].spec.to_dict()
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True)


def offline_environment() -> dict[str, Any]:
    """Return settings of a service that is looked at and not run."""
    return {
        "ila_env": "development",
        "database_url": "postgresql://nobody@127.0.0.1:1/none",
        "broker_url": "pgbus://nobody@127.0.0.1:1/none",
        "gateway_url": "http://127.0.0.1:1",
        "client_key_file": os.devnull,
    }


def _serve(settings: ServiceSettings, package: str) -> int:
    bind = ["--bind", f"{settings.host}:{settings.port}", "--log-level", "warning"]
    size = ["--workers", str(settings.web_processes), "--threads", str(settings.web_threads)]
    os.execvp(
        sys.executable, [sys.executable, "-m", "gunicorn", *GUNICORN, *bind, *size, f"{package}.wsgi:app"]
    )


def _work(settings: ServiceSettings, create_worker: Callable[..., Any]) -> int:
    return int(run_worker(create_worker(settings)) or 0)


def _migrate(settings: ServiceSettings, package: str, create_worker: Callable[..., Any]) -> int:
    """Make the schema and the queue: an event sent before its reader has a queue reaches nobody."""
    engine = create_engine(settings.database_url, pooled=False, name=f"{package}-migrate")
    migrate.upgrade(engine, package)
    worker = create_worker(settings)
    worker.broker.declare(worker.units.service, worker.handlers)
    worker.broker.close()
    return 0


def _redeliver(settings: ServiceSettings, ids: Sequence[str]) -> int:
    if not ids:
        print("say --all or name the ids of dead letters", file=sys.stderr)
        return 2
    engine = create_engine(settings.database_url, pooled=False)
    count = redeliver(engine, None if list(ids) == ["--all"] else [UUID(one) for one in ids])
    print(f"{count} to be worked off again")
    return 0


def _check(settings: ServiceSettings, package: str) -> int:
    late = migrate.pending(create_engine(settings.database_url, pooled=False), package)
    print("migrations are pending" if late else "ok", file=sys.stderr if late else sys.stdout)
    return int(late)
