"""What happens by itself when a time has come."""

from ila_funding.usecases.holds import expire_hold
from ila_funding.usecases.waiting import EXPIRE_HOLD, SERVE_WAITING, serve_waiting

TIMERS = {EXPIRE_HOLD: expire_hold, SERVE_WAITING: serve_waiting}
