"""Forms: what a person types, read into the body of one call; what is wrong with it, said at its field."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext
from ila_kit.clock import as_instant
from werkzeug.datastructures import MultiDict

from ila_portal.api import File
from ila_portal.texts import RIGA

LONGEST_KEY = 64
# What the form itself carries, beside its fields.
KEY, CSRF, DEED, TARGET, VERSION, MORE = "key", "csrf_token", "deed", "target", "version", "more"


class Unfit(ValueError):
    """What was typed is none of what the field takes; the argument names the text that says so."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form.

    `name` is its place in the body: `administrator.email`, `parts.0.hours`. `label` names its text, else the
    last word of the name does. `kind` is how it is asked and read. `choices` are said in the words of the
    group `words`; of a `pick` that is the place of a list among the page's answers, and `value` what of its
    rows is sent; what is `given` stands in the page's address under its name, or under `value`; `target` is
    the row that the form stands in. `grouped`
    fields stand together with those inside the same part of the body; a `fresh` one is not filled with what
    is known. A `*` in the name asks in rows, `most` at most, to which people add: `alarm_shares.*`; on the
    page each row is a field of its own, of the list `rows` and with its `place` there from 1.
    """

    name: str
    kind: str = "text"
    required: bool = True
    label: str = ""
    hint: bool = False
    choices: tuple[str, ...] = ()
    words: str = ""
    value: str = "id"
    grouped: bool = False
    fresh: bool = False
    most: int = 0
    rows: str = ""
    place: int = 0

    @property
    def group(self) -> str:
        """The part of the body that its group asks for, `parts.0`; empty when it stands alone."""
        return self.name.rpartition(".")[0] if self.grouped else ""

    @property
    def text(self) -> str:
        """The key of its label."""
        return f"field.{self.label or self.name.rsplit('.', 1)[-1]}"

    @property
    def said(self) -> str:
        """What it is called on the page; of a row that stands alone with its number."""
        called = str(gettext(self.text))
        alone = self.place and not self.grouped
        return str(gettext("field.numbered", label=called, number=self.place)) if alone else called

    @property
    def family(self) -> str:
        """The list that it asks for in rows; empty when it asks once."""
        return self.name.partition(".*")[0] if self.most and not self.place else ""

    def at(self, number: int) -> "Field":
        """Return it as the field of a row, counted from 0; the first alone is explained and must be there."""
        name, first = self.name.replace("*", str(number)), number == 0
        made = replace(self, name=name, rows=self.family, place=number + 1)
        return replace(made, required=self.required and first, hint=self.hint and first)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: at a field, or with the whole when `field` is empty."""

    field: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that came back: what was typed stays, and each fault is named."""

    deed: str
    target: str
    values: Mapping[str, Any]
    faults: tuple[Fault, ...]
    status: int = 422


def is_id(given: str) -> bool:
    """Whether a text is an id of something, as services write it: they take no other spelling."""
    try:
        return str(UUID(given)) == given.lower()
    except ValueError:
        return False


def _text(given: str) -> str:
    return given


def _whole(given: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", given):
        raise Unfit("fault.whole")
    return int(given)


def _day(given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise Unfit("fault.day") from None


def _instant(given: str) -> str:
    """Take a day and time as people in Riga mean it."""
    try:
        return as_instant(datetime.fromisoformat(given).replace(tzinfo=RIGA))
    except (ValueError, OverflowError):
        raise Unfit("fault.instant") from None


def _money(given: str) -> dict[str, str]:
    plain = re.sub(r"\s", "", given).replace(",", ".")
    if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,2})?", plain):
        raise Unfit("fault.money")
    return {"amount": f"{Decimal(plain):.2f}", "currency": "EUR"}


READERS: dict[str, Callable[[str], Any]] = {
    "text": _text,
    "area": _text,
    "email": _text,
    "digits": _text,
    "choice": _text,
    "pick": _text,
    "hidden": _text,
    "hidden-whole": _whole,
    "hidden-money": _money,
    "whole": _whole,
    "day": _day,
    "instant": _instant,
    "money": _money,
}


def read(fields: tuple[Field, ...]) -> tuple[dict[str, Any], dict[str, File], list[Fault]]:
    """Return the body, the files and the faults of the form that the visitor sent."""
    form, body = flask.request.form, dict[str, Any]()
    files, faults = dict[str, File](), list[Fault]()
    for field in asked(fields, form):
        try:
            if field.kind == "file":
                files |= _file(field)
            elif field.kind == "promise":
                _ticked(field, form)
            else:
                put(body, field.name, _value(field, form))
        except Unfit as unfit:
            faults.append(Fault(field.name, str(unfit)))
    return _without_gaps(body), files, faults


def asked(fields: Iterable[Field], known: Mapping[str, Any], spare: int = 0) -> list[Field]:
    """Return the fields with their rows: those known and some to spare.

    Left out are the groups of things that are not there: whose hidden name nobody knows.
    """
    fields = _in_rows(fields, known, spare)
    lacking = {one.group for one in fields if one.group and one.kind == "hidden" and not known.get(one.name)}
    return [one for one in fields if one.group not in lacking]


def _in_rows(fields: Iterable[Field], known: Mapping[str, Any], spare: int) -> list[Field]:
    made = []
    for family, alike in groupby(fields, lambda one: one.family):
        together = list(alike)
        count = min(_rows(family, known) + spare, together[0].most)
        rows = [one.at(number) for number in range(count) for one in together]
        made += rows if family else together
    return made


def _rows(family: str, known: Mapping[str, Any]) -> int:
    """Return how many rows of a list are known, those left empty between them too."""
    found = (re.match(rf"{re.escape(family)}\.([0-9]{{1,3}})(?:\.|$)", name) for name in known)
    return max((int(one[1]) + 1 for one in found if one), default=0)


def _value(field: Field, form: MultiDict[str, str]) -> Any:
    """Return the value of a field; None when it was left empty and may be. Raises Unfit."""
    if field.kind == "given":
        known = flask.request.view_args or {}
        return str(known.get(field.name) or known[field.value])
    if field.kind == "target":
        return _text(form.get(TARGET, ""))
    if field.kind == "tick":
        return _ticked(field, form)
    if field.kind in ("ticks", "picks", "hidden-many"):
        return _chosen(field, form.getlist(field.name))
    given = form.get(field.name, "").strip()
    if not given and field.required:
        raise Unfit("fault.required")
    if given and field.choices and given not in field.choices:
        raise Unfit("fault.choice")
    return READERS[field.kind](given) if given else None


def _ticked(field: Field, form: MultiDict[str, str]) -> bool:
    if field.required and form.get(field.name) != "yes":
        raise Unfit("fault.tick")
    return form.get(field.name) == "yes"


def _chosen(field: Field, given: list[str]) -> list[str]:
    if field.required and not given:
        raise Unfit("fault.ticks")
    return [one for one in given if not field.choices or one in field.choices]


def _file(field: Field) -> dict[str, File]:
    sent = flask.request.files.get(field.name)
    data = sent.read() if sent else b""
    if sent and data:
        return {field.name: (sent.filename or field.name, data, sent.mimetype or "application/octet-stream")}
    if field.required:
        raise Unfit("fault.file")
    return {}


def put(body: dict[str, Any], name: str, value: Any) -> None:
    """Put a value where its name says: `a.b` inside `a`, `a.0.b` inside the first of the list `a`."""
    *steps, last = name.split(".")
    inside = body
    for step in steps:
        inside = inside.setdefault(step, {})
    inside[last] = value


def flat(thing: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Give the values of an answer under the names that fields have."""
    pairs = thing.items() if isinstance(thing, Mapping) else enumerate(thing)
    for step, value in pairs:
        inner = f"{name}.{step}" if name else str(step)
        yield inner, value
        if isinstance(value, Mapping | list | tuple):
            yield from flat(value, inner)


def _without_gaps(value: Any) -> Any:
    """Leave out what was left empty; what is numbered becomes a list of what was filled in."""
    if not isinstance(value, dict):
        return value
    kept = {name: _without_gaps(one) for name, one in value.items()}
    kept = {name: one for name, one in kept.items() if one is not None and one != {}}
    if value and all(name.isdigit() for name in value):
        return [kept[name] for name in sorted(kept, key=int)]
    return kept


def faults_of(problem: Mapping[str, Any], fields: Iterable[Field]) -> tuple[Fault, ...]:
    """Return a refusal as faults: at the fields it points at, and else of the whole."""
    names = [field.name for field in fields]
    pointed = {pointer.strip("/").replace("/", ".") for pointer in problem.get("errors") or {}}
    at_fields = [
        Fault(_nearest(one, names), "fault.unfit") for one in sorted(pointed) if _nearest(one, names)
    ]
    if at_fields:
        return tuple(dict.fromkeys(at_fields))
    return (Fault("", str(problem.get("detail") or ""), str(problem.get("title") or "")),)


def _nearest(pointed: str, names: list[str]) -> str:
    """Return the field at a place of the body, the one around it or the first inside; empty without one."""
    around = pointed
    while around and around not in names:
        around = around.rpartition(".")[0]
    return around or next((name for name in names if name.startswith(f"{pointed}.")), "")
