"""A new call, made from another one: its own name, schedule and parameters, the rest as it was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ila_kit.canonical import sha256_hex
from ila_kit.events import to_json
from ila_kit.ids import uuid7

from ila_catalog.domain.call_data import must_hold_together
from ila_catalog.domain.call_parts import READERS, read_parts
from ila_catalog.domain.calls import CallData
from ila_catalog.domain.errors import FaultyData
from ila_catalog.domain.parameters import PARAMETERS, Parameter
from ila_catalog.domain.schedule import Window, planned

DECIDED_HERE = "[default] decided with this call"


def copied(template: CallData, *, code: str, title_lv: str, title_en: str, with_needs: bool) -> CallData:
    """Return the content of a call under a new id and code; its needs and documents get ids of their own."""
    needs = template.learning_needs if with_needs else []
    return replace(
        template,
        id=uuid7(),
        code=code,
        title_lv=title_lv,
        title_en=title_en,
        edition=1,
        source=f"copy of {template.code}, edition {template.edition}",
        learning_needs=[replace(need, id=uuid7()) for need in needs],
        documents=[replace(document, id=uuid7()) for document in template.documents],
    )


def decided(
    data: CallData,
    windows: Sequence[Window] | None,
    parameters: Mapping[str, Any] | None,
    content: Mapping[str, Any],
) -> CallData:
    """Return a call with another plan of phases, other parameters and other content.

    `content` has texts by the name of their field, and the lists of `call_parts.READERS` as a call's
    file has them; a list replaces the one that was there. Raises FaultyData.
    """
    phases = planned(data.phases, windows) if windows is not None else data.phases
    made: dict[str, Any] = read_parts(
        {name: _sourced(content[name]) for name in READERS if content.get(name) is not None}
    )
    texts = {name: value for name, value in content.items() if name not in READERS and value is not None}
    changed = replace(
        data, phases=phases, parameters=data.parameters | _read(parameters or {}), **texts, **made
    )
    must_hold_together(changed)
    return replace(changed, content_hash=_hash(changed))


def _sourced(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows that each name a source: what the person who decides gives, or that it is decided here."""
    return [{"source": DECIDED_HERE, **row} for row in rows]


def _read(parameters: Mapping[str, Any]) -> dict[str, Parameter]:
    found, faults = {}, []
    for name, value in parameters.items():
        if name not in PARAMETERS:
            faults.append(f"parameters.{name} is not known here")
            continue
        try:
            found[name] = Parameter(value=PARAMETERS[name](value), source=DECIDED_HERE)
        except ValueError as fault:
            faults.append(f"parameters.{name} {fault}")
    if faults:
        raise FaultyData(faults)
    return found


def _hash(data: CallData) -> str:
    return sha256_hex(to_json(replace(data, content_hash="")))
