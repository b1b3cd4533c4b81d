"""The institution itself: what is known of it, its people, its bank accounts."""

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.provider.desk import ADMIN, SIGNATORY, provider
from ila_portal.pages.provider.home import ORGANISATIONS

ORGANISATION = f"{ORGANISATIONS}/{{organisation_id}}"
MEMBERS, ACCOUNTS = f"{ORGANISATION}/members", f"{ORGANISATION}/bank-accounts"
ROLES = ("provider_admin", "provider_editor", "provider_signatory", "provider_trainer")
MEMBER_STATES = ("pending", "changing", "confirmed", "active", "ended")
MEMBER_SHOWS = (
    Shown("name", "person"),
    Shown("personal_code"),
    Shown("roles", "roles"),
    Shown("state", "tag"),
    Shown("due_at", "until"),
)
INSTITUTION_SHOWS = (
    Shown("viis_number"),
    Shown("legal_person_number"),
    Shown("institution_type"),
    Shown("seat"),
    Shown("territory_title", label="territory"),
)

provider.add(
    "",
    Page(
        "institution",
        {"organisation": ORGANISATION},
        shows=(*INSTITUTION_SHOWS, Shown("barred", "words", words="bar")),
        heading="title",
        words="status",
    ),
)
provider.add(
    "/members",
    Page(
        "members",
        {"members": Listing(MEMBERS, {"state": MEMBER_STATES})},
        shows=MEMBER_SHOWS,
        deeds=(
            Deed(
                "member",
                MEMBERS,
                (
                    Field("given_name"),
                    Field("family_name"),
                    Field("personal_code", hint=True),
                    Field("roles", "ticks", choices=ROLES, words="role"),
                ),
                roles=ADMIN,
                acr="high",
            ),
        ),
        row_deeds=(
            Deed(
                "member-confirmation",
                f"{MEMBERS}/{{target}}/confirmation",
                states=("pending", "changing"),
                roles=ADMIN,
                acr="high",
            ),
            Deed(
                "member-change",
                f"{MEMBERS}/{{target}}",
                (Field("roles", "ticks", choices=ROLES, words="role", label="roles_wanted", hint=True),),
                method="PUT",
                states=("active",),
                roles=ADMIN,
                versioned=True,
                acr="high",
            ),
            Deed(
                "member-change-withdrawal",
                f"{MEMBERS}/{{target}}/change-withdrawal",
                states=("changing",),
                roles=ADMIN,
                acr="high",
            ),
            Deed(
                "member-end",
                f"{MEMBERS}/{{target}}",
                method="DELETE",
                states=("pending", "confirmed", "active", "changing"),
                roles=ADMIN,
                acr="high",
            ),
        ),
        template="provider/members.html",
        roles=ADMIN,
    ),
)
provider.add(
    "/bank-accounts",
    Page(
        "accounts",
        {"accounts": Listing(ACCOUNTS)},
        shows=(
            Shown("iban"),
            Shown("holder"),
            Shown("state", "tag"),
            Shown("payable_from", "moment"),
        ),
        deeds=(
            Deed(
                "bank-account", ACCOUNTS, (Field("iban", hint=True), Field("holder")), roles=ADMIN, acr="high"
            ),
        ),
        row_deeds=(
            Deed(
                "bank-account-confirmation",
                f"{ACCOUNTS}/{{target}}/confirmation",
                states=("added", "pending"),
                roles=ADMIN + SIGNATORY,
                acr="high",
            ),
        ),
        roles=ADMIN + SIGNATORY,
    ),
)
provider.add(
    "/sanctions",
    Page(
        "sanctions",
        {"sanctions": Listing(f"{ORGANISATION}/sanctions")},
        row_deeds=(
            Deed(
                "sanction-reply",
                f"{ORGANISATION}/sanctions/{{target}}/reply",
                (Field("reply", "area", fresh=True),),
                roles=ADMIN + SIGNATORY,
                acr="high",
            ),
        ),
        template="sanctions.html",
    ),
)
