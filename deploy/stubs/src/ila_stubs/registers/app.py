"""Wiring of the stand-in registers, and their addresses."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, current_app, jsonify, request
from ila_kit.clock import riga_date, utc_now
from werkzeug.exceptions import BadRequest, Unauthorized

from ila_stubs.faults import BadFault
from ila_stubs.personas import load
from ila_stubs.registers.companies import Company, companies
from ila_stubs.registers.faults import Faults
from ila_stubs.registers.institutions import Institution, Institutions
from ila_stubs.registers.people import Population
from ila_stubs.registers.settings import Settings
from ila_stubs.registers.supports import BadSupport, Supports

MOST_CODES = 50
T = TypeVar("T")
registers = Blueprint("registers", __name__)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything the addresses need."""

    credentials: dict[str, str]
    population: Population
    institutions: Institutions
    legal_persons: dict[str, Institution | Company]
    supports: Supports
    faults: Faults
    today: Callable[[], date]


def parts_of(settings: Settings, today: Callable[[], date] = lambda: riga_date(utc_now())) -> Parts:
    """Return the registers the settings describe. Reads the files; connects to nothing."""
    people, institutions = load(settings.personas_file), Institutions.load(today())
    return Parts(
        credentials=settings.credentials(),
        population=Population(people),
        institutions=institutions,
        legal_persons={**institutions.by_legal_person, **companies(people)},
        supports=Supports(people),
        faults=Faults(),
        today=today,
    )


def create_app(parts: Parts) -> Flask:
    """Build the WSGI application around the registers."""
    app = Flask("ila_stubs.registers")
    app.extensions["parts"] = parts
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.register_blueprint(registers)
    return app


@registers.post("/population/v1/persons")
def persons() -> Response:
    """Answer for up to 50 personal codes at once; somebody unknown comes back as not found."""
    _check_credential("population")
    codes = _codes(request.get_json(silent=True))
    return _misbehaved("population") or jsonify(persons=[_person(code) for code in codes])


def _person(code: str) -> dict[str, Any]:
    population = _parts().population
    if _parts().faults.wrong_at("population"):
        return {"found": True} | population.somebody_else(code)
    record = population.find(code, _parts().today())
    return {"found": True, **record} if record else {"found": False, "code": code}


@registers.post("/earlier-support/v1/persons")
def earlier_support() -> Response:
    """Answer for up to 50 personal codes at once what other sources paid for."""
    _check_credential("earlier_support")
    codes = _codes(request.get_json(silent=True))
    return _misbehaved("earlier_support") or jsonify(persons=[_supported(code) for code in codes])


def _supported(code: str) -> dict[str, Any]:
    supports = _parts().supports
    if _parts().faults.wrong_at("earlier_support"):
        return supports.somebody_else(code)
    found = supports.find(code)
    return {"code": code, "found": True, "supports": found} if found else {"code": code, "found": False}


@registers.put("/supports")
def order_support() -> tuple[Response, int]:
    """Order what somebody was supported for."""
    try:
        _parts().supports.order(request.get_json(silent=True))
    except BadSupport as refusal:
        return jsonify(error="invalid_support", error_description=str(refusal)), 422
    return jsonify(status="ok"), 200


def _codes(body: Any) -> list[str]:
    codes = body.get("codes") if isinstance(body, dict) else None
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise BadRequest("codes is a list of texts.")
    if len(codes) > MOST_CODES:
        raise BadRequest(f"{MOST_CODES} codes at most.")
    return codes


@registers.get("/viis/v1/institutions/<number>")
def institution(number: str) -> tuple[Response, int]:
    """Answer with the entry of an institution."""
    _check_credential("viis")
    return _about(number, "viis_institutions", _institutions(), Institution.as_institution)


@registers.get("/viis/v1/institutions/<number>/addresses")
def addresses(number: str) -> tuple[Response, int]:
    """Answer with the addresses of an institution."""
    _check_credential("viis")
    return _about(number, "viis_addresses", _institutions(), Institution.as_addresses)


@registers.get("/licences/v1/institutions/<number>")
def licences(number: str) -> tuple[Response, int]:
    """Answer with the licensed programmes of an institution."""
    _check_credential("licences")
    return _about(number, "programme_licences", _institutions(), Institution.as_licences)


@registers.get("/legal-persons/v1/legal-persons/<number>")
def legal_person(number: str) -> tuple[Response, int]:
    """Answer with a legal person."""
    _check_credential("legal_persons")
    return _about(number, "legal_persons", _parts().legal_persons, lambda one: one.as_legal_person())


def _institutions() -> dict[str, Institution]:
    return _parts().institutions.by_number


def _about(
    number: str, question: str, known: Mapping[str, T], show: Callable[[T], dict[str, Any]]
) -> tuple[Response, int]:
    if spoiled := _misbehaved(question):
        return spoiled, spoiled.status_code
    if _parts().faults.wrong_at(question):
        return jsonify(show(next(one for key, one in known.items() if key != number))), 200
    found = known.get(number)
    return (jsonify(show(found)), 200) if found else (jsonify(number=number, found=False), 404)


@registers.get("/invented")
def invented() -> Response:
    """List the invented institutions, which anybody may register in development."""
    rows = [
        one.as_institution() | {"licences": len(one.licences)} for one in _parts().institutions.invented()
    ]
    return jsonify(items=rows)


@registers.get("/faults")
def show_faults() -> Response:
    """Show what each register is ordered to do."""
    return jsonify(_parts().faults.as_data())


@registers.put("/faults")
def order_fault() -> tuple[Response, int]:
    """Order a fault of some registers, or of all."""
    try:
        _parts().faults.order(request.get_json(silent=True))
    except BadFault as refusal:
        return jsonify(error="invalid_fault", error_description=str(refusal)), 422
    return show_faults(), 200


@registers.get("/health/live")
def live() -> Response:
    """Tell that the process lives."""
    return jsonify(status="ok")


@registers.get("/health/ready")
def ready() -> Response:
    """Tell that the registers can be asked: they were read before the first request."""
    return jsonify(status="ok", checks={"personas": "ok", "institutions": "ok"})


def _parts() -> Parts:
    parts: Parts = current_app.extensions["parts"]
    return parts


def _check_credential(register: str) -> None:
    """Pass a request that holds the credential of this register. Raises Unauthorized."""
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {_parts().credentials[register]}"
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Unauthorized


def _misbehaved(question: str) -> Response | None:
    return _parts().faults.spoiled_answer(question)
