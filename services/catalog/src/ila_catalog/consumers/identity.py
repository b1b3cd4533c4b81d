"""What identity tells: which institutions may work on the platform."""

from ila_kit.events import Envelope

from ila_catalog.domain.programmes import Provider, Territory
from ila_catalog.events.consumed import ProviderApproved, ProviderReinstated, ProviderSuspended
from ila_catalog.ports import Unit
from ila_catalog.usecases.providers import learn_provider, note_standing

NEW_OFFERS = "new_offers"


def keep_provider(unit: Unit, envelope: Envelope) -> None:
    """Know an institution that may offer programmes."""
    told = ProviderApproved.read(envelope.data)
    provider = Provider(
        id=told.organisation_id,
        viis_number=told.viis_number,
        name=told.title,
        institution_type=told.institution_type,
        address=told.seat,
        territory=Territory(code=told.territory, name=told.territory_title),
    )
    learn_provider(unit, provider, told.version)


def keep_suspension(unit: Unit, envelope: Envelope) -> None:
    """Take no offers from an institution that is barred from them; other scopes are others' to mind."""
    told = ProviderSuspended.read(envelope.data)
    note_standing(unit, told.organisation_id, told.bars(NEW_OFFERS), told.version)


def keep_reinstatement(unit: Unit, envelope: Envelope) -> None:
    """Take offers from an institution again."""
    told = ProviderReinstated.read(envelope.data)
    note_standing(unit, told.organisation_id, False, told.version)


HANDLERS = {
    "identity.provider_approved.v1": keep_provider,
    "identity.provider_suspended.v1": keep_suspension,
    "identity.provider_reinstated.v1": keep_reinstatement,
}
