"""Providers and accounts, as identity tells of them."""

from collections.abc import Callable

from ila_kit.events import Envelope

from ila_funding.domain.provider import Provider
from ila_funding.events.consumed import (
    AccountOpened,
    PersonErasureRequested,
    ProviderApproved,
    ProviderReinstated,
    ProviderSuspended,
)
from ila_funding.ports import Unit
from ila_funding.usecases.erasures import answer_erasure

PAYMENTS = "payments"


def count_account(unit: Unit, envelope: Envelope) -> None:
    """Count a person who opened an account, once."""
    told = AccountOpened.read(envelope.data)
    unit.indicators.note_account(told.person_id, told.opened_at)


def note_approval(unit: Unit, envelope: Envelope) -> None:
    """Keep whom money may be paid to, and who must not release the first payment."""
    told = ProviderApproved.read(envelope.data)
    unit.providers.note_approved(
        Provider(
            organisation_id=told.organisation_id,
            viis_number=told.viis_number,
            title=told.title,
            approved_by=tuple(told.approved_by),
            approved_sequence=envelope.sequence,
        )
    )


def note_suspension(unit: Unit, envelope: Envelope) -> None:
    """Keep whether payments to a provider are barred; other scopes are others' to mind."""
    told = ProviderSuspended.read(envelope.data)
    unit.providers.note_standing(told.organisation_id, told.bars(PAYMENTS), envelope.sequence)


def note_reinstatement(unit: Unit, envelope: Envelope) -> None:
    """Keep that a provider may be paid again."""
    told = ProviderReinstated.read(envelope.data)
    unit.providers.note_standing(told.organisation_id, False, envelope.sequence)


def answer_request(unit: Unit, envelope: Envelope) -> None:
    """Say what is kept of a person who is erased."""
    answer_erasure(unit, PersonErasureRequested.read(envelope.data).person_id)


HANDLERS: dict[str, Callable[[Unit, Envelope], None]] = {
    "identity.person_erasure_requested.v1": answer_request,
    "identity.account_opened.v1": count_account,
    "identity.provider_approved.v1": note_approval,
    "identity.provider_suspended.v1": note_suspension,
    "identity.provider_reinstated.v1": note_reinstatement,
}
