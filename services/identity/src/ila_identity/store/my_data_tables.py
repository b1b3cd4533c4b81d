"""Tables of what people see of the handling of their data, as the migrations made them."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC

from ila_identity.store.tables import metadata

access_log = sa.Table(
    "access_log",
    metadata,
    sa.Column("look_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, primary_key=True, comment="whose data; may be known to a service alone"),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("viewed_at", UTC, nullable=False),
    sa.Column("viewer", sa.Text, nullable=False),
    sa.Column("viewer_roles", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("organisation_ids", sa.ARRAY(sa.Uuid), nullable=False),
    sa.Column("acting_for", sa.Text),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("what", sa.ARRAY(sa.Text), nullable=False, comment="names of what was shown, never the data"),
    sa.Index("access_log_person", "person_id", "viewed_at", "look_id"),
)

person_export = sa.Table(
    "person_export",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("requested_at", UTC, nullable=False),
    sa.Column("next_at", UTC, nullable=False, comment="when it is collected, while it is"),
    sa.Column("expires_at", UTC, nullable=False),
    sa.Column("waiting_for", sa.ARRAY(sa.Text), nullable=False, comment="services whose part is missing"),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("ready_at", UTC),
    sa.Column("sha256", sa.Text, comment="of the file, while it is kept"),
    sa.Column("size", sa.Integer),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("state IN ('collecting', 'ready', 'expired')", name="person_export_state"),
    sa.Index(
        "person_export_under_way",
        "person_id",
        unique=True,
        postgresql_where=sa.text("state = 'collecting'"),
    ),
    sa.Index("person_export_person", "person_id", "id"),
    sa.Index("person_export_due", "next_at", postgresql_where=sa.text("state = 'collecting'")),
    sa.Index("person_export_sha256", "sha256"),
)

person_erasure = sa.Table(
    "person_erasure",
    metadata,
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("requested_at", UTC, nullable=False),
    sa.Column("answered", sa.ARRAY(sa.Text), nullable=False, comment="services that erased their part"),
    sa.Column("erased_at", UTC),
)
