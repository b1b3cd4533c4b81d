"""Agreements: what may be paid, by a methodology that is pinned the moment one comes into force."""

from dataclasses import replace

from ila_kit.clock import riga_date

from ila_funding.domain.agreement import Agreement
from ila_funding.domain.errors import NoMethodology
from ila_funding.ports import Unit
from ila_funding.usecases.programmes import price_programme


def pin_methodology(unit: Unit, agreement: Agreement) -> None:
    """Keep an agreement that came into force, with the methodology valid on that day as known then,
    and price its programmes by it.

    Source: BR-406, BR-707.
    """
    at = agreement.in_force_at or unit.now
    try:
        version = unit.methodologies.deciding(riga_date(at), known_at=at).version
    except NoMethodology:
        version = None
    unit.agreements.note_in_force(replace(agreement, methodology_version=version))
    unit.audit("pin_methodology", "agreement", agreement.id, methodology=version)
    for programme_id in agreement.programme_ids:
        price_programme(unit, programme_id)


def end_agreement(unit: Unit, agreement: Agreement) -> None:
    """Keep when an agreement ended: results reached later are not paid under it.

    Source: BR-406.
    """
    unit.agreements.note_ended(agreement)
    unit.audit("note_agreement_ended", "agreement", agreement.id, outcome=agreement.outcome)
