"""Education institutions with addresses, licences and legal persons: those of 2020, and invented ones."""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from itertools import count
from typing import Any

from ila_stubs.personas import Persona, citizen
from ila_stubs.registers import territories
from ila_stubs.registers.licences import Licence, licences_of

INVENTED = 60
NOT_ACCREDITED, NEW, NOT_OPERATING = 58, 59, 60
COMPANY, UNIT = 51, 52  # the second is a unit of the first one's company, for which two sign together
_FIRST_INVENTED = 9_900_000_000
_FIRST_LEGAL_PERSON = 9_900_000_000  # ten digits; the eleventh is the check digit
_WEIGHTS = (9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)
_REMAINDER = 3
_OLDEST, _DAYS = date(1995, 9, 1), 24 * 365
# The institutions of the demonstration also stand under the address its programmes are held at.
DEMONSTRATION = {
    "3334000016": "Krišjāņa Valdemāra iela 1C, Rīga, LV-1010",
    "3341000709": "Kaļķu iela 1, Rīga, LV-1050",
    "4134003109": "Kalnsētas iela 24, Saldus, Saldus novads, LV-3801",
}


@dataclass(frozen=True, kw_only=True)
class Institution:
    """An education institution as the registers know it."""

    number: str
    title: str
    kind: str
    type: str
    legal_person_number: str
    units: tuple[str, ...] = ()
    representatives: tuple[Persona, ...] = field(default=(), repr=False)
    signatures_needed: int = 1
    addresses: tuple[str, ...]
    registered_on: date
    accredited: bool = True
    operating: bool = True
    licences: tuple[Licence, ...] = field(default=(), repr=False)

    def as_institution(self) -> dict[str, Any]:
        """Return the entry of the register of education institutions."""
        territory = territories.of_address(self.addresses[0])
        return {
            "number": self.number,
            "title": self.title,
            "kind": self.kind,
            "type": self.type,
            "seat": self.addresses[0],
            "territory": territory.code if territory else None,
            "territory_title": territory.name if territory else None,
            "registered_on": self.registered_on.isoformat(),
            "accredited": self.accredited,
            "operating": self.operating,
            "legal_person_number": self.legal_person_number,
        }

    def as_addresses(self) -> dict[str, Any]:
        """Return the addresses at which the institution may teach."""
        rows = [_address(self.number, number, text) for number, text in enumerate(self.addresses, 1)]
        return {"number": self.number, "addresses": rows}

    def as_licences(self) -> dict[str, Any]:
        """Return the licensed programmes of the institution."""
        return {"number": self.number, "licences": [licence.as_data() for licence in self.licences]}

    def as_legal_person(self) -> dict[str, Any]:
        """Return the legal person behind the institution."""
        return {
            "number": self.legal_person_number,
            "title": self.title,
            "status": "registered" if self.operating else "liquidated",
            "seat": self.addresses[0],
            "viis_numbers": [self.number, *self.units],
            "representatives": [
                one.as_representative(self.signatures_needed) for one in self.representatives
            ],
        }


@dataclass(frozen=True)
class Institutions:
    """Every institution by its number, and by the number of its legal person."""

    by_number: dict[str, Institution]
    by_legal_person: dict[str, Institution]

    @classmethod
    def load(cls, today: date) -> "Institutions":
        """Return the institutions as of a day: one of them is registered a year before it."""
        everybody = list(_everybody(today))
        # The first of those with one legal person is the company, the others are units of it.
        companies = {one.legal_person_number: one for one in reversed(everybody)}
        return cls({one.number: one for one in everybody}, companies)

    def invented(self) -> list[Institution]:
        """Return the invented institutions in order of their numbers."""
        return [self.by_number[str(_FIRST_INVENTED + number)] for number in range(1, INVENTED + 1)]


def representatives_of(number: int) -> list[Persona]:
    """Return who may sign for an invented institution: `citizen-1010` for 01; two for the company."""
    first = 1000 + 10 * number
    names = [f"citizen-{one:04}" for one in range(first, first + (2 if number == COMPANY else 1))]
    return [person for person in map(citizen, names) if person]


def legal_person_numbers(after: int = _FIRST_LEGAL_PERSON) -> Iterator[str]:
    """Yield numbers of legal persons with a right check digit that belong to nobody, after ten digits."""
    for first in count(after + 1):
        rest = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, str(first), strict=False))
        check = (_REMAINDER - rest) % 11
        if check < 10:
            yield f"{first}{check}"


def _everybody(today: date) -> Iterable[Institution]:
    numbers = legal_person_numbers()
    own = [next(numbers) for _ in range(INVENTED)]
    own[UNIT - 1] = own[COMPANY - 1]
    for number, legal_person in enumerate(own, 1):
        yield _invented(number, legal_person, today)
    text = (files("ila_stubs.registers") / "data" / "viis_institutions_2020.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield _real(row, next(numbers))


def _invented(number: int, legal_person: str, today: date) -> Institution:
    registered_on = today - timedelta(days=365) if number == NEW else date(2012, 9, 1)
    accredited, viis_number, kind = number != NOT_ACCREDITED, str(_FIRST_INVENTED + number), "Koledža"
    return Institution(
        number=viis_number,
        title=f"Paraugu koledža {number:02}",
        kind="Augstākās izglītības iestāde",
        type=kind,
        legal_person_number=legal_person,
        units=(str(_FIRST_INVENTED + UNIT),) if number == COMPANY else (),
        representatives=tuple(representatives_of(number)),
        signatures_needed=2 if number in (COMPANY, UNIT) else 1,
        addresses=(f"Paraugu iela {number}, Rīga, LV-1001", f"Paraugu bulvāris {number}, Rīga, LV-1001"),
        registered_on=registered_on,
        accredited=accredited,
        operating=number != NOT_OPERATING,
        licences=licences_of(viis_number, kind, registered_on, accredited),
    )


def _real(row: dict[str, str], legal_person: str) -> Institution:
    number, registered_on = row["reg_no"], _invented_day(row["reg_no"])
    shown = number in DEMONSTRATION
    return Institution(
        number=number,
        title=row["name"],
        kind=row["kind"],
        type=row["type"],
        legal_person_number=legal_person,
        addresses=(row["address"], DEMONSTRATION[number]) if shown else (row["address"],),
        registered_on=registered_on,
        licences=licences_of(number, row["type"], registered_on, accredited=True) if shown else (),
    )


def _invented_day(number: str) -> date:
    seed = int.from_bytes(hashlib.sha256(number.encode()).digest()[:8])
    return _OLDEST + timedelta(days=seed % _DAYS)


def _address(institution: str, number: int, text: str) -> dict[str, Any]:
    territory = territories.of_address(text)
    return {
        "id": f"{institution}-{number}",
        "text": text,
        "territory": territory.code if territory else None,
        "territory_title": territory.name if territory else None,
    }
