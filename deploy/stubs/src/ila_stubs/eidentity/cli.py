"""Command line of the stand-in e-identity: `ila-stub-eidentity serve`."""

import argparse

from ila_stubs.eidentity.app import create_app, provider_of
from ila_stubs.eidentity.settings import Settings
from ila_stubs.server import Server


def main() -> None:
    """Run the command; stop with every fault of the environment, one a line."""
    parser = argparse.ArgumentParser(prog="ila-stub-eidentity", description=__doc__)
    parser.add_argument("command", choices=["serve"], help="serve: answer on HOST and PORT")
    parser.parse_args()
    settings = Settings.from_env()
    Server(create_app(provider_of(settings)), settings).run()
