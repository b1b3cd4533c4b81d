"""Command line: `python -m ila_stubs.signing make FOLDER`, `… sign FILE PERSONA --folder … --personas …`."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from ila_stubs.personas import load
from ila_stubs.signing.keeping import kept_pki, signed


def main() -> None:
    """Make the infrastructure of a folder, or sign a file with it; refuse outside of development."""
    if os.environ.get("ILA_ENV", "development") != "development":
        sys.exit("A stand-in signs in development alone.")
    asked = _parser().parse_args()
    if asked.command == "make":
        kept_pki(asked.folder)
        return
    persona = load(asked.personas).find(asked.persona)
    if persona is None:
        sys.exit(f"Nobody is called {asked.persona}.")
    content = signed(
        kept_pki(asked.folder), persona, {asked.file.name: asked.file.read_bytes()}, datetime.now(UTC)
    )
    made = asked.file.with_name(f"{asked.file.name}.edoc")
    made.write_bytes(content)
    print(made)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ila_stubs.signing", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="make the infrastructure of a folder, unless it is there")
    make.add_argument("folder", type=Path)
    sign = commands.add_parser("sign", help="sign a file as a persona; the container is written beside it")
    sign.add_argument("file", type=Path)
    sign.add_argument("persona")
    sign.add_argument("--folder", type=Path, required=True)
    sign.add_argument("--personas", type=Path, required=True)
    return parser


if __name__ == "__main__":
    main()
