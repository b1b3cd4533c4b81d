"""How an offer stands to each requirement of its call, and how one knows: its provenance.

What is found follows the refusals of `requirements`, so that nothing is judged twice. What nobody can
compute or ask a register for is attested by a paper, and the commission judges it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ila_kit.errors import DomainError

from ila_catalog.domain.calls import Requirement
from ila_catalog.domain.dossiers import Dossier
from ila_catalog.domain.errors import (
    ContentExcluded,
    FieldsMissing,
    InstitutionUnfit,
    LevelOutsideCall,
    LicenceUnfit,
    NeedNotApproved,
    NeedNotCovered,
    PlaceNotMatched,
    TooLittleDigital,
)
from ila_catalog.domain.facts import INSTITUTIONS, LICENCES
from ila_catalog.domain.programmes import total_hours

MET, NOT_MET, OPEN, ATTESTED = "met", "not_met", "open", "attested"
REGISTER, COMPUTED, ATTESTATION, COUNCIL = "register", "computed", "attestation", "council"
PLACE = "place"
# Which paper attests what. Source: BR-206, BR-207, BR-307.
PAPERS = {"digital_share": "annex_3", "experience": "annex_4"}
_REGISTERS = {"programme_origin": (LICENCES,), "institution_years": (INSTITUTIONS, LICENCES)}
_RUNNING = "running_since"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where one knows from: the answer of a register, numbers, a paper by its digest, the council."""

    kind: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to understand a requirement whose sources differ; those who evaluate see each."""

    text_lv: str
    text_en: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How an offer stands to a requirement; `problems` are the codes of what is against it.

    `met` and `not_met` are known, `open` waits for a register, `attested` is for people to judge.
    """

    code: str
    rule: str
    text_lv: str
    text_en: str
    source: str
    outcome: str
    problems: tuple[str, ...] = ()
    provenance: list[Provenance] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)


def findings(dossier: Dossier, today: date) -> list[Finding]:
    """Return how an offer stands to its place and to each requirement of its family, in the call's order.

    Source: BR-201 to BR-208, BR-303.
    """
    data = dossier.call.data
    family = data.family_of(dossier.offer.kind)
    faults = dossier.faults(today)
    asked = [one for one in data.requirements if family in one.families]
    return [_of_place(dossier, faults), *(_finding(dossier, one, faults) for one in asked)]


def experience_readings(values: Mapping[str, Any]) -> list[Reading]:
    """Return both readings of the experience that is asked for: the slides differ.

    Source: BR-207; S-Req names kind and level, annex 4 on S-Sub2 neither.
    """
    many, level, completers = values["programmes"], values["lowest_level"], values["completers"]
    return [
        Reading(
            text_lv=f"Vismaz {many} programmas tajā pašā programmas veidā un DigComp jomā, vismaz"
            f" {level}. līmenī; vienā mācību grupā mācības pabeiguši vismaz {completers} izglītojamie.",
            text_en=f"At least {many} programmes of the same kind in the same DigComp area, at level"
            f" {level} or higher; at least {completers} completers in one group.",
            source="S-Req",
        ),
        Reading(
            text_lv=f"Vismaz {many} programmas pieteikumā norādītajās kompetenču jomās, jebkurā veidā un"
            f" līmenī; vienā mācību grupā mācības pabeiguši vismaz {completers} izglītojamie.",
            text_en=f"At least {many} programmes in the competence areas of the application, of any kind"
            f" and level; at least {completers} completers in one group.",
            source="S-Sub2 (annex 4)",
        ),
    ]


def _finding(dossier: Dossier, requirement: Requirement, faults: Sequence[DomainError]) -> Finding:
    code = requirement.code
    against = [fault for fault in faults if _AGAINST[code](fault)] if code in _AGAINST else []
    provenance = _PROVENANCE.get(code, _no_provenance)(dossier, requirement)
    return Finding(
        code=code,
        rule=requirement.rule,
        text_lv=requirement.text_lv,
        text_en=requirement.text_en,
        source=requirement.source,
        outcome=_outcome(code, against, provenance),
        problems=_codes(against),
        provenance=provenance,
        readings=experience_readings(requirement.values) if code == "experience" else [],
    )


def _outcome(code: str, against: Sequence[DomainError], provenance: Sequence[Provenance]) -> str:
    if against:
        return NOT_MET
    if any(one.kind == REGISTER and one.facts["observed_at"] is None for one in provenance):
        return OPEN
    if code in _JUDGED:
        return ATTESTED if any(one.kind == ATTESTATION for one in provenance) else OPEN
    return MET


def _of_place(dossier: Dossier, faults: Sequence[DomainError]) -> Finding:
    place = dossier.place
    against = [fault for fault in faults if isinstance(fault, PlaceNotMatched) or _lacks(fault, "place_id")]
    told = place.provenance if place else None
    known = {name: told.get(name) for name in _REGISTER_FACTS} if told else dict.fromkeys(_REGISTER_FACTS)
    waits = place is not None and told is None
    return Finding(
        code=PLACE,
        rule="BR-303",
        text_lv="Īstenošanas vieta ir adrese, kas iestādei reģistrēta VIIS.",
        text_en="The place is an address of the institution in the register of institutions.",
        source="[seed] S-Sub1",
        outcome=OPEN if waits else NOT_MET if against else MET,
        problems=_codes(against),
        provenance=[Provenance(kind=REGISTER, facts=known | {"address": place.address if place else None})],
    )


_REGISTER_FACTS = ("register", "observed_at", "legal_basis", "hash")


def _by_registers(dossier: Dossier, requirement: Requirement) -> list[Provenance]:
    """Return what the registers said that a requirement is judged by, and when; the signed answer is kept."""
    found = []
    for register in _REGISTERS[requirement.code]:
        fact = dossier.facts.get(register)
        told = fact.provenance() if fact else {"register": register}
        facts = dict.fromkeys(_REGISTER_FACTS) | {name: told.get(name) for name in _REGISTER_FACTS}
        found.append(Provenance(kind=REGISTER, facts=facts | {"values": _values(dossier, register)}))
    return found


def _values(dossier: Dossier, register: str) -> dict[str, Any] | None:
    """Return the facts of an answer that rules look at; None while there is no answer."""
    fact = dossier.facts.get(register)
    answer = fact.answer if fact else None
    if answer is None:
        return None
    if register == LICENCES:
        number = dossier.programme.licence_number
        return next((one for one in answer.get("licences", ()) if one["number"] == number), None)
    return {name: answer.get(name) for name in ("operating", "accredited", "registered_on")}


def _by_levels(dossier: Dossier, requirement: Requirement) -> list[Provenance]:
    aims = [{"area": aim.area, "level": aim.level} for aim in dossier.programme.digcomp]
    return [Provenance(kind=COMPUTED, facts={"digcomp": aims, **requirement.values})]


def _by_hours(dossier: Dossier, requirement: Requirement) -> list[Provenance]:
    parts = dossier.programme.parts
    numbers = {
        "digital_hours": sum(part.digital_hours for part in parts),
        "total_hours": total_hours(parts),
        "needed_percent": requirement.values.get("percent", 0),
    }
    return [Provenance(kind=COMPUTED, facts=numbers), *_by_paper(dossier, requirement)]


def _by_parts(dossier: Dossier, requirement: Requirement) -> list[Provenance]:
    contents = [{"title": part.title, "content": part.content} for part in dossier.programme.parts]
    excluded = list(requirement.values.get("excluded", ()))
    return [Provenance(kind=COMPUTED, facts={"parts": contents, "excluded": excluded})]


def _by_council(dossier: Dossier, requirement: Requirement) -> list[Provenance]:
    wanted = dossier.programme.learning_need_id
    need = next((one for one in dossier.call.data.learning_needs if one.id == wanted), None)
    facts = {"learning_need_id": wanted, "approved_on": need.approved_on if need else None}
    return [Provenance(kind=COUNCIL, facts=facts | {"source": need.source if need else None})]


def _by_paper(dossier: Dossier, requirement: Requirement) -> list[Provenance]:
    kind = PAPERS[requirement.code]
    return [
        Provenance(kind=ATTESTATION, facts={"paper": kind, "attachment_id": one.id, "sha256": one.sha256})
        for one in dossier.attachments
        if one.kind == kind
    ]


def _no_provenance(dossier: Dossier, requirement: Requirement) -> list[Provenance]:
    return []


def _lacks(fault: DomainError, field_name: str) -> bool:
    return isinstance(fault, FieldsMissing) and field_name in fault.facts["fields"].split(", ")


def _codes(faults: Iterable[DomainError]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fault.code for fault in faults))


def _against_origin(fault: DomainError) -> bool:
    unfit = isinstance(fault, LicenceUnfit) and fault.facts["fact"] != _RUNNING
    return unfit or _lacks(fault, "licence_number")


def _against_years(fault: DomainError) -> bool:
    running = isinstance(fault, LicenceUnfit) and fault.facts["fact"] == _RUNNING
    return running or isinstance(fault, InstitutionUnfit)


def _against_need(fault: DomainError) -> bool:
    return isinstance(fault, NeedNotApproved | NeedNotCovered) or _lacks(fault, "learning_need_id")


_AGAINST: dict[str, Callable[[DomainError], bool]] = {
    "programme_origin": _against_origin,
    "institution_years": _against_years,
    "excluded_content": lambda fault: isinstance(fault, ContentExcluded),
    "digcomp_level": lambda fault: isinstance(fault, LevelOutsideCall) or _lacks(fault, "digcomp"),
    "digital_share": lambda fault: isinstance(fault, TooLittleDigital),
    "approved_need": _against_need,
}
_PROVENANCE: dict[str, Callable[[Dossier, Requirement], list[Provenance]]] = {
    "programme_origin": _by_registers,
    "institution_years": _by_registers,
    "excluded_content": _by_parts,
    "digcomp_level": _by_levels,
    "digital_share": _by_hours,
    "experience": _by_paper,
    "approved_need": _by_council,
}
_JUDGED = frozenset({"experience"})
