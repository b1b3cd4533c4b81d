"""The command line of the gateway."""

import argparse
import os
import resource
import sys

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
    commands = {
        "serve": _serve,
        "work": _work,
        "migrate": _migrate,
        "redeliver": _redeliver,
        "check": _check,
        "settings": _print_settings,
    }
    parser.add_argument(
        "command",
        choices=commands,
        help="serve: answer on HOST and PORT; work: hear and send events, with health on HOST and PORT; "
        "migrate: make the queue; redeliver: hear dead letters again; check: read the settings",
    )
    sys.exit(commands[parser.parse_args().command]())


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


# The worker's parts are imported where they are used: the door needs no broker, nor its memory.
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
    Settings.from_env()
    print("ok")
    return 0


def _print_settings() -> int:
    print(Settings.table())
    return 0
