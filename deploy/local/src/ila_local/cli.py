"""Command line of the one-machine runner: `ila-local`."""

import argparse
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

from ila_local import clock, runner
from ila_local.data_dir import DataDir
from ila_local.errors import CannotRun
from ila_local.leftovers import end_orphans
from ila_local.postgres import remove_cluster
from ila_local.settings import Settings
from ila_local.sign_in import access_token


def main() -> None:
    """Run the command that was asked for; end with its exit code, or with a sentence why not."""
    asked = _parser().parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # before the event loop takes signals over
    try:
        sys.exit(asked.act(asked, Settings.from_env()))
    except CannotRun as refusal:
        sys.exit(f"ila-local: {refusal}")
    except KeyboardInterrupt:
        sys.exit(runner.INTERRUPTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ila-local", description=__doc__)
    parser.set_defaults(act=_run)
    commands = parser.add_subparsers(metavar="COMMAND")
    _command(commands, "run", _run, "start everything, until Ctrl-C (the default)")
    _command(commands, "reset", _reset, "empty the data directory")
    _command(commands, "provision", _provision, "make the databases on ILA_DATABASE_URL")
    token = _command(commands, "token", _token, "sign a persona in and print an access token")
    token.add_argument("persona", help="for example learner-01")
    token.add_argument("--url", default=os.environ.get("ILA_URL"), help="the front door (ILA_URL)")
    # With another prefix, `-1h` is a step to be refused in a sentence, and not an unknown option.
    hands = _command(
        commands, "clock", _clock, "turn the clock of the running suite on, or show it", prefix_chars="~"
    )
    hands.add_argument("step", nargs="?", default="", help="how far forward, for example +49h")
    postgres = _command(commands, "with-postgres", _with_postgres, "run a command beside an empty PostgreSQL")
    suite = _command(commands, "with-suite", _with_suite, "run a command beside a whole suite of its own")
    suite.add_argument("--database-url", help="own PostgreSQL, as ILA_DATABASE_URL")
    suite.add_argument("--broker-url", help="own RabbitMQ, as ILA_BROKER_URL")
    running = _command(
        commands,
        "with-running-suite",
        _with_running_suite,
        "run a command beside the running suite, or its own",
    )
    for wrapper in (postgres, suite, running):
        wrapper.add_argument("--log", type=Path, help="file for the processes' output")
        wrapper.add_argument("command", nargs=argparse.REMAINDER, metavar="CMD …")
    return parser


def _command(commands, name, act, text, **how) -> argparse.ArgumentParser:  # type: ignore[no-untyped-def]
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text, **how)
    parser.set_defaults(act=act)
    return parser


def _run(_: argparse.Namespace, settings: Settings) -> int:
    return runner.run(settings)


def _reset(_: argparse.Namespace, settings: Settings) -> int:
    data = DataDir(settings.ila_data_dir)
    if not data.path.exists():
        return 0
    with data.locked():
        end_orphans(str(data.path))
        remove_cluster(data)
        data.empty()
    return 0


def _provision(_: argparse.Namespace, settings: Settings) -> int:
    if not settings.ila_database_url:
        raise CannotRun("ILA_DATABASE_URL is not set.")
    data = DataDir(settings.ila_data_dir)
    runner.databases_on(settings.ila_database_url, settings.ila_database_name, data).provision()
    return 0


def _token(asked: argparse.Namespace, settings: Settings) -> int:
    print(access_token(asked.url or f"http://127.0.0.1:{settings.ila_port}", asked.persona))
    return 0


def _clock(asked: argparse.Namespace, settings: Settings) -> int:
    print(clock.turn_running(DataDir(settings.ila_data_dir), asked.step))
    return 0


def _with_postgres(asked: argparse.Namespace, _: Settings) -> int:
    return runner.with_postgres(_wanted(asked), asked.log)


def _with_suite(asked: argparse.Namespace, settings: Settings) -> int:
    own = replace(
        settings,
        ila_database_url=asked.database_url or settings.ila_database_url,
        ila_broker_url=asked.broker_url or settings.ila_broker_url,
    )
    return runner.with_suite(own, _wanted(asked), asked.log)


def _with_running_suite(asked: argparse.Namespace, settings: Settings) -> int:
    return runner.beside_running_suite(settings, _wanted(asked), asked.log)


def _wanted(asked: argparse.Namespace) -> list[str]:
    command: list[str] = asked.command[1:] if asked.command[:1] == ["--"] else asked.command
    if not command:
        raise CannotRun("Say which command to run.")
    return command


if __name__ == "__main__":
    main()
