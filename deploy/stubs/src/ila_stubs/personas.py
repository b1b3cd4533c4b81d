"""The invented people of development: those listed in a file, and citizens made by rule."""

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

ACR_LEVELS = ("low", "substantial", "high")

_CITIZEN = re.compile(r"citizen-(\d{4})")
_OLDEST, _BIRTH_DAYS = date(1955, 1, 1), 48 * 365
_GIVEN = ("Agris", "Baiba", "Dāvis", "Elza", "Gatis", "Helēna", "Ivars", "Katrīna", "Mareks", "Nora")
_FAMILY = (
    "Auziņa",
    "Briedis",
    "Ceriņa",
    "Dambītis",
    "Feldmane",
    "Gulbis",
    "Irbe",
    "Jurka",
    "Lielmane",
    "Osis",
)
_SPREAD = 618_033_989  # coprime to 10**9, so every number gives another personal code
_BACK = pow(_SPREAD, -1, 10**9)
_LAST_CITIZEN = 9_999


@dataclass(frozen=True, slots=True)
class Role:
    """A role, and the organisation it is held in (None: the agency's, or the person's own)."""

    role: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """An invented person; `acr` is the highest assurance the person's means of signing in gives."""

    name: str
    given_name: str
    family_name: str
    birthdate: date
    personal_code: str
    email: str
    acr: str = "high"
    roles: tuple[Role, ...] = ()

    def as_representative(self, signatures_needed: int) -> dict[str, object]:
        """Return how the register of legal persons names somebody who signs for one, with how many."""
        return {
            "personal_code": self.personal_code,
            "given_name": self.given_name,
            "family_name": self.family_name,
            "position": "Valdes loceklis",
            "signatures_needed": signatures_needed,
        }


class People:
    """Everybody who can sign in, by the persona's name."""

    def __init__(self, listed: Iterable[Persona]):
        self._listed = {persona.name: persona for persona in listed}

    @property
    def listed(self) -> tuple[Persona, ...]:
        """Return the personas of the file, in its order."""
        return tuple(self._listed.values())

    def find(self, name: str) -> Persona | None:
        """Return the listed persona or the generated citizen of this name."""
        return self._listed.get(name) or citizen(name)

    def somebody_else(self, persona: Persona) -> Persona:
        """Return another person than this one, always the same for the same persona."""
        return next(other for other in self._listed.values() if other.name != persona.name)


def load(path: Path) -> People:
    """Read a personas file. Raises ValueError naming the persona that is wrong."""
    rows = tomllib.loads(path.read_text("utf-8"))["persona"]
    people = [_persona(row) for row in rows]
    if len({persona.name for persona in people}) != len(people):
        raise ValueError(f"{path} names a persona twice.")
    return People(people)


def _persona(row: dict[str, object]) -> Persona:
    try:
        roles = tuple(Role(**role) for role in row.pop("roles", ()))  # type: ignore[attr-defined]
        persona = Persona(**row, roles=roles)  # type: ignore[arg-type]
    except TypeError as fault:
        raise ValueError(f"Persona {row.get('name')}: {fault}") from None
    if persona.acr not in ACR_LEVELS:
        raise ValueError(f"Persona {persona.name}: acr is none of {', '.join(ACR_LEVELS)}.")
    return persona


def citizen(name: str) -> Persona | None:
    """Return the adult that `citizen-0001` … `citizen-9999` stands for; None for any other name."""
    match = _CITIZEN.fullmatch(name)
    number = int(match[1]) if match else 0
    if not number:
        return None
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest())
    code = f"32{number * _SPREAD % 10**9:09}"
    return Persona(
        name=name,
        given_name=_GIVEN[seed % len(_GIVEN)],
        family_name=_FAMILY[seed // 10 % len(_FAMILY)],
        birthdate=_OLDEST + timedelta(days=seed // 100 % _BIRTH_DAYS),
        personal_code=f"{code[:6]}-{code[6:]}",
        email=f"{name}@personas.example",
        roles=(Role("learner"),),
    )


def citizen_of_code(digits: str) -> int | None:
    """Return the number of the citizen with this personal code, eleven digits; None for any other code."""
    if not re.fullmatch(r"32\d{9}", digits):
        return None
    number = int(digits[2:]) * _BACK % 10**9
    return number if 1 <= number <= _LAST_CITIZEN else None


def digits(persona: Persona) -> str:
    """Return the personal code of a persona as its eleven digits."""
    return persona.personal_code.replace("-", "")
