"""A small world to evaluate in: call 1 in October 2024, one institution, one offer."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from ila_catalog.domain.calls import Call, CallData
from ila_catalog.domain.evaluation import Commission, Declaration
from ila_catalog.domain.facts import RegisterFact
from ila_catalog.domain.offers import Offer, draft
from ila_catalog.domain.phases import EVALUATION, Phase, phase_named
from ila_catalog.domain.programmes import Programme, Provider
from ila_kit.ids import uuid7

IN_EVALUATION = datetime(2024, 10, 24, 9, 30, tzinfo=UTC)
LICENCE = "P-1"


@dataclass
class World:
    """Everything an offer stands in, ready to be decided."""

    unit: Any
    call: Call
    evaluation: Phase
    provider: Provider
    programme: Programme
    offer: Offer
    chair: UUID
    members: list[UUID]


@pytest.fixture
def world(unit: Any, call_data: CallData, demonstration: tuple[Programme, ...]) -> World:
    """Call 1 in evaluation: a commission that declared no conflict, and an offer of a module."""
    unit.now = IN_EVALUATION
    call = Call(data=call_data, state="published", version=1, shifted_by_days=0, published_at=unit.now)
    unit.calls.add(call)
    programme = replace(
        demonstration[0], state="bound", licence_number=LICENCE, agreement_id=None, demonstration=False
    )
    unit.providers.put(programme.provider)
    unit.programmes.add(programme)
    offer = in_evaluation(programme, call)
    unit.offers.rows[offer.id] = offer
    chair, *members = (uuid7() for _ in range(3))
    unit.evaluation.put_commission(
        Commission(call_id=call.id, members=tuple(members), chair=chair, version=1)
    )
    for person in (chair, *members):
        unit.evaluation.put_declaration(no_conflict(call, programme.provider, person))
    tell_registers(unit, programme.provider)
    return World(
        unit,
        call,
        phase_named(call.data.phases, EVALUATION),
        programme.provider,
        programme,
        offer,
        chair,
        members,
    )


def in_evaluation(programme: Programme, call: Call) -> Offer:
    """An offer of a programme that the commission has before it."""
    new = draft(programme.provider.id, call.id, programme.id, programme.kind, IN_EVALUATION)
    return replace(
        new,
        state="in_evaluation",
        submission=1,
        version=4,
        confirmed=True,
        funding_source=call.data.funding_source,
    )


def no_conflict(call: Call, provider: Provider, person: UUID) -> Declaration:
    """A member's word that there is no conflict with an institution."""
    return Declaration(
        id=uuid7(),
        call_id=call.id,
        person_id=person,
        organisation_id=provider.id,
        conflict=False,
        declared_at=IN_EVALUATION,
    )


def tell_registers(unit: Any, provider: Provider) -> None:
    """Let the registers say that the institution and its licence are in order."""
    licence = {
        "number": LICENCE,
        "title": "Programmēšana",
        "family": "vocational",
        "qualification": "Programmēšanas tehniķis",
        "lqf_level": 4,
        "study_form": "in_person",
        "licensed_on": "2015-01-01",
        "running_since": "2015-09-01",
        "accredited": True,
    }
    institution = {"operating": True, "accredited": True, "registered_on": "2010-01-01"}
    answers = {
        "programme_licences": {"number": provider.viis_number, "licences": [licence]},
        "viis_institutions": institution,
    }
    unit.facts.rows |= {
        (provider.id, register): RegisterFact(
            provider_id=provider.id,
            register=register,
            found=True,
            answer=answer,
            observed_at=IN_EVALUATION,
        )
        for register, answer in answers.items()
    }
