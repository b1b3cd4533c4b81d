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
