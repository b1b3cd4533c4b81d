"""What a person says of themselves: how to reach them, and in which language; registers say the rest."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The contact and the wishes of a person. Until they say something: no address, and Latvian.

    `letters`: whether messages come by e-mail too; never without an address.
    """

    person_id: UUID
    version: int = 1
    email: str | None = None
    language: str = "lv"
    letters: bool = True
    updated_at: datetime | None = None
