"""What a programme must meet to be offered: each rule gives the refusals that its breaches deserve."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ila_kit.errors import DomainError

from ila_catalog.domain.calls import CallData, Requirement
from ila_catalog.domain.digcomp import outside_levels
from ila_catalog.domain.errors import (
    ContentExcluded,
    FieldsMissing,
    InstitutionUnfit,
    KindNotTaken,
    LevelOutsideCall,
    LicenceUnfit,
    NeedNotApproved,
    NeedNotCovered,
    PlaceNotMatched,
    TooLittleDigital,
    WrongNumberOfParts,
)
from ila_catalog.domain.facts import INSTITUTIONS, LICENCES, Facts, answers, unanswered
from ila_catalog.domain.places import Place
from ila_catalog.domain.programmes import Programme, right_number_of_parts, total_hours
from ila_catalog.domain.states import MATCHED

_NEEDED = (
    "title_lv",
    "title_en",
    "description_lv",
    "description_en",
    "digcomp",
    "learning_outcomes",
    "place_id",
)
# What is needed only where the call has a requirement of that code.
_NEEDED_BY = {"licence_number": "programme_origin", "learning_need_id": "approved_need"}
REGISTERS = (INSTITUTIONS, LICENCES)
Faults = Iterator[DomainError]


def content_faults(
    call: CallData, programme: Programme, place: Place | None, today: date
) -> list[DomainError]:
    """Return what is wrong with a programme as it is written, in the order of the rules.

    Source: BR-201, BR-203, BR-205, BR-206, BR-208, BR-303, BR-304.
    """
    return [
        *_form_faults(call, programme),
        *_excluded(call, programme),
        *_level_faults(call, programme),
        *_digital_faults(call, programme),
        *_need_faults(call, programme, today),
        *_place_faults(programme, place),
    ]


def register_faults(call: CallData, programme: Programme, facts: Facts, today: date) -> list[DomainError]:
    """Return what registers say against a programme and its institution; what they have not said is no fault.

    Source: BR-201 (licence), BR-204 (institution).
    """
    return [
        *_licence_faults(call, programme, facts, today),
        *_institution_faults(call, programme, facts, today),
    ]


def open_registers(facts: Facts) -> list[str]:
    """Return the registers whose answer is still awaited."""
    return unanswered(facts, REGISTERS)


def digital_share_holds(digital_hours: int, hours: int, percent: int) -> bool:
    """Tell whether digital content is at least so many percent of the whole; computed without rounding.

    Source: BR-206; S-Req: "vismaz 70 %"; the percentage stands in the call's data.
    """
    return digital_hours * 100 >= percent * hours


def years_before(day: date, years: int) -> date:
    """Return the day so many years earlier; 29 February becomes 28 where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _form_faults(call: CallData, programme: Programme) -> Faults:
    lacking = [name for name in _needed(call, programme) if not getattr(programme, name)]
    if lacking:
        yield FieldsMissing(fields=", ".join(lacking))
    if call.kind_named(programme.kind) is None:
        yield KindNotTaken(kind=programme.kind)
    if not right_number_of_parts(programme.kind, programme.parts):
        yield WrongNumberOfParts(kind=programme.kind, parts=len(programme.parts))


def _needed(call: CallData, programme: Programme) -> list[str]:
    """Return what a programme of its family must say."""
    more = [name for name, code in _NEEDED_BY.items() if _of(call, programme, code)]
    return [*_NEEDED, *more]


def _excluded(call: CallData, programme: Programme) -> Faults:
    excluded = {
        word for one in _of(call, programme, "excluded_content") for word in one.values.get("excluded", ())
    }
    for part in programme.parts:
        if part.content in excluded:
            yield ContentExcluded(part=part.title, content=part.content, rule="BR-203")


def _level_faults(call: CallData, programme: Programme) -> Faults:
    lowest, highest = call.levels(call.family_of(programme.kind))
    for aim in outside_levels(programme.digcomp, lowest, highest):
        yield LevelOutsideCall(area=aim.area, level=aim.level, lowest=lowest, highest=highest)


def _digital_faults(call: CallData, programme: Programme) -> Faults:
    digital, hours = sum(part.digital_hours for part in programme.parts), total_hours(programme.parts)
    for one in _of(call, programme, "digital_share"):
        percent = one.values.get("percent", 0)
        if not digital_share_holds(digital, hours, percent):
            yield TooLittleDigital(digital_hours=digital, total_hours=hours, percent=percent)


def _need_faults(call: CallData, programme: Programme, today: date) -> Faults:
    """Refuse a need that the council has not approved, and a programme that does not teach it."""
    if programme.learning_need_id is None:
        return
    need = next((one for one in call.learning_needs if one.id == programme.learning_need_id), None)
    if need is None or need.approved_on > today:
        yield NeedNotApproved(learning_need_id=str(programme.learning_need_id))
    elif not need.covered_by(programme.digcomp):
        open_ = next(
            one for one in need.areas if not replace(need, areas=[one]).covered_by(programme.digcomp)
        )
        yield NeedNotCovered(area=open_.area, lowest=open_.lowest_level, highest=open_.highest_level)


def _place_faults(programme: Programme, place: Place | None) -> Faults:
    if programme.place_id is not None and (place is None or place.state != MATCHED):
        yield PlaceNotMatched(state=place.state if place else "unknown")


def _licence_faults(call: CallData, programme: Programme, facts: Facts, today: date) -> Faults:
    """Refuse a licence that the register does not have or that is another than the call asks for.

    A family without a requirement of origin needs none. Licences are of the register's own families:
    `licence_family` names which, where the call's family has another name.
    """
    told, origins = answers(facts, LICENCES), _of(call, programme, "programme_origin")
    if told is None or not origins:
        return
    number = programme.licence_number
    family = origins[0].values.get("licence_family", call.family_of(programme.kind))
    licence = next((one for one in told.get("licences", ()) if one["number"] == number), None)
    if licence is None or licence["family"] != family:
        found = licence["family"] if licence else "none"
        yield _unfit_licence(number, "family", found, family, "BR-201")
        return
    for one in origins:
        yield from _origin_faults(licence, one)
    for one in _of(call, programme, "institution_years"):
        yield from _running_faults(licence, one, today)


def _origin_faults(licence: dict[str, Any], requirement: Requirement) -> Faults:
    wanted = requirement.values
    for fact in ("study_form", "lqf_level", "accredited"):
        if fact in wanted and licence[fact] != wanted[fact]:
            yield _unfit_licence(licence["number"], fact, licence[fact], wanted[fact], requirement.rule)
    allowed: Sequence[str] = wanted.get("qualifications", ())
    if allowed and licence["qualification"] not in allowed:
        needed = " | ".join(allowed)
        yield _unfit_licence(
            licence["number"], "qualification", licence["qualification"], needed, requirement.rule
        )


def _running_faults(licence: dict[str, Any], requirement: Requirement, today: date) -> Faults:
    latest = years_before(today, requirement.values.get("years_running", 0))
    if date.fromisoformat(licence["running_since"]) > latest:
        yield _unfit_licence(
            licence["number"], "running_since", licence["running_since"], f"≤ {latest}", requirement.rule
        )


def _institution_faults(call: CallData, programme: Programme, facts: Facts, today: date) -> Faults:
    told = answers(facts, INSTITUTIONS)
    if told is None:
        return
    if not told or not told["operating"]:
        yield InstitutionUnfit(fact="operating", value=False, needed=True, rule="BR-204")
        return
    for one in _of(call, programme, "institution_years"):
        if one.values.get("accredited") and not told["accredited"]:
            yield InstitutionUnfit(fact="accredited", value=False, needed=True, rule=one.rule)
        latest = years_before(today, one.values.get("years_registered", 0))
        if date.fromisoformat(told["registered_on"]) > latest:
            since = told["registered_on"]
            yield InstitutionUnfit(fact="registered_on", value=since, needed=f"≤ {latest}", rule=one.rule)


def _unfit_licence(number: str | None, fact: str, value: Any, needed: Any, rule: str) -> LicenceUnfit:
    return LicenceUnfit(licence_number=number or "", fact=fact, value=value, needed=needed, rule=rule)


def _of(call: CallData, programme: Programme, code: str) -> list[Requirement]:
    """Return the requirements of that code for the programme's family."""
    family = call.family_of(programme.kind)
    return [one for one in call.requirements if one.code == code and family in one.families]
