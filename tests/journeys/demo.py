"""`make demo`: the whole process over the gateway, step by step; stops with 1 when a step does not hold."""

import sys
import time

import learning
import suite
import walk
from process import MODULE_SET, Process, good

STARTED = time.monotonic()


def tell(text: str, *details: str) -> None:
    """Say what happened, with the seconds since the start."""
    print(f"{time.monotonic() - STARTED:5.1f} s  {text}", flush=True)
    for detail in details:
        print(f"           {detail}", flush=True)


def tell_price(process: Process) -> None:
    """Tell the programme's price with its explanation."""
    quote = process.programmes[MODULE_SET["kind"]]["shown"]["quote"]
    answer = good(process.visitor().post(quote["href"], quote["body"]))
    steps = [f"{step['sentence_en']}  [{step['source']}]" for step in answer["steps"]]
    tell(f"The price is {answer['amount']['amount']} EUR:", *steps, f"hash {answer['hash']}")
    assert answer["amount"]["amount"] == str(learning.PRICE)


def tell_end(process: Process) -> None:
    """Tell how everything stands, which must be final, and that the books are right."""
    stands = walk.standing(process)
    tell("Every state is final:", *(f"{name:<12} {one}" for name, one in stands.items()))
    assert stands == walk.FINAL, stands
    books = walk.books(process)
    tell("The books:", *(f"{name}: {one}" for name, one in books.items()))
    assert books == {"ledger difference": "0.00", "rebuilt": True, "unexplained": "0.00"}, books


def tell_indicators(process: Process) -> None:
    """Tell the two counters."""
    shown = process.visitor().read(f"{learning.FUNDING}/public/indicators")
    targets = (
        f"{one['count']} of {one['target']} {one['indicator']} by {one['due_on']}" for one in shown["targets"]
    )
    tell(f"Indicators: {shown['account_users']} account users, {shown['adults']} adults", *targets)


def main() -> int:
    """Walk the process of call 1 with one adult, from institution to payment."""
    process = walk.new_process(tell=tell, patience=60)
    tell(f"The process of call 1 at {suite.URL}: groups of one, nominal hours, so that it fits into a minute")
    walk.admit(process)
    walk.publish(process)
    tell_price(process)
    walk.learn(process)
    walk.finish(process)
    tell_end(process)
    tell_indicators(process)
    tell("Done: paid 608.99, ledger difference 0.00, reconciliation 0 cents, every state final")
    return 0


if __name__ == "__main__":
    sys.exit(main())
