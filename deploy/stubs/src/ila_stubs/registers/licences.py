"""Licensed programmes of institutions: invented, of the kinds that call 1 takes, by type of institution."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

_HIGHER = frozenset({"Augstskola", "Akadēmija", "Koledža"})
_VOCATIONAL = frozenset(
    {"Koledža", "Profesionālās izglītības kompetences centrs", "Profesionālās vidējās izglītības iestāde"}
)
_BETWEEN_LICENCE_AND_START = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Licence:
    """A licensed programme of one institution."""

    number: str
    title: str
    family: str
    qualification: str | None
    lqf_level: int
    study_form: str
    licensed_on: date
    running_since: date
    accredited: bool

    def as_data(self) -> dict[str, Any]:
        """Return the licence as the register shows it."""
        days = {"licensed_on": self.licensed_on.isoformat(), "running_since": self.running_since.isoformat()}
        return asdict(self) | days


@dataclass(frozen=True, kw_only=True)
class _Kind:
    title: str
    family: str
    qualification: str | None
    lqf_level: int
    study_form: str


_KINDS = (
    _Kind(
        title="Datorsistēmas, datubāzes un datortīkli",
        family="vocational",
        qualification="Datorsistēmu tehniķis",
        lqf_level=4,
        study_form="in_person",
    ),
    _Kind(
        title="Programmēšana",
        family="vocational",
        qualification="Programmēšanas tehniķis",
        lqf_level=4,
        study_form="in_person",
    ),
    _Kind(
        title="Informācijas tehnoloģijas",
        family="higher_education",
        qualification=None,
        lqf_level=5,
        study_form="full_time",
    ),
)


def licences_of(institution: str, type_: str, registered_on: date, accredited: bool) -> tuple[Licence, ...]:
    """Return the licences an institution of this type holds; they run soon after it was registered."""
    families = {"higher_education": type_ in _HIGHER, "vocational": type_ in _VOCATIONAL}
    return tuple(
        Licence(
            number=f"L-{institution}-{number}",
            licensed_on=registered_on,
            running_since=registered_on + _BETWEEN_LICENCE_AND_START,
            accredited=accredited,
            **asdict(kind),
        )
        for number, kind in enumerate(_KINDS, 1)
        if families[kind.family]
    )
