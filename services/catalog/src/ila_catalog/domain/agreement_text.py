"""What an agreement says: the template of `texts/` with the facts of one institution and call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Template

from ila_catalog.domain.calls import CallData
from ila_catalog.domain.programmes import Programme, Provider, total_hours


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementTemplates:
    """The texts an agreement is written from, in Latvian, with `$names` of facts."""

    agreement: str
    programme: str
    part: str
    modes: Mapping[str, str]


def written(
    templates: AgreementTemplates,
    *,
    number: str,
    data: CallData,
    provider: Provider,
    programmes: Sequence[Programme],
    on: date,
) -> str:
    """Return the text of an agreement about these programmes.

    Source: BR-406; the papers it names are those of the call, in their versions.
    """
    listed = [
        _programme(templates, position, programme, data)
        for position, programme in enumerate(sorted(programmes, key=lambda one: one.id), 1)
    ]
    return Template(templates.agreement).substitute(
        number=number,
        dated=_day(on),
        provider=provider.name,
        viis_number=provider.viis_number,
        address=provider.address,
        call=data.title_lv,
        project=f"Nr. {data.project_number} «{data.project_title_lv}»",
        funding_source=data.funding_source,
        papers="\n".join(f"– {_paper(one.title_lv, one.number, one.dated)};" for one in data.documents),
        programmes="\n".join(listed),
    )


def _programme(templates: AgreementTemplates, position: int, programme: Programme, data: CallData) -> str:
    kind = data.kind_named(programme.kind)
    parts = [
        Template(templates.part).substitute(title=part.title, hours=part.hours) for part in programme.parts
    ]
    return Template(templates.programme).substitute(
        position=position,
        title=programme.title_lv,
        kind=kind.title_lv if kind else programme.kind,
        hours=total_hours(programme.parts),
        parts="\n".join(parts),
        address=programme.address,
        mode=templates.modes[programme.mode],
        places=programme.places,
        starts_on=_day(programme.starts_on),
        ends_on=_day(programme.ends_on),
    )


def _paper(title: str, number: str | None, dated: date) -> str:
    return f"{title} ({f'Nr. {number}, ' if number else ''}{_day(dated)})"


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y}."
