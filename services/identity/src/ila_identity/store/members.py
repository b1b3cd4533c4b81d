"""People of organisations."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, PageRequest

from ila_identity.domain.members import Member, Named
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.ports import Listed
from ila_identity.store import provider_tables as t
from ila_identity.store.rows import VersionedRows
from ila_identity.store.vault import Vault

_C = t.member.c
_PLAIN = (
    *("id", "organisation_id", "person_id", "state", "added_by", "confirmed_by"),
    *("due_at", "created_at", "updated_at", "wanted_by", "version"),
)
# Written out, not bound: the planner must see that the partial index fits.
_WAITING = sa.literal_column("member.state") == sa.literal_column("'confirmed'")


class SqlMemberStore(VersionedRows[Member]):
    """Rows stay in here; personal codes are sealed."""

    table = t.member
    listing = Listing(
        t.member,
        id=_C.id,
        sorts={"created_at": _C.id},
        default="-created_at",
        filters={"state": _C.state},
        updated=_C.updated_at,
    )

    def __init__(self, connection: sa.Connection, vault: Vault):
        super().__init__(connection)
        self._vault = vault

    def add(self, member: Member) -> bool:
        """Store a new member; False when the person is one already."""
        return self.add_once(member)

    def save(self, member: Member) -> None:
        """Store the next version of a member. Raises Stale when somebody stored one since."""
        self.put_next(member)

    def get(self, organisation_id: UUID, member_id: UUID) -> Member:
        """Return, locked, a member of an organisation. Raises Missing."""
        return self.the_locked(_C.id == member_id, _C.organisation_id == organisation_id)

    def by_id(self, member_id: UUID) -> Member:
        """Return, locked, a member of any organisation. Raises Missing."""
        return self.the_locked(_C.id == member_id)

    def of(self, organisation_id: UUID) -> list[Member]:
        """Return, locked, the members of an organisation whose time has not ended."""
        return self.locked(_C.organisation_id == organisation_id, _C.state != "ended")

    def waiting(self, code: PersonalCode) -> list[Member]:
        """Return, locked, the confirmed members with this code whose roles are not in force yet."""
        return self.locked(_C.fingerprint == self._vault.fingerprint(code), _WAITING)

    def page(self, organisation_id: UUID, request: PageRequest) -> Listed[Member]:
        """Return a page of the members of an organisation, newest first."""
        return self.listed(request, [_C.organisation_id == organisation_id])

    def row_of(self, thing: Member) -> dict[str, Any]:
        """Return a member as a row."""
        named = thing.named
        return {name: getattr(thing, name) for name in _PLAIN} | {
            "roles": list(thing.roles),
            "wanted": None if thing.wanted is None else list(thing.wanted),
            "given_name": named.given_name,
            "family_name": named.family_name,
            "fingerprint": self._vault.fingerprint(named.personal_code),
            "sealed_code": self._vault.seal(named.personal_code, thing.id),
        }

    def thing_of(self, row: Any) -> Member:
        """Return a row as a member."""
        named = Named(
            given_name=row["given_name"],
            family_name=row["family_name"],
            personal_code=self._vault.open(row["sealed_code"], row["id"]),
        )
        return Member(
            **{name: row[name] for name in _PLAIN},
            roles=tuple(row["roles"]),
            wanted=None if row["wanted"] is None else tuple(row["wanted"]),
            named=named,
        )
