"""The process from its beginning to its end, step by step, and how everything stands in the end."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import decisions
import institutions
import learning
import offers
import payment
import suite
from process import CATALOG, FUNDING, LEARNING, MODULE, MODULE_SET, PRICE, STUDY_COURSE, Process
from suite import APPLICATIONS

# What a call of a demonstration decides otherwise: one learner is a group, and hours are nominal.
DEMONSTRATION = {
    "group_minimum": 1,
    "learning_hour_minutes_vocational": 0,
    "learning_hour_minutes_studies": 0,
}


def new_process(**settings: Any) -> Process:
    """Return a process whose call lets all of it happen on one day."""
    parameters = DEMONSTRATION | settings.pop("parameters", {})
    return Process(parameters=parameters, **settings)


def admit(process: Process) -> None:
    """From a call to an institution that may offer."""
    process.open_call()
    institutions.register(process)
    institutions.appoint_members(process)
    institutions.open_bank_account(process)


def publish(process: Process, *contents: dict[str, Any]) -> None:
    """From a place to published programmes under an agreement in force."""
    wanted = contents or (MODULE, MODULE_SET, STUDY_COURSE)
    offers.prepare_place(process)
    for content in wanted:
        offers.prepare_programme(process, content)
    for content in wanted:
        offers.submit_offer(process, content["kind"])
    decisions.close_offers(process)
    decisions.decide_offers(process)
    decisions.sign_agreement(process)
    decisions.open_applications(process)


def learn(process: Process) -> None:
    """From the application to the verified result."""
    learning.apply(process)
    learning.accept(process)
    learning.open_group(process)
    learning.start_group(process)
    for title, _, hours in MODULE_SET["parts"]:
        learning.hold_session(process, title, hours)
    learning.verify_results(process)


def finish(process: Process) -> None:
    """From the verified result to the paid claim and the ended agreement."""
    payment.claim(process)
    payment.pay(process)
    group = f"{LEARNING}/groups/{process.ids['group']}"
    process.wait("newcomer-editor", group, lambda seen: seen["state"] == "closed")
    decisions.end_agreement(process, "ended", "All is learnt and paid.")
    process.tell("The agreement is fulfilled and ended, its programmes are closed")


def walk(process: Process, between: Callable[[str], None] = lambda _: None) -> None:
    """Walk the whole process; `between` is called before each of its four parts."""
    for part in (admit, publish, learn, finish):
        between(part.__name__)
        part(process)


def standing(process: Process) -> dict[str, Any]:
    """Return how everything of a process stands, without what is new in every run."""
    ids, auditor = process.ids, "auditor"
    programmes = {
        kind: process.read("newcomer-editor", f"{CATALOG}/programmes/{one['id']}")["state"]
        for kind, one in process.programmes.items()
    }
    submitted = {
        kind: process.read("newcomer-editor", f"{CATALOG}/offers/{one['id']}")["state"]
        for kind, one in process.offers.items()
    }
    line = process.read(auditor, f"{FUNDING}/budget-lines?call_id={ids['call']}")["items"][0]
    holds = process.read(auditor, f"{FUNDING}/holds?application_id={ids['application']}")["items"]
    account = process.read(process.learner, f"{FUNDING}/accounts/me")["calls"]
    balance = next(one["balance"] for one in account if one["call_id"] == ids["call"])
    state = {
        "application": process.read(process.learner, f"{APPLICATIONS}/{ids['application']}")["state"],
        "group": process.read("newcomer-editor", f"{LEARNING}/groups/{ids['group']}")["state"],
        "agreement": process.read("newcomer-admin", f"{CATALOG}/agreements/{ids['agreement']}")["state"],
        "claim": process.read("newcomer-admin", f"{FUNDING}/claims/{ids['claim']}")["state"],
        "payment run": process.read(auditor, f"{FUNDING}/payment-runs/{ids['run']}")["state"],
        "holds": [one["state"] for one in holds],
    }
    money = {name: amount(line[name]) for name in ("held", "committed", "consumed")}
    learner = {name: amount(one) for name, one in balance.items()}
    return state | {"programmes": programmes, "offers": submitted, "line": money, "account": learner}


FINAL = {
    "application": "completed",
    "group": "closed",
    "agreement": "ended",
    "claim": "paid",
    "payment run": "settled",
    "holds": ["consumed"],
    "programmes": dict.fromkeys(("module", "module_set", "study_course"), "closed"),
    "offers": dict.fromkeys(("module", "module_set", "study_course"), "final"),
    "line": {"held": "0.00", "committed": "0.00", "consumed": str(PRICE)},
    "account": {
        "granted": str(PRICE),
        "held": "0.00",
        "committed": "0.00",
        "consumed": str(PRICE),
        "released": "0.00",
        "expired": "0.00",
    },
}


def amount(money: dict[str, str]) -> str:
    """Return the amount of a money object as text."""
    return str(suite.euros(money))


def books(process: Process) -> dict[str, Any]:
    """Return whether the ledger sums to zero and is rebuilt, and the cents nobody can explain."""
    ledger = process.read("auditor", f"{FUNDING}/ledger/verification")
    told = process.wait(
        "auditor", f"{FUNDING}/reconciliation", lambda seen: Decimal(seen["unexplained"]["amount"]) == 0
    )
    return {
        "ledger difference": amount(ledger["sum"]),
        "rebuilt": ledger["verified"],
        "unexplained": amount(told["unexplained"]),
    }
