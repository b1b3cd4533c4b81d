"""From the verified result to the money on the institution's account."""

from typing import Any

import suite
from process import FUNDING, Process, good


def claim(process: Process) -> dict[str, Any]:
    """Have the institution build and submit its claim, and two claim officers check and approve it."""
    body = {"organisation_id": process.ids["organisation"], "call_id": process.ids["call"]}
    built = good(
        suite.eventually(
            lambda: process.by("newcomer-signatory").post(f"{FUNDING}/claims", body),
            lambda answer: "nothing-to-claim" not in answer.text,
        ),
        201,
    )
    process.ids["claim"] = built["id"]
    path = f"{FUNDING}/claims/{built['id']}"
    process.do("newcomer-signatory", f"{path}/submission")
    process.do("agency-claim-officer", f"{path}/check")
    approved = process.do("agency-claim-officer-2", f"{path}/approval")
    process.tell(
        f"Claim over {built['amount']['amount']} EUR built from results, submitted, checked, approved",
        f"claim {built['id']}, state {approved['state']}",
    )
    return dict(approved)


def make_run(process: Process) -> str:
    """Have the maker put the claim into a payment run; return the run."""
    run = process.do(
        "agency-payment-maker", f"{FUNDING}/payment-runs", {"claim_ids": [process.ids["claim"]]}, 201
    )
    process.ids["run"] = run["id"]
    checks = ", ".join(f"{one['name']} {'passed' if one['passed'] else 'FAILED'}" for one in run["checks"])
    process.tell(f"Payment run made, {run['amount']['amount']} EUR; checks: {checks}", f"run {run['id']}")
    return str(run["id"])


def pay(process: Process) -> dict[str, Any]:
    """Have three people make, check and release a payment run, and the bank settle it."""
    path = f"{FUNDING}/payment-runs/{make_run(process)}"
    process.do("agency-payment-checker", f"{path}/check")
    process.do("agency-payment-releaser", f"{path}/release")
    file = process.by("agency-payment-releaser").get(f"{path}/pain.001.xml")
    assert file.status_code == 200, file.text
    assert b"pain.001.001.09" in file.content
    body = {"bank_reference": "BANK-0001", "settled_on": str(process.today)}
    settled = process.do("agency-payment-checker", f"{path}/settlement", body)
    assert settled["state"] == "settled", settled
    process.tell(
        f"Checked and released by two more people, exported as pain.001 ({len(file.content)} bytes), settled",
        f"PAID {settled['amount']['amount']} EUR",
    )
    return dict(settled)
