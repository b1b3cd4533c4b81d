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
from ila_catalog.domain.places import entered
from ila_catalog.domain.programmes import Programme, Provider
from ila_catalog.usecases.attachments import Attach, Subject, attach
from ila_catalog.usecases.offers import (
    BeginOffer,
    ChangeOffer,
    begin_offer,
    change_offer,
    submit_offer,
)
from ila_kit.actor import Scope
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import someone

IN_TIME = datetime(2024, 10, 10, 9, 0, tzinfo=UTC)
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


class PlainSigner:
    """A signature that one can read."""

    def sign(self, claims):
        return f"signed:{claims['sequence']}:{claims['sha256']}"

    def public_keys(self):
        return {"keys": []}


@pytest.fixture
def desk(world, call_data):
    """An institution at work on offers while they are open, with complete programmes at hand."""
    return Desk(world, call_data)


class Desk:
    """Makes offers of one institution."""

    def __init__(self, world, data):
        self.unit, self.call, self.provider, self.data = world.unit, world.call, world.provider, data
        self.pattern = world.programme
        self.signer = PlainSigner()
        self.scope = Scope(organisations=frozenset({self.provider.id}))
        self.unit.now = IN_TIME
        self.act("provider_signatory", "provider_editor")
        self.place = self._place()

    def act(self, *roles):
        self.unit.actor = someone(*roles, organisation=self.provider.id)

    def _place(self):
        found = {"address": "Kalnsētas iela 24", "territory": "LV-088", "territory_name": "Saldus novads"}
        place = entered(self.provider.id, "x", self.unit.now).step(
            "match", {"system"}, self.unit.now, **found
        )
        self.unit.places.rows[place.id] = place
        return place

    def programme(self, **changes):
        parts = [replace(part, digital_hours=part.hours) for part in self.pattern.parts]
        made = replace(
            self.pattern,
            id=uuid7(),
            state="complete",
            parts=parts,
            place_id=self.place.id,
            learning_need_id=self.data.learning_needs[2].id,
            **changes,
        )
        self.unit.programmes.add(made)
        return made

    def draft(self, **changes):
        programme = self.programme(**changes)
        command = BeginOffer(
            organisation_id=self.provider.id, call_id=self.call.id, programme_id=programme.id
        )
        return begin_offer(self.unit, command, self.scope)

    def ready(self, **changes):
        offer = self.draft(**changes)
        for kind in ("annex_2", "annex_3", "annex_4", "curriculum"):
            self.attach(offer, kind)
        return self.write(offer)

    def attach(self, offer, kind="annex_2"):
        subject = Subject(kind="offer", id=offer.id)
        command = Attach(subject=subject, kind=kind, name="a.pdf", media_type="x/y", size=1, sha256="0" * 64)
        return attach(self.unit, command, self.scope)

    def write(self, offer, **changes):
        usual = {"funding_source": self.data.funding_source, "confirmed": True}
        command = ChangeOffer(offer_id=offer.id, version=offer.version, **usual | changes)
        return change_offer(self.unit, command, self.scope)

    def submit(self, offer):
        return submit_offer(self.unit, offer.id, self.scope, self.signer)

    def state(self, offer):
        return self.unit.offers.rows[offer.id].state
