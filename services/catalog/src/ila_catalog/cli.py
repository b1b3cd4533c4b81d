"""The command line of the catalogue: the commands of every service, `load` and `generate`."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

from ila_kit.actor import process_actor
from ila_kit.cli import command_line
from ila_kit.clock import riga_date
from ila_kit.errors import DomainError, Missing
from ila_kit.texts import fill, problem_texts

from ila_catalog.app import SERVICE, create_app, create_worker, live_deps
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.domain.call_data import read_call
from ila_catalog.domain.invention import invent
from ila_catalog.domain.programme_data import read_programmes
from ila_catalog.ports import CallFiles, Deps
from ila_catalog.settings import Settings
from ila_catalog.usecases.generating import store_invented
from ila_catalog.usecases.loading import LoadCall, Loaded, load_call

PACKAGE = "ila_catalog"
INSTITUTIONS_AT_ONCE = 100


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


def generate(settings: Settings, arguments: Sequence[str]) -> int:
    """invent programmes of a published call: [--programmes 10000 --institutions 3000 --seed 1]"""
    asked = _generate_parser().parse_args(arguments)
    if settings.production:
        print("production takes no invented data", file=sys.stderr)
        return 2
    deps = live_deps(settings)
    try:
        stored = run_generate(deps, asked.call, asked.programmes, asked.institutions, asked.seed)
    except DomainError as fault:
        print(_explain(fault), file=sys.stderr)
        return 1
    finally:
        deps.units.engine.dispose()
    print(f"{stored} programmes stored; the same seed stores none again")
    return 0


def run_generate(deps: Deps, code: str, programmes: int, institutions: int, seed: int) -> int:
    """Store invented programmes under a call in batches; return how many were not there yet.

    Raises Missing when the call is not loaded, CallNotPublished, or FaultyData for too many of either.
    """
    with deps.units.read(process_actor(SERVICE)) as unit:
        call = unit.calls.get(read_call(deps.files.call(code)).id)
    if call is None:
        raise Missing(call=code)
    made = invent(deps.files.vocabulary(), call, programmes=programmes, institutions=institutions, seed=seed)
    stored = 0
    while batch := list(islice(made, INSTITUTIONS_AT_ONCE)):
        with deps.units.open(process_actor(SERVICE)) as unit:
            stored += store_invented(unit, call, batch, deps.files.agreement_templates)
            unit.commit()
    return stored


def _command(files: CallFiles, code: str, open_on: date | None) -> LoadCall:
    data = read_call(files.call(code))
    if open_on is None:
        return LoadCall(data=data)
    programmes = read_programmes(files.demonstration(code), data, files.institutions())
    return LoadCall(
        data=data, open_on=open_on, programmes=tuple(programmes), templates=files.agreement_templates
    )


def _generate_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ila-catalog generate")
    parser.add_argument("--call", default="call-1", help="code of a call that is loaded")
    parser.add_argument("--programmes", type=int, default=10_000)
    parser.add_argument("--institutions", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same world")
    return parser


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


EXTRA = {"load": load, "generate": generate}
main = command_line(SERVICE, PACKAGE, Settings, create_app, create_worker, extra=EXTRA)
