"""The command `ila-funding`: serve, work, migrate, redeliver, check, openapi, replay."""

from collections.abc import Sequence
from functools import partial

from ila_kit.actor import process_actor
from ila_kit.cli import command_line

from ila_funding.app import SERVICE, create_app, create_worker, live_deps
from ila_funding.settings import Settings
from ila_funding.usecases.replays import replay_all


def replay(settings: Settings, _: Sequence[str]) -> int:
    """calculate every stored price again, and name those that differ"""
    units = live_deps(settings).units
    count = differing = 0
    for one in replay_all(partial(units.read, process_actor(SERVICE))):
        count += 1
        if not one.identical:
            differing += 1
            print(f"hold {one.hold_id}: {', '.join(one.differences)}")
    print(f"replayed {count}, identical {count - differing}, differing {differing}")
    return 1 if differing else 0


main = command_line(SERVICE, "ila_funding", Settings, create_app, create_worker, {"replay": replay})
