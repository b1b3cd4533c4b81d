"""How long a draw of a hundred thousand entries takes: pinned, drawn and stored, in the process of a worker.

Everything happens in one transaction that is rolled back, so nobody wins a place by a bench.
"""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from front import Promise
from ila_applications.domain.draws import DRAW_OFFICER
from ila_applications.domain.offerings import Call, Stratum
from ila_applications.settings import DEVELOPMENT_KEY
from ila_applications.store.unit import ApplicationsUnit
from ila_applications.usecases.draws import confirm_value, enter_value, make_draw, pin_entries, prepare_draw
from ila_kit.actor import Actor, Role, process_actor
from ila_kit.ids import uuid7
from ila_kit.store.database import create_engine

ENTRIES, PROGRAMMES, PLACES, MOST_SECONDS = 100_000, 20, 200, 5.0
STRATA = (Stratum(code="55-74", lowest_age=55, highest_age=74, percent=20),)
_PROGRAMMES = """
INSERT INTO programme (id, call_id, kind, title_lv, title_en, places, starts_on, applications_open_at,
  applications_close_at, version, sequence)
SELECT gen_random_uuid(), %(call)s, 'module', 'Izloze', 'Draw', %(places)s, '2030-01-01', %(opens)s, %(closes)s, 1, 1
FROM generate_series(1, %(programmes)s)
"""  # noqa: E501 - as long as a list of columns is
_PLACES = "INSERT INTO places (programme_id, total) SELECT id, places FROM programme WHERE call_id = %(call)s"
_ENTRIES = """
WITH numbered AS (SELECT id, row_number() OVER () AS n FROM programme WHERE call_id = %(call)s)
INSERT INTO application (id, person_id, programme_id, call_id, state, version, created_at, updated_at,
  preferred_language, receipt_sequence, received_at, sha256, checks)
SELECT gen_random_uuid(), gen_random_uuid(), numbered.id, %(call)s, 'waiting', 4, %(opens)s, %(opens)s,
  'lv', nextval('receipt_sequence'), %(opens)s, 'x',
  jsonb_build_array(jsonb_build_object('rule', 'minimum_age', 'value', 18 + entry %% 60))
FROM generate_series(1, %(entries)s) AS entry JOIN numbered ON numbered.n = 1 + entry %% %(programmes)s
"""


def lots() -> list[Promise]:
    """Return the seconds that pin and draw of a hundred thousand entries take the suite's own store."""
    engine = create_engine(os.environ["ILA_SUITE_DATABASE_URL"], pooled=False)
    with engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL search_path = applications, public")
        taken = seconds(connection)
    engine.dispose()
    return [
        Promise(f"{step} of {ENTRIES} entries", round(took, 2), most=MOST_SECONDS, beside="seconds")
        for step, took in taken.items()
    ]


def seconds(connection: sa.Connection) -> dict[str, float]:
    """Return how long pin and draw take in the schema of a connection; leaves nothing behind."""
    now = datetime.now(UTC)
    call = _call(now)
    unit = ApplicationsUnit.sealing_by(DEVELOPMENT_KEY)(connection, "bench", process_actor("bench"), now)
    try:
        _fill(connection, call)
        unit.offerings.learn_call(call, 1)
        prepare_draw(unit, call)
        pinned = _seconds(lambda: pin_entries(unit, call.id))
        for give in (enter_value, confirm_value):
            unit.actor = Actor(str(uuid7()), (Role(DRAW_OFFICER),))
            give(unit, call.id, "3 11 19 32 47 2 9")
        drawn = _seconds(lambda: make_draw(unit, call.id))
        if not unit.draws.get(call.id).drawn or len(list(unit.draws.listed(call.id))) != ENTRIES:
            raise RuntimeError("not everybody was drawn")
        return {"pin": pinned, "draw": drawn}
    finally:
        connection.rollback()


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _call(now: datetime) -> Call:
    return Call(
        id=uuid7(),
        minimum_age=18,
        opening_mode="draw",
        offered_place_hours=48,
        applications_open_at=now - timedelta(days=2),
        applications_close_at=now - timedelta(days=1),
        version=1,
        draw_strata=STRATA,
    )


def _fill(connection: sa.Connection, call: Call) -> None:
    values: dict[str, UUID | int | datetime] = {
        "call": call.id,
        "opens": call.applications_open_at,
        "closes": call.applications_close_at,
        "programmes": PROGRAMMES,
        "places": PLACES,
        "entries": ENTRIES,
    }
    for statement in (_PROGRAMMES, _PLACES, _ENTRIES):
        connection.exec_driver_sql(statement, values)
