"""Store invented institutions and programmes as if they had come all the way: published and announced."""

from collections.abc import Sequence

from ila_catalog.domain.agreement_text import AgreementTemplates
from ila_catalog.domain.agreements import Agreement
from ila_catalog.domain.calls import Call
from ila_catalog.domain.invention import Invented
from ila_catalog.domain.programmes import Programme, published
from ila_catalog.events.published import ProgrammePublished
from ila_catalog.ports import Unit
from ila_catalog.usecases.demonstration import demonstrate_agreements


def store_invented(
    unit: Unit, call: Call, invented: Sequence[Invented], templates: AgreementTemplates
) -> int:
    """Publish what is not stored yet under agreements in force; return how many programmes that are.

    Raises CallNotPublished.
    """
    wanted = [programme for one in invented for programme in one.programmes]
    known = {programme.id for programme in unit.programmes.among([one.id for one in wanted])}
    new = [programme for programme in wanted if programme.id not in known]
    agreements = demonstrate_agreements(unit, call, new, templates)
    shown = [_published(unit, call, agreements[programme.agreement_id], programme) for programme in new]
    unit.programmes.add_all(shown)
    return len(shown)


def _published(unit: Unit, call: Call, agreement: Agreement, programme: Programme) -> Programme:
    """Return a programme as it is published, and tell of it."""
    shown = published(programme, call, agreement, unit.actor.role_names, unit.now)
    unit.audit("programme_published", "programme", shown.id, call_id=call.id, version=shown.version)
    unit.publish(ProgrammePublished.of(shown, call), sequence=shown.version)
    return shown
