"""Agreements of demonstration data: in force without signatures, so that its programmes can be paid."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from uuid import UUID

from ila_kit.clock import riga_date

from ila_catalog.domain.agreement_text import AgreementTemplates, written
from ila_catalog.domain.agreements import Agreement, Covered, document_hash, loaded
from ila_catalog.domain.calls import Call
from ila_catalog.domain.errors import AgreementExists, FaultyData
from ila_catalog.domain.programmes import Programme
from ila_catalog.domain.states import AGREEMENT, BINDING
from ila_catalog.events.published import AgreementInForce
from ila_catalog.ports import Unit


def demonstrate_agreements(
    unit: Unit, call: Call, programmes: Iterable[Programme], templates: AgreementTemplates
) -> dict[UUID | None, Agreement]:
    """Put the agreements of demonstration programmes in force, and return them by their ids.

    Each provider has one, under the id its file states; twice changes nothing, and one that was
    ended since stays ended. Raises AgreementExists when a provider has a real one in the call, and
    FaultyData for an id of another call's.
    Source: BR-406.
    """
    ordered = sorted(programmes, key=lambda one: str(one.agreement_id))
    by_agreement = groupby(ordered, key=lambda one: one.agreement_id)
    return {
        agreement_id: _in_force(unit, call, agreement_id, list(covered), templates)
        for agreement_id, covered in by_agreement
        if agreement_id is not None
    }


def _in_force(
    unit: Unit,
    call: Call,
    agreement_id: UUID,
    programmes: Sequence[Programme],
    templates: AgreementTemplates,
) -> Agreement:
    stored = unit.agreements.find(agreement_id)
    covered = [Covered(programme_id=one.id) for one in programmes]
    if stored is None:
        unit.providers.put(programmes[0].provider)
        new = _made(unit, call, agreement_id, programmes, templates)
        if not unit.agreements.add(new):
            raise AgreementExists()
        _announce(unit, new)
        return new
    if stored.call_id != call.id:
        raise FaultyData([f"agreement_id {agreement_id} is that of another call"])
    added = [one for one in covered if not stored.covers(one.programme_id)]
    if not added or stored.state not in BINDING:
        return stored
    wider = replace(stored, covered=[*stored.covered, *added], version=stored.version + 1)
    unit.agreements.save(wider)
    _announce(unit, wider)
    return wider


def _made(
    unit: Unit,
    call: Call,
    agreement_id: UUID,
    programmes: Sequence[Programme],
    templates: AgreementTemplates,
) -> Agreement:
    provider = programmes[0].provider
    number = f"PARAUGS-{call.data.code}-{provider.viis_number}"
    text = written(
        templates,
        number=number,
        data=call.data,
        provider=provider,
        programmes=programmes,
        on=riga_date(unit.now),
    )
    prepared = Agreement(
        id=agreement_id,
        number=number,
        organisation_id=provider.id,
        call_id=call.id,
        state=AGREEMENT.start,
        version=1,
        prepared_by=unit.actor.id,
        prepared_at=unit.now,
        document=text,
        document_sha256=document_hash(text),
        covered=[Covered(programme_id=one.id) for one in programmes],
        demonstration=True,
    )
    return loaded(prepared, unit.now)


def _announce(unit: Unit, agreement: Agreement) -> None:
    unit.audit(
        "agreement_loaded",
        "agreement",
        agreement.id,
        organisation_id=str(agreement.organisation_id),
        call_id=str(agreement.call_id),
        version=agreement.version,
    )
    unit.publish(AgreementInForce.of(agreement, agreement.in_force_at or unit.now), agreement.version)
