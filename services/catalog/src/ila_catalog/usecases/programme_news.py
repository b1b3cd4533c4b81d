"""What others tell of programmes: funding their price, applications how many places are taken."""

from uuid import UUID

from ila_catalog.domain.prices import Price
from ila_catalog.ports import Unit


def note_price(unit: Unit, programme_id: UUID, price: Price, version: int) -> None:
    """Keep the price of a programme as funding told it last; older news change nothing.

    Source: BR-701 to BR-707 are funding's to compute; the catalogue shows.
    """
    if unit.programme_news.keep_price(programme_id, price, version):
        unit.audit(
            "programme_priced",
            "programme",
            programme_id,
            amount=str(price.amount),
            methodology=price.methodology_version,
            hash=price.hash,
            version=version,
        )


def note_members(unit: Unit, programme_id: UUID, group_id: UUID, members: int, version: int) -> None:
    """Keep how many places of a programme a group of it takes; older news of that group change nothing."""
    unit.programme_news.keep_members(programme_id, group_id, members, version)
