"""Offers of an institution are compared with one another after each submission and withdrawal."""

from uuid import UUID

from ila_kit.actor import EVERYTHING, Scope

from ila_catalog.domain.likeness import compared, likenesses
from ila_catalog.domain.states import DRAFT, WITHDRAWN
from ila_catalog.offer_ports import ShownLikenesses
from ila_catalog.ports import Unit

COMPARE = "offer_likeness"


def want_comparison(unit: Unit, offer_id: UUID) -> None:
    """Have the offers of its institution compared as soon as may be: the deadline waits for no comparison."""
    unit.set_timer(offer_id, COMPARE, unit.now)


def compare_offers(unit: Unit, offer_id: UUID) -> None:
    """Compare what an institution offers in a call, all of it, and keep which offers are alike.

    Of what is submitted and not withdrawn; drafts are nobody's business. What is found is flagged to the
    people who evaluate, and refuses nothing. Source: BR-708.
    """
    offer = unit.offers.get(offer_id, EVERYTHING)
    unit.likenesses.lock(offer.call_id, offer.organisation_id)
    offers = unit.offers.of_organisation(offer.call_id, offer.organisation_id)
    standing = {one.programme_id: one.id for one in offers if one.state not in (DRAFT, WITHDRAWN)}
    programmes = unit.programmes.among(sorted(standing))
    found = likenesses(compared(standing[one.id], one) for one in programmes)
    unit.likenesses.replace(offer.call_id, offer.organisation_id, sorted(standing.values()), found)
    unit.audit(
        "offers_compared",
        "offer",
        offer.id,
        compared=len(programmes),
        flagged=[[str(one.one), str(one.other), one.kind, one.percent] for one in found],
    )


def show_likenesses(unit: Unit, offer_id: UUID, scope: Scope) -> ShownLikenesses:
    """Return which offers an offer in scope is like, and when that was looked at. Raises Missing."""
    return unit.likenesses.of(unit.offers.get(offer_id, scope).id)
