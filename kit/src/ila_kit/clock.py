"""The time, as something that is handed in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
RIGA = ZoneInfo("Europe/Riga")


def utc_now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class MovedClock:
    """A clock of development that goes ahead of the real one by the whole seconds a file says.

    Every process of a suite reads the same file, so that they agree; without a file it is the real time.
    """

    file: Path

    def __call__(self) -> datetime:
        """Return the instant that is now for the suite."""
        return utc_now() + self.ahead()

    def ahead(self) -> timedelta:
        """Return how far this clock is ahead. Raises ValueError for a file that says nothing sensible."""
        try:
            seconds = int(self.file.read_text() or 0)
        except FileNotFoundError:
            return timedelta(0)
        if seconds < 0:
            raise ValueError("a clock never goes back: what is written already would lie in the future")
        return timedelta(seconds=seconds)


def riga_date(instant: datetime) -> date:
    """Return the legal date in Latvia at an instant."""
    return instant.astimezone(RIGA).date()


def as_instant(instant: datetime) -> str:
    """Return an aware instant as RFC 3339 in UTC, ending in Z.

    Raises ValueError for a naive one: nobody knows which moment it means.
    """
    return _aware(instant).astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def parse_instant(text: str) -> datetime:
    """Return the aware instant a text writes. Raises ValueError for a naive one."""
    return _aware(datetime.fromisoformat(text))


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone means nothing")
    return instant
