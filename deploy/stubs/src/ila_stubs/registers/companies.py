"""Companies of the register of legal persons that are no institutions: employers, as people register them."""

from dataclasses import dataclass, field
from typing import Any

from ila_stubs.personas import People, Persona
from ila_stubs.registers.institutions import legal_person_numbers

_FIRST = 9_800_000_000
BOSS, OTHERS = "employer-admin", ("citizen-2010", "citizen-2020")
# Title, status, who represents it, and how many of them sign together; the first of them is the persona.
_INVENTED = (
    ('SIA "Paraugu darbnīca"', "registered", (BOSS,), 1),
    ('AS "Paraugu kopuzņēmums"', "registered", (BOSS, OTHERS[0]), 2),
    ('SIA "Paraugu parādi"', "insolvent", (BOSS,), 1),
    ('SIA "Paraugu pagātne"', "liquidated", (BOSS,), 1),
    ('SIA "Paraugu kaimiņi"', "registered", (OTHERS[1],), 1),
)


@dataclass(frozen=True, kw_only=True)
class Company:
    """A company as the register of legal persons knows it."""

    number: str
    title: str
    status: str
    seat: str
    representatives: tuple[Persona, ...] = field(repr=False)
    signatures_needed: int

    def as_legal_person(self) -> dict[str, Any]:
        """Return the entry of the register of legal persons."""
        return {
            "number": self.number,
            "title": self.title,
            "status": self.status,
            "seat": self.seat,
            "viis_numbers": [],
            "representatives": [
                one.as_representative(self.signatures_needed) for one in self.representatives
            ],
        }


def companies(people: People) -> dict[str, Company]:
    """Return the companies by their numbers, in order; one whom the file does not list represents nobody."""
    numbers = legal_person_numbers(_FIRST)
    made = [_company(number, next(numbers), people) for number in range(len(_INVENTED))]
    return {one.number: one for one in made}


def _company(position: int, number: str, people: People) -> Company:
    title, status, names, needed = _INVENTED[position]
    return Company(
        number=number,
        title=title,
        status=status,
        seat=f"Paraugu laukums {position + 1}, Rīga, LV-1002",
        representatives=tuple(person for person in map(people.find, names) if person),
        signatures_needed=needed,
    )
