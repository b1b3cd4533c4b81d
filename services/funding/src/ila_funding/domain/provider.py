"""Providers, as identity told of them."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An institution money is paid to; `suspended`: payments to it are barred.

    `title` is None while nobody told of its approval. `approved_by` are the persons who approved it.
    The two sequences are the versions of the organisation that approval and standing were told at.
    """

    organisation_id: UUID
    viis_number: str | None = None
    title: str | None = None
    approved_by: tuple[UUID, ...] = ()
    approved_sequence: int = 0
    suspended: bool = False
    standing_sequence: int = 0

    @property
    def payable(self) -> bool:
        """Whether it is approved and its payments are not barred."""
        return self.title is not None and not self.suspended
