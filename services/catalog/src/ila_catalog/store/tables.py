"""All tables of the catalogue; each concern has a module of its own, and everybody else reads them here."""

from ila_catalog.store.agreement_tables import agreement, agreement_programme, agreement_signature
from ila_catalog.store.call_desk_tables import call_question, need_proposal, outside_offer
from ila_catalog.store.call_tables import call, call_document, learning_need, schedule_change
from ila_catalog.store.columns import metadata
from ila_catalog.store.evaluation_tables import (
    commission,
    commission_member,
    decision,
    interest_declaration,
)
from ila_catalog.store.offer_tables import (
    attachment,
    likeness,
    offer,
    offer_comparison,
    offer_submission,
    quota,
)
from ila_catalog.store.programme_tables import group_members, place, programme, provider, register_fact

__all__ = [
    "agreement",
    "agreement_programme",
    "agreement_signature",
    "attachment",
    "call",
    "call_document",
    "call_question",
    "commission",
    "commission_member",
    "decision",
    "group_members",
    "interest_declaration",
    "learning_need",
    "likeness",
    "metadata",
    "need_proposal",
    "offer",
    "offer_comparison",
    "offer_submission",
    "outside_offer",
    "place",
    "programme",
    "provider",
    "quota",
    "register_fact",
    "schedule_change",
]
