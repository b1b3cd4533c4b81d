"""A person, as the state e-identity last described them."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from ila_kit.ids import uuid7

SOURCE = "e-identity"
_BANDS = ((18, "under_18"), (25, "18_24"), (35, "25_34"), (45, "35_44"), (55, "45_54"), (65, "55_64"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What an e-identity says about a person at sign-in."""

    given_name: str
    family_name: str
    birth_date: date
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person. `observed_at` is when the e-identity last told us what is written here."""

    id: UUID
    description: Description
    observed_at: datetime
    created_at: datetime

    @classmethod
    def register(cls, description: Description, now: datetime) -> "Person":
        """Return a person nobody knew before."""
        return cls(id=uuid7(), description=description, observed_at=now, created_at=now)

    def described(self, description: Description, now: datetime) -> "Person":
        """Return the person as described now; a missing e-mail address does not erase a known one."""
        if description.email is None:
            description = replace(description, email=self.description.email)
        return replace(self, description=description, observed_at=max(now, self.observed_at))


@dataclass(frozen=True, slots=True)
class Login:
    """How one e-identity names a person: the issuer and its subject."""

    issuer: str
    subject: str


def age_on(birth_date: date, day: date) -> int:
    """Return a person's full years on a day; one born on 29 February ages on 1 March of common years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def age_band(birth_date: date, day: date) -> str:
    """Return the band that statistics and events may know instead of a birth date."""
    age = age_on(birth_date, day)
    return next((name for limit, name in _BANDS if age < limit), "65_plus")
