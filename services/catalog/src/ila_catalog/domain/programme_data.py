"""Reads the file of demonstration programmes of a call, with every fault named at once."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ila_catalog.domain.calls import KINDS, CallData
from ila_catalog.domain.digcomp import AREAS, LEVELS, Aim, outside_levels
from ila_catalog.domain.parameters import whole, word
from ila_catalog.domain.programmes import (
    LANGUAGES,
    MODES,
    MOST_HOURS,
    MOST_PARTS,
    LearningOutcome,
    Part,
    Programme,
    Provider,
    Territory,
    right_number_of_parts,
)
from ila_catalog.domain.reader import NOBODY, Reader

Institutions = Mapping[str, Mapping[str, str]]
_AREA, _LEVEL = whole(AREAS[0], AREAS[-1]), whole(LEVELS[0], LEVELS[-1])
_NOWHERE = Territory(code="", name="")


def read_programmes(raw: Mapping[str, Any], call: CallData, institutions: Institutions) -> list[Programme]:
    """Return the demonstration programmes of a call.

    `institutions` are rows of the register of institutions by VIIS number. Raises FaultyData.
    """
    root = Reader(raw)
    root.take("call", word(call.code), "")
    made = [_provider(one, institutions) for one in root.tables("providers")]
    providers = {provider.viis_number: provider for provider, _ in made}
    agreements = {provider.id: agreement_id for provider, agreement_id in made}
    programmes = [_programme(one, call, providers, agreements) for one in root.tables("programmes")]
    for index, programme in enumerate(programmes):
        if programme.id in {earlier.id for earlier in programmes[:index]}:
            root.fault(f"programmes[{index}].id", "is that of another programme")
    root.unknown()
    root.finish()
    return programmes


def _provider(one: Reader, institutions: Institutions) -> tuple[Provider, UUID]:
    """Return an institution, and the id of the agreement its demonstration programmes stand under."""
    number = one.text("viis_number", 10)
    row = institutions.get(number)
    if row is None:
        one.fault("viis_number", "is not in the register of institutions")
    made = Provider(
        id=one.id("id"),
        viis_number=number,
        name=row["name"] if row else "",
        institution_type=row["type"] if row else "",
        address=row["address"] if row else "",
        territory=_territory(one),
    )
    agreement_id = one.id("agreement_id")
    one.unknown()
    return made, agreement_id


def _programme(
    one: Reader, call: CallData, providers: Mapping[str, Provider], agreements: Mapping[UUID, UUID]
) -> Programme:
    provider = _one_of(one, providers)
    kind = one.take("kind", word(*KINDS), "")
    made = Programme(
        id=one.id("id"),
        call_id=call.id,
        kind=kind,
        family=call.family_of(kind),
        title_lv=one.text("title_lv"),
        title_en=one.text("title_en"),
        description_lv=one.text("description_lv", 5_000),
        description_en=one.text("description_en", 5_000),
        parts=[_part(part) for part in one.tables("parts")],
        continuing_programme=one.maybe_text("continuing_programme"),
        qualification=one.maybe_text("qualification"),
        digcomp=[_aim(aim) for aim in one.tables("digcomp")],
        learning_outcomes=[_outcome(outcome) for outcome in one.tables("learning_outcomes")],
        provider=provider,
        address=one.text("address"),
        territory=_territory(one),
        mode=one.take("mode", word(*MODES), ""),
        language=one.take("language", word(*LANGUAGES), ""),
        funding_source=call.funding_source,
        places=one.number("places", whole(1, 10_000)),
        starts_on=one.day("starts_on"),
        ends_on=one.day("ends_on"),
        demonstration=True,
        agreement_id=agreements.get(provider.id),
    )
    one.unknown()
    _check_together(one, made, call)
    return made


def _check_together(one: Reader, programme: Programme, call: CallData) -> None:
    """Note what a call does not take (BR-201, BR-205), and parts that do not fit the kind."""
    if programme.kind and call.kind_named(programme.kind) is None:
        one.fault("kind", "is not taken by this call")
    if programme.kind and not right_number_of_parts(programme.kind, programme.parts):
        one.fault("parts", f"are too few or too many for a {programme.kind}")
    if len(programme.parts) > MOST_PARTS:
        one.fault("parts", f"are more than {MOST_PARTS}")
    for aim in outside_levels(programme.digcomp, *call.levels(programme.family)):
        one.fault("digcomp", f"level {aim.level} of area {aim.area} is outside the levels of the call")
    if programme.starts_on > programme.ends_on:
        one.fault("ends_on", "is before the start")


def _part(one: Reader) -> Part:
    hours = one.number("hours", whole(1, MOST_HOURS))
    made = Part(title=one.text("title"), title_en=one.text("title_en"), hours=hours)
    one.unknown()
    return made


def _aim(one: Reader) -> Aim:
    made = Aim(area=one.number("area", _AREA), level=one.number("level", _LEVEL))
    one.unknown()
    return made


def _outcome(one: Reader) -> LearningOutcome:
    made = LearningOutcome(lv=one.text("lv", 500), en=one.text("en", 500))
    one.unknown()
    return made


def _territory(one: Reader) -> Territory:
    return Territory(code=one.take("territory", _code, ""), name=one.text("territory_name", 60))


def _code(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"LV-[A-Z0-9]{3}", value):
        raise ValueError("is not a code like LV-RIX")
    return value


def _one_of(one: Reader, providers: Mapping[str, Provider]) -> Provider:
    """Return the provider a programme names by its VIIS number."""

    def check(value: Any) -> Provider:
        if value not in providers:
            raise ValueError("is none of the providers of this file")
        return providers[value]

    nobody = Provider(id=NOBODY, viis_number="", name="", institution_type="", address="", territory=_NOWHERE)
    found: Provider = one.take("provider", check, nobody)
    return found
