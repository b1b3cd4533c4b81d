"""The command line of the gateway."""

import argparse
import os
import resource
import sys
from typing import Any

from ila_gateway.settings import Settings

GUNICORN = [
    "--worker-class",
    "ila_gateway.worker.Worker",
    "--keep-alive",
    "75",
    "--no-control-socket",
    "--graceful-timeout",
    "25",
    # More than all bulkheads of `routes/neighbours.toml` together: a full one leaves room for the others.
    "--worker-connections",
    "4000",
    # Nobody in front of us is believed when he says how a request came, or where an application starts.
    "--forwarded-allow-ips",
    "",
    "--log-level",
    "warning",
]


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(prog="ila-gateway", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, act, text in (
        ("serve", _serve, "answer on HOST and PORT"),
        ("work", _work, "hear and send events, with health on HOST and PORT"),
        ("migrate", _migrate, "make the queue"),
        ("redeliver", _redeliver, "hear dead letters again"),
        ("check", _check, "read the settings and the routes table"),
        ("settings", _print_settings, "print the settings as a table"),
    ):
        commands.add_parser(name, help=text, description=text).set_defaults(act=lambda _, act=act: act())
    _add_nginx(commands)
    asked = parser.parse_args()
    sys.exit(asked.act(asked))


def _add_nginx(commands: Any) -> None:
    text = "print the configuration of nginx in front of us"
    nginx = commands.add_parser("nginx", help=text, description=text)
    nginx.set_defaults(act=_print_nginx)
    nginx.add_argument("--listen", default="127.0.0.1:8080", help="address and port of the front door")
    nginx.add_argument("--gateway", default="", help="host and port of the gateway; else HOST and PORT")
    nginx.add_argument("--certificate", default="", help="PEM file of the chain; without it there is no TLS")
    nginx.add_argument("--key", default="", help="PEM file of the certificate's key")
    nginx.add_argument("--decisions", default="/dev/shm/ila-decisions", help="folder in memory")  # noqa: S108
    nginx.add_argument("--log", default="/dev/stdout", help="file of the access log")


def _serve() -> int:
    settings = Settings.from_env()
    bind = ["--bind", f"{settings.host}:{settings.port}", "--workers", str(settings.web_processes)]
    _allow_files()
    command = [sys.executable, "-m", "gunicorn", *GUNICORN, *bind, "ila_gateway.wsgi:app"]
    os.execv(sys.executable, command)


def _allow_files() -> None:
    """Use as many connections as the system lets us: each request may need two."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


# Everything else is imported where it is used: half of what the worker held would be for others.
def _work() -> int:
    from ila_gateway.work import work

    return work(Settings.from_env())


def _migrate() -> int:
    from ila_gateway.work import make_queue

    make_queue(Settings.from_env())
    return 0


def _redeliver() -> int:
    from ila_gateway.work import redeliver

    print(f"{redeliver(Settings.from_env())} to be heard again")
    return 0


def _check() -> int:
    from ila_gateway.routes import load

    load(Settings.from_env().routes_folder)
    print("ok")
    return 0


def _print_settings() -> int:
    print(Settings.table())
    return 0


def _print_nginx(asked: argparse.Namespace) -> int:
    from ila_gateway.nginx import Place, configuration
    from ila_gateway.routes import load

    settings = Settings.from_env()
    place = Place(
        listen=asked.listen,
        gateway=asked.gateway or f"{settings.host}:{settings.port}",
        certificate=asked.certificate,
        key=asked.key,
        decisions=asked.decisions,
        log=asked.log,
    )
    try:
        print(configuration(settings, load(settings.routes_folder), place))
    except ValueError as fault:
        sys.exit(f"ila-gateway: {fault}")
    return 0
