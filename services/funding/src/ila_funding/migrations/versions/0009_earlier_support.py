"""What a person is supported for already. Only adds: the release before runs on unchanged."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0009_earlier_support"
down_revision = "0008_entitlements"
VOCATIONAL = ("module", "module_set")


def upgrade() -> None:
    """Create the tables; note the content of known programmes and of all live money."""
    op.create_table(
        "programme_content",
        sa.Column(
            "programme_id", sa.Uuid, sa.ForeignKey("published_programme.programme_id"), primary_key=True
        ),
        sa.Column("content_key", sa.Text, primary_key=True),
    )
    op.create_table(
        "supported_content",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("content_key", sa.Text, primary_key=True),
        sa.Column("hold_id", sa.Uuid, sa.ForeignKey("hold.id"), nullable=False),
    )
    op.create_index("supported_content_hold", "supported_content", ["hold_id"])
    _describe_programmes()
    # Who was paid twice before anybody looked keeps both; the earlier one is named.
    op.execute(
        "INSERT INTO supported_content (person_id, content_key, hold_id)"
        " SELECT hold.person_id, content.content_key, hold.id FROM hold"
        " JOIN programme_content AS content ON content.programme_id = hold.programme_id"
        " WHERE hold.state IN ('held', 'committed', 'consumed')"
        " ORDER BY hold.created_at, hold.id, content.content_key ON CONFLICT DO NOTHING"
    )


def downgrade() -> None:
    """Drop them; both can be computed again."""
    op.drop_table("supported_content")
    op.drop_table("programme_content")


def _describe_programmes() -> None:
    known = op.get_bind().exec_driver_sql(
        "SELECT programme_id, kind, title_lv, parts FROM published_programme"
    )
    rows = [
        {"programme_id": one.programme_id, "content_key": key}
        for one in known
        for key in sorted({_key(one.kind, title) for title in _titles(one)})
    ]
    if rows:
        table = sa.table("programme_content", sa.column("programme_id", sa.Uuid), sa.column("content_key"))
        op.bulk_insert(table, rows)


def _titles(programme: sa.Row) -> list[str]:
    return [programme.title_lv, *(part["title"] for part in programme.parts)]


def _key(kind: str, title: str) -> str:
    family = "vocational" if kind in VOCATIONAL else "studies"
    return f"{family}:" + " ".join(unicodedata.normalize("NFC", title).split()).casefold()
