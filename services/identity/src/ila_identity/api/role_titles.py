"""Refusals about roles: their texts call a role by its title, beside the code that programs read."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import flask
from ila_kit.errors import DomainError
from ila_kit.texts import best_language
from ila_kit.web.problems import respond, status_of

from ila_identity.domain.employer_errors import RoleNotOfOrganisation
from ila_identity.domain.errors import MembershipRole, RoleHeld, ToxicRoles, WrongRolePlace

ABOUT_ROLES: tuple[type[DomainError], ...] = (
    *(MembershipRole, RoleHeld, RoleNotOfOrganisation, ToxicRoles, WrongRolePlace),
)
CODES = ("role", "held")  # the facts that are codes of roles


def init_app(app: flask.Flask) -> None:
    """Let an application say refusals about roles in words."""
    for kind in ABOUT_ROLES:
        app.register_error_handler(kind, _in_words)


@cache
def role_titles() -> Mapping[str, Mapping[str, str]]:
    """Return how each role is called, by its code and the language."""
    return tomllib.loads(files("ila_identity").joinpath("texts/roles.toml").read_text("utf-8"))


def _in_words(refusal: DomainError) -> flask.Response:
    language = best_language(flask.request.headers.get("Accept-Language"))
    named = {name: code for name, code in refusal.facts.items() if name in CODES}
    words = {f"{name}_title": role_titles()[code][language] for name, code in named.items()}
    return respond(refusal.code, status_of(refusal), refusal.facts | words)
