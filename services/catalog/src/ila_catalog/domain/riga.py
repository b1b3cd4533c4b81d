"""Latvian wall-clock times as instants, also in the nights when the clock is changed."""

import re
from datetime import UTC, datetime, timedelta

from ila_kit.clock import RIGA

_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")


def opening(minute: str) -> datetime:
    """Return the first instant of a local minute such as `2024-09-30T00:00`.

    A minute that happens twice (the clock goes back) opens the first time. Raises ValueError for
    one that never happens (the clock goes forward) or is not written like this.
    """
    return _instant(_local(minute), fold=0)


def closing(minute: str) -> datetime:
    """Return the first instant after a local minute: `2024-10-11T23:59` lets in until 20:59:59.999…Z.

    A minute that happens twice closes the second time: nobody is shut out early by the clock.
    Raises ValueError as `opening` does. Source: BR-306, S-Sub1 ("līdz 11.10.2024. plkst. 23:59").
    """
    return _instant(_local(minute), fold=1) + timedelta(minutes=1)


def days_later(instant: datetime, days: int, *, closes: bool = False) -> datetime:
    """Return the instant at which a Latvian clock shows the same time so many days later.

    A time that the change of the clock leaves out moves on by the hour left out; one that happens
    twice is the first when something opens and the second when something `closes`.
    """
    local = instant.astimezone(RIGA).replace(tzinfo=None, fold=0) + timedelta(days=days)
    return local.replace(tzinfo=RIGA, fold=int(closes and _happens_twice(local))).astimezone(UTC)


def _local(minute: str) -> datetime:
    if not _MINUTE.fullmatch(minute):
        raise ValueError(f"{minute!r} is not a local time like 2024-10-11T23:59")
    return datetime.fromisoformat(minute)


def _instant(local: datetime, fold: int) -> datetime:
    instant = local.replace(tzinfo=RIGA, fold=fold).astimezone(UTC)
    if instant.astimezone(RIGA).replace(tzinfo=None, fold=0) != local:
        raise ValueError(f"{local.isoformat(timespec='minutes')} never happens: the clock skips it")
    return instant


def _happens_twice(local: datetime) -> bool:
    first, second = (local.replace(tzinfo=RIGA, fold=fold) for fold in (0, 1))
    earlier, later = first.astimezone(UTC), second.astimezone(UTC)
    return earlier < later
