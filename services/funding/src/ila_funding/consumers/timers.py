"""What happens by itself when a time has come."""

from ila_funding.usecases.claims import CLAIM_DUE, claim_due
from ila_funding.usecases.entitlements import EXPIRE_ENTITLEMENT, expire_entitlement
from ila_funding.usecases.holds import decide_again, expire_hold
from ila_funding.usecases.limits import CHANGE_DUE, PAUSE_OVER, change_due
from ila_funding.usecases.methodologies import METHODOLOGY_DUE, methodology_due
from ila_funding.usecases.payment_runs import RUN_DUE, run_due
from ila_funding.usecases.support import DECIDE_AGAIN
from ila_funding.usecases.top_ups import EXPIRE_TOP_UP, expire_top_up
from ila_funding.usecases.waiting import EXPIRE_HOLD, SERVE_WAITING, serve_waiting

TIMERS = {
    EXPIRE_HOLD: expire_hold,
    SERVE_WAITING: serve_waiting,
    DECIDE_AGAIN: decide_again,
    CHANGE_DUE: change_due,
    EXPIRE_TOP_UP: expire_top_up,
    EXPIRE_ENTITLEMENT: expire_entitlement,
    PAUSE_OVER: serve_waiting,
    CLAIM_DUE: claim_due,
    RUN_DUE: run_due,
    METHODOLOGY_DUE: methodology_due,
}
