"""Places where learning happens: addresses that the register of institutions confirms."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from ila_kit.ids import uuid7

from ila_catalog.domain.facts import RegisterFact
from ila_catalog.domain.search import fold
from ila_catalog.domain.states import PLACE

_NOISE = re.compile(r"[^\w/ -]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address as an institution wrote it, and as the register has it once matched (BR-303)."""

    id: UUID
    organisation_id: UUID
    text: str
    state: str
    version: int
    created_at: datetime
    updated_at: datetime
    register_id: str | None = None
    address: str | None = None
    territory: str | None = None
    territory_name: str | None = None
    provenance: dict[str, Any] | None = None

    def step(self, action: str, roles: Iterable[str], at: datetime, **found: Any) -> Self:
        """Return the place after an action. Raises WrongState or NotYourStep."""
        state = PLACE.next_state(self.state, action, roles, self)
        return replace(self, state=state, version=self.version + 1, updated_at=at, **found)


def entered(organisation_id: UUID, text: str, at: datetime) -> Place:
    """Return a place that somebody has just written down."""
    return Place(
        id=uuid7(),
        organisation_id=organisation_id,
        text=text,
        state=PLACE.start,
        version=1,
        created_at=at,
        updated_at=at,
    )


def judged(place: Place, fact: RegisterFact, roles: Iterable[str], at: datetime) -> Place:
    """Return an entered place as the register's addresses of its institution decide it.

    Source: BR-303 (checked against the register, result and time stored).
    """
    address = matching(place.text, (fact.answer or {}).get("addresses", ()))
    proof = fact.provenance()
    if address is None:
        return place.step("miss", roles, at, provenance=proof)
    return place.step(
        "match",
        roles,
        at,
        register_id=address["id"],
        address=address["text"],
        territory=address["territory"] or "",
        territory_name=address["territory_title"] or "",
        provenance=proof,
    )


def matching(text: str, addresses: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the one address of the register that a text means; None when it means none, or several.

    Capitals, diacritics and punctuation do not count. An address of the same steps is the one; else the
    only one that begins with the same step and has all others among its own, for the register may name
    more of them (a district of a city).
    """
    wanted = _steps(text)
    if len(wanted) < 2:
        return None
    known = [(address, _steps(address["text"])) for address in addresses]
    same = [address for address, steps in known if steps == wanted]
    wider = [address for address, steps in known if _means(wanted, steps)]
    return same[0] if same else wider[0] if len(wider) == 1 else None


def _means(wanted: list[str], registered: list[str]) -> bool:
    return registered[:1] == wanted[:1] and set(wanted) <= set(registered)


def _steps(address: str) -> list[str]:
    """Return the steps of an address, from the street to the post code, folded."""
    steps = (fold(_NOISE.sub(" ", step)) for step in address.split(","))
    return [step for step in steps if step]
