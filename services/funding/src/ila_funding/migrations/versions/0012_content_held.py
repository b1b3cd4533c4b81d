"""Who waits behind a hold of their own; titles that say no content. The release before runs on unchanged.

What a programme is called besides, and which holds pay for that, is noted before the first decision by it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012_content_held"
down_revision = "0011_entitlements_begin"

# They say where something stands in a programme, not what it teaches: no content is known by them alone.
PLACES = (
    "ievads|ievadkurss|ievadmodulis|ievaddaļa|ievadnodarbība|pamati|pamatkurss|pamatmodulis|pamatdaļa|modulis"
    "|kurss|studiju kurss|studiju modulis|daļa|tēma|nodarbība|lekcija|seminārs|prakse|mācību prakse"
    "|kvalifikācijas prakse|praktiskais darbs|praktiskie darbi|praktiskā daļa|teorētiskā daļa"
    "|patstāvīgais darbs|projekts|noslēgums|noslēguma darbs|noslēguma projekts|noslēguma pārbaudījums"
    "|pārbaudījums|pārbaudes darbs|eksāmens|kvalifikācijas eksāmens|kvalifikācijas darbs"
)
FORGET = "DELETE FROM {table} WHERE content_key ~ :places"


def upgrade() -> None:
    """Add the column; forget what was known by such titles alone."""
    comment = "the person's own hold for the same content that it waits for"
    op.add_column("hold_request", sa.Column("behind", sa.Uuid, comment=comment))
    waiting = sa.text("behind IS NOT NULL")
    op.create_index("hold_request_behind", "hold_request", ["behind"], postgresql_where=waiting)
    for table in ("programme_content", "supported_content"):
        text = sa.text(FORGET.format(table=table))
        op.execute(text.bindparams(places=rf"^[a-z_]+:[0-9ivx\W]*({PLACES})[0-9ivx\W]*$"))


def downgrade() -> None:
    """Take the column away; the names of content are noted again when they are needed."""
    op.drop_column("hold_request", "behind")
