"""The index finds, counts and orders like somebody who looks at every programme in turn."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ila_catalog.domain.catalogue_index import CatalogueIndex
from ila_catalog.domain.listed import PLAIN_FACETS, Changes, Listed
from ila_catalog.domain.rounds import neutral_key, rounds
from ila_catalog.domain.search import ProgrammeSearch, fold, tokens, words
from ila_catalog.domain.stemming import stems, unfinished_stems
from ila_kit.ids import uuid7
from ila_kit.store.listing import BadList

START = datetime(2026, 11, 1, tzinfo=UTC)
CALLS, PROVIDERS = [uuid7() for _ in range(2)], [uuid7() for _ in range(3)]
TITLES = [
    "Mākslīgais intelekts birojā",
    "Programmēšana Python valodā",
    "Digitālās prasmes darbam",
    "Datortīkli un to drošība",
    "Datubāzes",
    "Kiberdrošības pamati",
    "Machine learning",
]


def listed(title="Datortīkli", **changes):
    usual = {
        "id": uuid7(),
        "call_id": CALLS[0],
        "provider_id": uuid7(),
        "kind": "module",
        "mode": "in_person",
        "territory": "LV-RIX",
        "territory_name": "Rīga",
        "funding_source": "RRF",
        "language": "lv",
        "aims": frozenset({(5, 5)}),
        "starts_on": date(2027, 1, 10),
        "total_hours": 100,
        "sort_title": fold(title),
        "price": Decimal("427.43"),
        "places_free": 10,
        "fingerprint": None,
        "published_at": START,
        "updated_at": START,
        "words": frozenset(tokens(fold(title))),
        "titles": title,
    }
    return Listed(**usual | changes)


def index_of(*programmes):
    index = CatalogueIndex()
    index.follow(Changes(None, "1:1:", list(programmes), []))
    return index


def found(index, query="", **wish):
    match = index.find(ProgrammeSearch(words=tuple(words(query)) if query else None, **wish))
    return set(match.ids)


def titles(index, programmes, query, **wish):
    ids = found(index, query, **wish)
    return {one.titles for one in programmes if one.id in ids}


class TestWords:
    @pytest.mark.parametrize(
        ("query", "wanted"),
        [
            ("makslig", {TITLES[0]}),
            ("mākslīgā intelekta", {TITLES[0]}),
            ("INTELEKTAM", {TITLES[0]}),
            ("programmēšanu", {TITLES[1]}),
            ("programmet", {TITLES[1]}),
            ("prog", {TITLES[1]}),
            ("prasmju", {TITLES[2]}),
            ("digitālo prasme", {TITLES[2]}),
            ("tīkla", {TITLES[3]}),
            ("drošība tīkli", {TITLES[3]}),
            ("bāze", set()),
            ("kla", set()),
            ("datortīklu drošības", {TITLES[3]}),
            ("datortīkli un", {TITLES[3]}),
            ("un", {TITLES[3]}),
            ("drošība datortīkls", {TITLES[3]}),
            ("datubāzi", {TITLES[4]}),
            ("dat", {TITLES[3], TITLES[4]}),
            ("dat drošība", set()),
            ("machines", {TITLES[6]}),
            ("%", set()),
            ("🙂", set()),
            ("datu'; DROP TABLE", set()),
        ],
    )
    def test_every_word_is_found_in_its_forms_the_last_while_it_is_typed(self, query, wanted):
        programmes = [listed(title) for title in TITLES]
        index = index_of(*programmes)
        assert titles(index, programmes, query) == wanted

    def test_fifty_words_are_eight(self):
        assert len(words(" ".join(f"vārds{n}" for n in range(50)))) == 8

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("progamēšana", "programmēšana"),
            ("maksligais inteletks", "mākslīgais intelekts"),
            ("kiberdrosibas pamatti", "kiberdrošības pamati"),
            ("dattubāze", "datubāzes"),
        ],
    )
    def test_who_misspells_is_told_what_may_have_been_meant(self, typed, meant):
        index = index_of(*(listed(title) for title in TITLES))
        match = index.find(ProgrammeSearch(words=tuple(words(typed))))
        assert match.total == 0
        assert meant in match.did_you_mean

    def test_nothing_is_suggested_that_finds_no_more(self):
        index = index_of(*(listed(title) for title in TITLES))
        asked = ProgrammeSearch(words=("progamesana",), exactly={"kind": "study_course"})
        assert index.find(asked).did_you_mean == []
        for beside in ({"price_max": Decimal(1)}, {"places_free": 11}, {"exactly": {"call_id": CALLS[1]}}):
            assert index.find(ProgrammeSearch(words=("progamesana",), **beside)).did_you_mean == []
        assert index.find(ProgrammeSearch(words=("qqqqq", "wwwww"))).did_you_mean == []
        assert index.find(ProgrammeSearch(words=())).did_you_mean == []


class TestFollowing:
    def test_what_is_changed_is_found_as_it_is_now(self):
        one = listed("Datubāzes")
        index = index_of(one, listed("Datortīkli"))
        changed = replace(one, words=frozenset({"grafika"}), kind="module_set")
        index.follow(Changes("1:1:", "2:2:", [changed], []))
        assert found(index, "datubāzes") == set()
        assert found(index, "grafika") == {one.id}
        assert found(index, exactly={"kind": "module_set"}) == {one.id}
        assert index.seen == "2:2:"

    def test_what_is_gone_is_not_found_and_its_place_is_used_again(self):
        one, other = listed("Datubāzes"), listed("Datortīkli")
        index = index_of(one, other)
        index.follow(Changes("1:1:", "2:2:", [], [one.id, uuid7()]))
        assert found(index) == {other.id}
        new = listed("Robotika")
        index.follow(Changes("2:2:", "3:3:", [new], []))
        assert found(index) == {other.id, new.id}
        assert found(index, "datubāzes") == set()

    def test_twice_is_once(self):
        one = listed("Datubāzes")
        index = index_of(one)
        index.follow(Changes("1:1:", "2:2:", [one, one], []))
        assert index.find(ProgrammeSearch()).total == 1


class TestOrders:
    def test_what_has_no_price_comes_last_both_ways(self):
        dear, cheap, unknown = (listed(price=price) for price in (Decimal(9), Decimal("1.5"), None))
        index = index_of(dear, unknown, cheap)
        assert index.find(ProgrammeSearch(sort="price")).ids == [cheap.id, dear.id, unknown.id]
        assert index.find(ProgrammeSearch(sort="-price")).ids == [dear.id, cheap.id, unknown.id]

    @pytest.mark.parametrize("sort", ["", "name", "-", "--title", "neutral;"])
    def test_an_unknown_order_is_refused(self, sort):
        with pytest.raises(BadList):
            index_of(listed()).find(ProgrammeSearch(sort=sort))

    @pytest.mark.parametrize("after", ["", "x", "bnVsbA", "WyJ0aXRsZSIsMSwieCJd", "====", "ā"])
    def test_a_foreign_cursor_is_refused(self, after):
        with pytest.raises(BadList):
            index_of(listed()).find(ProgrammeSearch(sort="title", after=after))


programmes = st.builds(
    listed,
    title=st.sampled_from(TITLES),
    call_id=st.sampled_from(CALLS),
    provider_id=st.sampled_from(PROVIDERS),
    kind=st.sampled_from(["module", "module_set", "study_course"]),
    mode=st.sampled_from(["in_person", "remote"]),
    territory=st.sampled_from(["LV-RIX", "LV-VEN"]),
    funding_source=st.sampled_from(["RRF", "ESF"]),
    language=st.sampled_from(["lv", "en"]),
    aims=st.frozensets(st.tuples(st.integers(1, 3), st.integers(4, 6)), min_size=1, max_size=3),
    starts_on=st.dates(date(2027, 1, 1), date(2027, 1, 9)),
    total_hours=st.integers(1, 4),
    price=st.none() | st.sampled_from([Decimal("1.50"), Decimal(2), Decimal(3)]),
    places_free=st.integers(0, 3),
    fingerprint=st.none() | st.sampled_from("ab"),
    published_at=st.integers(0, 5).map(lambda n: START + timedelta(days=n)),
    updated_at=st.integers(0, 5).map(lambda n: START + timedelta(days=n)),
)


def maybe(strategy):
    return st.none() | strategy


searches = st.builds(
    ProgrammeSearch,
    words=maybe(st.sampled_from([("datu",), ("prog",), ("drosiba",), ("datortikli", "dros"), ()])),
    exactly=st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from(["module", "study_module"]),
            "mode": st.sampled_from(["in_person", "remote"]),
            "territory": st.sampled_from(["LV-RIX", "LV-DGV"]),
            "funding_source": st.just("RRF"),
            "language": st.just("lv"),
            "call_id": st.sampled_from(CALLS),
            "provider_id": st.sampled_from(PROVIDERS),
        },
    ),
    digcomp_area=maybe(st.integers(1, 4)),
    level=maybe(st.integers(4, 7)),
    starts_from=maybe(st.dates(date(2027, 1, 1), date(2027, 1, 9))),
    price_max=maybe(st.sampled_from([Decimal(1), Decimal(2)])),
    places_free=maybe(st.integers(1, 3)),
    updated_since=maybe(st.integers(0, 5).map(lambda n: START + timedelta(days=n))),
    facets=st.just(True),
    sort=st.sampled_from(["neutral", "title", "-title", "starts_on", "-hours", "price", "-price"]),
    limit=st.integers(1, 5),
)


def naive(one, search, but=""):
    """Whether a programme matches, by looking at it alone; `but` leaves a facet out."""
    told = search.words is None or (bool(search.words) and all(_told(one, search.words)))
    exact = all(getattr(one, name) == value for name, value in search.exactly.items() if name != but)
    area = None if but == "digcomp_area" else search.digcomp_area
    level = None if but == "level" else search.level
    aims = (area is None and level is None) or any(
        area in (None, a) and level in (None, at_level) for a, at_level in one.aims
    )
    return (
        told
        and exact
        and aims
        and (search.starts_from is None or one.starts_on >= search.starts_from)
        and (search.price_max is None or (one.price is not None and one.price <= search.price_max))
        and (search.places_free is None or one.places_free >= search.places_free)
        and (search.updated_since is None or one.updated_at >= search.updated_since)
    )


def _told(one, asked):
    mine = {stem for word in one.words for stem in stems(word)}
    for word in asked[:-1]:
        yield _has(mine, stems(word))
    last = asked[-1]
    yield _has(mine, unfinished_stems(last)) or any(word.startswith(last) for word in one.words)


def _has(mine, wanted):
    return any(
        stem == one or (len(one) >= 4 and stem.endswith(one) and len(stem) - len(one) >= 3)
        for stem in mine
        for one in wanted
    )


def counted(programmes, search, facet):
    kept = [one for one in programmes if naive(one, search, but=facet)]
    values = {}
    for one in kept:
        for value in _values(one, search, facet):
            values[value] = values.get(value, 0) + 1
    return values


def _values(one, search, facet):
    if facet == "digcomp_area":
        return {str(area) for area, level in one.aims if search.level in (None, level)}
    if facet == "level":
        return {str(level) for area, level in one.aims if search.digcomp_area in (None, area)}
    return {getattr(one, facet)}


@given(st.lists(programmes, max_size=25), st.lists(programmes, max_size=5), searches, st.data())
@settings(max_examples=300, deadline=None)
def test_everything_is_as_counted_by_hand(many, more, search, data):
    """Matches, facets and pages after any changes equal those of looking at every programme."""
    index = index_of(*many)
    index.find(search)
    gone = data.draw(st.lists(st.sampled_from(many), unique=True, max_size=5)) if many else []
    changed = [replace(one, id=many[n].id) for n, one in enumerate(more[: len(many)])]
    index.follow(Changes("1:1:", "2:2:", changed, []))
    index.follow(Changes("2:2:", "3:3:", [], [one.id for one in gone]))
    now = {one.id: one for one in [*many, *changed]}
    for one in gone:
        del now[one.id]
    alive = list(now.values())

    match = index.find(search)
    wanted = [one for one in alive if naive(one, search)]
    assert match.total == len(wanted)
    facets = {name: {one.value: one.count for one in values} for name, values in match.facets.items()}
    names = (*PLAIN_FACETS, "digcomp_area", "level")
    assert facets == {name: counted(alive, search, name) for name in names}

    ids, page = list(match.ids), match
    while page.next is not None:
        assert len(page.ids) == search.limit
        page = index.find(replace(search, after=page.next))
        ids += page.ids
    assert ids == [one.id for one in in_order(alive, wanted, search.sort)]


def in_order(alive, wanted, sort):
    turns = rounds(alive)
    down = sort.startswith("-")
    no_price = -1 if down else 10**9
    keys = {
        "neutral": lambda one: neutral_key(turns[one.id], one.id),
        "title": lambda one: one.sort_title,
        "starts_on": lambda one: one.starts_on,
        "hours": lambda one: one.total_hours,
        "price": lambda one: no_price if one.price is None else one.price,
    }
    key = keys[sort.removeprefix("-")]
    return sorted(wanted, key=lambda one: (key(one), one.id), reverse=down)


def test_ids_are_of_their_own_kind():
    assert all(isinstance(one, UUID) for one in found(index_of(listed())))
