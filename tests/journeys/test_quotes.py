"""The true answer: what call 1 pays, through the front door."""

import time

import pytest
import suite

pytestmark = pytest.mark.journey
EXAMPLES = [
    ("module", [167], None, "427.43"),
    ("module", [34], None, "181.56"),
    ("module", [80], None, "427.20"),
    ("module", [81], None, "427.43"),
    ("study_course", [160], None, "412.13"),
    ("study_course", [80], None, "412.00"),
    ("study_course", [81], None, "412.13"),
    ("study_module", [80, 160], None, "824.13"),
    ("module_set", [34, 136], "Datorsistēmas, datubāzes un datortīkli", "608.99"),
    ("module_set", [81, 150, 503, 60, 60, 50, 40, 16], "Datorsistēmas, datubāzes un datortīkli", "2127.19"),
]


def body(kind: str, hours: list[int], continuing: str | None = None) -> dict:
    """Return what a quote is asked with."""
    parts = [{"title": f"Daļa {number}", "hours": one} for number, one in enumerate(hours, 1)]
    return {"kind": kind, "parts": parts} | ({"continuing_programme": continuing} if continuing else {})


@pytest.mark.parametrize(("kind", "hours", "continuing", "amount"), EXAMPLES)
def test_a_learner_gets_the_amount_of_the_methodology(kind, hours, continuing, amount):
    answer = suite.persona("learner-01").post("/api/funding/v1/quotes", body(kind, hours, continuing))

    assert answer.status_code == 200, answer.text
    assert answer.json()["amount"] == {"amount": amount, "currency": "EUR"}


def test_a_set_shows_the_step_that_holds_it_below_the_unit_cost_of_its_programme():
    asked = body("module_set", [34, 136], "Datorsistēmas, datubāzes un datortīkli")
    quote = suite.persona("learner-01").post("/api/funding/v1/quotes", asked).json()

    ceiling = quote["steps"][-1]
    assert "608.99" in ceiling["formula"]
    assert "2127.19" in ceiling["formula"]
    assert ceiling["cap_applied"] is False
    assert all(step["source"] and step["sentence_lv"] and step["sentence_en"] for step in quote["steps"])


def test_the_catalogue_shows_the_price_that_the_public_quote_explains():
    visitor = suite.visitor()
    listed = "/api/catalog/v1/public/programmes"
    deadline = time.monotonic() + 60
    items = visitor.read(listed)["items"]
    while any(one["price"] is None for one in items):
        assert time.monotonic() < deadline, "funding has not told every price"
        time.sleep(0.5)
        items = visitor.read(listed)["items"]
    for one in items:
        asked = visitor.read(f"{listed}/{one['id']}")["quote"]
        quote = visitor.post(asked["href"], asked["body"]).json()
        assert (quote["amount"], quote["hash"]) == (one["price"]["amount"], one["price"]["quote_hash"])
        assert quote["methodology"]["version"] == one["price"]["methodology"]["version"]


def test_visitors_get_the_same_answer_with_the_same_hash():
    asked = body("module", [167])
    public = suite.visitor().post("/api/funding/v1/public/quotes", asked)
    private = suite.persona("learner-01").post("/api/funding/v1/quotes", asked)

    assert public.status_code == 200, public.text
    assert public.content == private.content


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"kind": "course"}, "/kind", "unknown-kind"),
        ({"kind": "A course"}, "/kind", "invalid-request"),
        ({"parts": []}, "/parts", "invalid-request"),
        ({"parts": [{"title": "A", "hours": 0}]}, "/parts/0/hours", "invalid-request"),
        ({"parts": [{"title": "A", "hours": 1.5}]}, "/parts/0/hours", "invalid-request"),
        ({"parts": [{"title": "A", "hours": "16"}]}, "/parts/0/hours", "invalid-request"),
        ({"parts": [{"title": "A", "hours": True}]}, "/parts/0/hours", "invalid-request"),
        ({"parts": [{"title": "A", "hours": 10**12}]}, "/parts/0/hours", "invalid-request"),
        ({"amount": {"amount": "9999.99", "currency": "EUR"}}, "/amount", "invalid-request"),
    ],
)
def test_a_wrong_value_is_named(change, pointer, code):
    answer = suite.persona("learner-01").post("/api/funding/v1/quotes", body("module", [10]) | change)

    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert pointer in answer.json()["errors"]
