"""Reads the file of a call into its content, with every fault named at once."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from ila_kit.canonical import sha256_hex

from ila_catalog.domain.calls import FAMILIES, KINDS, CallData, Document, Kind, LearningNeed, Requirement
from ila_catalog.domain.digcomp import AREAS, LEVELS
from ila_catalog.domain.parameters import PARAMETERS, REQUIREMENTS, WORD_LISTS, Parameter, flag, whole, word
from ila_catalog.domain.phases import NAMES, Phase
from ila_catalog.domain.reader import Reader
from ila_catalog.domain.riga import closing, opening

_AREA, _LEVEL = whole(AREAS[0], AREAS[-1]), whole(LEVELS[0], LEVELS[-1])
_DOCUMENT_KINDS = word("call_regulations", "annex", "learning_needs", "methodology", "regulation")
_FAMILY_NAMES = tuple(dict.fromkeys(FAMILIES.values()))


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
        kinds=[_kind(one) for one in root.tables("kinds")],
        requirements=[_requirement(one) for one in root.tables("requirements")],
        learning_needs=[_need(one) for one in root.tables("learning_needs")],
        documents=[_document(one) for one in root.tables("documents")],
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


def _kind(one: Reader) -> Kind:
    kind = one.take("kind", word(*KINDS), "")
    family = one.take("family", word(*_FAMILY_NAMES), "")
    if kind and family and FAMILIES[kind] != family:
        one.fault("family", f"is not that of a {kind}: {FAMILIES[kind]}")
    made = Kind(
        kind=kind,
        family=family,
        title_lv=one.text("title_lv"),
        title_en=one.text("title_en"),
        quota=one.number("quota", whole(1, 1_000)),
        source=one.text("source", 500),
    )
    one.unknown()
    return made


def _requirement(one: Reader) -> Requirement:
    code = one.take("code", word(*REQUIREMENTS), "")
    made = Requirement(
        code=code,
        rule=one.text("rule", 20),
        families=one.words("families", _FAMILY_NAMES),
        text_lv=one.text("text_lv", 1_000),
        text_en=one.text("text_en", 1_000),
        values=_values(one.table("values"), code),
        source=one.text("source", 500),
    )
    one.unknown()
    return made


def _values(table: Reader, code: str) -> dict[str, Any]:
    """Return the values of a requirement: those of its code that the call states."""
    checks, lists = REQUIREMENTS.get(code, {}), WORD_LISTS.get(code, ())
    found = {name: table.take(name, check, 0) for name, check in checks.items() if table.has(name)}
    found |= {name: table.words(name) for name in lists if table.has(name)}
    if code:
        table.unknown()
    return found


def _need(one: Reader) -> LearningNeed:
    made = LearningNeed(
        id=one.id("id"),
        area=one.number("area", _AREA),
        lowest_level=one.number("lowest_level", _LEVEL),
        highest_level=one.number("highest_level", _LEVEL),
        approved_on=one.day("approved_on"),
        provisional=one.take("provisional", flag, False),
        source=one.text("source", 500),
    )
    one.unknown()
    return made


def _document(one: Reader) -> Document:
    made = Document(
        id=one.id("id"),
        kind=one.take("kind", _DOCUMENT_KINDS, ""),
        number=one.maybe_text("number", 60),
        title_lv=one.text("title_lv"),
        title_en=one.text("title_en"),
        document_version=one.number("document_version", whole(1, 1_000)),
        dated=one.day("dated"),
        url=one.url("url"),
        source=one.text("source", 500),
    )
    one.unknown()
    return made


def _parameters(table: Reader) -> dict[str, Parameter]:
    """Return every parameter a call must decide; a missing one is a fault, a default is written down."""
    found: dict[str, Parameter] = {}
    for name, check in PARAMETERS.items():
        if not table.has(name):
            table.fault(name, "is missing")
            continue
        one = table.table(name)
        found[name] = Parameter(value=one.take("value", check, 0), source=one.text("source", 500))
        one.unknown()
    for name in sorted(set(table.names()) - set(PARAMETERS)):
        table.fault(name, "is not known here")
    return found


def _check_together(root: Reader, data: CallData) -> None:
    """Note what is wrong with values that are each right."""
    _check_phases(root, data.phases)
    _check_unique(root, "kinds", [kind.kind for kind in data.kinds])
    _check_unique(root, "documents", [str(document.id) for document in data.documents])
    _check_unique(root, "learning_needs", [str(need.id) for need in data.learning_needs])
    for index, need in enumerate(data.learning_needs):
        if need.lowest_level > need.highest_level:
            root.fault(f"learning_needs[{index}]", "has a lowest level above its highest")
    levels = [one for one in data.requirements if one.code == "digcomp_level"]
    if len(levels) != 1 or set(levels[0].values) != {"lowest_level", "highest_level"}:
        root.fault("requirements", "do not state the DigComp levels once, from lowest to highest")
    elif levels[0].values["lowest_level"] > levels[0].values["highest_level"]:
        root.fault("requirements", "have a lowest DigComp level above the highest")


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
