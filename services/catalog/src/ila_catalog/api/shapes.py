"""How calls, programmes and institutions are shown: plain dicts, quick to write out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ila_kit.actor import Actor
from ila_kit.errors import DomainError
from ila_kit.events import to_json
from ila_kit.money import as_money
from ila_kit.states import StateMachine
from ila_kit.texts import LANGUAGES, fill, problem_texts

from ila_catalog.domain.calls import Call, Document, LearningNeed
from ila_catalog.domain.digcomp import Area
from ila_catalog.domain.listed import FacetValue
from ila_catalog.domain.phases import Phase, is_open
from ila_catalog.domain.prices import per_hour
from ila_catalog.usecases.calls import actions_on

Row = Mapping[str, Any]
Areas = Mapping[int, Area]
QUOTES = "/api/funding/v1/public/quotes"
_CALL_SHORT = ("id", "code", "title_lv", "title_en", "project_number", "funding_source", "activity")
_CALL_CONTENT = ("project_title_lv", "project_title_en", "source")
_NEED = ("id", "text_lv", "text_en", "approved_on", "provisional", "source")
_CALL_LISTS = ("kinds", "requirements", "attachments", "checklist")
_PROGRAMME_SHORT = (
    "id",
    "call_id",
    "call_code",
    "kind",
    "title_lv",
    "title_en",
    "total_hours",
    "continuing_programme",
    "mode",
    "language",
    "funding_source",
    "places",
    "places_free",
    "starts_on",
    "ends_on",
    "applications_open_at",
    "applications_close_at",
    "demonstration",
    "version",
    "published_at",
    "content_fingerprint",
    "updated_at",
)
_PROGRAMME_CONTENT = (
    "description_lv",
    "description_en",
    "qualification",
    "learning_outcomes",
    "address",
    "opening_mode",
)


def call_summary(call: Call, at: datetime) -> dict[str, Any]:
    """Return a call as lists show it, with what is open at an instant."""
    return {
        **{name: getattr(call.data, name) for name in _CALL_SHORT},
        "phases": [_phase(phase, at) for phase in call.data.phases],
        "applications_open": is_open(call.applications, at),
        "opening_mode": call.data.parameter("opening_mode"),
        "shifted_by_days": call.shifted_by_days,
        "version": call.version,
    }


def call_content(call: Call, areas: Areas) -> dict[str, Any]:
    """Return everything else that a call decides."""
    names = (*_CALL_CONTENT, *_CALL_LISTS, "parameters")
    content = {name: to_json(getattr(call.data, name)) for name in names}
    return content | {
        "learning_needs": [_need(need, areas) for need in call.data.learning_needs],
        "documents": [document_shown(document) for document in call.data.documents],
    }


def areas_shown(needed: Iterable[Row], areas: Areas) -> list[dict[str, Any]]:
    """Return the areas of a learning need, each with its names."""
    return [{**one, **_area_names(one["area"], areas)} for one in needed]


def document_shown(document: Document) -> dict[str, Any]:
    """Return a version of a document as everybody sees it."""
    shown: dict[str, Any] = to_json(document)
    return {name: value for name, value in shown.items() if name != "added_by"}


def _need(need: LearningNeed, areas: Areas) -> dict[str, Any]:
    """Return a need of a call; its first area stands beside the others too."""
    named = areas_shown(to_json(need.areas), areas)
    rest = {name: to_json(getattr(need, name)) for name in _NEED}
    return named[0] | rest | {"areas": named}


def officer_fields(call: Call) -> dict[str, Any]:
    """Return what only officers see of a call."""
    return {
        "state": call.state,
        "edition": call.data.edition,
        "content_hash": call.data.content_hash,
        "published_at": call.published_at,
        "phase_states": dict(call.phase_states),
    }


def officer_call(call: Call, areas: Areas, reader: Actor) -> dict[str, Any]:
    """Return a call as an officer sees it; it says nothing that time alone would change."""
    shown = {name: getattr(call.data, name) for name in _CALL_SHORT}
    schedule = {
        "phases": to_json(call.data.phases),
        "opening_mode": call.data.parameter("opening_mode"),
        "shifted_by_days": call.shifted_by_days,
        "version": call.version,
    }
    two = {"writers": sorted(call.writers), "actions": actions_on(call, reader.id, reader.role_names)}
    return shown | schedule | call_content(call, areas) | officer_fields(call) | two


def moment_tag(call: Call, at: datetime) -> str:
    """Return an ETag that changes with the call's version and with what is open."""
    opened = "-".join(str(i) for i, phase in enumerate(call.data.phases) if is_open(phase, at))
    return f'"{call.version}.{opened}"'


def programme_summary(row: Row, areas: Areas) -> dict[str, Any]:
    """Return a row of a programme as lists show it."""
    return {
        **{name: row[name] for name in _PROGRAMME_SHORT},
        "parts": [{name: part[name] for name in ("title", "title_en", "hours")} for part in row["parts"]],
        "family": row["family"],
        "digcomp": [aim | _area_names(aim["area"], areas) for aim in row["digcomp"]],
        "provider": {
            "id": row["provider_id"],
            "viis_number": row["provider_viis_number"],
            "name": row["provider_name"],
        },
        "territory": {"code": row["territory"], "name": row["territory_name"]},
        "price": _price(row),
    }


def facets_shown(facets: Mapping[str, Sequence[FacetValue]]) -> dict[str, Any]:
    """Return the counts of facets by their names."""
    return {
        name: [{"value": one.value, "name": one.name, "count": one.count} for one in values]
        for name, values in facets.items()
    }


def actions_for(machine: StateMachine, state: str, roles: Collection[str]) -> list[str]:
    """Return the steps that a state leads to and one of these roles takes."""
    return [one for one in machine.actions(state) if not machine.steps[state, one].roles.isdisjoint(roles)]


def problem_shown(fault: DomainError) -> dict[str, Any]:
    """Return a refusal that would come, with its texts in both languages."""
    texts = problem_texts("ila_kit", "ila_catalog")[fault.code]
    said = {
        f"{part}_{language}": fill(texts[part][language], fault.facts)
        for part in ("title", "detail")
        for language in LANGUAGES
    }
    return {"code": fault.code, "facts": {name: str(value) for name, value in fault.facts.items()}} | said


def programme_full(row: Row, areas: Areas) -> dict[str, Any]:
    """Return a row of a programme with everything, and where its price is explained."""
    content = {name: row[name] for name in _PROGRAMME_CONTENT}
    return programme_summary(row, areas) | content | {"quote": _quote(row)}


def provider_shown(row: Row) -> dict[str, Any]:
    """Return a row of an institution as lists show it."""
    names = ("id", "viis_number", "name", "institution_type", "address", "programmes", "updated_at")
    territory = {"code": row["territory"], "name": row["territory_name"]}
    return {name: row[name] for name in names} | {"territory": territory}


def _phase(phase: Phase, at: datetime) -> dict[str, Any]:
    shown: dict[str, Any] = to_json(phase)
    return shown | {"open": is_open(phase, at)}


def _area_names(number: int, areas: Areas) -> dict[str, str]:
    return {"area_lv": areas[number].area_lv, "area_en": areas[number].area_en}


def _price(row: Row) -> dict[str, Any] | None:
    """Return what a programme pays, as funding told it; None before that."""
    if row["price_amount"] is None:
        return None
    return {
        "amount": as_money(row["price_amount"]),
        "per_hour": as_money(per_hour(row["price_amount"], row["total_hours"])),
        "methodology": {
            "id": row["price_methodology_id"],
            "version": row["price_methodology_version"],
            "as_of": row["price_as_of"],
        },
        "quote_hash": row["price_hash"],
    }


def _quote(row: Row) -> dict[str, Any]:
    """Return how to ask funding for the explanation: as of the day whose rates the shown price has."""
    body = {"call_id": row["call_id"], "kind": row["kind"], "parts": _quote_parts(row["parts"])}
    if row["continuing_programme"] is not None:
        body["continuing_programme"] = row["continuing_programme"]
    if row["price_as_of"] is not None:
        body["as_of"] = row["price_as_of"]
    return {"href": QUOTES, "method": "POST", "body": body}


def _quote_parts(parts: Sequence[Row]) -> list[dict[str, Any]]:
    return [{"title": part["title"], "hours": part["hours"]} for part in parts]
