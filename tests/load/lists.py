"""What a list of thousands of organisations costs who looks through it: asked through the gateway."""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import requests
from front import Promise
from ila_local.sign_in import access_token
from suite import SUITE

MANY, PAGES, MOST_MS = 3_000, 200, 30.0
PATH = f"{SUITE}/api/identity/v1/organisations"
QUERIES = (
    "limit=50",
    "limit=50&state=active&territory=LV-3",
    "limit=50&q=koledza 1",
    "limit=50&barred=payments",
)
_FILL = """
INSERT INTO identity.organisation (id, title, territory, state, barred, created_at, approved_at)
SELECT gen_random_uuid(), 'Sarakstu koledža ' || n || ' ' || %(mark)s, 'LV-' || n %% 7,
       CASE WHEN n %% 10 = 0 THEN 'suspended' ELSE 'active' END,
       CASE WHEN n %% 10 = 0 THEN '{payments}'::text[] ELSE '{}' END, now(), now()
FROM generate_series(1, %(many)s) AS n
"""


@contextmanager
def filled() -> Iterator[None]:
    """Have thousands of organisations for the length of the block; nobody else is told of them."""
    mark = uuid.uuid4().hex
    with psycopg.connect(os.environ["ILA_SUITE_DATABASE_URL"], autocommit=True) as connection:
        connection.execute(_FILL, {"mark": mark, "many": MANY})
        connection.execute("ANALYZE identity.organisation")
        try:
            yield
        finally:
            connection.execute("DELETE FROM identity.organisation WHERE title LIKE %s", (f"% {mark}",))


def organisations() -> Promise:
    """Return the 95th percentile of pages of the list: plain, filtered, sought, and page after page."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {access_token(SUITE, 'agency-sanction-officer')}"
    with filled():
        taken = sorted(_asked(session))
    return Promise(
        f"list of {MANY} organisations",
        round(taken[int(len(taken) * 0.95)], 1),
        most=MOST_MS,
        beside=f"p95 ms of {len(taken)} pages",
    )


def _asked(session: requests.Session) -> Iterator[float]:
    """Tell how many milliseconds each page took."""
    after = ""
    for number in range(PAGES):
        query = QUERIES[number % len(QUERIES)] + (f"&after={after}" if after else "")
        started = time.perf_counter()
        answer = session.get(f"{PATH}?{query}", timeout=10)
        yield (time.perf_counter() - started) * 1_000
        answer.raise_for_status()
        after = (answer.json()["next"] or "") if number % len(QUERIES) == len(QUERIES) - 1 else ""
