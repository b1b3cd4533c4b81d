"""Lists of thousands of organisations: found by state, territory, sanction and text, a page a query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_identity.domain.organisations import plain
from ila_identity.store import tables as t
from ila_kit.clock import utc_now
from ila_kit.ids import uuid7
from ila_kit.store.database import create_engine
from ila_kit.testing.stores import statements_seen

pytestmark = pytest.mark.integration
PATH = "/api/identity/v1/organisations"
MANY = 3_000
WORDS = ("Āgenskalna ģimnāzija", "Rīgas Valsts tehnikums", "Ķekavas skola", "100 % prakse", "Žīguru koledža")


@pytest.fixture(scope="module")
def filled(database_url):
    """Three thousand organisations, every tenth of them barred from payments."""
    told = {"created_at": utc_now(), "approved_at": utc_now()}
    rows = [
        told
        | {
            "id": uuid7(),
            "title": f"{WORDS[number % 5]} {number:04}",
            "viis_number": f"77{number:08}",
            "territory": f"LV-{number % 7}",
            "state": "suspended" if number % 10 == 0 else "active",
            "barred": ["payments"] if number % 10 == 0 else [],
        }
        for number in range(MANY)
    ]
    engine = create_engine(database_url, pooled=False)
    with engine.begin() as connection:
        connection.execute(t.organisation.insert(), rows)
    return rows


@pytest.fixture
def officer(api):
    return api.as_(uuid7(), "sanction_officer")


def all_pages(client, query):
    """Return every title of a list, page after page."""
    seen, after = [], ""
    while after is not None:
        page = client.get(f"{PATH}?limit=200&{query}" + (f"&after={after}" if after else "")).json
        seen, after = seen + [one["title"] for one in page["items"]], page["next"]
    return seen


def titles(rows, holds):
    return sorted(row["title"] for row in rows if holds(row))


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("", lambda row: True),
        ("barred=payments", lambda row: bool(row["barred"])),
        ("barred=new_offers", lambda row: False),
        ("territory=LV-3&state=active", lambda row: row["territory"] == "LV-3" and not row["barred"]),
        ("q=agenskalna", lambda row: row["title"].startswith("Āgenskalna")),
        ("q=ZĪGURU KOLED", lambda row: row["title"].startswith("Žīguru")),
        ("q=0 %25 p", lambda row: row["title"].startswith("100 %")),
        ("q=%25", lambda row: "%" in row["title"]),
        ("q=_", lambda row: False),
        ("q=7700000042", lambda row: row["viis_number"] == "7700000042"),
        ("q=skola 0002&barred=payments", lambda row: False),
    ],
)
def test_a_filter_finds_what_it_names_over_all_pages_once(filled, officer, query, holds):
    assert sorted(all_pages(officer, query)) == titles(filled, holds)


def test_a_page_is_one_query_however_many_there_are(filled, officer, engine):
    with statements_seen(engine) as sent:
        officer.get(f"{PATH}?limit=200&q=skola&barred=payments")

    assert len([one for one in sent if "FROM organisation" in one]) == 1
    assert len(sent) == 1


def test_a_foreign_cursor_an_unknown_scope_and_a_long_text_are_refused(officer):
    for query in ("after=x", "barred=all", f"q={'x' * 101}", "q=", "text=x"):
        assert officer.get(f"{PATH}?{query}").status_code == 422


@given(st.text(alphabet="ĀāŠšžēABc0 %_", max_size=12), st.text(alphabet="Āāšē0 ", max_size=4))
def test_what_is_part_of_a_title_is_found_with_or_without_its_marks(title, more):
    assert plain(title) in plain(more + title + more)
    assert plain(plain(title)) == plain(title)
