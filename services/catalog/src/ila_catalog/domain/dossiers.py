"""Everything an offer stands on, read at one moment: what is checked and what is submitted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ila_kit.errors import DomainError
from ila_kit.events import to_json

from ila_catalog.domain.calls import Call
from ila_catalog.domain.errors import (
    AttachmentMissing,
    NotConfirmed,
    ProgrammeNotComplete,
    ProviderIsSuspended,
    WrongFundingSource,
)
from ila_catalog.domain.facts import Facts
from ila_catalog.domain.offers import Attachment, Offer, missing_files
from ila_catalog.domain.places import Place
from ila_catalog.domain.programmes import Programme, Provider, total_hours
from ila_catalog.domain.requirements import content_faults, open_registers, register_faults
from ila_catalog.domain.states import COMPLETE

_PROGRAMME = (
    "id",
    "kind",
    "title_lv",
    "title_en",
    "description_lv",
    "description_en",
    "parts",
    "continuing_programme",
    "qualification",
    "digcomp",
    "learning_outcomes",
    "licence_number",
    "learning_need_id",
    "mode",
    "language",
    "places",
    "starts_on",
    "ends_on",
)
_ATTACHMENT = ("id", "subject_kind", "kind", "name", "media_type", "size", "sha256")
_PLACE = ("id", "text", "register_id", "address", "territory", "provenance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """An offer with its call, programme, institution, place, files and register facts."""

    offer: Offer
    call: Call
    programme: Programme
    provider: Provider
    place: Place | None = None
    attachments: Sequence[Attachment] = ()
    facts: Facts = field(default_factory=dict)

    def faults(self, today: date) -> list[DomainError]:
        """Return everything that keeps the offer from being submitted, the deadline and quota apart.

        Source: BR-201 to BR-208, BR-303 to BR-307.
        """
        data = self.call.data
        return [
            *self._standing_faults(),
            *content_faults(data, self.programme, self.place, today),
            *register_faults(data, self.programme, self.facts, today),
            *self._form_faults(),
        ]

    def content(self, submission: int, received_at: datetime) -> dict[str, Any]:
        """Return what is submitted, as plain JSON: a receipt's hash is that of this (BR-308)."""
        programme = {name: getattr(self.programme, name) for name in _PROGRAMME}
        return _plain(
            {
                "offer_id": self.offer.id,
                "call_id": self.call.id,
                "organisation_id": self.provider.id,
                "viis_number": self.provider.viis_number,
                "organisation_title": self.provider.name,
                "submission": submission,
                "received_at": received_at,
                "funding_source": self.offer.funding_source,
                "confirmed": self.offer.confirmed,
                "programme": programme | {"total_hours": total_hours(self.programme.parts)},
                "place": {name: getattr(self.place, name) for name in _PLACE} if self.place else None,
                "attachments": [
                    {name: getattr(one, name) for name in _ATTACHMENT} for one in self.attachments
                ],
                "registers": [fact.provenance() for _, fact in sorted(self.facts.items()) if fact.known],
                "open_registers": open_registers(self.facts),
            }
        )

    def _standing_faults(self) -> list[DomainError]:
        found: list[DomainError] = [ProviderIsSuspended()] if self.provider.suspended else []
        if self.programme.state != COMPLETE:
            found.append(ProgrammeNotComplete(state=self.programme.state))
        return found

    def _form_faults(self) -> list[DomainError]:
        found: list[DomainError] = []
        needed = self.call.data.funding_source
        if self.offer.funding_source != needed:
            found.append(WrongFundingSource(needed=needed))
        if not self.offer.confirmed:
            found.append(NotConfirmed())
        family = self.call.data.family_of(self.offer.kind)
        attached = [one.kind for one in self.attachments]
        if lacking := missing_files(self.call.data.attachments, self.offer.kind, family, attached):
            found.append(AttachmentMissing(kinds=", ".join(lacking)))
        return found


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = to_json(value)
    return plain
