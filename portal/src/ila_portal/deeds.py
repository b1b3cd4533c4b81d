"""Deeds: what a page lets a visitor do. One form, one call, and then back to where its outcome is seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import flask
from flask_babel import gettext
from ila_kit.web.identity import ASSURANCE
from werkzeug.wrappers import Response

from ila_portal.api import File, Refused
from ila_portal.forms import (
    CSRF,
    DEED,
    KEY,
    LONGEST_KEY,
    MORE,
    TARGET,
    VERSION,
    Fault,
    Field,
    Filled,
    asked,
    faults_of,
    read,
)
from ila_portal.visitor import api, without_done

UPLOAD_LIMIT = 26 * 1024 * 1024
FORM_LIMIT = 64 * 1024
# Refusals that are said on the form; any other has a page of its own.
SAID_ON_THE_FORM = (400, 409, 412, 413, 422)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a page lets a visitor do.

    `name` names its texts: `deed.<name>` on its button. `path` may hold names of the page's address and
    `{target}`, the row that the form stands in. `states` and `roles` tell for which things and whom it is
    shown; the service decides. `onward` is the endpoint shown afterwards, with the `id` of the answer where
    its address has one; else the page itself. `verbs` are what the thing calls it among the `actions` that
    are possible now. What of the answer is seen only once, `tells` names. `shape` makes the body of what was
    typed. `acr` is the least assurance of the sign-in: who signed in less strongly is asked to do better
    before anything is typed.
    """

    name: str
    path: str
    fields: tuple[Field, ...] = ()
    method: str = "POST"
    states: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    versioned: bool = False
    tone: str = ""
    onward: str = ""
    verbs: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    acr: str = ASSURANCE[0]
    shape: Callable[[dict[str, Any]], dict[str, Any]] = dict

    @property
    def sends_files(self) -> bool:
        """Whether its form carries files."""
        return any(field.kind == "file" for field in self.fields)

    @property
    def hidden(self) -> set[str]:
        """The names of the fields that nobody types; a form without them is not ours."""
        return {field.name for field in self.fields if field.kind.startswith("hidden")}

    @property
    def asks(self) -> bool:
        """Whether its form asks something that one types or chooses."""
        return any(not field.kind.startswith(("hidden", "given", "target")) for field in self.fields)

    def is_reached_by(self, person: Mapping[str, Any]) -> bool:
        """Whether a person signed in strongly enough for it."""
        return ASSURANCE.index(person["acr"]) >= ASSURANCE.index(self.acr)

    def is_for(self, roles: set[str], thing: Mapping[str, Any] | None = None) -> bool:
        """Whether somebody with these roles sees it at a thing; in general without one."""
        if self.roles and roles.isdisjoint(self.roles):
            return False
        if self.verbs and thing and "actions" in thing:
            return not set(self.verbs).isdisjoint(thing["actions"])
        state = thing and (thing.get("state") or thing.get("status"))
        return not self.states or state is None or state in self.states


@dataclass(frozen=True, slots=True)
class Sent:
    """What the visitor sent: the deed, what was typed as the body of its call, and the proofs of the form."""

    deed: Deed
    body: Mapping[str, Any]
    files: Mapping[str, File]
    key: str
    csrf: str


@dataclass(frozen=True, slots=True)
class Told:
    """A deed that was done, and the answer that is seen only now."""

    deed: Deed
    answer: Mapping[str, Any]


def call(sent: Sent) -> Any:
    """Make the one call of a deed."""
    deed = sent.deed
    return api().act(
        deed.path.format(**(flask.request.view_args or {}), target=_target()),
        deed.shape(dict(sent.body)),
        key=sent.key,
        csrf=sent.csrf,
        method=deed.method,
        version=flask.request.form.get(VERSION, type=int) if deed.versioned else None,
        files=sent.files,
    )


def carry_out(deeds: tuple[Deed, ...], act: Callable[[Sent], Any] = call) -> Response | Told | Filled:
    """Do what the form asks for; return the way onward, what is told only now, or the form with its faults.

    Aborts with 400 when the form is none of these deeds'. The same form sent twice acts once.
    """
    flask.request.max_content_length = UPLOAD_LIMIT if any(deed.sends_files for deed in deeds) else FORM_LIMIT
    form = flask.request.form
    deed = next((one for one in deeds if one.name == form.get(DEED)), None)
    if deed is None or not 0 < len(form.get(KEY, "")) <= LONGEST_KEY:
        flask.abort(400)
    if MORE in form:
        return _with_another_row(deed, form[MORE])
    body, files, faults = read(deed.fields)
    if any(fault.field in deed.hidden for fault in faults):
        flask.abort(400)
    if faults:
        return _came_back(deed, tuple(faults))
    try:
        answer = act(Sent(deed, body, files, form[KEY], form.get(CSRF, "")))
    except Refused as refusal:
        if refusal.code == "csrf-failed":
            return _came_back(deed, (_from_another_session(),), refusal.status)
        if refusal.status not in SAID_ON_THE_FORM:
            raise
        return _came_back(deed, faults_of(refusal.problem, asked(deed.fields, form)))
    return Told(deed, answer) if deed.tells else flask.redirect(_onward(deed, answer), 303)


def _target() -> str:
    """Return the id of the row the form stands in; empty when in none. Aborts with 400 for no id."""
    given = flask.request.form.get(TARGET, "")
    try:
        return str(UUID(given)) if given else ""
    except ValueError:
        flask.abort(400)


def _onward(deed: Deed, answer: Any) -> str:
    given = flask.request.view_args or {}
    known = {name: value for name, value in given.items() if name == "organisation_id"}
    if deed.onward and not flask.current_app.url_map.is_endpoint_expecting(deed.onward, "id"):
        return flask.url_for(deed.onward, **known, done=deed.name)
    if deed.onward and isinstance(answer, Mapping) and "id" in answer:
        return flask.url_for(deed.onward, **known, id=answer["id"], done=deed.name)
    # The page as it was filtered; not by `url_for`, which takes some names for orders.
    return f"{flask.request.path}?{urlencode(without_done() | {'done': deed.name})}"


def _from_another_session() -> Fault:
    """Return what is said of a form that was made before the person signed in anew.

    It may come back filled in and with the proof of the session there is now, because the gateway lets
    no form of another site reach us.
    """
    return Fault("", gettext("error.form-again"), gettext("error.form"))


def _with_another_row(deed: Deed, family: str) -> Filled:
    """Return the form as it was filled in, with a row more of a list. Aborts with 400 for no list of it."""
    alike = [field for field in deed.fields if family and field.family == family]
    if not alike:
        flask.abort(400)
    values = _typed()
    rows = asked(alike, values, spare=1)
    return Filled(deed.name, flask.request.form.get(TARGET, ""), {rows[-1].name: ""} | values, (), 200)


def _typed() -> dict[str, Any]:
    return {name: given if len(given) > 1 else given[0] for name, given in flask.request.form.lists()}


def _came_back(deed: Deed, faults: tuple[Fault, ...], status: int = 422) -> Filled:
    values = _typed()
    labels = {field.name: field.said for field in asked(deed.fields, values)}
    named = tuple(replace(fault, title=fault.title or labels.get(fault.field, "")) for fault in faults)
    return Filled(deed.name, flask.request.form.get(TARGET, ""), values, named, status)
