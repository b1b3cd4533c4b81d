"""What a search of ten thousand programmes costs: by words that people type, with facets.

The programmes are invented as `ila-catalog generate` does it, stored for the length of the measurement
and told to nobody. The time is that through the gateway, for one client; the rate is that of the catalogue
itself, with as many processes as there are cores.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from random import Random
from socket import socket
from urllib.parse import urlencode

import requests
import sqlalchemy as sa
from clients import exchange, load, request
from front import CORES, Promise
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.domain.invention import Invented, invent
from ila_catalog.store.unit import CatalogUnit
from ila_kit.actor import process_actor
from ila_kit.clock import utc_now
from ila_kit.store.database import create_engine
from ila_kit.store.unit import Units
from ila_local.sign_in import access_token
from started import service, settings_of
from suite import SUITE, processes

PROGRAMMES, INSTITUTIONS, SEED = 10_000, 3_000, 6
SEARCHES, CLIENTS, SECONDS = 500, 8, 8.0
MOST_MS, LEAST_RATE = 30.0, 300.0
PATH = "/api/catalog/v1/public/programmes"
WORDS = PackagedFiles().vocabulary()["words"]
FILTERS = (
    {"kind": "module"},
    {"digcomp_area": "3", "level": "5"},
    {"mode": "in_person"},
    {"territory": "LV-RIX"},
    {"starts_from": "2027-01-01"},
    {"sort": "title"},
)


@contextmanager
def filled() -> Iterator[None]:
    """Have ten thousand programmes for the length of the block; nobody else is told of them."""
    engine = create_engine(settings_of(processes()["catalog"]["pid"])["DATABASE_URL"])
    units = Units(engine, "catalog", CatalogUnit, utc_now)
    made = _invented(units)
    try:
        while batch := list(islice(made, 100)):
            _store(units, batch)
        with engine.begin() as connection:
            connection.execute(sa.text("ANALYZE programme"))
        yield
    finally:
        _take_out(engine)
        engine.dispose()


def searches() -> list[Promise]:
    """Return the 95th percentile of searches with facets, and how many there are a second."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {access_token(SUITE, 'learner-01')}"
    with filled():
        started = time.perf_counter()
        session.get(SUITE + PATH, timeout=60).raise_for_status()
        first = time.perf_counter() - started
        taken = sorted(_asked(session))
        with service("catalog", WEB_PROCESSES=CORES) as catalogue:
            client = partial(_client, catalogue.url)
            load(catalogue.url, CLIENTS, 6.0, client)
            measured = load(catalogue.url, CLIENTS, SECONDS, client)
    if measured.errors():
        raise SystemExit(f"searches: {measured.errors()} are no successes")
    beside = f"p95 ms of {len(taken)} searches with facets; the first after a start took {first:.1f} s"
    p95 = round(taken[int(len(taken) * 0.95)], 1)
    return [
        Promise(f"search of {PROGRAMMES} programmes", p95, most=MOST_MS, beside=beside),
        Promise("searches a second", round(measured.rate), least=LEAST_RATE, beside=f"{CLIENTS} clients"),
    ]


def queries(seed: int) -> Iterator[str]:
    """Give query strings as visitors make them: words in some form, begun words, filters, or nothing."""
    random = Random(seed)
    while True:
        nominative, accusative, english, _ = random.choice(WORDS["topics"])
        said = random.choice((nominative, accusative, accusative.split()[0], english))
        begun = said[: random.randint(min(3, len(said)), len(said))]
        wish = {"facets": "true", "limit": "20", "q": random.choice((said, begun, ""))}
        yield urlencode(wish | (random.choice(FILTERS) if random.random() < 0.5 else {}))


def _asked(session: requests.Session) -> Iterator[float]:
    """Tell how many milliseconds each search took."""
    for query in islice(queries(SEED), SEARCHES):
        started = time.perf_counter()
        answer = session.get(f"{SUITE}{PATH}?{query}", timeout=10)
        yield (time.perf_counter() - started) * 1_000
        answer.raise_for_status()


def _client(url: str, number: int, sock: socket) -> Iterator[int]:
    for query in queries(number):
        yield exchange(sock, request("GET", url, f"{PATH}?{query}"))[0]


def _invented(units: Units[CatalogUnit]) -> Iterator[Invented]:
    with units.read(process_actor("catalog")) as unit:
        call_id = unit.connection.scalar(sa.text("SELECT id FROM call WHERE code = 'call-1'"))
        call = unit.calls.get(call_id)
    vocabulary = PackagedFiles().vocabulary()
    return invent(vocabulary, call, programmes=PROGRAMMES, institutions=INSTITUTIONS, seed=SEED)


def _store(units: Units[CatalogUnit], batch: list[Invented]) -> None:
    with units.open(process_actor("catalog")) as unit:
        for one in batch:
            unit.providers.put(one.provider)
            shown = {"state": "published", "published_at": unit.now, "agreement_id": None}
            unit.programmes.add_all([replace(programme, **shown) for programme in one.programmes])
        unit.commit()


def _take_out(engine: sa.Engine) -> None:
    """Close the programmes, let the running catalogue see that, and then remove them."""
    mine = "provider_id IN (SELECT id FROM provider WHERE name LIKE '%(paraugs)')"
    with engine.begin() as connection:
        connection.execute(sa.text(f"UPDATE programme SET state = 'closed' WHERE {mine}"))
    requests.get(SUITE + PATH, timeout=60)
    with engine.begin() as connection:
        connection.execute(sa.text(f"DELETE FROM programme WHERE {mine}"))
        connection.execute(sa.text("DELETE FROM provider WHERE name LIKE '%(paraugs)'"))
