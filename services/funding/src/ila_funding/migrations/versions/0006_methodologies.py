"""Keep methodologies, with their approval, in the database; and which of them a price was tried with."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from ila_funding.domain.methodology import Methodology
from ila_funding.parameters import load_methodologies
from ila_kit.events import to_json
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006_methodologies"
down_revision = "0005_prices"

UTC = sa.DateTime(timezone=True)
# What came into force decides for ever: old decisions are replayed by it.
_GUARD = """
CREATE FUNCTION refuse_change_of_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'approved' THEN
    RAISE EXCEPTION 'an approved methodology never changes' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
_TRIGGERS = [
    """
    CREATE TRIGGER methodology_approved_stays BEFORE UPDATE OR DELETE ON methodology
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_approved()
    """,
    """
    CREATE TRIGGER methodology_never_emptied BEFORE TRUNCATE ON methodology
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
]
# The training a hold was quoted for stands beside its steps, so that it can be calculated again. Of
# older holds the steps tell it: what each part was, and what the steps after the parts were.
_TRAININGS = """
UPDATE hold SET quote = quote || jsonb_build_object('training', jsonb_build_object(
  'kind', CASE
    WHEN quote @> '{"steps": [{"rule": "BR-704"}]}' THEN 'module_set'
    WHEN quote @> '{"steps": [{"rule": "BR-703"}]}' THEN 'study_module'
    WHEN quote @> '{"steps": [{"rule": "BR-701"}]}' THEN 'study_course'
    ELSE 'module' END,
  'parts', (
    SELECT jsonb_agg(
      jsonb_build_object('title', step -> 'inputs' -> 'title', 'hours', step -> 'inputs' -> 'hours')
      ORDER BY (step ->> 'number')::int
    )
    FROM jsonb_array_elements(quote -> 'steps') AS step WHERE step ->> 'rule' IN ('BR-701', 'BR-702')
  ),
  'continuing_programme', (
    SELECT coalesce(max(told.continuing_programme), max(step -> 'inputs' ->> 'programme'))
    FROM jsonb_array_elements(quote -> 'steps') AS step
    LEFT JOIN published_programme AS told ON told.programme_id = hold.programme_id
    WHERE step ->> 'rule' = 'BR-705'
  )
)) WHERE NOT quote ? 'training'
"""


def upgrade() -> None:
    table = _create()
    op.execute(_GUARD)
    for trigger in _TRIGGERS:
        op.execute(trigger)
    shipped = [_row(one) for one in load_methodologies().versions]
    op.bulk_insert(table, shipped)
    op.execute("INSERT INTO methodology_count (approved) SELECT count(*) FROM methodology")
    op.add_column(
        "programme_price", sa.Column("tried_by", sa.Uuid, comment="methodology it was tried with last")
    )
    op.execute("UPDATE programme_price SET tried_by = methodology_id")
    op.execute(_TRAININGS)


def downgrade() -> None:
    op.execute("UPDATE hold SET quote = quote - 'training'")
    op.drop_column("programme_price", "tried_by")
    op.drop_table("methodology_count")
    op.drop_table("methodology")
    op.execute("DROP FUNCTION refuse_change_of_approved")


def _create() -> sa.Table:
    table = op.create_table(
        "methodology",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False, comment="first day in Riga it decides about"),
        sa.Column("known_from", UTC, comment="instant of its approval"),
        sa.Column("corrects", sa.Text, comment="version whose days it decides instead"),
        sa.Column("kinds", JSONB, nullable=False, comment="list of CostKind"),
        sa.Column("continuing_programmes", JSONB, nullable=False, comment="list of ContinuingProgramme"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("edited_by", sa.ARRAY(sa.Text), nullable=False, comment="all who had a hand in it"),
        sa.Column("submitted_by", sa.Text),
        sa.Column("approved_by", sa.Text),
        sa.Column("returned_by", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("due_at", UTC),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.UniqueConstraint("version", name="methodology_version"),
        sa.CheckConstraint("state IN ('draft', 'in_review', 'approved')", name="methodology_state"),
        sa.CheckConstraint("(state = 'approved') = (known_from IS NOT NULL)", name="methodology_known"),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> ALL (edited_by)", name="methodology_two_persons"
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR approved_by IS NOT NULL OR edited_by = '{}'",
            name="methodology_approved_by",
        ),
    )
    op.create_index("methodology_valid", "methodology", ["valid_from", "id"])
    op.create_index("methodology_updated", "methodology", ["updated_at", "id"])
    op.create_index(
        "methodology_deciding",
        "methodology",
        ["valid_from", "known_from"],
        unique=True,
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_table(
        "methodology_count",
        sa.Column("single", sa.Boolean, primary_key=True, server_default="true"),
        sa.Column("approved", sa.Integer, nullable=False, comment="how many versions came into force"),
        sa.CheckConstraint("single", name="methodology_count_single"),
    )
    return table


def _row(shipped: Methodology) -> dict[str, Any]:
    """Return a version that this release brings; nobody drafted it here, so nobody approves it."""
    return {
        "id": shipped.id,
        "version": shipped.version,
        "title": shipped.title,
        "document": shipped.document,
        "valid_from": shipped.valid_from,
        "known_from": shipped.known_from,
        "kinds": to_json(shipped.kinds),
        "continuing_programmes": to_json(shipped.continuing_programmes),
        "state": "approved",
        "edited_by": [],
        "revision": 1,
        "created_at": shipped.known_from,
        "updated_at": shipped.known_from,
    }
