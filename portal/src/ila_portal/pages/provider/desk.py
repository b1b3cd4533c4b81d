"""The blueprint of an institution's pages, and the roles that its people hold."""

from ila_portal.desks import Desk

PLACES = (
    "institution", "members", "accounts", "sanctions", "places", "calls", "programmes", "offers",
    "agreements", "groups", "claims",
)  # fmt: skip
provider = Desk("provider", "/provider/<uuid:organisation_id>", PLACES)
ADMIN, EDITOR = ("provider_admin",), ("provider_admin", "provider_editor")
SIGNATORY, TRAINER = ("provider_signatory",), ("provider_trainer", "provider_admin", "provider_editor")
OWN = {"organisation_id": "{organisation_id}"}
