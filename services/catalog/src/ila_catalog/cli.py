"""The command line of the catalogue: the commands of every service, and `load`."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from ila_kit.actor import process_actor
from ila_kit.cli import command_line
from ila_kit.clock import riga_date
from ila_kit.errors import DomainError
from ila_kit.texts import fill, problem_texts

from ila_catalog.app import SERVICE, create_app, create_worker, live_deps
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.domain.call_data import read_call
from ila_catalog.domain.programme_data import read_programmes
from ila_catalog.ports import CallFiles, Deps
from ila_catalog.settings import Settings
from ila_catalog.usecases.loading import LoadCall, Loaded, load_call

PACKAGE = "ila_catalog"


def load(settings: Settings, arguments: Sequence[str]) -> int:
    """load a call from its file: --call call-1 [--demonstration [--as-of 2026-11-24]]"""
    asked = _parser().parse_args(arguments)
    if asked.demonstration and settings.production:
        print("production takes no demonstration data", file=sys.stderr)
        return 2
    deps = live_deps(settings)
    if asked.parameters:
        deps = replace(deps, files=PackagedFiles(asked.parameters))
    try:
        loaded = run_load(deps, asked.call, asked.demonstration, asked.as_of)
    except DomainError as fault:
        print(_explain(fault), file=sys.stderr)
        return 1
    finally:
        deps.units.engine.dispose()
    print(_summary(loaded))
    return 0


def run_load(deps: Deps, code: str, demonstration: bool, as_of: date | None = None) -> Loaded:
    """Load a call in one transaction. A demonstration opens applications on `as_of`, or today."""
    with deps.units.open(process_actor(SERVICE)) as unit:
        open_on = (as_of or riga_date(unit.now)) if demonstration else None
        loaded = load_call(unit, _command(deps.files, code, open_on))
        unit.commit()
    return loaded


def _command(files: CallFiles, code: str, open_on: date | None) -> LoadCall:
    data = read_call(files.call(code))
    if open_on is None:
        return LoadCall(data=data)
    programmes = read_programmes(files.demonstration(code), data, files.institutions())
    return LoadCall(
        data=data, open_on=open_on, programmes=tuple(programmes), templates=files.agreement_templates
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ila-catalog load")
    parser.add_argument("--call", required=True, help="code of the call: the name of its file")
    parser.add_argument("--parameters", type=Path, help="folder of call files instead of the one shipped")
    parser.add_argument(
        "--demonstration",
        action="store_true",
        help="move the schedule so that applications are open, and load the demonstration programmes",
    )
    parser.add_argument(
        "--as-of",
        type=date.fromisoformat,
        help="the Latvian day on which a demonstration has applications open (today)",
    )
    return parser


def _explain(fault: DomainError) -> str:
    texts = problem_texts("ila_kit", PACKAGE)[fault.code]
    return f"{texts['title']['en']}: {fill(texts['detail']['en'], _lines(fault))}"


def _lines(fault: DomainError) -> dict[str, object]:
    """Return the facts of a fault with lists as lines of their own."""
    return {
        name: "\n  " + "\n  ".join(value) if isinstance(value, list) else value
        for name, value in fault.facts.items()
    }


def _summary(loaded: Loaded) -> str:
    call = loaded.call
    what = "stored" if loaded.call_changed else "unchanged"
    shift = f", moved by {call.shifted_by_days} days" if call.shifted_by_days else ""
    return (
        f"{call.data.code} edition {call.data.edition}: {what} at version {call.version}{shift}; "
        f"{loaded.programmes_changed} programmes stored"
    )


main = command_line(SERVICE, PACKAGE, Settings, create_app, create_worker, extra={"load": load})
