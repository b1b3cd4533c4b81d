"""Where services ask state registers: machines alone, each register by a scope of its own."""

import re
from typing import Any

import flask
from ila_kit.web.problems import BadRequest, Invalid
from ila_kit.web.resource import load, read_json
from ila_kit.web.schemas import Schema, fields
from marshmallow import validate

from ila_gateway.decisions import admitted
from ila_gateway.registers.desk import Question
from ila_gateway.tokens import Caller
from ila_gateway.web.context import parts

MOST_KEYS = 200
REGISTERS = [
    "population",
    "viis_institutions",
    "viis_addresses",
    "programme_licences",
    "legal_persons",
    "earlier_support",
]
registers = flask.Blueprint("registers", __name__, url_prefix="/registers/v1")


class QuestionSchema(Schema):
    """A question to one register."""

    register = fields.OneOf(REGISTERS, required=True)
    keys = fields.List(
        fields.String(validate=validate.Length(1, 20)), required=True, validate=validate.Length(1, MOST_KEYS)
    )
    purpose = fields.Text(max=200, required=True)
    legal_basis = fields.Text(max=300, required=True)


@registers.post("/questions")
def ask() -> flask.Response:
    """Answer what a register says about some keys, each with its provenance."""
    machine = _machine()
    asked = load(QuestionSchema(), read_json(flask.request.get_data()))
    if f"registers.{asked['register']}" not in machine.scopes:
        raise BadRequest("forbidden", 403)
    _check_keys(asked)
    items = parts().desk.answer(Question(asked_by=machine.subject, **asked))
    return flask.jsonify(items=items)


def _machine() -> Caller:
    """Return the machine that asks, whom the routes table let in. Raises a 403 problem for a person."""
    caller = admitted(flask.request.environ)
    if caller.session is not None:
        raise BadRequest("forbidden", 403)
    return caller


def _check_keys(asked: dict[str, Any]) -> None:
    """Pass keys of the form the register takes; a malformed one reaches no register. Raises Invalid."""
    pattern = re.compile(parts().desk.key_pattern(asked["register"]))
    faults = {
        f"/keys/{place}": ["Not a key of this register."]
        for place, key in enumerate(asked["keys"])
        if not pattern.fullmatch(key)
    }
    if faults:
        raise Invalid(errors=faults)
