"""The order nobody asks for: anybody can compute it, it favours nobody, and nobody can flood it."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.domain.rounds import neutral_key, rounds
from ila_catalog.domain.search import content_fingerprint
from ila_kit.ids import uuid7

START = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Published:
    id: UUID
    provider_id: UUID
    fingerprint: str | None
    published_at: datetime


def published(provider, content=None, at=0):
    return Published(uuid7(), provider, content, START + timedelta(minutes=at))


def order(programmes):
    turns = rounds(programmes)
    return sorted(programmes, key=lambda one: neutral_key(turns[one.id], one.id))


def test_the_programmes_of_an_institution_come_one_a_round_as_they_were_published():
    college = uuid7()
    three = [published(college, at=minute) for minute in (5, 1, 3)]
    assert [rounds(three)[one.id] for one in three] == [3, 1, 2]


def test_the_same_content_comes_once_a_round_whoever_gives_it():
    copies = [published(uuid7(), "same", at) for at in range(4)]
    assert sorted(rounds(copies).values()) == [1, 2, 3, 4]
    others = [published(uuid7(), None, at) for at in range(4)]
    assert set(rounds(others).values()) == {1}


def test_ten_thousand_copies_leave_the_first_pages_to_the_others():
    """By one institution, and by institutions of their own: 200 others come within the first 202 places."""
    flooder = uuid7()
    others = [published(uuid7(), f"content {n}", n) for n in range(200)]
    by_one = [published(flooder, "flood", n) for n in range(10_000)]
    by_many = [published(uuid7(), "flood", n) for n in range(10_000)]
    for flood in (by_one, by_many):
        first = order([*flood, *others])[:201]
        assert {one.id for one in others} <= {one.id for one in first}


def test_within_a_round_the_hash_of_the_id_decides():
    programmes = [published(uuid7(), f"content {n}") for n in range(50)]
    assert order(programmes) == sorted(
        programmes, key=lambda one: hashlib.sha256(str(one.id).encode()).hexdigest()
    )


@st.composite
def catalogues(draw):
    providers = [uuid7() for _ in range(draw(st.integers(1, 4)))]
    chosen = st.tuples(st.sampled_from(providers), st.sampled_from([None, "a", "b"]), st.integers(0, 5))
    return [published(*one) for one in draw(st.lists(chosen, min_size=1, max_size=40))]


@given(catalogues())
def test_the_order_is_as_its_rule_says(programmes):
    turns = rounds(programmes)
    before = sorted(programmes, key=lambda one: (one.published_at, one.id))
    for place, one in enumerate(before):
        of_provider = sum(other.provider_id == one.provider_id for other in before[: place + 1])
        same = one.fingerprint is not None
        of_content = sum(same and other.fingerprint == one.fingerprint for other in before[: place + 1])
        assert turns[one.id] == max(of_provider, of_content)


@given(catalogues())
def test_who_comes_later_moves_nobody(programmes):
    later = published(programmes[0].provider_id, "a", at=1_000)
    turns = rounds(programmes)
    assert {one: turn for one, turn in rounds([*programmes, later]).items() if one != later.id} == turns


def test_the_same_words_have_the_same_fingerprint_however_they_are_put():
    told = "Programmā apgūst datortīklus, 3. grupa."
    assert content_fingerprint(told, ["Tīkli"]) == content_fingerprint(
        "DATORTĪKLUS programma apgust (grupa 17)", ["tīkls"]
    )
    assert content_fingerprint(told, ["Tīkli"]) != content_fingerprint(told, ["Datubāzes"])
