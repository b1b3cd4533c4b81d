"""The shared store, as many use it at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from ila_gateway.store import MOST_CONNECTIONS, connect

pytestmark = pytest.mark.integration


def test_who_finds_every_connection_taken_waits_for_one(store):
    many = 2 * MOST_CONNECTIONS
    with closing(connect(store.url)) as client, ThreadPoolExecutor(many) as pool:
        slow = list(pool.map(lambda _: client.blpop(["nobody-writes-here"], timeout=0.05), range(many)))
    assert slow == [None] * many
