"""Where a page of an order ended: a text that the next request brings along."""

import base64
import binascii
from collections.abc import Sequence
from uuid import UUID

import orjson
from ila_kit.store.listing import BadList

Key = str | int


def written_cursor(sort: str, key: Key, programme_id: str) -> str:
    """Return the cursor behind a programme in an order."""
    return base64.urlsafe_b64encode(orjson.dumps([sort, key, programme_id])).decode().rstrip("=")


def read_cursor(text: str, sort: str, order: Sequence[tuple[Key, str, int]]) -> tuple[Key, str]:
    """Return the key and id behind which the page begins. Raises BadList for a cursor of another list."""
    try:
        asked, key, programme_id = orjson.loads(base64.urlsafe_b64decode(text.encode() + b"=="))
        known = type(order[0][0]) if order else type(key)
        if asked != sort or type(key) is not known:
            raise ValueError("the cursor belongs to another order")
        return key, str(UUID(programme_id))
    except (ValueError, TypeError, AttributeError, binascii.Error, UnicodeError):
        raise BadList(errors={"/after": ["not a cursor of this list in this order"]}) from None
