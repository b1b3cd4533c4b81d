"""`make demo`: the main job over the gateway, told step by step; stops with 1 when a step does not hold."""

import sys
import time
import uuid
from decimal import Decimal

import suite

STARTED = time.monotonic()


def tell(text: str, *details: str) -> None:
    """Say what happened, with the seconds since the start."""
    print(f"{time.monotonic() - STARTED:5.1f} s  {text}")
    for detail in details:
        print(f"           {detail}")


def show_price(learner: suite.Caller, wanted: dict) -> None:
    """Tell the programme's price with its explanation."""
    body = {name: wanted[name] for name in ("kind", "continuing_programme") if wanted.get(name)}
    body["parts"] = [{"title": part["title"], "hours": part["hours"]} for part in wanted["parts"]]
    answer = learner.post(f"{suite.FUNDING}/quotes", body)
    assert answer.status_code == 200, answer.text
    quote = answer.json()
    steps = [f"{step['sentence_en']}  [{step['source']}]" for step in quote["steps"]]
    tell(f"The price is {quote['amount']['amount']} EUR:", *steps, f"hash {quote['hash']}")
    assert quote["amount"]["amount"] == "608.99"


def budget_line(officer: suite.Caller, call_id: str) -> dict:
    """Return the budget line of the call."""
    lines = officer.read(f"{suite.FUNDING}/budget-lines?call_id={call_id}")["items"]
    return lines[0]


def tell_line(line: dict) -> None:
    """Tell how a budget line stands."""
    shown = ", ".join(
        f"{name} {line[name]['amount']}" for name in ("limit", "held", "committed", "consumed", "free")
    )
    tell(f"Budget line of call 1: {shown} EUR")


def check_ledger(auditor: suite.Caller) -> None:
    """Tell that the ledger sums to zero and its balances can be rebuilt."""
    found = auditor.read(f"{suite.FUNDING}/ledger/verification")
    tell(
        f"Ledger: {found['transactions']} transactions, sum {found['sum']['amount']}, "
        f"balances rebuilt from entries equal the stored ones: {found['verified']}"
    )
    assert Decimal(found["sum"]["amount"]) == 0, found
    assert found["verified"], found


def apply(learner: suite.Caller, wanted: dict) -> str:
    """Apply twice with one key, as an impatient person does, and return the application's id."""
    application = suite.draft(learner, wanted)["id"]
    key = str(uuid.uuid4())
    first, second = (suite.submit(learner, application, wanted, key) for _ in range(2))
    assert first.status_code == 201, first.text
    assert first.content == second.content, "the same key gives the same answer"
    receipt = first.json()["receipt"]
    tell(
        "learner-01 applies (and clicks twice; once counts). Receipt:",
        *(f"{k}: {v}" for k, v in receipt.items()),
    )
    return application


def main() -> int:
    """Tell the main job of call 1."""
    learner, officer, auditor = map(suite.persona, ("learner-01", "agency-rate-manager", "auditor"))
    suite.clear(learner)
    tell(f"learner-01 signed in with the state e-identity at {suite.URL}")
    wanted = suite.programme("module_set")
    tell(f"finds: {wanted['title_lv']} ({wanted['provider']['name']}), {len(wanted['parts'])} modules")
    show_price(learner, wanted)
    before = suite.eventually(lambda: budget_line(officer, wanted["call_id"]), lambda line: line is not None)
    tell_line(before)
    application = apply(learner, wanted)
    suite.eventually(lambda: suite.state(learner, application), "offered", 60)
    tell("Eligible by age from the e-identity; the money is held and a place is offered:")
    for event in learner.read(f"{suite.APPLICATIONS}/{application}/timeline")["items"]:
        print(f"           {event['at']}  {event['text_en']}")
    held = budget_line(officer, wanted["call_id"])
    tell_line(held)
    assert suite.euros(held["held"]) - suite.euros(before["held"]) == Decimal("608.99")
    balance = learner.read(f"{suite.FUNDING}/accounts/me")["balance"]
    tell("Account of learner-01: " + ", ".join(f"{name} {one['amount']}" for name, one in balance.items()))
    check_ledger(auditor)
    assert suite.withdraw(learner, application).status_code in (200, 201)
    after = suite.eventually(
        lambda: budget_line(officer, wanted["call_id"]), lambda line: line["held"] == before["held"], 60
    )
    tell("learner-01 withdraws; every cent is back:")
    tell_line(after)
    check_ledger(auditor)
    tell("Done: 608.99 held and given back, ledger sum 0.00")
    return 0


if __name__ == "__main__":
    sys.exit(main())
