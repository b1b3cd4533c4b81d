"""Registering an institution: the form with its signed attestation, and what became of it."""

from ila_portal.deeds import Deed
from ila_portal.desks import Desk, Page
from ila_portal.forms import Field

REGISTRATIONS = "/api/identity/v1/provider-registrations"
ONE = f"{REGISTRATIONS}/{{id}}"
registration = Desk("registration", "/registration")

FORM = (
    Field("viis_number", "digits", hint=True),
    Field("legal_person_number", "digits", hint=True),
    Field("administrator.given_name", grouped=True),
    Field("administrator.family_name", grouped=True),
    Field("administrator.personal_code", fresh=True, hint=True, grouped=True),
    Field("administrator.email", "email", grouped=True),
    Field("contact_email", "email"),
    Field("attestation", "file", hint=True),
)
REGISTER = Deed("registration", REGISTRATIONS, FORM, onward="registration.show_one", acr="high")
CORRECT = Deed(
    "registration-correction", ONE, FORM, "PUT", verbs=("change",), versioned=True, tone="quiet", acr="high"
)
AUTHORISE = Deed(
    "authorisation",
    f"{ONE}/authorisation",
    (Field("authorisation", "file", hint=True),),
    verbs=("authorisation",),
    tone="quiet",
    acr="high",
)
SUBMIT = Deed("registration-submission", f"{ONE}/submission", verbs=("submission",), acr="high")

registration.add("", Page("show_form", {}, deeds=(REGISTER,), template="registration_form.html"))
registration.add(
    "/<uuid:id>",
    Page(
        "show_one",
        {"registration": ONE},
        deeds=(SUBMIT, CORRECT, AUTHORISE),
        template="registration.html",
        heading="title",
        words="status",
    ),
)
