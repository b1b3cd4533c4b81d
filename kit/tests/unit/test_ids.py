"""Ids are UUIDs of version 7 that grow in the order they were made."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from hypothesis import example, given
from hypothesis import strategies as st
from ila_kit.clock import utc_now
from ila_kit.ids import first_id_at, uuid7

MILLISECOND = timedelta(milliseconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
instants = st.datetimes(
    min_value=datetime.fromisoformat("1970-01-02"),
    max_value=datetime.fromisoformat("2200-01-01"),
    timezones=st.just(UTC),
)


def test_an_id_carries_the_version_and_the_variant_of_the_standard():
    for one in (uuid7() for _ in range(1_000)):
        assert (one.version, one.variant) == (7, RFC_4122)


def test_ids_made_one_after_the_other_grow():
    made = [uuid7() for _ in range(10_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_ids_made_by_many_threads_are_distinct_and_grow_within_each():
    with ThreadPoolExecutor(8) as pool:
        by_thread = list(pool.map(lambda _: [uuid7() for _ in range(2_000)], range(8)))
    assert all(made == sorted(made) for made in by_thread)
    assert len({one for made in by_thread for one in made}) == 16_000


def test_an_id_tells_the_moment_it_was_made():
    before, one, after = utc_now(), uuid7(), utc_now()
    made = EPOCH + (one.int >> 80) * MILLISECOND
    # Ids of a burst may run a little ahead of the clock, so that they keep growing.
    assert before - MILLISECOND <= made <= after + 100 * MILLISECOND


@given(instants)
def test_the_first_id_of_an_instant_names_exactly_its_millisecond(instant):
    first = first_id_at(instant)
    assert first.version == 7
    assert EPOCH + (first.int >> 80) * MILLISECOND == instant - timedelta(
        microseconds=instant.microsecond % 1_000
    )


@given(instants)
@example(datetime(2038, 2, 1, microsecond=8_000, tzinfo=UTC))  # no fraction of a second is a float's
def test_the_first_id_of_a_later_millisecond_is_larger(instant):
    assert first_id_at(instant) < first_id_at(instant + MILLISECOND)
