"""Command line of the portal: `ila-portal serve`, `ila-portal settings`."""

import argparse
import os
import sys

from ila_portal.settings import Settings

GUNICORN = ["--worker-class", "gthread", "--keep-alive", "75", "--no-control-socket", "--preload"]
LIMITS = ["--graceful-timeout", "25", "--log-level", "warning"]


def main() -> None:
    """Run the command; stop with every fault of the environment, one a line."""
    parser = argparse.ArgumentParser(prog="ila-portal", description=__doc__)
    parser.add_argument("command", choices=["serve", "settings"])
    if parser.parse_args().command == "settings":
        print(Settings.table())
        return
    os.execv(sys.executable, server_command(Settings.from_env()))


def server_command(settings: Settings) -> list[str]:
    """Return the command that answers on HOST and PORT."""
    bind = ["--bind", f"{settings.host}:{settings.port}"]
    size = ["--workers", str(settings.web_processes), "--threads", str(settings.web_threads)]
    return [sys.executable, "-m", "gunicorn", *GUNICORN, *LIMITS, *bind, *size, "ila_portal.wsgi:app"]
