"""Identifiers that grow with time."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """Return a UUID version 7 (RFC 9562), larger than every earlier one of this process.

    48 bits of milliseconds, then 12 bits that count within one millisecond (so that ids
    made together still sort in the order they were made), then 62 random bits.
    """
    global _last
    with _lock:
        ticks = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
        _last = ticks
    milliseconds, counter = divmod(ticks, 4096)
    random = int.from_bytes(os.urandom(8)) & (1 << 62) - 1
    return UUID(int=milliseconds << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | random)


def first_id_at(instant: datetime) -> UUID:
    """Return the smallest UUID version 7 of an instant: ids made earlier are smaller, others are not."""
    return UUID(int=(instant - _EPOCH) // _MILLISECOND << 80 | 0x7 << 76 | 0b10 << 62)
