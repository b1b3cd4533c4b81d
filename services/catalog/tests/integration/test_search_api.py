"""The search on a real database: Latvian words, facets, floods, and every process sees what is committed."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from ila_catalog.app import create_app
from ila_catalog.cli import generate, run_generate
from ila_catalog.domain.catalogue_index import CatalogueIndex
from ila_catalog.domain.programmes import Part
from ila_kit.actor import process_actor
from ila_kit.ids import uuid7
from ila_kit.testing.http import ApiClient, verifier

pytestmark = pytest.mark.integration
PROGRAMMES = "/api/catalog/v1/public/programmes"
SYSTEM = process_actor("catalog")


@pytest.fixture
def search(client, loaded):
    """Return the answer to a query string."""

    def run(query=""):
        answer = client.get(f"{PROGRAMMES}?{query}")
        assert answer.status_code == 200, answer.json
        return answer.json

    return run


def titles(answer):
    return [item["title_lv"] for item in answer["items"]]


class TestLatvian:
    @pytest.fixture(autouse=True)
    def programmes(self, add, demonstration):
        """Programmes whose titles are what the issue names."""
        for title in ("Mākslīgais intelekts birojā", "Ievads programmēšanā", "Digitālo prasmju pilnveide"):
            part = Part(title=title, title_en="Course", hours=20)
            texts = {"title_lv": title, "title_en": "Course", "description_lv": title, "parts": [part]}
            bare = {"description_en": "Course", "learning_outcomes": [], "qualification": None}
            add(replace(demonstration[2], id=uuid7(), **texts, **bare))

    @pytest.mark.parametrize(
        ("query", "title"),
        [
            ("makslig", "Mākslīgais intelekts birojā"),
            ("m%C4%81ksl%C4%ABg%C4%81+intelekta", "Mākslīgais intelekts birojā"),
            ("programm%C4%93%C5%A1ana", "Ievads programmēšanā"),
            ("programm%C4%93%C5%A1anu", "Ievads programmēšanā"),
            ("prasme", "Digitālo prasmju pilnveide"),
            ("prasm%C4%93m", "Digitālo prasmju pilnveide"),
        ],
    )
    def test_forms_and_beginnings_find_it(self, search, query, title):
        assert title in titles(search(f"q={query}"))

    def test_a_misspelt_word_is_told_and_the_told_one_finds(self, search):
        answer = search("q=makslgais+intelekts")
        assert answer["items"] == []
        assert answer["did_you_mean"][0] == "mākslīgais intelekts"
        assert titles(search(f"q={answer['did_you_mean'][0]}")) == ["Mākslīgais intelekts birojā"]


class TestFacets:
    def test_they_come_when_asked_and_each_ignores_its_own_filter(self, search):
        assert "facets" not in search()
        answer = search("facets=true&kind=module&territory=LV-RIX")
        assert answer["total"] == 0
        facets = {
            name: {one["value"]: one["count"] for one in found} for name, found in answer["facets"].items()
        }
        assert facets["kind"] == {"module_set": 1, "study_course": 1}
        assert facets["territory"] == {"LV-088": 1}
        assert facets["mode"] == facets["language"] == {}
        assert search("facets=true")["facets"]["territory"][0] == {
            "value": "LV-088",
            "name": "Saldus novads",
            "count": 1,
        }

    def test_level_is_counted_in_the_area_that_is_asked(self, search):
        found = search("facets=true&digcomp_area=5")["facets"]
        assert {one["value"]: one["count"] for one in found["level"]} == {"5": 2, "6": 1}
        assert {one["value"]: one["count"] for one in found["digcomp_area"]} == {
            "1": 1,
            "2": 1,
            "3": 1,
            "4": 2,
            "5": 3,
        }


class TestPrice:
    def test_what_costs_too_much_or_nobody_knows_what_is_left_out(self, search, engine, demonstration):
        with engine.begin() as connection:
            told = "price_amount = :amount, price_methodology_id = id, price_methodology_version = '1'"
            rest = "price_as_of = '2026-11-01', price_hash = 'x', price_version = 1"
            set_price = sa.text(f"UPDATE programme SET {told}, {rest} WHERE id = :id")
            connection.execute(set_price, {"amount": Decimal("427.43"), "id": demonstration[0].id})
            connection.execute(set_price, {"amount": Decimal("608.99"), "id": demonstration[1].id})
        assert len(search("price_max=427.42")["items"]) == 0
        assert len(search("price_max=427.43")["items"]) == 1
        assert len(search("price_max=1000")["items"]) == 2
        last = str(demonstration[2].id)
        assert [item["id"] for item in search("sort=price")["items"]][2] == last
        assert [item["id"] for item in search("sort=-price")["items"]][2] == last


class TestQueries:
    @pytest.mark.parametrize(
        "query", ["", "q=datortikli&facets=true", "facets=true&sort=-title&limit=2", "q=%25", "q=datrtikli"]
    )
    def test_a_search_is_two_statements_whatever_is_asked(self, search, queries, query):
        search()
        with queries() as seen:
            search(query)
        assert len(seen) == 2, seen


class TestFollowing:
    """Every process finds what is committed, however long the transaction took."""

    @pytest.fixture
    def other(self, loaded, settings):
        """Another process: the same database, an index of its own."""
        deps = replace(loaded, catalogue=CatalogueIndex())
        app = create_app(settings, deps, verifier=verifier("catalog"), check_answers=True)
        return ApiClient(app.test_client(), "catalog")

    def test_two_processes_see_what_either_commits(self, client, other, add, demonstration):
        for number in range(3):
            add(replace(demonstration[0], id=uuid7(), title_lv=f"Jaunums {number}"))
            for one in (client, other):
                assert one.get(PROGRAMMES).json["total"] == 4 + number

    def test_what_began_early_and_committed_late_is_found(self, client, loaded, engine, demonstration):
        """The late one has the lower number, and another one was committed and seen meanwhile."""
        moved = sa.text("UPDATE programme SET mode = :mode, version = version + 1 WHERE id = :id")
        with engine.connect() as slow:
            slow.execute(moved, {"mode": "remote", "id": demonstration[0].id})
            with engine.begin() as quick:
                quick.execute(moved, {"mode": "mixed", "id": demonstration[1].id})
            assert client.get(f"{PROGRAMMES}?mode=mixed").json["total"] == 1
            assert client.get(f"{PROGRAMMES}?mode=remote").json["total"] == 0
            slow.commit()
        assert client.get(f"{PROGRAMMES}?mode=remote").json["total"] == 1
        assert client.get(f"{PROGRAMMES}?mode=mixed").json["total"] == 1

    def test_what_is_rolled_back_is_not_found(self, client, loaded, engine, demonstration):
        client.get(PROGRAMMES)
        with engine.connect() as connection:
            connection.execute(sa.text("UPDATE programme SET mode = 'remote'"))
            assert client.get(f"{PROGRAMMES}?mode=remote").json["total"] == 0
            connection.rollback()
        assert client.get(f"{PROGRAMMES}?mode=remote").json["total"] == 0

    def test_what_is_closed_is_gone(self, client, loaded, engine, demonstration):
        assert client.get(PROGRAMMES).json["total"] == 3
        with engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE programme SET state = 'closed' WHERE id = :id"), {"id": demonstration[0].id}
            )
        assert client.get(PROGRAMMES).json["total"] == 2

    def test_rows_of_a_backup_of_another_cluster_are_read_once(self, client, loaded, engine):
        """Their transaction numbers are higher than any here; they are found, and not read each time."""
        with engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE programme DISABLE TRIGGER programme_changed"))
            connection.execute(sa.text("UPDATE programme SET changed = 9000000000000"))
            connection.execute(sa.text("ALTER TABLE programme ENABLE TRIGGER programme_changed"))
        assert client.get(PROGRAMMES).json["total"] == 3
        with loaded.units.read(SYSTEM) as unit:
            assert unit.public_programmes.changes(loaded.catalogue.seen).listed == []
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE programme SET mode = 'remote'"))
        assert client.get(f"{PROGRAMMES}?mode=remote").json["total"] == 3

    def test_after_the_database_went_back_to_a_backup_all_is_read_again(self, client, loaded, engine):
        """Its transactions have lower numbers than those an index has seen, so it cannot tell them apart."""
        assert client.get(PROGRAMMES).json["total"] == 3
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE programme SET mode = 'remote'"))
            connection.execute(sa.text("UPDATE programme SET state = 'closed' WHERE kind = 'module'"))
            left = connection.scalar(sa.text("SELECT count(*) FROM programme WHERE state = 'published'"))
        loaded.catalogue.seen = "9000000000000:9000000000000:"
        assert client.get(PROGRAMMES).json["total"] == left < 3
        assert client.get(f"{PROGRAMMES}?mode=remote").json["total"] == left
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE programme SET mode = 'mixed'"))
        assert client.get(f"{PROGRAMMES}?mode=mixed").json["total"] == left

    def test_many_at_once_find_the_same(self, deps, settings, loaded):
        app = create_app(settings, deps, verifier=verifier("catalog"))

        def ask(_):
            return app.test_client().get(f"{PROGRAMMES}?facets=true&q=datortikli").json["total"]

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(ask, range(40))) == {2}


class TestFlood:
    def test_copies_leave_the_first_page_to_the_others(self, client, add, loaded, demonstration):
        run_generate(loaded, "call-1", programmes=40, institutions=40, seed=3)
        add(*[replace(demonstration[0], id=uuid7(), title_lv=f"Programma {n:03}") for n in range(300)])
        first = client.get(f"{PROGRAMMES}?limit=43").json["items"]
        assert len({item["provider"]["id"] for item in first}) >= 42


class TestGenerating:
    def test_invented_programmes_are_found_and_announced_once(self, loaded, client, engine):
        assert run_generate(loaded, "call-1", programmes=30, institutions=10, seed=1) == 30
        assert run_generate(loaded, "call-1", programmes=30, institutions=10, seed=1) == 0
        assert client.get(PROGRAMMES).json["total"] == 33
        with engine.connect() as connection:
            told = sa.text("SELECT count(*) FROM outbox WHERE type = 'catalog.programme_published.v1'")
            assert connection.scalar(told) == 33

    def test_the_command_says_what_it_did(self, loaded, settings, capsys):
        few = ["--programmes", "4", "--institutions", "2"]
        assert generate(settings, few) == 0
        assert capsys.readouterr().out == "4 programmes stored; the same seed stores none again\n"
        assert generate(replace(settings, ila_env="production"), few) == 2
        assert generate(settings, ["--programmes", "1", "--institutions", "2"]) == 1
        assert generate(settings, ["--call", "call-9", *few]) == 1
