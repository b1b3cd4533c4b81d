"""A new version of the methodology starts from another one: what is typed lies over it, the rest stays."""

import pytest
from api_documents import answer_of
from ila_portal.forms import Field
from ila_portal.pages.agency.methodologies import CONTENT, METHODOLOGIES, on, questions

ONE = "01a20baa-0000-7000-8000-0000000000b1"
PRICE = {"title": "C1", "price": {"amount": "90.00", "currency": "EUR"}, "source": "Cenrādis"}
HOURS = {
    "code": "module", "method": "hours", "rate": {"amount": "5.34", "currency": "EUR"}, "share": None,
    "cap": {"amount": "427.43", "currency": "EUR"}, "source": "13. punkts", "prices": [],
}  # fmt: skip
EXAM = {
    "code": "exam", "method": "price_list", "rate": None, "share": None, "cap": None, "source": "Cenrādis",
    "prices": [PRICE, PRICE | {"title": "C2"}],
}  # fmt: skip
BASE = {
    "id": "x", "state": "approved", "revision": 3, "version": "1", "title": "Metodika", "corrects": "0",
    "document": "https://example.lv/1", "valid_from": "2024-09-04", "kinds": [HOURS, EXAM],
    "continuing_programmes": [
        {"title": "Tīkli", "hours": 960, "ceiling": {"amount": "2127.19", "currency": "EUR"}, "source": "13."}
    ],
}  # fmt: skip


def named(fields: tuple[Field, ...]) -> list[str]:
    return [one.name for one in fields if "." in one.name]


def test_each_amount_that_the_version_has_is_asked_for_with_its_source_and_none_that_it_lacks():
    assert named(questions(BASE, new=True)) == [
        "kinds.0.rate", "kinds.0.cap", "kinds.0.source", "kinds.1.source", "kinds.1.prices.0.price",
        "kinds.1.prices.0.source", "kinds.1.prices.1.price", "kinds.1.prices.1.source",
        "continuing_programmes.0.hours", "continuing_programmes.0.ceiling",
        "continuing_programmes.0.source",
    ]  # fmt: skip


def test_what_was_typed_lies_over_the_version_and_the_rest_stays():
    dearer = {"amount": "6.00", "currency": "EUR"}
    typed = {
        "version": "2",
        "kinds": [{"rate": dearer}, {"prices": [{"price": dearer}, {"source": "Cits"}]}],
        "continuing_programmes": [{"hours": 480}],
    }
    made = on(BASE)(typed)
    assert set(made) == set(CONTENT)
    assert made["kinds"][0] == HOURS | {"rate": dearer}
    assert made["kinds"][1]["prices"] == [
        PRICE | {"price": dearer},
        PRICE | {"title": "C2", "source": "Cits"},
    ]
    assert made["continuing_programmes"][0]["hours"] == 480
    assert (made["title"], made["corrects"]) == ("Metodika", None)
    assert BASE["kinds"][0]["rate"]["amount"] == "5.34"


@pytest.mark.parametrize(
    ("state", "query", "computed"),
    [
        ("draft", "", True),
        ("in_review", "", True),
        ("approved", "", False),
        ("approved", "?impact=yes", True),
    ],
)
def test_what_a_version_changes_is_computed_while_it_is_undecided_and_else_when_asked(
    learner, gateway, state, query, computed
):
    gateway.roles = [{"role": "auditor", "organisation": None}]
    path = f"{METHODOLOGIES}/{ONE}"
    gateway.fail(path, 200, answer_of(f"{METHODOLOGIES}/{{id}}", state=state))
    gateway.fail(f"{path}/impact", 200, answer_of(f"{METHODOLOGIES}/{{id}}/impact"))
    page = learner.get(f"/agency/methodologies/{ONE}{query}")
    assert gateway.paths() == [path, *([f"{path}/impact"] if computed else [])]
    assert ('id="impact"' in page.text) is computed
    assert ('href="?impact=yes#impact"' in page.text) is not computed
