"""Programmes that can be paid for."""

from ila_funding.domain.programme import PublishedProgramme
from ila_funding.ports import Unit


def register_programme(unit: Unit, programme: PublishedProgramme) -> None:
    """Keep what catalog says of a programme, unless something newer is known already."""
    unit.programmes.save(programme)
