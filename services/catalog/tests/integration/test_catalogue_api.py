"""The public catalogue on a real database, as visitors and ill-wishers use it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import permutations
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from ila_catalog.domain.digcomp import Aim
from ila_catalog.domain.programmes import Part, Territory
from ila_catalog.domain.search import fold, neutral_order, tokens
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
ROOT = "/api/catalog/v1"
PROGRAMMES = f"{ROOT}/public/programmes"


@pytest.fixture
def found(client, loaded):
    """Return the titles of the programmes that a query string finds."""

    def run(query=""):
        answer = client.get(f"{PROGRAMMES}?{query}")
        assert answer.status_code == 200, answer.json
        return {item["title_lv"] for item in answer.json["items"]}

    return run


MODULE, SET, COURSE = "Sistēmu programmēšana", "Algoritmi un lokālie tīkli", "Datortīkli"


def many(programme, number, **changes):
    return [
        replace(programme, id=uuid7(), title_lv=f"Programma {i:03}", version=1, **changes)
        for i in range(number)
    ]


def pages(client, query="", limit=7, between=lambda: None):
    """Return the items of every page, calling `between` after each."""
    items, after = [], ""
    while True:
        answer = client.get(f"{PROGRAMMES}?limit={limit}&{query}{after}").json
        items += answer["items"]
        if answer["next"] is None:
            return items
        after = f"&after={answer['next']}"
        between()


class TestProgrammes:
    def test_a_programme_in_full_has_what_its_price_needs(self, client, loaded, demonstration):
        answer = client.get(f"{PROGRAMMES}/{demonstration[1].id}")
        programme = answer.json
        assert [(p["title"], p["hours"]) for p in programme["parts"]] == [
            ("Vienkāršu algoritmu izstrāde", 34),
            ("Lokālo tīklu ierīkošana un uzturēšana", 136),
        ]
        assert programme["total_hours"] == 170
        assert programme["quote"] == {
            "href": "/api/funding/v1/public/quotes",
            "method": "POST",
            "body": {
                "call_id": programme["call_id"],
                "kind": "module_set",
                "parts": [
                    {"title": "Vienkāršu algoritmu izstrāde", "hours": 34},
                    {"title": "Lokālo tīklu ierīkošana un uzturēšana", "hours": 136},
                ],
                "continuing_programme": "Datorsistēmas, datubāzes un datortīkli",
            },
        }
        assert (programme["places"], programme["demonstration"]) == (200, True)
        assert programme["digcomp"][0]["area_lv"] == "Informācija un datu pratība"

    def test_a_course_of_no_continuing_programme_asks_for_none(self, client, loaded, demonstration):
        body = client.get(f"{PROGRAMMES}/{demonstration[2].id}").json["quote"]["body"]
        assert set(body) == {"call_id", "kind", "parts"}

    def test_an_unchanged_programme_is_not_sent_again(self, client, loaded, demonstration):
        path = f"{PROGRAMMES}/{demonstration[0].id}"
        tag = client.get(path).headers["ETag"]
        again = client.get(path, If_None_Match=tag)
        assert (again.status_code, again.data) == (304, b"")
        assert client.get(path, If_None_Match='"2"').status_code == 200

    def test_applications_are_open_now(self, client, loaded):
        now = datetime.now(UTC).isoformat()
        for item in client.get(PROGRAMMES).json["items"]:
            assert item["applications_open_at"] < now < item["applications_close_at"]

    def test_only_published_programmes_are_seen(self, client, loaded, engine, demonstration):
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "UPDATE programme SET state = 'closed' WHERE id = %s", (demonstration[0].id,)
            )
        assert len(client.get(PROGRAMMES).json["items"]) == 2
        assert client.get(f"{PROGRAMMES}/{demonstration[0].id}").status_code == 404
        assert len(client.get(f"{ROOT}/public/providers").json["items"]) == 2

    @pytest.mark.parametrize(
        "path",
        [f"/{uuid4()}", f"/{uuid7()}", "/1", "/%00", "/..%2f..%2fcalls", "/None"],
        ids=["random", "of-now", "number", "nul", "elsewhere", "none"],
    )
    def test_an_unknown_programme_is_a_problem_404(self, client, loaded, path):
        answer = client.get(PROGRAMMES + path)
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"
        assert answer.json["code"] == "not-found"


class TestSearch:
    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("", {MODULE, SET, COURSE}),
            ("q=datortikli", {SET, COURSE}),
            ("q=DATORT%C4%AAKLI", {SET, COURSE}),
            ("q=sistemu+programmesana", {MODULE, SET}),
            ("q=pavedieni", {MODULE}),
            ("q=algoritmu", {SET}),
            ("q=saldus", {MODULE}),
            ("q=computer+networks", {COURSE}),
            ("q=saldus+datortikli", set()),
            ("q=", {MODULE, SET, COURSE}),
            ("q=++", {MODULE, SET, COURSE}),
            ("kind=module", {MODULE}),
            ("kind=study_module", set()),
            ("territory=LV-RIX", {SET, COURSE}),
            ("digcomp_area=3", {MODULE}),
            ("level=6", {MODULE, COURSE}),
            ("digcomp_area=5&level=5", {MODULE, SET}),
            ("digcomp_area=4&level=5", set()),
            ("mode=in_person", {MODULE, SET, COURSE}),
            ("mode=remote", set()),
            ("funding_source=RRF+2.3.1.4.i", {MODULE, SET, COURSE}),
            ("funding_source=ESF", set()),
            ("starts_from=2024-01-01", {MODULE, SET, COURSE}),
            ("starts_from=2099-01-01", set()),
            ("q=tikl&kind=study_course&territory=LV-RIX&level=6", {COURSE}),
            ("updated_since=2024-01-01T00:00:00Z", {MODULE, SET, COURSE}),
            ("updated_since=2099-01-01T00:00:00Z", set()),
        ],
    )
    def test_filters_find_what_they_say(self, found, query, titles):
        assert found(query) == titles

    @pytest.mark.parametrize(
        "q", ["%25", "_", "%5C", "%25%25", "'%3B--", "%22", "(", "%2A", "%3F", "%F0%9F%99%82"]
    )
    def test_signs_without_words_find_nothing(self, client, loaded, q):
        answer = client.get(f"{PROGRAMMES}?q={q}").json
        assert (answer["items"], answer["total"], answer["did_you_mean"]) == ([], 0, [])

    @pytest.mark.parametrize(
        "q", ["datort%25kli", "datort_kli", ".*", "datortikli'--", "datortikli%26drosiba"]
    )
    def test_signs_separate_words_and_mean_nothing_else(self, client, loaded, q):
        for item in client.get(f"{PROGRAMMES}?q={q}").json["items"]:
            shown = client.get(f"{PROGRAMMES}/{item['id']}").json
            assert "datortikli" in tokens(fold(str(shown)))

    @given(q=st.text(max_size=220))
    @hypothesis_settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_no_query_breaks_the_search(self, client, loaded, q):
        answer = client._client.get(PROGRAMMES, query_string={"q": q.encode("utf-8", "replace")})
        assert answer.status_code in (200, 422)
        if answer.status_code == 422:
            assert list(answer.json["errors"]) == ["/q"]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("kind=course", "/kind"),
            ("digcomp_area=0", "/digcomp_area"),
            ("digcomp_area=6", "/digcomp_area"),
            ("digcomp_area=1.5", "/digcomp_area"),
            ("level=9", "/level"),
            ("level=NaN", "/level"),
            ("mode=telepathy", "/mode"),
            ("territory=Riga", "/territory"),
            ("territory=lv-rix", "/territory"),
            ("call_id=1", "/call_id"),
            ("starts_from=yesterday", "/starts_from"),
            ("starts_from=2024-02-30", "/starts_from"),
            ("limit=0", "/limit"),
            ("limit=201", "/limit"),
            ("limit=many", "/limit"),
            ("after=xxx", "/after"),
            ("after=" + "x" * 1_001, "/after"),
            ("sort=cheap", "/sort"),
            ("price_max=-1", "/price_max"),
            ("price_max=1.005", "/price_max"),
            ("price_max=NaN", "/price_max"),
            ("places_free=0", "/places_free"),
            ("language=ru", "/language"),
            ("facets=yes", "/facets"),
            ("sort=title;drop", "/sort"),
            ("updated_since=now", "/updated_since"),
            ("q=" + "x" * 201, "/q"),
            ("q=%00", "/q"),
            ("q=%E2%80%AE", "/q"),
            ("kind=module&kind=module_set", "/kind"),
            ("colour=red", "/colour"),
        ],
    )
    def test_a_wrong_value_is_refused_by_name(self, client, loaded, query, field):
        answer = client.get(f"{PROGRAMMES}?{query}")
        assert (answer.status_code, answer.json["code"]) == (422, "invalid-request")
        assert list(answer.json["errors"]) == [field]


class TestPaging:
    def test_every_programme_comes_once_in_the_neutral_order(self, client, add, demonstration):
        """The order is computed again from nothing but what the list shows."""
        add(*many(demonstration[0], 20), *many(demonstration[1], 20, description_lv="Cits saturs."))
        items = pages(client)
        assert len({item["id"] for item in items}) == len(items) == 43
        providers, contents, turns = Counter(), Counter(), {}
        for item in sorted(items, key=lambda one: (one["published_at"], one["id"])):
            providers[item["provider"]["id"]] += 1
            contents[item["content_fingerprint"]] += 1
            turn = max(providers[item["provider"]["id"]], contents[item["content_fingerprint"]])
            turns[item["id"]] = (turn, neutral_order(item["id"]))
        assert [item["id"] for item in items] == sorted(turns, key=turns.get)

    @pytest.mark.parametrize(
        "sort",
        ["neutral", "title", "starts_on", "hours", "price", "-title", "-starts_on", "-hours", "-price"],
    )
    def test_every_order_gives_every_programme_once(self, client, add, demonstration, sort):
        short = [Part(title="a", title_en="a", hours=5)]
        later = many(demonstration[0], 9, starts_on=date(2026, 1, 1), ends_on=date(2026, 2, 1), parts=short)
        add(*many(demonstration[2], 11), *later)
        ids = [item["id"] for item in pages(client, f"sort={sort}", limit=4)]
        assert len(ids) == len(set(ids)) == 23

    @pytest.mark.parametrize("sort", ["neutral", "title", "-hours"])
    def test_pages_stay_right_while_programmes_are_added(self, client, add, demonstration, sort):
        add(*many(demonstration[0], 30))
        before = {item["id"] for item in pages(client)}
        seen = [
            item["id"]
            for item in pages(client, f"sort={sort}", between=lambda: add(*many(demonstration[1], 3)))
        ]
        assert len(seen) == len(set(seen))
        assert before <= set(seen)

    def test_titles_come_in_latvian_order(self, client, add, demonstration):
        titles = ["Ābeles", "Adīšana", "Cepšana", "Čuguns", "Zāģēšana", "Žogi"]
        for order in list(permutations(titles))[:2]:
            add(*[replace(demonstration[0], id=uuid7(), title_lv=title) for title in order])
        shown = [item["title_lv"] for item in pages(client, "sort=title") if item["title_lv"] in titles]
        assert shown == [title for title in titles for _ in range(2)]

    def test_a_cursor_of_another_order_is_refused(self, client, add, demonstration):
        add(*many(demonstration[0], 5))
        cursor = client.get(f"{PROGRAMMES}?limit=2&sort=title").json["next"]
        answer = client.get(f"{PROGRAMMES}?limit=2&sort=hours&after={cursor}")
        assert list(answer.json["errors"]) == ["/after"]

    def test_filters_hold_on_every_page(self, client, add, demonstration):
        aims = [Aim(area=2, level=4)]
        add(*many(demonstration[0], 20, digcomp=aims), *many(demonstration[1], 20))
        found = pages(client, "digcomp_area=2&level=4&q=programma", limit=6)
        assert len(found) == 20
        assert {item["kind"] for item in found} == {"module"}


class TestProviders:
    def test_institutions_are_listed_with_their_programmes(self, client, add, demonstration):
        add(*many(demonstration[2], 2))
        items = client.get(f"{ROOT}/public/providers").json["items"]
        assert [(item["name"], item["programmes"]) for item in items] == [
            ('Profesionālās izglītības kompetences centrs "Rīgas Valsts tehnikums"', 1),
            ("Rīgas Tehniskā universitāte", 3),
            ("Saldus tehnikums", 1),
        ]

    def test_institutions_are_found_by_place_and_number(self, client, loaded):
        providers = f"{ROOT}/public/providers"
        assert len(client.get(f"{providers}?territory=LV-RIX").json["items"]) == 2
        assert len(client.get(f"{providers}?viis_number=4134003109").json["items"]) == 1
        assert client.get(f"{providers}?viis_number=41").status_code == 422

    def test_institutions_come_in_pages_too(self, client, loaded):
        first = client.get(f"{ROOT}/public/providers?limit=2").json
        rest = client.get(f"{ROOT}/public/providers?limit=2&after={first['next']}").json
        assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]


@pytest.mark.parametrize("path", ["public/calls", "public/programmes", "public/providers"])
def test_every_order_the_document_names_is_there(client, loaded, path):
    document = client.get("/openapi.json").json["paths"][f"{ROOT}/{path}"]["get"]
    named = next(one["schema"]["enum"] for one in document["parameters"] if one["name"] == "sort")
    for sort in named:
        assert client.get(f"{ROOT}/{path}?sort={sort}").status_code == 200


def test_nothing_can_be_written_here(client, loaded):
    for path in ("/public/calls", "/public/programmes", "/public/providers"):
        answer = client.post(ROOT + path, {})
        assert (answer.status_code, answer.json["code"]) == (405, "method-not-allowed")


def test_a_programme_elsewhere_is_found_by_its_territory(client, add, demonstration):
    place = Territory(code="LV-VEN", name="Ventspils")
    add(replace(demonstration[0], id=uuid7(), territory=place))
    item = client.get(f"{PROGRAMMES}?territory=LV-VEN").json["items"][0]
    assert item["territory"] == {"code": "LV-VEN", "name": "Ventspils"}
