"""Command line of the stand-in registers: `ila-stub-registers serve`."""

import argparse

from ila_stubs.registers.app import create_app, parts_of
from ila_stubs.registers.settings import Settings
from ila_stubs.server import Server


def main() -> None:
    """Run the command; stop with every fault of the environment, one a line."""
    parser = argparse.ArgumentParser(prog="ila-stub-registers", description=__doc__)
    parser.add_argument("command", choices=["serve"], help="serve: answer on HOST and PORT")
    parser.parse_args()
    settings = Settings.from_env()
    Server(create_app(parts_of(settings)), settings).run()
