"""The institution's steps until it may offer: registration, approval, members, bank account."""

from typing import Any

import suite
from process import IDENTITY, Process, good

INVENTED = range(9900000001, 9900000053)  # those above serve tests of refusals
APPROVERS = ("agency-user-approver", "agency-user-approver-2")


def register(process: Process) -> str:
    """Have an invented institution register itself, and two approvers admit it."""
    number, taken = _register_the_next(process)
    process.ids["registration"] = taken["id"]
    process.tell(
        f"Institution {number} registers itself, with a signed attestation",
        f"registration {taken['id']}, attestation SHA-256 {taken['attestation']['sha256']}",
        f"verdict {taken['attestation']['verdict']}; decision due {taken['due_at']} (first working day)",
    )
    return _approve(process, f"{IDENTITY}/provider-registrations/{taken['id']}")


def send_registration(process: Process, number: str) -> Any:
    """Send the form and the attestation of an institution; return the answer."""
    who = suite.personas()["newcomer-admin"]
    named = {name: who[name] for name in ("given_name", "family_name", "personal_code", "email")}
    form = {
        "viis_number": number,
        "legal_person_number": process.institution(number).legal_person_number,
        "administrator": named,
        "contact_email": who["email"],
    }
    attestation = ("apliecinajums.edoc", b"PK\x05\x06" + bytes(18), "application/vnd.etsi.asic-e+zip")
    return process.by("newcomer-admin").upload(
        f"{IDENTITY}/provider-registrations", form, attestation=attestation
    )


def wait_for_checks(process: Process, path: str, seconds: float = 60) -> Any:
    """Return a registration once the registers have answered every check."""

    def answered(seen: Any) -> bool:
        return bool(seen["checks"]) and all(one["verdict"] != "open" for one in seen["checks"])

    return process.wait("agency-user-approver", path, answered, seconds)


def _approve(process: Process, path: str) -> str:
    wait_for_checks(process, path)
    for approver in APPROVERS:
        reason = "Signature looked at by hand; the register confirms number and legal person."
        seen = process.do(approver, f"{path}/approval", {"reason": reason})
    assert seen["status"] == "approved", seen
    process.ids["organisation"] = seen["organisation_id"]
    process.tell("Approved by two, each with a written reason", f"organisation {seen['organisation_id']}")
    process.sign_in_again("newcomer-admin")
    return str(seen["organisation_id"])


def _register_the_next(process: Process) -> tuple[str, Any]:
    """Register the first invented institution that nobody registered yet."""
    listed = process.read("agency-user-approver", f"{IDENTITY}/organisations?limit=200")["items"]
    known = {one["viis_number"] for one in listed}
    for number in map(str, INVENTED):
        if number not in known:
            answer = send_registration(process, number)
            if "institution-already-registered" not in answer.text:
                return number, good(answer, 201)
    raise AssertionError("every invented institution is registered: `make reset`")


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
