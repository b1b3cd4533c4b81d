"""The time, as something that is handed in."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
RIGA = ZoneInfo("Europe/Riga")


def utc_now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return datetime.now(UTC)


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
