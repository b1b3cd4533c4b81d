"""A person registers the company they represent, over the gateway."""

from typing import Any

from process import IDENTITY, Process, good

REGISTRATIONS = f"{IDENTITY}/employer-registrations"


def begin(process: Process, name: str, number: str) -> Any:
    """Send a registration; return the answer, whatever it is."""
    form = {"legal_person_number": number, "contact_email": f"{name}@personas.example"}
    return process.by(name).post(REGISTRATIONS, form)


def decided(process: Process, name: str, number: str) -> Any:
    """Register a company; return the registration once the register has decided it."""
    path = f"{REGISTRATIONS}/{good(begin(process, name, number), 201)['id']}"
    return process.wait(name, path, lambda seen: seen["state"] != "asking")


def registered(process: Process, name: str, number: str) -> Any:
    """Return the registration that made a company an employer, made now unless it was made before."""
    known = f"{REGISTRATIONS}?state=registered&legal_person_number={number}"
    for one in process.read(name, known)["items"]:
        place = process.read("auditor", f"{IDENTITY}/organisations/{one['organisation_id']}")
        if place["state"] != "closed":
            return one
    made = decided(process, name, number)
    assert made["state"] == "registered", made
    return made
