"""What happens by itself when a time has come."""

from ila_applications.consumers import groups
from ila_applications.usecases.draws import DRAW_DUE, DRAWN_PLACES, make_draw
from ila_applications.usecases.keeping import DUE
from ila_applications.usecases.places import end_in_time, promote_waiting

TIMERS = {DUE: end_in_time, DRAW_DUE: make_draw, DRAWN_PLACES: promote_waiting} | groups.TIMERS
