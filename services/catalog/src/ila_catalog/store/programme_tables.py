"""Tables of institutions, places and programmes."""

import sqlalchemy as sa

from ila_catalog.store.columns import JSONB, UTC, C, metadata

provider = sa.Table(
    "provider",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("viis_number", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sort_name", C, nullable=False),
    sa.Column("institution_type", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("territory", sa.Text, nullable=False, comment="ISO 3166-2"),
    sa.Column("territory_name", sa.Text, nullable=False),
    sa.Column("told_version", sa.Integer, nullable=False, server_default="0", comment="of these facts"),
    sa.Column("suspended", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("standing_version", sa.Integer, nullable=False, server_default="0", comment="of suspended"),
    sa.Column("updated_at", UTC, nullable=False),
    sa.UniqueConstraint("viis_number", name="provider_viis_number"),
    sa.CheckConstraint("viis_number ~ '^[0-9]{10}$'", name="provider_viis_number_form"),
    sa.Index("provider_name", "sort_name", "id"),
)

register_fact = sa.Table(
    "register_fact",
    metadata,
    sa.Column("provider_id", sa.Uuid, sa.ForeignKey("provider.id"), primary_key=True),
    sa.Column("register", sa.Text, primary_key=True),
    sa.Column("found", sa.Boolean),
    sa.Column("answer", JSONB),
    sa.Column("observed_at", UTC, comment="null: the register has not answered yet"),
    sa.Column("legal_basis", sa.Text),
    sa.Column("hash", sa.Text),
    sa.Column("snapshot", sa.Text, comment="question and answer as the gateway signed them"),
    sa.Column("ask_at", UTC, comment="null: nobody waits for a newer answer"),
    sa.Column("tries", sa.Integer, nullable=False, comment="in vain, since the last answer"),
    sa.Column("fault", sa.Text, comment="why the last try was in vain"),
    sa.Column("updated_at", UTC, nullable=False),
    sa.Index("register_fact_due", "ask_at", postgresql_where=sa.text("ask_at IS NOT NULL")),
)

place = sa.Table(
    "place",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("provider.id"), nullable=False),
    sa.Column("text", sa.Text, nullable=False, comment="as the institution wrote it"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("register_id", sa.Text, comment="of the address in the register"),
    sa.Column("address", sa.Text, comment="as the register writes it"),
    sa.Column("territory", sa.Text),
    sa.Column("territory_name", sa.Text),
    sa.Column("provenance", JSONB, comment="{register, observed_at, legal_basis, hash, snapshot}"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.CheckConstraint("state IN ('entered', 'matched', 'not_matched')", name="place_state"),
    sa.CheckConstraint(
        "(state = 'matched') = (address IS NOT NULL AND territory IS NOT NULL)", name="place_matched"
    ),
    sa.Index("place_organisation", "organisation_id", "id"),
    sa.Index("place_entered", "organisation_id", postgresql_where=sa.text("state = 'entered'")),
)

_PUBLISHED = sa.text("state = 'published'")
_EVER_PUBLIC = sa.text("published_at IS NOT NULL")

programme = sa.Table(
    "programme",
    metadata,
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
    sa.Column("licence_number", sa.Text),
    sa.Column("learning_need_id", sa.Uuid),
    sa.Column("place_id", sa.Uuid, sa.ForeignKey("place.id")),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("territory", sa.Text, nullable=False, comment="ISO 3166-2"),
    sa.Column("territory_name", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("funding_source", sa.Text, nullable=False),
    sa.Column("places", sa.Integer, nullable=False),
    sa.Column(
        "places_taken", sa.Integer, nullable=False, server_default="0", comment="by members of its groups"
    ),
    sa.Column(
        "places_free",
        sa.Integer,
        sa.Computed("greatest(places - places_taken, 0)", persisted=True),
        nullable=False,
    ),
    sa.Column("price_amount", sa.Numeric(10, 2), comment="EUR, as funding told it; null before"),
    sa.Column("price_methodology_id", sa.Uuid),
    sa.Column("price_methodology_version", sa.Text),
    sa.Column("price_as_of", sa.Date, comment="day whose rates these are"),
    sa.Column("price_hash", sa.Text, comment="of the quote that explains it"),
    sa.Column("price_version", sa.Integer, nullable=False, server_default="0", comment="told last"),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=False),
    sa.Column("demonstration", sa.Boolean, nullable=False),
    sa.Column("search_text", C, nullable=False, comment="folded; what a query is looked for in"),
    sa.Column("sort_title", C, nullable=False, comment="Latvian alphabetical order"),
    sa.Column("neutral_order", C, nullable=False, comment="SHA-256 of the id: favours nobody"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("published_at", UTC),
    sa.Column("agreement_id", sa.Uuid, sa.ForeignKey("agreement.id"), comment="under which it is published"),
    sa.Column("content_fingerprint", sa.Text, comment="same words, same fingerprint"),
    sa.Column(
        "changed", sa.BigInteger, nullable=False, server_default="0", comment="transaction of the last write"
    ),
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
    sa.CheckConstraint("price_amount > 0", name="programme_price"),
    sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="programme_published"),
    sa.Index("programme_call", "call_id", "id"),
    sa.Index("programme_own", "provider_id", "id"),
    sa.Index("programme_of_agreement", "agreement_id", postgresql_where=sa.text("agreement_id IS NOT NULL")),
    sa.Index("programme_need", "learning_need_id", postgresql_where=sa.text("learning_need_id IS NOT NULL")),
    sa.Index("programme_provider", "provider_id", postgresql_where=_PUBLISHED),
    sa.Index("programme_neutral", "neutral_order", "id", postgresql_where=_PUBLISHED),
    sa.Index("programme_title", "sort_title", "id", postgresql_where=_PUBLISHED),
    sa.Index("programme_start", "starts_on", "id", postgresql_where=_PUBLISHED),
    sa.Index("programme_hours", "total_hours", "id", postgresql_where=_PUBLISHED),
    sa.Index("programme_change", "changed"),
    sa.Index("programme_updated", "updated_at", postgresql_where=_PUBLISHED),
    sa.Index("programme_changes", "updated_at", "id", postgresql_where=_EVER_PUBLIC),
    sa.Index(
        "programme_search",
        "search_text",
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
        postgresql_where=_PUBLISHED,
    ),
    sa.Index(
        "programme_digcomp",
        "digcomp",
        postgresql_using="gin",
        postgresql_ops={"digcomp": "jsonb_path_ops"},
        postgresql_where=_PUBLISHED,
    ),
)

group_members = sa.Table(
    "group_members",
    metadata,
    sa.Column("group_id", sa.Uuid, primary_key=True),
    sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id"), nullable=False),
    sa.Column("members", sa.Integer, nullable=False, comment="0 of a cancelled group"),
    sa.Column("told_version", sa.Integer, nullable=False, comment="of the group"),
    sa.CheckConstraint("members >= 0", name="group_members_count"),
    sa.Index("group_members_programme", "programme_id"),
)
