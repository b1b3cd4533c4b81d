"""Keep papers, checklist, learning needs, questions, documents and outside offers of calls.

Only adds, so the release before this one runs on the new schema unchanged: calls that it makes have the
papers that it asks for.
"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007_calls_as_data"
down_revision = "0006_search"

UTC = sa.DateTime(timezone=True)
_BOTH = ["higher_education", "vocational"]
_SOURCE = "[seed] S-Sub2"
# What every call asked for until now (BR-307): kind, titles, subjects, required, instead of.
_PAPERS = [
    ("annex_2", "Nolikuma 2. pielikums", "Annex 2", ["offer"], True, []),
    ("annex_3", "Nolikuma 3. pielikums", "Annex 3", ["offer"], True, []),
    ("annex_4", "Nolikuma 4. pielikums", "Annex 4", ["offer"], True, []),
    ("curriculum", "Mācību programmas kopija", "Copy of the curriculum", ["offer", "programme"], True, []),
    ("study_plan", "Studiju plāns", "Study plan", ["offer", "programme"], False, ["curriculum"]),
    (
        "course_description",
        "Kursa apraksts",
        "Course description",
        ["offer", "programme"],
        False,
        ["curriculum"],
    ),
]
_COLUMNS = {
    "learning_need": ("areas", "text_lv", "text_en", "entered"),
    "call_document": ("file_name", "media_type", "size", "sha256", "added_at", "added_by"),
    "call": ("attachments", "checklist"),
}


def upgrade() -> None:
    """Make what this release needs."""
    _widen_call()
    _widen_learning_need()
    _widen_call_document()
    _create_need_proposal()
    _create_call_question()
    _create_outside_offer()


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("outside_offer")
    op.drop_table("call_question")
    op.drop_table("need_proposal")
    op.drop_index("programme_need", "programme")
    op.drop_index("call_document_sha256", "call_document")
    op.drop_index("call_document_dated", "call_document")
    op.drop_constraint("call_document_file", "call_document")
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)


def _widen_call() -> None:
    names = ("kind", "title_lv", "title_en", "subjects", "required", "instead_of")
    papers = [
        dict(zip(names, paper, strict=True)) | {"families": _BOTH, "source": _SOURCE} for paper in _PAPERS
    ]
    op.add_column(
        "call",
        sa.Column(
            "attachments",
            JSONB,
            nullable=False,
            server_default=json.dumps(papers, ensure_ascii=False),
            comment="papers of offers and programmes",
        ),
    )
    op.add_column(
        "call",
        sa.Column("checklist", JSONB, nullable=False, server_default="[]", comment="of the commission"),
    )


def _widen_learning_need() -> None:
    op.alter_column("learning_need", "area", comment="the first; all stand in areas")
    for column in (
        sa.Column("areas", JSONB, nullable=False, server_default="[]", comment="empty: only the first"),
        sa.Column("text_lv", sa.Text),
        sa.Column("text_en", sa.Text),
        sa.Column(
            "entered", sa.Boolean, nullable=False, server_default=sa.false(), comment="on the platform"
        ),
    ):
        op.add_column("learning_need", column)
    op.create_index(
        "programme_need",
        "programme",
        ["learning_need_id"],
        postgresql_where=sa.text("learning_need_id IS NOT NULL"),
    )


def _widen_call_document() -> None:
    for column in (
        sa.Column("file_name", sa.Text),
        sa.Column("media_type", sa.Text),
        sa.Column("size", sa.Integer, comment="in bytes"),
        sa.Column("sha256", sa.Text),
        sa.Column("added_at", UTC, comment="on the platform; null: stands in the call's file"),
        sa.Column("added_by", sa.Text),
    ):
        op.add_column("call_document", column)
    op.create_check_constraint(
        "call_document_file", "call_document", "(sha256 IS NULL) = (file_name IS NULL)"
    )
    op.create_index("call_document_dated", "call_document", ["call_id", "dated", "id"])
    op.create_index("call_document_sha256", "call_document", ["sha256"])


def _create_need_proposal() -> None:
    op.create_table(
        "need_proposal",
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
    )
    op.create_index("need_proposal_call", "need_proposal", ["call_id", "id"])


def _create_call_question() -> None:
    op.create_table(
        "call_question",
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
    )
    op.create_index("call_question_call", "call_question", ["call_id", "id"])
    op.create_index("call_question_asked_by", "call_question", ["asked_by", "call_id", "id"])
    op.create_index(
        "call_question_answers",
        "call_question",
        ["call_id", "answered_at", "id"],
        postgresql_where=sa.text("state = 'answered'"),
    )


def _create_outside_offer() -> None:
    op.create_table(
        "outside_offer",
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
    )
    op.create_index(
        "outside_offer_latest", "outside_offer", ["id"], unique=True, postgresql_where=sa.text("latest")
    )
    op.create_index(
        "outside_offer_received",
        "outside_offer",
        ["call_id", "received_at", "id"],
        postgresql_where=sa.text("latest"),
    )
