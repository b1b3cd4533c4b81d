"""Programmes in the words of schema.org: a course, when and where it is held, and what it costs."""

from collections.abc import Mapping
from typing import Any

import flask
import orjson
from ila_kit.clock import as_instant
from ila_kit.web.conditional import content_tag

from ila_catalog.domain.digcomp import Area

Row = Mapping[str, Any]
MEDIA_TYPE = "application/ld+json"
CONTEXT = "https://schema.org"
PROGRAMMES = "/api/catalog/v1/public/programmes"
DIGCOMP = "https://joint-research-centre.ec.europa.eu/digcomp_en"
_MODES = {"in_person": "onsite", "remote": "online", "mixed": "blended"}


def wants_json_ld() -> bool:
    """Tell whether the caller would rather have JSON-LD than the JSON of this API."""
    asked = flask.request.accept_mimetypes
    return bool(asked) and asked.best_match(["application/json", MEDIA_TYPE]) == MEDIA_TYPE


def as_json_ld(thing: dict[str, Any], headers: dict[str, str]) -> flask.Response:
    """Return a thing of schema.org as an answer, with the ETag of its content."""
    data = orjson.dumps({"@context": CONTEXT} | thing)
    return flask.Response(data, headers=headers | content_tag(data), content_type=MEDIA_TYPE)


def course(row: Row, areas: Mapping[int, Area]) -> dict[str, Any]:
    """Return a published programme as a Course, without its context. `row` is as the catalogue stores it."""
    return {
        "@type": "Course",
        "@id": f"urn:uuid:{row['id']}",
        "url": f"{PROGRAMMES}/{row['id']}",
        "identifier": str(row["id"]),
        "name": row["title_lv"],
        "alternateName": row["title_en"],
        "description": row["description_lv"],
        "inLanguage": row["language"],
        "provider": _provider(row),
        "educationalLevel": [_level(aim["level"]) for aim in row["digcomp"]],
        "teaches": [
            *(_area(areas[aim["area"]]) for aim in row["digcomp"]),
            *(outcome["lv"] for outcome in row["learning_outcomes"]),
        ],
        "datePublished": as_instant(row["published_at"]),
        "dateModified": as_instant(row["updated_at"]),
        "hasCourseInstance": _instance(row),
        **_offers(row),
    }


def _provider(row: Row) -> dict[str, Any]:
    number = {"@type": "PropertyValue", "propertyID": "VIIS", "value": row["provider_viis_number"]}
    return {
        "@type": "EducationalOrganization",
        "@id": f"urn:uuid:{row['provider_id']}",
        "name": row["provider_name"],
        "identifier": number,
    }


def _level(level: int) -> dict[str, Any]:
    return _term(f"DigComp level {level}", str(level))


def _area(area: Area) -> dict[str, Any]:
    return _term(area.area_lv, str(area.area)) | {"alternateName": area.area_en}


def _term(name: str, code: str) -> dict[str, Any]:
    return {"@type": "DefinedTerm", "name": name, "termCode": code, "inDefinedTermSet": DIGCOMP}


def _instance(row: Row) -> dict[str, Any]:
    return {
        "@type": "CourseInstance",
        "courseMode": _MODES[row["mode"]],
        "courseWorkload": f"{row['total_hours']} mācību stundas",
        "inLanguage": row["language"],
        "startDate": row["starts_on"].isoformat(),
        "endDate": row["ends_on"].isoformat(),
        "location": _location(row),
        "maximumAttendeeCapacity": row["places"],
        "remainingAttendeeCapacity": row["places_free"],
        **_offers(row),
    }


def _location(row: Row) -> dict[str, Any]:
    if row["mode"] == "remote":
        return {"@type": "VirtualLocation", "url": f"{PROGRAMMES}/{row['id']}"}
    address = {
        "@type": "PostalAddress",
        "streetAddress": row["address"],
        "addressRegion": row["territory_name"],
        "addressCountry": "LV",
    }
    return {"@type": "Place", "address": address}


def _offers(row: Row) -> dict[str, Any]:
    """Return what it costs and when one may apply; nothing before funding told the price."""
    if row["price_amount"] is None:
        return {}
    free = "InStock" if row["places_free"] else "SoldOut"
    offer = {
        "@type": "Offer",
        "price": format(row["price_amount"], "f"),
        "priceCurrency": "EUR",
        "availability": f"{CONTEXT}/{free}",
        "validFrom": as_instant(row["applications_open_at"]),
        "validThrough": as_instant(row["applications_close_at"]),
        "url": f"{PROGRAMMES}/{row['id']}",
    }
    return {"offers": offer}
