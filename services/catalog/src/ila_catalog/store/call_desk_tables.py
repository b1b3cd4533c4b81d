"""Tables of what the agency does around a call: proposed needs, questions, offers from outside."""

import sqlalchemy as sa

from ila_catalog.store.columns import JSONB, UTC, metadata

need_proposal = sa.Table(
    "need_proposal",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True, comment="that of the need, once it is approved"),
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
    sa.Column("areas", JSONB, nullable=False, comment="[{area, lowest_level, highest_level}]"),
    sa.Column("text_lv", sa.Text),
    sa.Column("text_en", sa.Text),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False),
    sa.Column("approved_by", sa.Text),
    sa.Column("approved_on", sa.Date, comment="Latvian day"),
    sa.Column("reason", sa.Text, comment="why it was refused or withdrawn"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.CheckConstraint(
        "state IN ('proposed', 'approved', 'refused', 'withdrawn', 'lapsed')", name="need_proposal_state"
    ),
    sa.CheckConstraint("approved_by <> proposed_by", name="need_proposal_two_persons"),
    sa.CheckConstraint(
        "state <> 'approved' OR (approved_by IS NOT NULL AND approved_on IS NOT NULL)",
        name="need_proposal_approved",
    ),
    sa.Index("need_proposal_call", "call_id", "id"),
)

call_question = sa.Table(
    "call_question",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
    sa.Column("text", sa.Text, nullable=False, comment="as it was asked"),
    sa.Column("published_text", sa.Text, comment="as everybody reads it, once it is answered"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("asked_by", sa.Text, nullable=False, comment="shown to nobody"),
    sa.Column("due_at", UTC, nullable=False),
    sa.Column("answers", JSONB, nullable=False, comment="every version, the first one first"),
    sa.Column("answered_at", UTC, comment="the last version"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.CheckConstraint("state IN ('asked', 'overdue', 'answered')", name="call_question_state"),
    sa.CheckConstraint(
        "(state = 'answered') = (answered_at IS NOT NULL AND jsonb_array_length(answers) > 0)",
        name="call_question_answered",
    ),
    sa.Index("call_question_call", "call_id", "id"),
    sa.Index("call_question_asked_by", "asked_by", "call_id", "id"),
    sa.Index(
        "call_question_answers",
        "call_id",
        "answered_at",
        "id",
        postgresql_where=sa.text("state = 'answered'"),
    ),
)

outside_offer = sa.Table(
    "outside_offer",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, comment="each correction is a row"),
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
    sa.Column("latest", sa.Boolean, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("received_at", UTC, nullable=False),
    sa.Column("sender_title", sa.Text, nullable=False),
    sa.Column("sender_number", sa.Text, comment="in the register of institutions or of legal persons"),
    sa.Column("returned_at", UTC),
    sa.Column("returned_by", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("reason", sa.Text, comment="of a correction"),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("recorded_at", UTC, nullable=False),
    sa.CheckConstraint(
        "channel IN ('e_mail', 'e_address', 'post', 'in_person')", name="outside_offer_channel"
    ),
    sa.CheckConstraint(
        "state = CASE WHEN channel IN ('post', 'in_person')"
        " THEN 'returned_unopened' ELSE 'non_compliant' END",
        name="outside_offer_state",
    ),
    sa.CheckConstraint(
        "(state = 'returned_unopened') = (returned_at IS NOT NULL)"
        " AND (returned_at IS NULL) = (returned_by IS NULL)",
        name="outside_offer_returned",
    ),
    sa.CheckConstraint("returned_at >= received_at", name="outside_offer_order"),
    sa.CheckConstraint("(version > 1) = (reason IS NOT NULL)", name="outside_offer_reason"),
    sa.Index("outside_offer_latest", "id", unique=True, postgresql_where=sa.text("latest")),
    sa.Index("outside_offer_received", "call_id", "received_at", "id", postgresql_where=sa.text("latest")),
)
