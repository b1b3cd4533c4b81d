"""Keep what identity tells of institutions."""

from dataclasses import replace
from uuid import UUID

from ila_kit.events import NotYet

from ila_catalog.domain.programmes import Provider, Territory
from ila_catalog.ports import Unit


def learn_provider(unit: Unit, provider: Provider, version: int) -> None:
    """Keep an approved institution as told; what is told empty stays as known, older news change nothing."""
    known = unit.providers.get(provider.id)
    if known is not None:
        provider = _completed(provider, known)
    if unit.providers.learn(provider, version):
        unit.audit("provider_learned", "provider", provider.id, version=version)


def note_standing(unit: Unit, provider_id: UUID, suspended: bool, version: int) -> None:
    """Keep whether an institution is barred from new offers. Raises NotYet until it is known itself."""
    if unit.providers.get(provider_id) is None:
        raise NotYet(f"provider {provider_id}")
    if unit.providers.set_standing(provider_id, suspended, version):
        action = "provider_suspended" if suspended else "provider_reinstated"
        unit.audit(action, "provider", provider_id, version=version)


def _completed(told: Provider, known: Provider) -> Provider:
    territory = told.territory if told.territory.code else known.territory
    return replace(
        told,
        name=told.name or known.name,
        institution_type=told.institution_type or known.institution_type,
        address=told.address or known.address,
        territory=Territory(code=territory.code, name=territory.name or known.territory.name),
    )
