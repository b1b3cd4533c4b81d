"""Reads the file of a call into its content, with every fault named at once."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ila_kit.canonical import sha256_hex

from ila_catalog.domain.call_parts import (
    read_criterion,
    read_document,
    read_kind,
    read_need,
    read_paper,
    read_requirement,
)
from ila_catalog.domain.calls import CallData, NeedArea
from ila_catalog.domain.parameters import OPTIONAL, PARAMETERS, Parameter, whole, word
from ila_catalog.domain.phases import NAMES, Phase
from ila_catalog.domain.reader import Reader
from ila_catalog.domain.riga import closing, opening


def read_call(raw: Mapping[str, Any]) -> CallData:
    """Return the content of a call. Raises FaultyData naming every fault and where it stands."""
    root = Reader(raw)
    data = CallData(
        id=root.id("id"),
        code=root.text("code", 60),
        edition=root.number("edition", whole(1, 1_000_000)),
        content_hash=sha256_hex(_plain(raw)),
        title_lv=root.text("title_lv"),
        title_en=root.text("title_en"),
        project_number=root.text("project_number"),
        project_title_lv=root.text("project_title_lv"),
        project_title_en=root.text("project_title_en"),
        funding_source=root.text("funding_source", 60),
        activity=root.text("activity", 60),
        source=root.text("source", 500),
        phases=[_phase(one) for one in root.tables("phases")],
        kinds=[read_kind(one) for one in root.tables("kinds")],
        requirements=[read_requirement(one) for one in root.tables("requirements")],
        attachments=[read_paper(one) for one in root.tables("attachments")],
        checklist=[read_criterion(one) for one in root.tables("checklist")],
        learning_needs=[read_need(one) for one in root.tables("learning_needs")],
        documents=[read_document(one) for one in root.tables("documents")],
        parameters=_parameters(root.table("parameters")),
    )
    root.unknown()
    root.finish()
    _check_together(root, data)
    root.finish()
    return data


def _phase(one: Reader) -> Phase:
    opens, closes = one.minute("from", opening), one.minute("until", closing)
    phase = Phase(
        name=one.take("name", word(*NAMES), ""),
        title_lv=one.text("title_lv"),
        title_en=one.text("title_en"),
        opens_at=opens,
        closes_at=closes,
        planned_opens_at=opens,
        planned_closes_at=closes,
        source=one.text("source", 500),
    )
    one.unknown()
    return phase


def _parameters(table: Reader) -> dict[str, Parameter]:
    """Return every parameter a call must decide; a missing one is a fault, a default is written down."""
    found: dict[str, Parameter] = {}
    for name, check in PARAMETERS.items():
        if not table.has(name):
            if name not in OPTIONAL:
                table.fault(name, "is missing")
            continue
        one = table.table(name)
        found[name] = Parameter(value=one.take("value", check, 0), source=one.text("source", 500))
        one.unknown()
    for name in sorted(set(table.names()) - set(PARAMETERS)):
        table.fault(name, "is not known here")
    return found


def must_hold_together(data: CallData) -> None:
    """Raise FaultyData naming what is wrong with the values of a call that are each right."""
    root = Reader({})
    _check_together(root, data)
    root.finish()


def _check_together(root: Reader, data: CallData) -> None:
    """Note what is wrong with values that are each right."""
    _check_phases(root, data.phases)
    _check_unique(root, "kinds", [kind.kind for kind in data.kinds])
    _check_unique(root, "attachments", [paper.kind for paper in data.attachments])
    _check_unique(root, "checklist", [criterion.code for criterion in data.checklist])
    _check_unique(root, "documents", [str(document.id) for document in data.documents])
    _check_unique(root, "learning_needs", [str(need.id) for need in data.learning_needs])
    for index, need in enumerate(data.learning_needs):
        _check_areas(root, f"learning_needs[{index}]", need.areas)
    _check_draw(root, data)
    _check_families(root, data)
    for family in data.families:
        _check_levels(root, data, family)
    _check_papers(root, data)


def _check_draw(root: Reader, data: CallData) -> None:
    """Note a draw whose public value is not named; older calls that are copied name none."""
    for name in ("draw_source_lv", "draw_source_en"):
        if data.parameters["opening_mode"].value == "draw" and name not in data.parameters:
            root.fault(f"parameters.{name}", "is missing, and places are drawn")


def _check_areas(root: Reader, place: str, areas: list[NeedArea]) -> None:
    if any(one.lowest_level > one.highest_level for one in areas):
        root.fault(place, "has a lowest level above its highest")
    if len({one.area for one in areas}) < len(areas):
        root.fault(place, "names an area twice")


def _check_families(root: Reader, data: CallData) -> None:
    """Note each rule and paper that is about a family of which the call takes no kind."""
    known = set(data.families)
    for name in ("requirements", "attachments"):
        for index, one in enumerate(getattr(data, name)):
            if not known >= set(one.families):
                root.fault(
                    f"{name}[{index}].families", f"holds something else than {', '.join(sorted(known))}"
                )


def _check_levels(root: Reader, data: CallData, family: str) -> None:
    levels = [
        one.values for one in data.requirements if one.code == "digcomp_level" and family in one.families
    ]
    if len(levels) != 1 or set(levels[0]) != {"lowest_level", "highest_level"}:
        root.fault(
            "requirements", f"do not state the DigComp levels once, from lowest to highest, for {family}"
        )
    elif levels[0]["lowest_level"] > levels[0]["highest_level"]:
        root.fault("requirements", f"have a lowest DigComp level above the highest, for {family}")


def _check_papers(root: Reader, data: CallData) -> None:
    """Note each paper that stands instead of one that nobody needs."""
    needed = {paper.kind for paper in data.attachments if paper.required}
    for index, paper in enumerate(data.attachments):
        if paper.required and paper.instead_of:
            root.fault(f"attachments[{index}]", "is required, and stands instead of another one")
        if not {kind.kind for kind in data.kinds if kind.family in paper.families} >= set(paper.kinds):
            root.fault(f"attachments[{index}].kinds", "names a kind that is of none of its families")
        if not needed >= set(paper.instead_of):
            root.fault(f"attachments[{index}].instead_of", "names what is not required")


def _check_phases(root: Reader, phases: list[Phase]) -> None:
    _check_unique(root, "phases", [phase.name for phase in phases])
    for name in set(NAMES) - {phase.name for phase in phases}:
        root.fault("phases", f"lack {name}")
    for index, phase in enumerate(phases):
        if phase.opens_at >= phase.closes_at:
            root.fault(f"phases[{index}]", f"({phase.name}) ends before it begins")
    for earlier, later in pairwise(phases):
        if later.opens_at < earlier.opens_at:
            root.fault("phases", f"are out of order: {later.name} begins before {earlier.name}")


def _check_unique(root: Reader, name: str, values: list[str]) -> None:
    for value in sorted({value for value in values if values.count(value) > 1}):
        root.fault(name, f"name {value} twice")


def _plain(value: Any) -> Any:
    """Return a value as JSON can spell it, so that its hash is that of the content."""
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, str | int | bool | None) else str(value)
