"""The institution's steps until it may offer: registration, approval, members, bank account."""

from dataclasses import replace
from functools import cache
from typing import Any

import suite
from ila_local.processes import PERSONAS, SIGNING
from ila_stubs.personas import People, Persona, load
from ila_stubs.signing.containers import MEDIA_TYPE, Order, container_of
from ila_stubs.signing.keeping import kept_pki, order_of, subject_of
from ila_stubs.signing.pki import Pki
from process import IDENTITY, Process, good, now

INVENTED = range(9900000001, 9900000053)  # those above serve tests of refusals
APPROVER = "agency-user-approver"


def register(process: Process) -> str:
    """Have an invented institution register itself, and an approver admit it."""
    number, taken = _register_the_next(process)
    process.ids["registration"] = taken["id"]
    process.tell(
        f"Institution {number} registers itself, with a signed attestation",
        f"registration {taken['id']}, attestation SHA-256 {taken['attestation']['sha256']}",
        f"signature {taken['attestation']['verdict']} ({taken['attestation']['level']}), signer the "
        f"{taken['signed_by_right']} person; decision due {taken['due_at']} (first working day)",
    )
    return _approve(process, f"{IDENTITY}/provider-registrations/{taken['id']}")


def send_registration(process: Process, number: str, content: bytes | None = None) -> Any:
    """Send the form and the attestation of an institution, signed by the administrator unless another file
    is given; return the answer.
    """
    return process.by("newcomer-admin").upload(
        f"{IDENTITY}/provider-registrations",
        form_of(process, number),
        attestation=attestation(content or signed_by("newcomer-admin")),
    )


def form_of(process: Process, number: str) -> dict[str, Any]:
    """Return the form of an institution, as its administrator fills it in."""
    who = suite.personas()["newcomer-admin"]
    return {
        "viis_number": number,
        "legal_person_number": process.institution(number).legal_person_number,
        "administrator": {
            name: who[name] for name in ("given_name", "family_name", "personal_code", "email")
        },
        "contact_email": who["email"],
    }


def attestation(content: bytes, name: str = "apliecinajums.edoc") -> tuple[str, bytes, str]:
    """Return a file as it is uploaded."""
    return name, content, MEDIA_TYPE


def signed_by(persona: str) -> bytes:
    """Return an attestation that a persona or a citizen signed a moment ago, for this suite."""
    return container_of(order_by(persona))


def order_by(persona: str) -> Order:
    """Return an order for a good signature of a persona; a journey tells it otherwise."""
    said = {"apliecinājums.txt": "Apliecinām, ka lietosim platformu godprātīgi.".encode()}
    return order_of(authorities(), person(persona), said, now())


def person(persona: str) -> Persona:
    """Return a persona or a citizen."""
    found = _people().find(persona)
    assert found, persona
    return found


@cache
def authorities() -> Pki:
    """Return the authorities that the suite believes."""
    return kept_pki(suite.data_dir() / SIGNING)


def signed_abroad(persona: str) -> bytes:
    """Return an attestation whose issuer is of a country of which no trusted list is kept here."""
    pki, order = authorities(), order_by(persona)
    abroad = pki.person(
        pki.authority("Paraugu izdevējs EE", country="EE"), subject=subject_of(person(persona))
    )
    return container_of(replace(order, signer=abroad, answers=()))


@cache
def _people() -> People:
    return load(PERSONAS)


def wait_for_checks(process: Process, path: str, seconds: float = 60) -> Any:
    """Return a registration once the registers have answered every check."""

    def answered(seen: Any) -> bool:
        return bool(seen["checks"]) and all(one["verdict"] != "open" for one in seen["checks"])

    return process.wait("agency-user-approver", path, answered, seconds)


def _approve(process: Process, path: str) -> str:
    wait_for_checks(process, path)
    reason = "The signature is good; the register confirms number and legal person."
    seen = process.do(APPROVER, f"{path}/approval", {"reason": reason})
    assert seen["status"] == "approved", seen
    process.ids["organisation"] = seen["organisation_id"]
    process.tell("Approved by one, with a written reason", f"organisation {seen['organisation_id']}")
    process.sign_in_again("newcomer-admin")
    return str(seen["organisation_id"])


def _register_the_next(process: Process) -> tuple[str, Any]:
    """Register the first invented institution that nobody registered yet."""
    number = free_number(process)
    return number, good(send_registration(process, number), 201)


def free_number(process: Process) -> str:
    """Return the number of the first invented institution that nobody registered yet."""
    listed = process.read(APPROVER, f"{IDENTITY}/organisations?limit=200")["items"]
    waiting = [
        one
        for status in ("submitted", "returned")
        for one in process.read(APPROVER, f"{IDENTITY}/provider-registrations?limit=200&status={status}")[
            "items"
        ]
    ]
    taken = {one["viis_number"] for one in (*listed, *waiting)}
    free = next((number for number in map(str, INVENTED) if number not in taken), None)
    assert free, "every invented institution is registered: `make reset`"
    return free


def appoint_members(process: Process) -> None:
    """Have the administrator name editor, signatory and trainer, and an approver confirm them."""
    path = f"{IDENTITY}/organisations/{process.ids['organisation']}/members"
    for role in ("editor", "signatory", "trainer"):
        who = suite.personas()[f"newcomer-{role}"]
        body = {name: who[name] for name in ("given_name", "family_name", "personal_code")}
        member = process.do("newcomer-admin", path, body | {"roles": [f"provider_{role}"]})
        process.do("agency-user-approver", f"{path}/{member['id']}/confirmation")
        process.sign_in_again(f"newcomer-{role}")
    process.tell("Editor, signatory and trainer named by the administrator, confirmed by the agency")


def open_bank_account(process: Process) -> None:
    """Have the administrator name the institution's account, and the signatory confirm it."""
    path = f"{IDENTITY}/organisations/{process.ids['organisation']}/bank-accounts"
    added = process.do("newcomer-admin", path, {"iban": "LV80BANK0000435195001", "holder": "Paraugu koledža"})
    process.do("newcomer-signatory", f"{path}/{added['id']}/confirmation")
    process.tell("Bank account added by the administrator, confirmed by the signatory")
