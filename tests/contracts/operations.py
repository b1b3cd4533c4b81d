"""What there is to ask of the services: by their API documents, and by the URL maps of their applications."""

import importlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flask
from ila_kit.cli import offline_environment
from ila_kit.testing.http import verifier

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "catalog", "applications", "funding")
OF_NOBODY = {"/health/live", "/health/ready", "/openapi.json", "/static/{filename}"}
DOCUMENTS = {name: json.loads((ROOT / "services" / name / "openapi.json").read_text()) for name in SERVICES}


@dataclass(frozen=True)
class Operation:
    """One operation, as the API document of its service tells it."""

    service: str
    method: str
    path: str
    told: dict[str, Any]

    @property
    def roles(self) -> list[str]:
        """Who may ask."""
        return self.told["x-roles"]

    @property
    def scope(self) -> str | None:
        """The one scope by which machines may ask; None where people may too."""
        return self.roles[0] if len(self.roles) == 1 and "." in self.roles[0] else None

    @property
    def takes_files(self) -> bool:
        """Whether a request is a form with files."""
        return "multipart/form-data" in self.told.get("requestBody", {}).get("content", {})

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


OPERATIONS = [
    Operation(service, method.upper(), path, told)
    for service, document in DOCUMENTS.items()
    for path, item in document["paths"].items()
    for method, told in item.items()
    if method != "parameters"
]


def application(service: str) -> flask.Flask:
    """Return a service without a database: who may not come in never gets so far as to need one."""
    module = importlib.import_module(f"ila_{service}.app")
    settings = importlib.import_module(f"ila_{service}.settings").Settings(**offline_environment())
    app = module.create_app(settings)
    wiring = app.extensions["ila"]
    app.extensions["ila"] = type(wiring)(
        wiring.units, verifier(service), wiring.deps, wiring.packages, check_answers=wiring.check_answers
    )
    return app


def mapped(app: flask.Flask) -> set[tuple[str, str]]:
    """Return method and path of each operation in the URL map of an application."""
    found = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    return {one for one in found if one[1] not in OF_NOBODY}
