"""The suite's clock: development turns it on, never back, for every process at once."""

import re
from datetime import timedelta
from pathlib import Path

from ila_kit.clock import MovedClock

from ila_local.data_dir import DataDir, write_private
from ila_local.errors import CannotRun

FILE = "clock"
_STEP = re.compile(r"\+(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def turn(data_dir: Path, step: timedelta) -> timedelta:
    """Turn the clock of the suite on this data directory on; return how far it is ahead now.

    Raises CannotRun for a step back: what is written already would lie in the future.
    """
    if step < timedelta(0):
        raise CannotRun("The clock goes forward only: what is written already would lie in the future.")
    seconds = int((ahead(data_dir) + step).total_seconds())
    write_private(data_dir / FILE, f"{seconds}\n")
    return timedelta(seconds=seconds)


def ahead(data_dir: Path) -> timedelta:
    """Return how far the clock of the suite on this data directory is ahead of the real one."""
    return MovedClock(data_dir / FILE).ahead()


def parse_step(text: str) -> timedelta:
    """Return the step that a text such as `+49h` writes (s, m, h, d). Raises CannotRun."""
    match = _STEP.fullmatch(text)
    if not match:
        raise CannotRun("Say how far forward, for example +49h (s, m, h or d); back is no way to go.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def turn_running(data: DataDir, text: str) -> str:
    """Turn the clock by what a text says, or only look at it when that is empty; return a sentence."""
    if not data.is_locked():
        raise CannotRun(f"No suite runs on {data.path}.")
    now = turn(data.path, parse_step(text)) if text else ahead(data.path)
    return f"The clock is {now} ahead of the real one."
