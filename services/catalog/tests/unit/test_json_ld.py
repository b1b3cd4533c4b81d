"""A programme in the words of schema.org: only words that schema.org has, where it has them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from ila_catalog.api.json_ld import course
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.domain.digcomp import read_areas
from ila_kit.ids import uuid7

AREAS = read_areas(PackagedFiles().competences)
AT = datetime(2024, 11, 13, 22, 0, tzinfo=UTC)
TEXT, NUMBER = str, int
# What schema.org (release 28) says each type may have, and what may stand there; of what is used here.
VOCABULARY = {
    "Course": {
        "url": TEXT,
        "identifier": TEXT,
        "name": TEXT,
        "alternateName": TEXT,
        "description": TEXT,
        "inLanguage": TEXT,
        "provider": "EducationalOrganization",
        "educationalLevel": "DefinedTerm",
        "teaches": (TEXT, "DefinedTerm"),
        "datePublished": datetime,
        "dateModified": datetime,
        "hasCourseInstance": "CourseInstance",
        "offers": "Offer",
    },
    "CourseInstance": {
        "courseMode": TEXT,
        "courseWorkload": TEXT,
        "inLanguage": TEXT,
        "startDate": date,
        "endDate": date,
        "location": ("Place", "VirtualLocation"),
        "maximumAttendeeCapacity": NUMBER,
        "remainingAttendeeCapacity": NUMBER,
        "offers": "Offer",
    },
    "EducationalOrganization": {"name": TEXT, "identifier": "PropertyValue"},
    "PropertyValue": {"propertyID": TEXT, "value": TEXT},
    "DefinedTerm": {"name": TEXT, "alternateName": TEXT, "termCode": TEXT, "inDefinedTermSet": TEXT},
    "Place": {"address": "PostalAddress"},
    "VirtualLocation": {"url": TEXT},
    "PostalAddress": {"streetAddress": TEXT, "addressRegion": TEXT, "addressCountry": TEXT},
    "Offer": {
        "price": Decimal,
        "priceCurrency": TEXT,
        "availability": TEXT,
        "validFrom": datetime,
        "validThrough": datetime,
        "url": TEXT,
    },
}


def row(**changes):
    usual = {
        "id": uuid7(),
        "title_lv": "Datortīkli",
        "title_en": "Computer networks",
        "description_lv": "Apraksts",
        "language": "lv",
        "provider_id": uuid7(),
        "provider_name": "Rīgas Tehniskā universitāte",
        "provider_viis_number": "3143000000",
        "digcomp": [{"area": 3, "level": 5}],
        "learning_outcomes": [{"lv": "Ierīko tīklu.", "en": "Sets up a network."}],
        "published_at": AT,
        "updated_at": AT,
        "mode": "in_person",
        "total_hours": 160,
        "starts_on": date(2024, 12, 20),
        "ends_on": date(2025, 3, 20),
        "places": 20,
        "places_free": 5,
        "address": "Ķīpsalas iela 6A",
        "territory_name": "Rīga",
        "price_amount": Decimal("412.13"),
        "applications_open_at": AT,
        "applications_close_at": AT,
    }
    return usual | changes


def faults(value, expected="Course", at="Course"):
    """Name everything that schema.org does not know, or knows otherwise."""
    kinds = expected if isinstance(expected, tuple) else (expected,)
    if isinstance(value, list):
        return [fault for one in value for fault in faults(one, expected, at)]
    if not isinstance(value, dict):
        return [] if any(_plain(value, kind) for kind in kinds if not isinstance(kind, str)) else [at]
    kind = value["@type"]
    if kind not in kinds:
        return [f"{at} is a {kind}"]
    found = []
    for name, inner in value.items():
        if not name.startswith("@"):
            known = VOCABULARY[kind].get(name)
            found += [f"{at}.{name}"] if known is None else faults(inner, known, f"{at}.{name}")
    return found


def _plain(value, kind):
    if kind in (TEXT, NUMBER):
        return type(value) is kind
    try:
        return (
            isinstance(value, str) and kind(value) is not None
            if kind is Decimal
            else bool(kind.fromisoformat(value))
        )
    except (ValueError, TypeError, ArithmeticError):
        return False


@pytest.mark.parametrize(
    "changes",
    [{}, {"mode": "remote"}, {"mode": "mixed"}, {"price_amount": None}, {"places_free": 0}],
    ids=str,
)
def test_every_word_is_one_of_schema_org(changes):
    assert faults(course(row(**changes), AREAS)) == []


def test_a_course_has_what_those_who_list_courses_ask_for():
    made = course(row(), AREAS)
    offer = made["offers"]
    assert (offer["price"], offer["priceCurrency"]) == ("412.13", "EUR")
    assert offer["availability"] == "https://schema.org/InStock"
    instance = made["hasCourseInstance"]
    assert (instance["courseMode"], instance["startDate"], instance["endDate"]) == (
        "onsite",
        "2024-12-20",
        "2025-03-20",
    )
    assert instance["location"]["address"]["streetAddress"] == "Ķīpsalas iela 6A"
    assert made["provider"]["identifier"]["value"] == "3143000000"
    assert [one["termCode"] for one in made["educationalLevel"]] == ["5"]
    assert made["teaches"][0]["termCode"] == "3"
    assert made["teaches"][-1] == "Ierīko tīklu."
    assert made["@id"] == f"urn:uuid:{made['identifier']}"


def test_what_is_full_is_sold_out_and_what_has_no_price_offers_none():
    assert course(row(places_free=0), AREAS)["offers"]["availability"].endswith("SoldOut")
    unpriced = course(row(price_amount=None), AREAS)
    assert "offers" not in unpriced
    assert "offers" not in unpriced["hasCourseInstance"]
    remote = course(row(mode="remote"), AREAS)["hasCourseInstance"]
    assert (remote["courseMode"], remote["location"]["@type"]) == ("online", "VirtualLocation")
