"""Shapes that several routes share."""

from collections.abc import Iterable
from typing import Any

from ila_kit.actor import Role
from ila_kit.web.schemas import Schema, fields


class RoleSchema(Schema):
    """A role, and the organisation it is held in; platform-wide when that is null."""

    role = fields.String(required=True)
    organisation = fields.Id(required=True, allow_none=True)


class ReasonSchema(Schema):
    """Why, in the words of who decides."""

    reason = fields.Text(max=2_000, required=True)


def shown(roles: Iterable[Role]) -> list[dict[str, Any]]:
    """Return roles as JSON shows them."""
    return [{"role": role.name, "organisation": role.organisation} for role in roles]
