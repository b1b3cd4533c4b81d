"""Create calls, learning needs, documents, institutions and programmes.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002_calls_and_programmes"
down_revision = "0001_mechanics"

UTC = sa.DateTime(timezone=True)
C = sa.Text(collation="C")
_PUBLISHED = sa.text("state = 'published'")


def upgrade() -> None:
    """Create the tables; pg_trgm, unless it is set up already, makes words inside texts quick to find."""
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    _create_call()
    _create_learning_need()
    _create_call_document()
    _create_provider()
    _create_programme()


def downgrade() -> None:
    """Remove them, the ones that refer to others first; the extension may serve others and stays."""
    op.drop_table("programme")
    op.drop_table("provider")
    op.drop_table("call_document")
    op.drop_table("learning_need")
    op.drop_table("call")


def _create_call() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("edition", sa.Integer, nullable=False, comment="of the file it was loaded from"),
        sa.Column("content_hash", sa.Text, nullable=False, comment="of the file it was loaded from"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("title_lv", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("project_number", sa.Text, nullable=False),
        sa.Column("project_title_lv", sa.Text, nullable=False),
        sa.Column("project_title_en", sa.Text, nullable=False),
        sa.Column("funding_source", sa.Text, nullable=False),
        sa.Column("activity", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("phases", JSONB, nullable=False, comment="as scheduled, and as planned"),
        sa.Column("shifted_by_days", sa.Integer, nullable=False, comment="0 except in demonstration data"),
        sa.Column("applications_open_at", UTC, nullable=False),
        sa.Column("applications_close_at", UTC, nullable=False, comment="exclusive"),
        sa.Column("kinds", JSONB, nullable=False),
        sa.Column("requirements", JSONB, nullable=False),
        sa.Column("parameters", JSONB, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("published_at", UTC),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.UniqueConstraint("code", name="call_code"),
        sa.CheckConstraint("state IN ('draft', 'published', 'closed', 'archived')", name="call_state"),
        sa.CheckConstraint("applications_open_at < applications_close_at", name="call_applications"),
        sa.CheckConstraint("version > 0 AND edition > 0", name="call_version"),
        sa.CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="call_published"),
    )
    op.create_index("call_opening", "call", ["applications_open_at", "id"])
    op.create_index("call_created", "call", ["created_at", "id"])


def _create_learning_need() -> None:
    op.create_table(
        "learning_need",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("area", sa.SmallInteger, nullable=False),
        sa.Column("lowest_level", sa.SmallInteger, nullable=False),
        sa.Column("highest_level", sa.SmallInteger, nullable=False),
        sa.Column("approved_on", sa.Date, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.CheckConstraint("area BETWEEN 1 AND 5", name="learning_need_area"),
        sa.CheckConstraint(
            "1 <= lowest_level AND lowest_level <= highest_level AND highest_level <= 8",
            name="learning_need_levels",
        ),
    )
    op.create_index("learning_need_call", "learning_need", ["call_id", "position"])


def _create_call_document() -> None:
    op.create_table(
        "call_document",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("title_lv", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("document_version", sa.Integer, nullable=False),
        sa.Column("dated", sa.Date, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("source", sa.Text, nullable=False),
        sa.CheckConstraint("document_version > 0", name="call_document_version"),
    )
    op.create_index("call_document_call", "call_document", ["call_id", "position"])


def _create_provider() -> None:
    op.create_table(
        "provider",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("viis_number", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sort_name", C, nullable=False),
        sa.Column("institution_type", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("territory", sa.Text, nullable=False, comment="ISO 3166-2"),
        sa.Column("territory_name", sa.Text, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.UniqueConstraint("viis_number", name="provider_viis_number"),
        sa.CheckConstraint("viis_number ~ '^[0-9]{10}$'", name="provider_viis_number_form"),
    )
    op.create_index("provider_name", "provider", ["sort_name", "id"])


def _create_programme() -> None:
    op.create_table(
        "programme",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
        sa.Column("provider_id", sa.Uuid, sa.ForeignKey("provider.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("title_lv", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("description_lv", sa.Text, nullable=False),
        sa.Column("description_en", sa.Text, nullable=False),
        sa.Column("parts", JSONB, nullable=False, comment="[{title, title_en, hours}]"),
        sa.Column("total_hours", sa.Integer, nullable=False),
        sa.Column("continuing_programme", sa.Text),
        sa.Column("qualification", sa.Text),
        sa.Column("digcomp", JSONB, nullable=False, comment="[{area, level}]"),
        sa.Column("learning_outcomes", JSONB, nullable=False, comment="[{lv, en}]"),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("territory", sa.Text, nullable=False, comment="ISO 3166-2"),
        sa.Column("territory_name", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("funding_source", sa.Text, nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("demonstration", sa.Boolean, nullable=False),
        sa.Column("search_text", C, nullable=False, comment="folded; what a query is looked for in"),
        sa.Column("sort_title", C, nullable=False, comment="Latvian alphabetical order"),
        sa.Column("neutral_order", C, nullable=False, comment="SHA-256 of the id: favours nobody"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("published_at", UTC),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.CheckConstraint(
            "kind IN ('study_course', 'study_module', 'module', 'module_set')", name="programme_kind"
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'complete', 'bound', 'approved', 'published', 'closed', 'archived')",
            name="programme_state",
        ),
        sa.CheckConstraint("jsonb_array_length(parts) > 0 AND total_hours > 0", name="programme_parts"),
        sa.CheckConstraint("places > 0 AND version > 0", name="programme_places"),
        sa.CheckConstraint("starts_on <= ends_on", name="programme_dates"),
        sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="programme_published"),
    )
    # Searched row by row: kept in the row and unpacked, so that looking into it costs nothing more.
    op.execute("ALTER TABLE programme ALTER COLUMN search_text SET STORAGE MAIN")
    op.create_index("programme_call", "programme", ["call_id", "id"])
    op.create_index("programme_provider", "programme", ["provider_id"], postgresql_where=_PUBLISHED)
    op.create_index("programme_neutral", "programme", ["neutral_order", "id"], postgresql_where=_PUBLISHED)
    op.create_index("programme_title", "programme", ["sort_title", "id"], postgresql_where=_PUBLISHED)
    op.create_index("programme_start", "programme", ["starts_on", "id"], postgresql_where=_PUBLISHED)
    op.create_index("programme_hours", "programme", ["total_hours", "id"], postgresql_where=_PUBLISHED)
    op.create_index("programme_updated", "programme", ["updated_at"], postgresql_where=_PUBLISHED)
    op.create_index(
        "programme_search",
        "programme",
        ["search_text"],
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=_PUBLISHED,
    )
    op.create_index(
        "programme_digcomp",
        "programme",
        ["digcomp"],
        postgresql_using="gin",
        postgresql_ops={"digcomp": "jsonb_path_ops"},
        postgresql_where=_PUBLISHED,
    )
