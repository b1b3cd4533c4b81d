"""What happens by itself when a time has come."""

from ila_funding.usecases.claims import CLAIM_DUE, claim_due
from ila_funding.usecases.holds import expire_hold
from ila_funding.usecases.payment_runs import RUN_DUE, run_due
from ila_funding.usecases.waiting import EXPIRE_HOLD, SERVE_WAITING, serve_waiting

TIMERS = {
    EXPIRE_HOLD: expire_hold,
    SERVE_WAITING: serve_waiting,
    CLAIM_DUE: claim_due,
    RUN_DUE: run_due,
}
