"""What everybody may take away: the feed of changes, exports, prices and places as others told them."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import orjson
import pytest
import sqlalchemy as sa
from ila_catalog.consumers import HANDLERS
from ila_catalog.store.open_data import BATCH
from ila_kit.actor import process_actor
from ila_kit.clock import utc_now
from ila_kit.events import Envelope
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
PUBLIC = "/api/catalog/v1/public"
LD = "application/ld+json"


@pytest.fixture
def tell(loaded):
    """Have an event worked off, as the inbox does."""

    def run(kind, subject, version, **data):
        envelope = Envelope(
            id=uuid7(),
            source=kind.split(".")[0],
            type=f"{kind}.v1",
            subject=str(subject),
            time=utc_now(),
            sequence=version,
            data={"version": version} | data,
        )
        with loaded.units.open(process_actor("catalog")) as unit:
            HANDLERS[envelope.type](unit, envelope)
            unit.commit()

    return run


@pytest.fixture
def price(tell):
    """Have funding tell a price."""

    def run(programme_id, amount, version=1):
        tell(
            "funding.programme_priced",
            programme_id,
            version,
            programme_id=str(programme_id),
            amount={"amount": amount, "currency": "EUR"},
            methodology_id=str(uuid7()),
            methodology_version="1-2e/24/254",
            as_of="2024-11-06",
            quote_hash="a" * 64,
        )

    return run


@pytest.fixture
def members(tell):
    """Have applications tell of a group."""

    def run(programme_id, group_id, count, version):
        kind, group = "applications.group_places_changed", str(group_id)
        tell(kind, group_id, version, programme_id=str(programme_id), group_id=group, members=count, free=0)

    return run


def fetched(client, path, **headers):
    """Return a file whole, and let go of it, as a server does."""
    answer = client.get(path, **headers)
    assert answer.data is not None
    answer.close()
    return answer


def shown(client, programme_id):
    return client.get(f"{PUBLIC}/programmes/{programme_id}").json


class TestNews:
    def test_a_price_is_shown_with_its_quote_and_per_hour(self, client, price, demonstration):
        programme = demonstration[0]
        assert shown(client, programme.id)["price"] is None
        price(programme.id, "427.43", 2)
        price(programme.id, "1.00", 1)
        found = shown(client, programme.id)
        hours = sum(part.hours for part in programme.parts)
        assert found["price"]["amount"] == {"amount": "427.43", "currency": "EUR"}
        assert Decimal(found["price"]["per_hour"]["amount"]) == round(Decimal("427.43") / hours, 2)
        assert found["price"]["methodology"]["version"] == "1-2e/24/254"
        assert (found["price"]["quote_hash"], found["quote"]["body"]["as_of"]) == ("a" * 64, "2024-11-06")
        listed = client.get(f"{PUBLIC}/programmes?limit=200").json["items"]
        assert {one["id"]: one["price"] for one in listed}[str(programme.id)] == found["price"]

    def test_places_left_are_what_members_of_all_groups_leave(self, client, tell, members, demonstration):
        programme, group, other = demonstration[0], uuid7(), uuid7()
        assert shown(client, programme.id)["places_free"] == programme.places
        members(programme.id, group, 11, 4)
        members(programme.id, group, 3, 2)
        members(programme.id, other, 5, 1)
        assert shown(client, programme.id)["places_free"] == programme.places - 16
        tell("applications.group_cancelled", group, 5, programme_id=str(programme.id), group_id=str(group))
        assert shown(client, programme.id)["places_free"] == programme.places - 5
        members(programme.id, other, programme.places + 7, 2)
        assert shown(client, programme.id)["places_free"] == 0

    def test_news_make_a_programme_newer(self, client, price, members, demonstration):
        programme = demonstration[0]
        for tell_it in (lambda: price(programme.id, "1.00"), lambda: members(programme.id, uuid7(), 1, 1)):
            before = shown(client, programme.id)
            tell_it()
            after = shown(client, programme.id)
            assert after["updated_at"] > before["updated_at"]
            assert after["version"] == before["version"]


class TestChanges:
    def test_what_changed_is_told_once_oldest_first_and_a_minute_later(
        self, client, clock, loaded, price, demonstration
    ):
        assert client.get(f"{PUBLIC}/changes").json == {"items": [], "next": None, "more": False}
        price(demonstration[1].id, "1.00")
        clock.held = utc_now() + timedelta(seconds=61)
        feed = client.get(f"{PUBLIC}/changes").json
        found = [(one["kind"], one["id"], one["change"]) for one in feed["items"]]
        ids = [str(one.id) for one in demonstration]
        assert sorted(found) == sorted(
            [("programme", one, "changed" if one == ids[1] else "published") for one in ids]
            + [("call", str(demonstration[0].call_id), "published")]
        )
        assert found[-1] == ("programme", ids[1], "changed")
        assert all(client.get(one["href"]).status_code == 200 for one in feed["items"])
        again = client.get(f"{PUBLIC}/changes?after={feed['next']}").json
        assert again == {"items": [], "next": feed["next"], "more": False}

    def test_it_is_read_in_pages_and_goes_on_where_one_stopped(
        self, client, clock, loaded, price, demonstration
    ):
        clock.held = utc_now() + timedelta(seconds=61)
        whole = client.get(f"{PUBLIC}/changes").json["items"]
        read, after = [], ""
        while True:
            page = client.get(f"{PUBLIC}/changes?limit=1{after}").json
            read += page["items"]
            after = f"&after={page['next']}"
            if not page["more"]:
                break
        assert read == whole
        clock.held = None
        price(demonstration[2].id, "5.00")
        clock.held = utc_now() + timedelta(seconds=61)
        later = client.get(f"{PUBLIC}/changes?limit=1{after}").json
        assert [(one["id"], one["change"]) for one in later["items"]] == [
            (str(demonstration[2].id), "changed")
        ]

    def test_nothing_is_passed_over_that_is_still_being_written(
        self, client, clock, loaded, engine, demonstration
    ):
        with engine.begin() as connection:
            write = sa.text("UPDATE programme SET updated_at = now() WHERE id = :id")
            connection.execute(write, {"id": demonstration[0].id})
            clock.held = utc_now() + timedelta(hours=1)
            seen = client.get(f"{PUBLIC}/changes").json
        then = client.get(
            f"{PUBLIC}/changes?after={seen['next']}" if seen["next"] else f"{PUBLIC}/changes"
        ).json
        assert str(demonstration[0].id) in {one["id"] for one in then["items"]}
        assert str(demonstration[0].id) not in {one["id"] for one in seen["items"]}

    def test_what_is_offered_no_more_is_closed_and_drafts_are_not_told(
        self, client, clock, loaded, engine, demonstration
    ):
        with engine.begin() as connection:
            connection.execute(
                sa.text("UPDATE programme SET state = 'closed', updated_at = now() WHERE id = :id"),
                {"id": demonstration[0].id},
            )
            connection.execute(
                sa.text("UPDATE programme SET state = 'draft', published_at = NULL WHERE id = :id"),
                {"id": demonstration[1].id},
            )
        clock.held = utc_now() + timedelta(seconds=70)
        found = {one["id"]: one["change"] for one in client.get(f"{PUBLIC}/changes").json["items"]}
        assert found[str(demonstration[0].id)] == "closed"
        assert str(demonstration[1].id) not in found

    def test_the_feed_is_one_statement_by_its_indexes(self, client, loaded, queries, engine):
        with queries() as seen:
            client.get(f"{PUBLIC}/changes?limit=2")
        assert len(seen) == 1
        with engine.connect() as connection:
            connection.exec_driver_sql("SET enable_seqscan = off")
            plan = "\n".join(connection.scalars(sa.text("EXPLAIN " + _FEED)))
        assert "programme_changes" in plan
        assert "call_changes" in plan

    @pytest.mark.parametrize("query", ["after=x", "limit=0", "limit=201", "sort=id", "after="])
    def test_what_is_no_cursor_is_refused(self, client, query):
        assert client.get(f"{PUBLIC}/changes?{query}").status_code == 422


_FEED = (
    "SELECT * FROM (SELECT 'programme' AS kind, id, updated_at FROM programme WHERE published_at IS NOT NULL"
    " UNION ALL SELECT 'call', id, updated_at FROM call WHERE published_at IS NOT NULL) AS feed"
    " WHERE (updated_at, id) > (now() - interval '1 year', '01a20baa-d41f-7744-8d15-6f86cb649c4b')"
    " ORDER BY updated_at, id LIMIT 51"
)


_COLUMNS = """SELECT string_agg(quote_ident(attname), ',') FROM pg_attribute
WHERE attrelid = 'programme'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
AND attname <> 'id'
"""
_COPIES = """INSERT INTO programme (id, {names})
SELECT gen_random_uuid(), {names} FROM programme, generate_series(1, :many) WHERE id = :id
"""


class TestExports:
    def test_the_table_holds_every_programme_and_runs_nowhere(self, client, add, price, demonstration):
        evil = replace(
            demonstration[0], id=uuid7(), title_lv='=HYPERLINK("x";"y")', description_lv='a "b",\nĀž;'
        )
        add(evil)
        price(evil.id, "427.43")
        answer = fetched(client, f"{PUBLIC}/export.csv")
        assert answer.data.startswith(b"\xef\xbb\xbf")
        assert answer.headers["Content-Type"].startswith("text/csv")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
        found = {row["id"]: row for row in rows}
        assert found.keys() == {str(one.id) for one in (*demonstration, evil)}
        mine = found[str(evil.id)]
        assert (mine["title_lv"], mine["description_lv"]) == ('\'=HYPERLINK("x";"y")', 'a "b",\nĀž;')
        assert (mine["price_eur"], mine["places_free"]) == ("427.43", str(evil.places))
        assert mine["provider_name"] == evil.provider.name
        assert b"\r\n" in answer.data

    def test_json_is_what_the_catalogue_shows_and_jsonld_are_courses(self, client, loaded, demonstration):
        whole = json.loads(fetched(client, f"{PUBLIC}/export.json").data)["items"]
        assert {one["id"] for one in whole} == {str(one.id) for one in demonstration}
        assert whole[0] == shown(client, whole[0]["id"])
        answer = fetched(client, f"{PUBLIC}/export.jsonld")
        graph = json.loads(answer.data)
        assert (answer.headers["Content-Type"].split(";")[0], graph["@context"]) == (LD, "https://schema.org")
        assert {one["identifier"] for one in graph["@graph"]} == {one["id"] for one in whole}

    def test_an_empty_catalogue_is_a_file_too(self, client, engine):
        assert fetched(client, f"{PUBLIC}/export.json").json == {"items": []}
        assert fetched(client, f"{PUBLIC}/export.jsonld").status_code == 200
        assert fetched(client, f"{PUBLIC}/export.csv").data.count(b"\r\n") == 1

    @pytest.mark.parametrize("form", ["csv", "json", "jsonld"])
    def test_what_has_not_changed_is_not_sent_again(
        self, client, price, loaded, demonstration, queries, form
    ):
        path = f"{PUBLIC}/export.{form}"
        first = fetched(client, path)
        assert first.headers["Last-Modified"]
        with queries() as seen:
            again = fetched(client, path, If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.data, len(seen)) == (304, b"", 1)
        price(demonstration[0].id, "3.00")
        newer = fetched(client, path, If_None_Match=first.headers["ETag"])
        assert (newer.status_code, newer.headers["ETag"] == first.headers["ETag"]) == (200, False)

    def test_long_exports_are_written_batch_by_batch(self, client, loaded, engine, queries, demonstration):
        with engine.begin() as connection:
            names = connection.scalar(sa.text(_COLUMNS))
            connection.execute(
                sa.text(_COPIES.format(names=names)), {"many": BATCH, "id": demonstration[0].id}
            )
        with queries() as seen:
            whole = orjson.loads(fetched(client, f"{PUBLIC}/export.json").data)["items"]
        assert len({one["id"] for one in whole}) == BATCH + len(demonstration)
        assert len(seen) == 3


class TestConditional:
    def test_the_public_list_and_one_programme_are_not_sent_again_until_they_change(
        self, client, price, demonstration
    ):
        programme = demonstration[0]
        for path in (f"{PUBLIC}/programmes", f"{PUBLIC}/programmes/{programme.id}", f"{PUBLIC}/calls"):
            first = client.get(path)
            again = client.get(path, If_None_Match=first.headers["ETag"])
            assert (again.status_code, again.data) == (304, b""), path
            assert again.headers["ETag"] == first.headers["ETag"]
        tag = client.get(f"{PUBLIC}/programmes/{programme.id}").headers["ETag"]
        price(programme.id, "7.00")
        changed = client.get(f"{PUBLIC}/programmes/{programme.id}", If_None_Match=tag)
        assert changed.status_code == 200
        assert changed.headers["Last-Modified"].endswith("GMT")

    def test_one_programme_is_a_course_for_who_asks_so(self, client, price, demonstration):
        path = f"{PUBLIC}/programmes/{demonstration[0].id}"
        price(demonstration[0].id, "427.43")
        answer = client.get(path, Accept=LD)
        made = json.loads(answer.data)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, LD)
        assert (made["@context"], made["@type"], made["offers"]["price"]) == (
            "https://schema.org",
            "Course",
            "427.43",
        )
        assert "Accept" in answer.headers["Vary"]
        again = client.get(path, Accept=LD, If_None_Match=answer.headers["ETag"])
        assert again.status_code == 304
        plain = client.get(path, Accept=f"{LD};q=0.5, application/json", If_None_Match=answer.headers["ETag"])
        assert (plain.status_code, plain.headers["Content-Type"]) == (200, "application/json")
        assert client.get(path, Accept="*/*").headers["Content-Type"] == "application/json"
        assert client.get(f"{PUBLIC}/programmes/{uuid7()}", Accept=LD).status_code == 404
